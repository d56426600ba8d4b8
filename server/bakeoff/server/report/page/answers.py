"""What the candidates answered: confusions, reliability, wrong answers, and the batch."""

from collections.abc import Sequence

from bakeoff.server.report.page.cells import NOTHING, count_cell
from bakeoff.server.report.page.charts import axis, dash, symbol, trace
from bakeoff.server.report.page.document import (
    Cell,
    Chart,
    Column,
    Fold,
    Json,
    Section,
    Table,
    Tone,
)
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import counted, significant
from bakeoff.v1 import BatchPolicy, BatchSensitivity, ConfusionMatrix, ReliabilityBin

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
                title=one.label,
                series=one.position,
                open=position == 0,
                parts=(_confusion_table(one.label, one.result.confusion_matrix),),
            )
            for position, one in enumerate(shown)
        ),
    )


def reliability(roster: Roster) -> Section | None:
    """Share of right answers by confidence; None without probabilities."""
    shown = [one for one in roster.contenders if one.result.reliability_bins]
    if not shown:
        return None
    return Section(
        id="reliability",
        title="Reliability",
        lead=(
            "On the diagonal, a confidence of 80 % is right in 80 % of the cases. Below it a "
            "candidate is surer than it should be."
        ),
        parts=(_reliability_chart(shown),),
    )


def wrong_answers(roster: Roster) -> Section | None:
    """Wrong answers, the most confident first; None when there are none to show."""
    shown = [one for one in roster.ranked if one.result.wrong_answers]
    if not shown:
        return None
    return Section(
        id="wrong-answers",
        title="Wrong answers",
        lead="The most confident first: where to look for wrong labels and for what is hard.",
        parts=tuple(_wrong_fold(one, is_first=position == 0) for position, one in enumerate(shown)),
    )


def batch_sensitivity(roster: Roster) -> Section | None:
    """Whether the batch changes answers; None when that was not tried."""
    shown = [one for one in roster.contenders if one.result.HasField("batch_sensitivity")]
    if not shown:
        return None
    return Section(
        id="batch-sensitivity",
        title="Does the batch change the answers?",
        lead=(
            "The same examples, predicted under the batch policy and one by one. A quantised graph "
            "may share one scale between the examples of a batch."
        ),
        parts=(
            Table(
                caption="Answers under the batch policy against answers one by one",
                columns=(
                    Column("Candidate", numeric=False),
                    Column("Policy", numeric=False),
                    Column("Examples"),
                    Column("Changed answers"),
                    Column("Largest change of an output"),
                    Column("Outputs", numeric=False),
                ),
                rows=tuple(_sensitivity_row(one) for one in shown),
                quiet=True,
            ),
        ),
    )


def policy_words(policy: BatchPolicy) -> str:
    """A batch policy in words."""
    if policy.HasField("fixed_size"):
        return (
            f"{counted(policy.fixed_size.batch_size, 'example')} a batch, in the order of the set"
        )
    budget = policy.token_budget
    return (
        f"by length, up to {budget.padded_token_count:,} padded tokens and "
        f"{counted(budget.max_batch_size, 'example')} a batch"
    )


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
            f"confusion, {worst:.0%}."
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
                Cell(f"{count / sum(_row(matrix, true)):.0%}"),
            )
            for count, true, predicted in pairs[:_MOST_CONFUSED_PAIRS]
        ),
        note=(
            f"{counted(len(matrix.labels), 'class', 'classes')} are too many for a matrix; the "
            f"{min(len(pairs), _MOST_CONFUSED_PAIRS)} pairs that were confused most."
        ),
        quiet=True,
    )


def _reliability_chart(shown: list[Contender]) -> Chart:
    diagonal = trace(
        "scatter",
        "as sure as right",
        None,
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        line={"dash": "dot", "width": 1.5},
        hoverinfo="skip",
    )
    return Chart(
        id="reliability",
        title="Right answers by confidence",
        description="Share of right answers against mean confidence, by bins of confidence.",
        traces=[diagonal, *(_reliability_line(one) for one in shown)],
        layout={
            "xaxis": axis("mean confidence, %", range=[0, 102]),
            "yaxis": axis("right answers, %", range=[0, 102]),
            "hovermode": "closest",
        },
        table=Table(
            caption="Predictions by confidence",
            columns=(
                Column("Confidence, %", numeric=False),
                *(Column(one.label, detail="right, of how many") for one in shown),
            ),
            rows=tuple(
                (
                    Cell(f"{100 * bins[0].lower:.0f} to {100 * bins[0].upper:.0f}"),
                    *(_bin_cell(found) for found in bins),
                )
                for bins in zip(*(one.result.reliability_bins for one in shown), strict=True)
            ),
        ),
        height_px=440,
    )


def _reliability_line(one: Contender) -> dict[str, Json]:
    filled = [found for found in one.result.reliability_bins if found.count]
    most = max((found.count for found in filled), default=1)
    return dict(
        trace(
            "scatter",
            one.label,
            one.position,
            x=[100 * found.mean_confidence for found in filled],
            y=[100 * found.accuracy for found in filled],
            customdata=[found.count for found in filled],
            mode="lines+markers",
            line={"width": 2, "dash": dash(one.position)},
            marker={
                "symbol": symbol(one.position),
                # Area in proportion to the number of predictions.
                "size": [5 + 13 * (found.count / most) ** 0.5 for found in filled],
            },
            hovertemplate=(
                "%{y:.1f} % right at %{x:.1f} % confidence, %{customdata:,} predictions"
                "<extra>%{fullData.name}</extra>"
            ),
        )
    )


def _bin_cell(found: ReliabilityBin) -> Cell:
    if not found.count:
        return NOTHING
    return Cell(f"{100 * found.accuracy:.1f} %", detail=f"of {found.count:,}")


def _wrong_fold(one: Contender, *, is_first: bool) -> Fold:
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
                        Cell(wrong.expected),
                        Cell(wrong.predicted),
                        Cell(f"{100 * wrong.confidence:.1f} %")
                        if wrong.HasField("confidence")
                        else NOTHING,
                    )
                    for wrong in one.result.wrong_answers
                ),
                quiet=True,
            ),
        ),
    )


def _sensitivity_row(one: Contender) -> tuple[Cell, ...]:
    found: BatchSensitivity = one.result.batch_sensitivity
    flips = found.label_flip_count
    share = f"{flips / found.example_count:.2%}" if found.example_count else ""
    return (
        one.cell,
        Cell(policy_words(found.policy)),
        count_cell(found.example_count),
        Cell(f"{flips:,}", detail=share, tone=Tone.WARN if flips else Tone.PLAIN),
        Cell(significant(found.max_abs_difference)),
        Cell("the same to the last bit", tone=Tone.GOOD, badge=True)
        if found.bit_identical
        else Cell("differ", tone=Tone.WARN, badge=True),
    )
