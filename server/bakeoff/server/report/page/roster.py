"""The candidates of a report, and what is looked up of them again and again."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bakeoff.server.report.messages import result_figures
from bakeoff.server.report.page.document import Cell, Column
from bakeoff.server.report.validity import invalid_reason
from bakeoff.server.scenarios import kind_of
from bakeoff.server.selection.wording import short_name
from bakeoff.server.types import Figure
from bakeoff.v1 import CandidateResult, CandidateSelection, Report, ScenarioResult


@dataclass(frozen=True, slots=True)
class Contender:
    """A candidate of a report. `position` is its place in the spec, from 0."""

    position: int
    name: str
    label: str
    result: CandidateResult
    selection: CandidateSelection
    figures: Mapping[str, Figure]

    @property
    def failure(self) -> str:
        """Why it failed, or nothing."""
        return self.result.error.message if self.result.HasField("error") else ""

    @property
    def cell(self) -> Cell:
        """A cell that names it."""
        return Cell(self.label, series=self.position)

    def figure(self, figure_id: str, scenario: str = "") -> Figure | None:
        """A figure of it in a scenario, or of no scenario; None when there is none such."""
        return self.figures.get(f"{figure_id}@{scenario}" if scenario else figure_id)

    def invalid_reason(self, scenario: str) -> str:
        """Why what was measured of it in a scenario must not be used; empty when it may be."""
        found = self.scenario(scenario)
        return "" if found is None else invalid_reason(found)

    def label_in(self, scenario: str) -> str:
        """What it is called in a chart of a scenario: an invalid measurement is marked."""
        return f"{self.label}, invalid" if self.invalid_reason(scenario) else self.label

    def cell_in(self, scenario: str) -> Cell:
        """A cell that names it before what was measured in a scenario, marked where invalid."""
        return Cell(self.label, series=self.position, detail=self.invalid_reason(scenario))

    def column_in(self, scenario: str) -> Column:
        """A column of what was measured of it in a scenario, marked where invalid."""
        return Column(self.label, series=self.position, detail=self.invalid_reason(scenario))

    def scenario(self, name: str) -> ScenarioResult | None:
        """What was measured of it in a scenario, or None."""
        return next((found for found in self.result.scenarios if found.scenario == name), None)


@dataclass(frozen=True, slots=True)
class Roster:
    """All candidates of a report, in the order of the spec.

    `class_names` leads from what candidates call a class to what the set calls it.
    """

    report: Report
    contenders: tuple[Contender, ...]
    class_names: Mapping[str, str]

    def contender(self, name: str) -> Contender | None:
        """The candidate with a resource name, or None."""
        return next((found for found in self.contenders if found.name == name), None)

    def label(self, name: str) -> str:
        """Short name of a candidate."""
        return short_name(name)

    def class_name(self, name: str) -> str:
        """What the set calls a class, where one of its names alone is mapped to it."""
        return self.class_names.get(name, name)

    @property
    def ranked(self) -> tuple[Contender, ...]:
        """All candidates: those that qualify first, by rank, then the others as in the spec."""
        last = len(self.contenders) + 1
        return tuple(
            sorted(
                self.contenders,
                key=lambda one: one.selection.rank if one.selection.HasField("rank") else last,
            )
        )

    @property
    def baseline(self) -> str:
        """Resource name of the baseline."""
        return self.report.spec.baseline or self.report.spec.candidates[0]

    @property
    def quality_key(self) -> str:
        """Figure of quality that the frontier is drawn on; empty when there is none."""
        return next(iter(self.report.selection.frontier_figures), "")

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Ids of the scenarios that any candidate was measured in."""
        names = (s.scenario for one in self.contenders for s in one.result.scenarios)
        return tuple(dict.fromkeys(names))

    def scenarios_of(self, kind: str) -> tuple[str, ...]:
        """Ids of the scenarios of a kind that any candidate was measured in."""
        return tuple(scenario for scenario in self.scenarios if kind_of(scenario) == kind)

    def measured(self, scenario: str) -> tuple[Contender, ...]:
        """Candidates that were measured in a scenario."""
        return tuple(one for one in self.contenders if one.scenario(scenario) is not None)


def roster(report: Report) -> Roster:
    """Look up what sections of the page share."""
    selections = {found.candidate: found for found in report.selection.candidates}
    return Roster(
        report=report,
        class_names=_class_names(report.spec.label_mapping),
        contenders=tuple(
            Contender(
                position=position,
                name=result.candidate.name,
                label=short_name(result.candidate.name),
                result=result,
                selection=selections.get(result.candidate.name, CandidateSelection()),
                figures={figure.key: figure for figure in result_figures(result)},
            )
            for position, result in enumerate(report.candidates)
        ),
    )


def _class_names(label_mapping: Mapping[str, str]) -> Mapping[str, str]:
    times = Counter(label_mapping.values())
    return {ours: theirs for theirs, ours in label_mapping.items() if times[ours] == 1}
