"""How a command ends that was asked which candidate to deploy."""

from bakeoff import v1
from bakeoff.client.display.console import print_json, results
from bakeoff.client.display.report import print_report

EXIT_CODES = {
    v1.Selection.STATE_RECOMMENDED: 0,
    v1.Selection.STATE_NONE_QUALIFIES: 3,
    v1.Selection.STATE_UNDECIDED: 4,
}
NO_ANSWER = 1


def show_outcome(report: v1.Report, output_format: str, *, details: bool = False) -> None:
    """Prints a report as tables or as JSON."""
    if output_format == "json":
        print_json(report)
    else:
        print_report(results(), report, details=details)


def exit_code(report: v1.Report) -> int:
    """0 for a recommendation, 3 when no candidate qualifies, 4 when it is undecided."""
    return EXIT_CODES.get(report.selection.state, NO_ANSWER)
