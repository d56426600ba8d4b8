"""Weighted objectives: figures at explicit rates of exchange, as one figure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bakeoff.server.selection.contrast import (
    Basis,
    Contrast,
    Question,
    Standing,
    contrast_difference,
)
from bakeoff.server.selection.evidence import Draws, Evidence
from bakeoff.server.selection.expression import Objective, Relation
from bakeoff.server.selection.needed import NOTHING, Weight
from bakeoff.server.selection.part import is_quality
from bakeoff.server.selection.unknown import is_known, reason_words
from bakeoff.server.types import Figure, Interval

_METHOD = "joint-draws"


@dataclass(frozen=True, slots=True)
class Utilities:
    """Joint draws of weighted objectives and their terms, by key and by candidate."""

    draws: Draws
    objectives: Sequence[Objective]
    evidence: Evidence

    def contrast(self, question: Question, first: str, second: str) -> Contrast | None:
        """The first candidate against the second by the draws of their difference.

        Resamples of examples know no more than was seen: where two candidates differ in few answers
        the interval is nowhere narrower than what the intervals of the terms make together. None
        where one of the two was not drawn. What would decide is told as so many times the examples
        and the load that there were: the spread of every term shrinks with their root.
        """
        ours = self.draws.get(question.key, {}).get(first)
        theirs = self.draws.get(question.key, {}).get(second)
        if ours is None or theirs is None:
            return None
        with np.errstate(invalid="ignore"):
            # Two open bounds leave their difference undefined, which the interval is told.
            drawn = ours - theirs
        interval = interval_of_draws(drawn, question.level)
        if interval is None:
            return Contrast(Standing.UNTOLD, Basis.DRAWS)
        interval = self._widened(interval, question, first, second)
        value = float(np.median(drawn))
        fixed, weight = self._weight(question.key, first, second)
        found = contrast_difference(
            question,
            value,
            interval,
            margin=question.margin(value, value),
            basis=Basis.DRAWS,
            weight=weight,
        )
        return replace(found, fixed=fixed)

    def _widened(self, interval: Interval, question: Question, first: str, second: str) -> Interval:
        """The interval of a difference, as wide at least as those of its terms make it.

        Metrics have that of their paired difference, all else the middle of its draws; they are put
        together as independent: Zou and Donner, Construction of confidence limits about effect
        measures: a general approach, Statistics in Medicine 27, 2008.
        """
        objective = next(one for one in self.objectives if one.key == question.key)
        rest = np.zeros(len(self.draws[question.key][first]))
        terms: list[tuple[float, Interval | None]] = []
        for term in objective.terms:
            related = None
            if is_quality(term.key):
                related = self.evidence.related(
                    term.key, Relation.DIFFERENCE, first, second, question.level
                )
            if related is None:
                drawn = self.draws[term.key]
                rest += term.weight * (drawn[first] - drawn[second])
            else:
                terms.append((term.weight * related.value, _scaled(related.interval, term.weight)))
        if not terms:
            return interval
        terms.append((float(np.median(rest)), interval_of_draws(rest, question.level)))
        values = [value for value, _ in terms]
        below = _reach(values, [None if found is None else found.lower for _, found in terms])
        above = _reach(values, [None if found is None else found.upper for _, found in terms])
        return replace(
            interval,
            lower=_beyond(interval.lower, sum(values), below, -1),
            upper=_beyond(interval.upper, sum(values), above, 1),
        )

    def _weight(self, key: str, first: str, second: str) -> tuple[tuple[str, ...], Weight]:
        """Figures whose spread nothing narrows, and what the others rest on."""
        objective = next(one for one in self.objectives if one.key == key)
        fixed: list[str] = []
        examples: list[int] = []
        loads_s: list[float] = []
        for term in objective.terms:
            drawn = self.draws[term.key]
            if np.ptp(drawn[first] - drawn[second]) == 0 and not is_quality(term.key):
                continue
            rests_on = [self.evidence.weight(term.key, name) for name in (first, second)]
            if any(one == NOTHING for one in rests_on):
                fixed.append(term.key)
            examples.append(min(one.example_count for one in rests_on))
            loads_s.append(max(one.load_s for one in rests_on))
        if fixed:
            return tuple(fixed), NOTHING
        return (), Weight(max(examples, default=0), max(loads_s, default=0.0))


def utility_draws(objectives: Sequence[Objective], draws: Draws) -> Draws:
    """Joint draws of each weighted objective, of the candidates whose every figure was drawn."""
    return {
        objective.key: _weighted(objective, draws) for objective in objectives if objective.terms
    }


def utility_figure(
    objective: Objective,
    figures: Mapping[str, Figure],
    drawn: npt.NDArray[np.float64] | None,
    level: float,
) -> Figure:
    """The figure that a weighted objective makes of those of a candidate.

    Without value where one of them has none. The interval is the middle of the joint draws.
    """
    terms = [(term, figures.get(term.key)) for term in objective.terms]
    missing = [
        f"{term.key} is not known{reason_words(figure)}"
        for term, figure in terms
        if not is_known(figure)
    ]
    value = None
    if not missing:
        value = sum(
            term.weight * figure.value
            for term, figure in terms
            if figure is not None and figure.value is not None
        )
    counts = [figure.observation_count for _, figure in terms if figure is not None]
    return Figure(
        id=objective.figure_id,
        value=value,
        observation_count=min(counts, default=0),
        unit="1",
        direction=objective.direction,
        method=written(objective),
        interval=None if value is None or drawn is None else interval_of_draws(drawn, level),
        absent_reason=", ".join(missing),
    )


def written(objective: Objective) -> str:
    """The terms of a weighted objective, such as `accuracy - 0.002*latency_p99_ms@server`."""
    words = ""
    for term in objective.terms:
        size = abs(term.weight)
        sign = "-" if term.weight < 0 else "+"
        words += f" {sign} " + (term.key if size == 1 else f"{size:.10g}*{term.key}")
    return words.removeprefix(" + ").strip()


def interval_of_draws(drawn: npt.NDArray[np.float64], level: float) -> Interval | None:
    """The middle part of draws; a side that holds what is not finite has no bound.

    None where a draw is not defined.
    """
    if np.isnan(drawn).any():
        return None
    lower, upper = np.quantile(
        drawn, [(1 - level) / 2, (1 + level) / 2], method="closest_observation"
    )
    return Interval(
        lower=float(lower) if np.isfinite(lower) else None,
        upper=float(upper) if np.isfinite(upper) else None,
        level=level,
        method=_METHOD,
    )


def _scaled(interval: Interval | None, weight: float) -> Interval | None:
    """The interval of so many times a figure."""
    if interval is None:
        return None
    lower, upper = (
        None if end is None else weight * end for end in (interval.lower, interval.upper)
    )
    return (
        replace(interval, lower=lower, upper=upper)
        if weight > 0
        else replace(interval, lower=upper, upper=lower)
    )


def _reach(values: Sequence[float], ends: Sequence[float | None]) -> float | None:
    """How far a sum of independent values reaches to the side of these ends."""
    known = [end for end in ends if end is not None]
    if len(known) < len(ends):
        return None
    return math.hypot(*(end - value for value, end in zip(values, known, strict=True)))


def _beyond(end: float | None, value: float, reach: float | None, side: int) -> float | None:
    """The farther of an end and what lies so far from a value; None where one is not bounded."""
    if end is None or reach is None:
        return None
    other = value + side * reach
    return max(end, other) if side > 0 else min(end, other)


def _weighted(objective: Objective, draws: Draws) -> dict[str, npt.NDArray[np.float64]]:
    of_terms = [(term.weight, draws.get(term.key, {})) for term in objective.terms]
    candidates = set.intersection(*(set(of_term) for _, of_term in of_terms))
    with np.errstate(invalid="ignore"):
        return {
            name: np.asarray(sum(weight * of_term[name] for weight, of_term in of_terms))
            for name in sorted(candidates)
        }
