"""What a gate is judged on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bakeoff import v1


@dataclass(frozen=True, slots=True)
class Findings:
    """A report, and the results of constraints by candidate, wherever they come from.

    `against` is the resource name of the earlier evaluation that `constraints` are judged by;
    empty when they are judged within the report's own.
    """

    report: v1.Report
    constraints: Mapping[str, Sequence[v1.ConstraintResult]]
    against: str = ""


def findings_of(report: v1.Report) -> Findings:
    """What an evaluation found, its constraints judged by its own baseline."""
    return Findings(report, {one.candidate: one.constraints for one in report.selection.candidates})


def findings_against(report: v1.Report, comparison: v1.EvaluationComparison) -> Findings:
    """What an evaluation found, its constraints judged by an earlier evaluation."""
    constraints = {one.candidate: one.constraints for one in comparison.candidates}
    return Findings(report, constraints, comparison.against)
