"""Made-up candidates for selection, and paired evidence that says what a test wants said."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from bakeoff.server.selection import (
    Basis,
    Contrast,
    Decision,
    Entrant,
    Standing,
    known_figures,
    parse_constraint,
    parse_objective,
    resolve_constraint,
    resolve_objective,
    select,
)
from bakeoff.server.types import Figure, Interval

KNOWN = known_figures(["accuracy", "f1.macro"], ["offline", "single-stream"])


def figure(key: str, value: float | None, reach: float | None) -> Figure:
    """A known figure with an interval that reaches so far to both sides, or none."""
    known = KNOWN[key]
    interval = None
    if value is not None and reach is not None:
        interval = Interval(value - reach, value + reach, 0.95, "made-up")
    return Figure(
        id=known.id,
        scenario=known.scenario,
        value=value,
        observation_count=1000,
        unit=known.unit,
        direction=known.direction,
        method="made-up",
        interval=interval,
        absent_reason="" if value is not None else "needs 100 more observations",
    )


def entrant(
    name: str,
    accuracy: float | None = None,
    p99_ms: float | None = None,
    peak_mib: float | None = None,
    *,
    failure: str = "",
    caveat: str = "",
) -> Entrant:
    """A candidate; accuracy reaches 2 points, latency a twentieth, memory has no interval."""
    figures = [
        figure("accuracy", accuracy, 0.02),
        figure("latency_p99_ms@single-stream", p99_ms, None if p99_ms is None else p99_ms / 20),
        figure("host_peak_mib", peak_mib, None),
    ]
    known = {one.key: one for one in figures if one.value is not None}
    return Entrant(f"candidates/{name}", known, failure, caveat)


@dataclass
class Pairs:
    """Paired evidence on accuracy: what is said of two by short name, first against second.

    What is not said follows from the values: apart from 1 point on, alike below 0.3 points.
    """

    accuracies: Mapping[str, float]
    said: Mapping[tuple[str, str], Standing] = field(default_factory=dict)

    def contrasts(
        self, figure_key: str, pairs: Sequence[tuple[str, str]]
    ) -> Sequence[Contrast | None]:
        if figure_key != "accuracy":
            return [None] * len(pairs)
        return [self._contrast(first, second) for first, second in pairs]

    def _contrast(self, first: str, second: str) -> Contrast | None:
        if first not in self.accuracies or second not in self.accuracies:
            return None
        gap = self.accuracies[first] - self.accuracies[second]
        short = (first.rpartition("/")[2], second.rpartition("/")[2])
        standing = self.said.get(short) or self._standing(gap)
        is_open = standing is Standing.UNTOLD
        return Contrast(
            standing=standing,
            basis=Basis.PAIRED_TEST,
            difference=gap,
            p_value=0.4 if is_open else 0.001,
            margin=0.003,
            more_examples_needed=4000 if is_open else None,
        )

    @staticmethod
    def _standing(gap: float) -> Standing:
        if abs(gap) < 0.003:
            return Standing.ALIKE
        if abs(gap) < 0.01:
            return Standing.UNTOLD
        return Standing.AHEAD if gap > 0 else Standing.BEHIND


Choose = Callable[..., Decision]


@pytest.fixture
def choose() -> Choose:
    """Select among entrants under expressions; `said` overrides the paired evidence."""

    def run(
        *entrants: Entrant,
        constraints: Sequence[str] = (),
        objectives: Sequence[str] = ("max:accuracy",),
        said: Mapping[tuple[str, str], Standing] | None = None,
    ) -> Decision:
        accuracies = {
            one.candidate: value
            for one in entrants
            if "accuracy" in one.figures and (value := one.figures["accuracy"].value) is not None
        }
        return select(
            entrants,
            [resolve_constraint(parse_constraint(text), KNOWN) for text in constraints],
            [resolve_objective(parse_objective(text), KNOWN) for text in objectives],
            "accuracy",
            Pairs(accuracies, said or {}),
        )

    return run


@pytest.fixture
def make_entrant() -> Callable[..., Entrant]:
    return entrant


@pytest.fixture
def make_figure() -> Callable[[str, float | None, float | None], Figure]:
    return figure
