"""What is not compared with the baseline, and why not."""

from rich.console import RenderableType
from rich.text import Text

from bakeoff import v1
from bakeoff.client.names import id_of


def uncompared(report: v1.Report) -> RenderableType | None:
    """A line for each comparison with the baseline that could not be made; None for none.

    One alone where the baseline itself was not scored.
    """
    baseline = report.spec.baseline or next(iter(report.spec.candidates), "")
    missing = [result for result in report.candidates if not result.quality]
    of_baseline = [result for result in missing if result.candidate.name == baseline]
    if not missing or len(report.candidates) == 1:
        return None
    lines = [
        f"Not compared: {_subject(result, baseline)} {_reason(result, report)}"
        for result in of_baseline or missing
    ]
    return Text("\n".join(lines), style="yellow")


def _subject(result: v1.CandidateResult, baseline: str) -> str:
    name = result.candidate.name
    return f"the baseline {id_of(name)}" if name == baseline else id_of(name)


def _reason(result: v1.CandidateResult, report: v1.Report) -> str:
    if result.HasField("error"):
        return "failed"
    if not result.HasField("early_stop"):
        return "was not scored"
    answered = result.early_stop.example_count
    if not answered:
        return "was stopped before it answered an example"
    return f"was stopped after {answered:,} of {report.evaluation_set.example_count:,} examples"
