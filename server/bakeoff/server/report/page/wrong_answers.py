"""The wrong answers of each candidate."""

from bakeoff.server.report.page.cells import NOTHING
from bakeoff.server.report.page.document import Cell, Column, Fold, Section, Table
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import counted, percent


def wrong_answers(roster: Roster) -> Section | None:
    """Wrong answers, the most confident first; None when there are none to show."""
    shown = [one for one in roster.ranked if one.result.wrong_answers]
    if not shown:
        return None
    return Section(
        id="wrong-answers",
        title="Wrong answers",
        lead="The most confident first: where to look for wrong labels and for what is hard.",
        parts=tuple(
            _wrong_fold(roster, one, is_first=position == 0) for position, one in enumerate(shown)
        ),
    )


def _wrong_fold(roster: Roster, one: Contender, *, is_first: bool) -> Fold:
    pairs = any(wrong.HasField("text_pair") for wrong in one.result.wrong_answers)
    return Fold(
        title=f"{one.label}: {counted(len(one.result.wrong_answers), 'wrong answer')} shown",
        series=one.position,
        open=is_first,
        parts=(
            Table(
                caption=f"Wrong answers of {one.label}",
                columns=(
                    Column("Example", numeric=False),
                    Column("Texts" if pairs else "Text", numeric=False),
                    Column("Expected", numeric=False),
                    Column("Predicted", numeric=False),
                    Column("Confidence"),
                ),
                rows=tuple(
                    (
                        Cell(wrong.example_id, code=True),
                        Cell(wrong.text, detail=wrong.text_pair),
                        Cell(roster.class_name(wrong.expected)),
                        Cell(roster.class_name(wrong.predicted)),
                        Cell(percent(wrong.confidence, 1))
                        if wrong.HasField("confidence")
                        else NOTHING,
                    )
                    for wrong in one.result.wrong_answers
                ),
                quiet=True,
            ),
        ),
    )
