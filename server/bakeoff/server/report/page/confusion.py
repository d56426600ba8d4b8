"""Which classes are taken for which."""

from collections.abc import Sequence

from bakeoff.server.report.page.cells import count_cell
from bakeoff.server.report.page.document import Cell, Column, Fold, Section, Table, Tone
from bakeoff.server.report.page.roster import Roster
from bakeoff.server.selection.wording import counted, percent
from bakeoff.v1 import ConfusionMatrix

MOST_CLASSES_IN_MATRIX = 15
_MOST_CONFUSED_PAIRS = 20


def confusion(roster: Roster) -> Section | None:
    """True class by predicted class; None unless classes exclude each other."""
    shown = [one for one in roster.ranked if one.result.confusion_matrix.labels]
    if not shown:
        return None
    return Section(
        id="confusion",
        title="Confusions",
        lead="Rows are true classes, columns are predicted ones; the diagonal is right.",
        parts=tuple(
            Fold(
                title=f"Confusions of {one.label}",
                series=one.position,
                open=position == 0,
                parts=(
                    _confusion_table(
                        one.label, _in_words_of_set(roster, one.result.confusion_matrix)
                    ),
                ),
            )
            for position, one in enumerate(shown)
        ),
    )


def _in_words_of_set(roster: Roster, matrix: ConfusionMatrix) -> ConfusionMatrix:
    labels = [roster.class_name(label) for label in matrix.labels]
    return ConfusionMatrix(labels=labels, counts=matrix.counts)


def _confusion_table(label: str, matrix: ConfusionMatrix) -> Table:
    if len(matrix.labels) > MOST_CLASSES_IN_MATRIX:
        return _most_confused(label, matrix)
    rows = []
    worst = _worst_share(matrix)
    for index, true_class in enumerate(matrix.labels):
        counts = _row(matrix, index)
        total = sum(counts)
        rows.append(
            (
                Cell(true_class),
                *(
                    _heat_cell(count, total, 1.0 if at == index else worst, right=at == index)
                    for at, count in enumerate(counts)
                ),
                count_cell(total),
            )
        )
    return Table(
        caption=f"True class by predicted class of {label}",
        columns=(
            Column("True \\ predicted", numeric=False),
            *(Column(name) for name in matrix.labels),
            Column("All"),
        ),
        rows=tuple(rows),
        note=(
            "Shares are of the row. Green darkens up to a share of 100 %, red up to the largest "
            f"confusion, {percent(worst)}."
        ),
        quiet=True,
        matrix=True,
    )


def _row(matrix: ConfusionMatrix, index: int) -> Sequence[int]:
    width = len(matrix.labels)
    return matrix.counts[index * width : (index + 1) * width]


def _worst_share(matrix: ConfusionMatrix) -> float:
    """Largest share of a true class that was taken for another one."""
    rows = [_row(matrix, index) for index in range(len(matrix.labels))]
    shares = [
        count / sum(row)
        for index, row in enumerate(rows)
        for at, count in enumerate(row)
        if count and at != index
    ]
    return max(shares, default=0.0)


def _heat_cell(count: int, total: int, darkest: float, *, right: bool) -> Cell:
    share = count / total if total else 0.0
    detail = f"{share:.0%}" if count else ""
    tone = Tone.GOOD if right else Tone.BAD
    return Cell(
        f"{count:,}" if count else "·",
        detail=detail,
        tone=tone,
        shade=share / darkest if darkest else 0.0,
    )


def _most_confused(label: str, matrix: ConfusionMatrix) -> Table:
    pairs = [
        (count, true, predicted)
        for true in range(len(matrix.labels))
        for predicted, count in enumerate(_row(matrix, true))
        if count and true != predicted
    ]
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    return Table(
        caption=f"Most confused classes of {label}",
        columns=(
            Column("True", numeric=False),
            Column("Predicted", numeric=False),
            Column("Times"),
            Column("Of the true class"),
        ),
        rows=tuple(
            (
                Cell(matrix.labels[true]),
                Cell(matrix.labels[predicted]),
                count_cell(count),
                Cell(percent(count / sum(_row(matrix, true)))),
            )
            for count, true, predicted in pairs[:_MOST_CONFUSED_PAIRS]
        ),
        note=(
            f"{counted(len(matrix.labels), 'class', 'classes')} are too many for a matrix; the "
            f"{min(len(pairs), _MOST_CONFUSED_PAIRS)} pairs that were confused most."
        ),
        quiet=True,
    )
