"""The order of candidates: each objective decides what those before it left open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bakeoff.server.selection.contrast import (
    Basis,
    Contrast,
    Question,
    Standing,
    contrast_figures,
    tolerance_of,
)
from bakeoff.server.selection.costs import tie_breakers
from bakeoff.server.selection.evidence import Evidence
from bakeoff.server.selection.expression import Objective
from bakeoff.server.selection.needed import Weight, longest
from bakeoff.server.selection.rules import Rules
from bakeoff.server.selection.unknown import is_known
from bakeoff.server.selection.utility import Utilities
from bakeoff.server.types import Direction, Figure

_LOWER = Direction.LOWER_IS_BETTER


@dataclass(frozen=True, slots=True)
class Entrant:
    """A candidate that may be selected.

    `figures` are by key. `failure` tells why it cannot be chosen at all, `caveat` what a reader
    must know when it is; each is empty when there is no such thing. `stopped_early` says that it
    cannot be chosen because it was measured no further, not because anything went wrong.
    """

    candidate: str
    figures: Mapping[str, Figure]
    failure: str = ""
    caveat: str = ""
    stopped_early: bool = False


@dataclass(frozen=True, slots=True)
class Elimination:
    """A candidate that another one beat on an objective. `contrast` is of the other against it."""

    objective: Objective
    by: str
    contrast: Contrast


@dataclass(frozen=True, slots=True)
class Race:
    """Who comes first of some candidates, and how the others fell behind.

    `eliminations` are by candidate. `compared` are the objectives whose values put those in order
    that nothing set apart: each is known of all of them. `draws` holds, for each other candidate,
    the objectives that did not set it apart from the winner, in order, with the contrast of the
    winner against it; what decides where objectives do not is passed over where it is not known.
    """

    winner: str
    eliminations: Mapping[str, Elimination]
    compared: tuple[Objective, ...]
    draws: Mapping[str, tuple[tuple[Objective, Contrast], ...]]


@dataclass(slots=True)
class _Survivors:
    names: list[str]
    eliminated: dict[str, tuple[Objective, list[str]]] = field(default_factory=dict)


class Ranking:
    """Contrasts between pairs of candidates on each objective, and the races run on them."""

    def __init__(
        self,
        entrants: Sequence[Entrant],
        objectives: Sequence[Objective],
        evidence: Evidence,
        rules: Rules,
        utilities: Utilities,
    ) -> None:
        self._figures = {entrant.candidate: entrant.figures for entrant in entrants}
        self._evidence = evidence
        self._rules = rules
        self._utilities = utilities
        self._contrasts: dict[tuple[str, str, str], Contrast] = {}
        self.asked = tuple(objectives)
        self.objectives = (*objectives, *self._tie_breakers(objectives))

    def _tie_breakers(self, objectives: Sequence[Objective]) -> list[Objective]:
        asked = {objective.key for objective in objectives}
        known = dict.fromkeys(
            key
            for figures in self._figures.values()
            for key, figure in figures.items()
            if figure.value is not None
        )
        return [objective for objective in tie_breakers(known) if objective.key not in asked]

    def figure(self, candidate: str, objective: Objective) -> Figure | None:
        """The figure of a candidate that an objective names."""
        return self._figures[candidate].get(objective.key)

    def question(self, objective: Objective) -> Question:
        """What is asked of each pair on an objective."""
        return Question(
            key=objective.key,
            direction=objective.direction,
            level=self._rules.level_of_tests,
            family_size=self._rules.family_size,
            tolerance=tolerance_of(objective, self._rules.margin),
        )

    def contrast(self, first: str, second: str, objective: Objective) -> Contrast:
        """The first candidate set against the second on an objective."""
        found = self._contrasts.get((objective.key, first, second))
        if found is None:
            # One way round alone is found, so that the other cannot say otherwise.
            ordered = sorted((first, second))
            found = self._found(ordered[0], ordered[1], objective)
            self._contrasts[objective.key, ordered[0], ordered[1]] = found
            self._contrasts[objective.key, ordered[1], ordered[0]] = found.reversed()
            found = self._contrasts[objective.key, first, second]
        return found

    def _found(self, first: str, second: str, objective: Objective) -> Contrast:
        question = self.question(objective)
        if objective.terms:
            paired = self._utilities.contrast(question, first, second)
        else:
            paired = self._evidence.contrast(question, first, second)
        if paired is not None:
            return paired
        ours, theirs = (self._at_level(name, objective, question) for name in (first, second))
        load_s = max(self._evidence.weight(objective.key, name).load_s for name in (first, second))
        found = contrast_figures(question, ours, theirs, Weight(load_s=load_s))
        if not self._is_known_of(objective, (first, second)):
            return found
        short = longest(
            self._evidence.shortfall(objective.key, name, question.level)
            for name in (first, second)
        )
        if short is not None and not (is_known(ours) and is_known(theirs)):
            # A quantile of too few queries is not worse than another one: it is not told.
            return Contrast(Standing.UNTOLD, Basis.INTERVALS, needed=short, needed_reversed=short)
        # Where an end of an interval is missing, it takes so much more to have one at all.
        return replace(
            found,
            needed=found.needed or short,
            needed_reversed=found.needed_reversed or short,
        )

    def _at_level(self, candidate: str, objective: Objective, question: Question) -> Figure | None:
        figure = self.figure(candidate, objective)
        if figure is None or figure.value is None:
            return figure
        return self._evidence.figure(objective.key, candidate, question.level) or figure

    def order(self, names: Sequence[str]) -> list[str]:
        """The candidates named, the best first."""
        remaining = list(names)
        ordered: list[str] = []
        while remaining:
            winner = self.race(remaining).winner
            ordered.append(winner)
            remaining.remove(winner)
        return ordered

    def race(self, names: Sequence[str]) -> Race:
        """Who comes first of the candidates named, which are at least one.

        Each objective takes out those that some other one still in is ahead of. Whoever is left
        after the last objective is put in order by value, objective by objective, then by name; an
        objective whose figure is not known of one of them is passed over.
        """
        survivors = _Survivors(sorted(names))
        for objective in self.objectives:
            if len(survivors.names) == 1:
                break
            self._take_out(survivors, objective)
        compared = self._known_of(survivors.names)
        winner = min(survivors.names, key=lambda name: self._order_of_values(name, compared))
        return Race(
            winner=winner,
            eliminations={
                name: self._elimination(winner, name, objective, beaten_by)
                for name, (objective, beaten_by) in survivors.eliminated.items()
            },
            compared=compared,
            draws={name: self._draws(winner, name, survivors) for name in names if name != winner},
        )

    def _take_out(self, survivors: _Survivors, objective: Objective) -> None:
        beaten = {
            name: [
                other
                for other in survivors.names
                if other != name
                and self.contrast(other, name, objective).standing is Standing.AHEAD
            ]
            for name in survivors.names
        }
        left = [name for name in survivors.names if not beaten[name]]
        if not left:
            # Tests on pairs may run in a circle; then the objective decides nothing.
            return
        survivors.names = left
        for name, by in beaten.items():
            if by:
                survivors.eliminated[name] = (objective, by)

    def _elimination(
        self, winner: str, name: str, objective: Objective, beaten_by: Sequence[str]
    ) -> Elimination:
        by = winner
        if winner not in beaten_by:
            compared = self._known_of(beaten_by)
            by = min(beaten_by, key=lambda one: self._order_of_values(one, compared))
        return Elimination(objective, by, self.contrast(by, name, objective))

    def _draws(
        self, winner: str, name: str, survivors: _Survivors
    ) -> tuple[tuple[Objective, Contrast], ...]:
        draws = []
        out_on = survivors.eliminated.get(name)
        for objective in self.objectives:
            if out_on is not None and objective is out_on[0]:
                break
            if objective in self.asked or self._is_known_of(objective, (winner, name)):
                draws.append((objective, self.contrast(winner, name, objective)))
        return tuple(draws)

    def _known_of(self, names: Sequence[str]) -> tuple[Objective, ...]:
        """Objectives whose figures are known of all the candidates named."""
        return tuple(one for one in self.objectives if self._is_known_of(one, names))

    def _is_known_of(self, objective: Objective, names: Sequence[str]) -> bool:
        return all(is_known(self.figure(name, objective)) for name in names)

    def _order_of_values(
        self, candidate: str, compared: Sequence[Objective]
    ) -> tuple[tuple[float, ...], str]:
        losses = []
        for objective in compared:
            figure = self.figure(candidate, objective)
            if figure is not None and figure.value is not None:
                losses.append(figure.value if objective.direction is _LOWER else -figure.value)
        return tuple(losses), candidate
