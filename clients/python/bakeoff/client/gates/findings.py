"""What a gate is judged on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bakeoff import v1
from bakeoff.client.names import id_of


@dataclass(frozen=True, slots=True)
class Findings:
    """A report, and the results of constraints by candidate, wherever they come from.

    `against` is the resource name of the earlier evaluation that `constraints` are judged by;
    empty when they are judged within the report's own. `labels` are what candidates are called,
    by resource name; one that has none is called by its id.
    """

    report: v1.Report
    constraints: Mapping[str, Sequence[v1.ConstraintResult]]
    against: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def label(self, name: str) -> str:
        """What a candidate is called."""
        return self.labels.get(name) or id_of(name)


def findings_of(report: v1.Report, labels: Mapping[str, str] | None = None) -> Findings:
    """What an evaluation found, its constraints judged by its own baseline."""
    constraints = {one.candidate: one.constraints for one in report.selection.candidates}
    return Findings(report, constraints, labels=labels or {})


def findings_against(report: v1.Report, comparison: v1.EvaluationComparison) -> Findings:
    """What an evaluation found, its constraints judged by an earlier evaluation."""
    constraints = {one.candidate: one.constraints for one in comparison.candidates}
    return Findings(report, constraints, comparison.against)
