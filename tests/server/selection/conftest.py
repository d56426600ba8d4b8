"""Made-up candidates for selection, and paired evidence that says what a test wants said."""

# ruff: noqa: ARG002 (evidence that is made up does not look at all that it is asked)

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from bakeoff.server.selection import (
    Basis,
    Contrast,
    Decision,
    Draws,
    Entrant,
    Needed,
    Question,
    Related,
    Relation,
    Rules,
    Standing,
    Tolerance,
    Weight,
    known_figures,
    read_requirements,
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
    Figures have no interval at another level, and nothing is drawn.
    """

    accuracies: Mapping[str, float]
    said: Mapping[tuple[str, str], Standing] = field(default_factory=dict)
    related_to_baseline: Mapping[tuple[str, Relation], Related] = field(default_factory=dict)
    weights: Mapping[str, Weight] = field(default_factory=dict)
    drawn: Draws = field(default_factory=dict)

    def contrast(self, question: Question, first: str, second: str) -> Contrast | None:
        if question.key != "accuracy":
            return None
        if first not in self.accuracies or second not in self.accuracies:
            return None
        gap = self.accuracies[first] - self.accuracies[second]
        short = (first.rpartition("/")[2], second.rpartition("/")[2])
        turned = self.said.get((short[1], short[0]))
        if short not in self.said and turned is not None:
            return Contrast(turned, Basis.PAIRED_TEST).reversed()
        standing = self.said.get(short) or self._standing(gap)
        is_open = standing is Standing.UNTOLD
        return Contrast(
            standing=standing,
            basis=Basis.PAIRED_TEST,
            difference=gap,
            p_value=0.4 if is_open else 0.001,
            tolerance=Tolerance(0.003, "1"),
            needed=Needed(examples=4000) if is_open else None,
            needed_reversed=Needed(examples=4000) if is_open else None,
        )

    def related(
        self, key: str, relation: Relation, candidate: str, baseline: str, level: float
    ) -> Related | None:
        return self.related_to_baseline.get((candidate.rpartition("/")[2], relation))

    def figure(self, key: str, candidate: str, level: float) -> Figure | None:
        return None

    def weight(self, key: str, candidate: str) -> Weight:
        return self.weights.get(key, Weight())

    def shortfall(self, key: str, candidate: str, level: float) -> Needed | None:
        return None

    def draws(self, keys: Sequence[str]) -> Draws:
        return {key: self.drawn[key] for key in keys if key in self.drawn}

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
        related: Mapping[tuple[str, Relation], Related] | None = None,
        weights: Mapping[str, Weight] | None = None,
        drawn: Draws | None = None,
        frontier_figures: Sequence[str] = (),
    ) -> Decision:
        accuracies = {
            one.candidate: value
            for one in entrants
            if "accuracy" in one.figures and (value := one.figures["accuracy"].value) is not None
        }
        requirements = read_requirements(
            constraints,
            objectives,
            metric_ids=["accuracy", "f1.macro"],
            scenarios=["offline", "single-stream"],
            main_metric="accuracy",
            frontier_figures=frontier_figures,
        )
        evidence = Pairs(
            accuracies, said or {}, related or {}, weights or {}, _by_resource(drawn or {})
        )
        rules = Rules(level=0.95, margin=0.005, baseline=entrants[0].candidate)
        return select(entrants, requirements, evidence, rules)

    return run


def _by_resource(drawn: Draws) -> Draws:
    """The same draws by resource name instead of short name."""
    return {
        key: {f"candidates/{name}": values for name, values in of_key.items()}
        for key, of_key in drawn.items()
    }


@pytest.fixture
def make_entrant() -> Callable[..., Entrant]:
    return entrant


@pytest.fixture
def make_figure() -> Callable[[str, float | None, float | None], Figure]:
    return figure
