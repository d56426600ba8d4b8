"""Where candidates answer otherwise than what they are compared with."""

from bakeoff.server.report.page.cells import MINUS, count_cell
from bakeoff.server.report.page.document import Cell, Column, Fold, Section, Table, Tone
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import counted, percent
from bakeoff.v1 import Flip, Flips


def flips(roster: Roster) -> Section | None:
    """How many answers differ and which; None when nothing is compared."""
    shown = [
        (one, found)
        for found in roster.report.flips
        if (one := roster.contender(found.candidate)) is not None
    ]
    if not shown:
        return None
    folds = [_listing(roster, one, found) for one, found in shown if found.flips]
    return Section(
        id="flips",
        title="Flips",
        lead=(
            "Answers that a candidate changes: against the fp32 variant of its own model where "
            "that takes part, else against the baseline. Two candidates that are right equally "
            "often may still be so on different examples."
        ),
        parts=(_counts(roster, shown), *folds),
    )


def _counts(roster: Roster, shown: list[tuple[Contender, Flips]]) -> Table:
    return Table(
        caption="Answers that differ",
        columns=(
            Column("Candidate", numeric=False),
            Column("Compared with", numeric=False),
            Column("Examples"),
            Column("Differ"),
            Column("Right to wrong"),
            Column("Wrong to right"),
            Column("Wrong to wrong"),
            Column("Balance", detail="of right answers"),
        ),
        rows=tuple(
            (
                one.cell,
                Cell(roster.label(found.reference)),
                count_cell(found.example_count),
                Cell(f"{found.flip_count:,}", detail=_share(found)),
                Cell(
                    f"{found.broken_count:,}", tone=Tone.BAD if found.broken_count else Tone.PLAIN
                ),
                Cell(
                    f"{found.mended_count:,}", tone=Tone.GOOD if found.mended_count else Tone.PLAIN
                ),
                count_cell(found.flip_count - found.broken_count - found.mended_count),
                Cell(_balance(found.mended_count - found.broken_count)),
            )
            for one, found in shown
        ),
        quiet=True,
    )


def _share(found: Flips) -> str:
    return percent(found.flip_count / found.example_count, 1) if found.example_count else ""


def _balance(difference: int) -> str:
    if not difference:
        return "0"
    return f"{MINUS if difference < 0 else '+'}{abs(difference):,}"


def _listing(roster: Roster, one: Contender, found: Flips) -> Fold:
    reference = roster.label(found.reference)
    pairs = any(flip.HasField("text_pair") for flip in found.flips)
    return Fold(
        title=(
            f"{one.label} against {reference}: {len(found.flips):,} of "
            f"{counted(found.flip_count, 'flip')} shown"
        ),
        series=one.position,
        parts=(
            Table(
                caption=f"Flips of {one.label} against {reference}",
                columns=(
                    Column("Example", numeric=False),
                    Column("Texts" if pairs else "Text", numeric=False),
                    Column("Expected", numeric=False),
                    Column(reference, numeric=False),
                    Column(one.label, numeric=False, series=one.position),
                    Column("Outcome", numeric=False),
                ),
                rows=tuple(
                    _row(roster, flip, _kind(found, place))
                    for place, flip in enumerate(found.flips)
                ),
                quiet=True,
            ),
        ),
    )


def _kind(found: Flips, place: int) -> Cell:
    """What became of the answer, by its place: those from right to wrong come first."""
    if place < found.broken_count:
        return Cell("broken", tone=Tone.BAD, badge=True)
    if place < found.broken_count + found.mended_count:
        return Cell("mended", tone=Tone.GOOD, badge=True)
    return Cell("still wrong", tone=Tone.MUTED, badge=True)


def _row(roster: Roster, flip: Flip, kind: Cell) -> tuple[Cell, ...]:
    ours = percent(flip.candidate_confidence, 1) if flip.HasField("candidate_confidence") else ""
    theirs = percent(flip.reference_confidence, 1) if flip.HasField("reference_confidence") else ""
    return (
        Cell(flip.example_id, code=True),
        Cell(flip.text, detail=flip.text_pair),
        Cell(roster.class_name(flip.expected)),
        Cell(roster.class_name(flip.reference_answer), detail=theirs),
        Cell(roster.class_name(flip.candidate_answer), detail=ours),
        kind,
    )
