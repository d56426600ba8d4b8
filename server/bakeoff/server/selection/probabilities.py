"""How an answer fares under resampling: who qualifies, who is on the frontier, who comes where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.server.selection.contrast import Question
from bakeoff.server.selection.evidence import Draws
from bakeoff.server.selection.expression import Constraint, Relation
from bakeoff.server.selection.part import is_of_answers
from bakeoff.server.types import Direction

Truths = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Of one candidate: shares of resamples; None, or empty, where that was not found."""

    qualification: float | None = None
    frontier: float | None = None
    ranks: tuple[float, ...] = ()


NOT_FOUND = Probabilities()


def qualifying(
    candidates: Sequence[str], constraints: Sequence[Constraint], baseline: str, draws: Draws
) -> Mapping[str, Truths]:
    """In which resamples each candidate keeps every constraint, bool[b].

    A candidate without draws of a figure that a constraint names is left out, unless another bound
    rules it out in all of them. What is not defined in a resample does not keep its bound.
    """
    found: dict[str, Truths] = {}
    count = _count(draws)
    for name in candidates:
        kept: list[Truths | None] = [
            _kept(constraint, name, baseline, draws) for constraint in constraints
        ]
        known = [one for one in kept if one is not None]
        keeps_all = np.logical_and.reduce([np.ones(count, dtype=np.bool_), *known])
        if len(known) == len(kept) or not keeps_all.any():
            found[name] = keeps_all
    return found


def frontier_shares(
    qualified: Mapping[str, Truths],
    keys: Sequence[str],
    directions: Mapping[str, Direction],
    draws: Draws,
) -> Mapping[str, float]:
    """In which share of resamples each candidate qualifies and no other that does dominates it.

    Of the candidates with draws of every figure of `keys`; `directions` says which way is better.
    """
    names = [n for n in qualified if all(n in draws.get(key, {}) for key in keys)]
    if not names or not keys:
        return {}
    # [candidates, figures, resamples]: what is not defined is worse than all else.
    points = np.array([[_gain(draws[key][n], directions[key]) for key in keys] for n in names])
    inside = np.array([qualified[name] for name in names])
    shares = {}
    for place, name in enumerate(names):
        no_worse = (points >= points[place]).all(axis=1)
        better = (points > points[place]).any(axis=1)
        dominated = (no_worse & better & inside).any(axis=0)
        shares[name] = float((inside[place] & ~dominated).mean())
    return shares


def rank_shares(
    qualified: Mapping[str, Truths],
    questions: Sequence[Question],
    draws: Draws,
    *,
    asked_count: int,
) -> Mapping[str, tuple[float, ...]]:
    """In which share of resamples each candidate comes first, second and so on.

    Of those that qualify. In each resample the truth is taken to be known: an objective leaves in
    those within its margin of the best, the next one decides among them, and after the last one
    values decide, objective by objective, then names. A metric over the whole set that a candidate
    has no draws of comes last; any other figure that is not drawn for one that ever qualifies says
    nothing, and is passed over, but for the first `asked_count`: without one of these nobody's
    place is known.
    """
    names = sorted(qualified)
    able = [name for name in names if qualified[name].any()]
    told = [
        is_of_answers(one.key) or all(name in draws.get(one.key, {}) for name in able)
        for one in questions
    ]
    if not names or not all(told[:asked_count]):
        return {}
    questions = [one for one, is_told in zip(questions, told, strict=True) if is_told]
    if not questions:
        return {}
    count = len(qualified[names[0]])
    gains = [_gains(question, names, count, draws) for question in questions]
    remaining = np.array([qualified[name] for name in names])
    places = np.zeros((len(names), len(names)))
    for rank in range(len(names)):
        left = remaining.copy()
        for question, gain in zip(questions, gains, strict=True):
            left = _left(question, gain, left)
        for gain in gains:
            best = np.where(left, gain, -np.inf).max(axis=0)
            left &= gain >= best
        # Names are in order: the first of those that nothing sets apart.
        first = left & (left.cumsum(axis=0) == 1)
        places[:, rank] = first.mean(axis=1)
        remaining &= ~first
    return {name: tuple(places[index].tolist()) for index, name in enumerate(names)}


def _kept(constraint: Constraint, candidate: str, baseline: str, draws: Draws) -> Truths | None:
    of_key = draws.get(constraint.key, {})
    value = of_key.get(candidate)
    if value is None:
        return None
    if constraint.relation is not Relation.VALUE:
        if candidate == baseline:
            kept = constraint.keeps(1.0 if constraint.relation is Relation.RATIO else 0.0)
            return np.full(len(value), kept)
        theirs = of_key.get(baseline)
        if theirs is None:
            return None
        with np.errstate(invalid="ignore", divide="ignore"):
            is_ratio = constraint.relation is Relation.RATIO
            value = value / theirs if is_ratio else value - theirs
    if constraint.is_upper:
        return value < constraint.bound if constraint.is_strict else value <= constraint.bound
    return value > constraint.bound if constraint.is_strict else value >= constraint.bound


def _gains(question: Question, names: Sequence[str], count: int, draws: Draws) -> Numbers:
    """A figure of each candidate so that more is better, [candidates, resamples]."""
    of_key = draws.get(question.key, {})
    unknown = np.full(count, -np.inf)
    return np.array(
        [_gain(of_key[n], question.direction) if n in of_key else unknown for n in names]
    )


def _gain(drawn: Numbers, direction: Direction) -> Numbers:
    gain = drawn if direction is Direction.HIGHER_IS_BETTER else -drawn
    return np.where(np.isnan(gain), -np.inf, gain)


def _left(question: Question, gain: Numbers, left: Truths) -> Truths:
    """Those that are within the margin of the best of those that are left."""
    best = np.where(left, gain, -np.inf).max(axis=0)
    margin = question.tolerance.amount
    with np.errstate(invalid="ignore"):
        # Where both are infinite their difference is not defined: such are level.
        scale = np.maximum(np.abs(best), np.abs(gain)) if question.tolerance.is_share else 1.0
        near = best - gain <= margin * scale
    return np.asarray(left & (near | (gain >= best)))


def _count(draws: Draws) -> int:
    return next((len(drawn) for of_key in draws.values() for drawn in of_key.values()), 0)
