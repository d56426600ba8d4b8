"""One evaluation against an earlier one, in tables."""

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from bakeoff import v1
from bakeoff.client.display.console import table
from bakeoff.client.display.figures import (
    ABSENT,
    difference_text,
    figure_text,
    interval_text,
    number_text,
    p_text,
)
from bakeoff.client.display.headlines import is_load_headline, is_quality_headline
from bakeoff.client.display.report import OUTCOMES, VERDICTS
from bakeoff.client.names import id_of

CHANGES = {
    v1.CostChange.OUTCOME_BETTER: ("better", "green"),
    v1.CostChange.OUTCOME_WORSE: ("worse", "red"),
    v1.CostChange.OUTCOME_ALIKE: ("alike", "cyan"),
    v1.CostChange.OUTCOME_NOT_TOLD: ("not told", "yellow"),
    v1.CostChange.OUTCOME_NOT_COMPARED: ("not compared", "dim"),
}

MET, VIOLATED, UNDECIDED = 0, 3, 4


def print_changes(
    console: Console, found: v1.EvaluationComparison, *, details: bool = False
) -> None:
    """Prints what became of each candidate. `details` shows every figure, not headlines alone."""
    for change in found.candidates:
        console.print(_heading(found, change))
        for part in _parts(change, details=details):
            console.print(part)
            console.print()
    for warning in found.warnings:
        console.print(Text(warning, style="yellow"))


def changes_exit_code(found: v1.EvaluationComparison) -> int:
    """0 when every constraint is met, or none was given; 3 when one is violated; else 4."""
    outcomes = {one.outcome for change in found.candidates for one in change.constraints}
    if v1.ConstraintResult.OUTCOME_VIOLATED in outcomes:
        return VIOLATED
    return UNDECIDED if outcomes - {v1.ConstraintResult.OUTCOME_MET} else MET


def _heading(found: v1.EvaluationComparison, change: v1.CandidateChange) -> Text:
    heading = Text(f"{id_of(change.candidate)} of {id_of(found.evaluation)}", style="bold")
    heading.append(f" against {id_of(change.baseline)} of {id_of(found.against)}", style="not bold")
    return heading


def _parts(change: v1.CandidateChange, *, details: bool) -> Iterator[RenderableType]:
    for made in (
        _quality(change, details=details),
        _costs(change, details=details),
        _constraints(change),
    ):
        if made.row_count:
            yield made


def _quality(change: v1.CandidateChange, *, details: bool) -> Table:
    made = table(
        *("quality", "now", "before", "difference", "interval", "p (Holm)", "verdict"),
        numbers=("now", "before", "difference", "interval", "p (Holm)"),
    )
    for one in change.comparisons:
        if not (details or is_quality_headline(one.figure_id, v1.EvaluationSpec())):
            continue
        made.add_row(
            one.figure_id,
            number_text(one.candidate_value, "1") if one.HasField("candidate_value") else ABSENT,
            number_text(one.baseline_value, "1") if one.HasField("baseline_value") else ABSENT,
            difference_text(one.difference, "1") if one.HasField("difference") else ABSENT,
            interval_text(one.interval, "1"),
            p_text(one.adjusted_p_value) if one.HasField("adjusted_p_value") else ABSENT,
            Text(*VERDICTS.get(one.verdict, (ABSENT, ""))),
        )
    return made


def _costs(change: v1.CandidateChange, *, details: bool) -> Table:
    made = table(
        *("cost", "", "now", "before", "ratio", "interval", "outcome"),
        numbers=("now", "before", "ratio", "interval"),
    )
    for one in change.costs:
        figure = one.now
        if not (details or is_load_headline(figure, v1.EvaluationSpec())):
            continue
        made.add_row(
            f"{figure.id}@{figure.scenario}" if figure.scenario else figure.id,
            Text("" if figure.unit == "1" else figure.unit, style="dim"),
            figure_text(one.now),
            figure_text(one.before),
            number_text(one.ratio, "") if one.HasField("ratio") else ABSENT,
            interval_text(one.interval, ""),
            Text(*CHANGES.get(one.outcome, (ABSENT, ""))),
        )
    return made


def _constraints(change: v1.CandidateChange) -> Table:
    made = table("constraint", "outcome", "found")
    for one in change.constraints:
        made.add_row(
            one.expression,
            Text(*OUTCOMES.get(one.outcome, (ABSENT, ""))),
            one.explanation,
        )
    return made
