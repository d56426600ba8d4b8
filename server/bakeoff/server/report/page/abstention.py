"""What not answering below a confidence would bring."""

from bakeoff.server.report.messages import figure_value
from bakeoff.server.report.page.cells import DASH, NOTHING, count_cell, span
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
from bakeoff.server.selection.wording import percent
from bakeoff.v1 import ClassificationHead, Figure, ThresholdCost

# A figure that is shown in per cent, as these are.
_SHARE = "accuracy"


def abstention(roster: Roster) -> Section | None:
    """Risk over coverage and what thresholds cost; None without probabilities."""
    shown = [one for one in roster.contenders if one.result.HasField("abstention")]
    if not shown:
        return None
    return Section(
        id="abstention",
        title="When to withhold an answer",
        lead=(
            "What is left when answers below a confidence are withheld, for a person to give: "
            f"fewer errors, and fewer answers.{_of_many_labels(shown)}"
        ),
        parts=(_curve(shown), _thresholds(shown), *(_intervals(one) for one in shown)),
    )


def _of_many_labels(shown: list[Contender]) -> str:
    head = shown[0].result.candidate.manifest.classification
    if head.problem_type != ClassificationHead.PROBLEM_TYPE_MULTI_LABEL:
        return ""
    return " Each label of each example is an answer by itself."


def _curve(shown: list[Contender]) -> Chart:
    return Chart(
        id="abstention",
        title="Wrong answers by share of answers given",
        description=(
            "Share of wrong answers among the most confident ones, against the share of examples "
            "that is then answered. Lower is better."
        ),
        traces=[_line(one) for one in shown],
        layout={
            "xaxis": axis("answered, %", range=[0, 102]),
            "yaxis": axis("wrong among them, %", rangemode="tozero"),
            "hovermode": "closest",
        },
        table=Table(
            caption="Wrong answers among the most confident",
            columns=(
                Column("Answered, at least", numeric=False),
                *(Column(one.label, detail="wrong", series=one.position) for one in shown),
            ),
            rows=tuple(
                (Cell(percent(tenths / 10)), *(_risk_cell(one, tenths / 10) for one in shown))
                for tenths in range(1, 11)
            ),
        ),
        height_px=400,
    )


def _line(one: Contender) -> dict[str, Json]:
    points = one.result.abstention.points
    return dict(
        trace(
            "scatter",
            one.label,
            one.position,
            x=[100 * point.coverage for point in points],
            y=[100 * point.risk for point in points],
            customdata=[100 * point.confidence for point in points],
            mode="lines+markers" if len(points) == 1 else "lines",
            marker={"symbol": symbol(one.position)},
            line={"width": 2, "dash": dash(one.position)},
            hovertemplate=(
                "%{y:.1f} % wrong when %{x:.1f} % are answered, from %{customdata:.1f} % "
                "confidence on<extra>%{fullData.name}</extra>"
            ),
        )
    )


def _risk_cell(one: Contender, coverage: float) -> Cell:
    """Risk where at least that share is answered; the last point answers all."""
    point = next(p for p in one.result.abstention.points if p.coverage >= coverage)
    return Cell(percent(point.risk, 1), detail=f"from {percent(point.confidence, 1)} confidence")


def _thresholds(shown: list[Contender]) -> Table:
    costs = [{cost.threshold: cost for cost in one.result.abstention.thresholds} for one in shown]
    thresholds = sorted({threshold for of_one in costs for threshold in of_one})
    return Table(
        caption="What a threshold costs",
        columns=(
            Column("Answered from", numeric=False, detail="confidence"),
            *(Column(one.label, detail="right", series=one.position) for one in shown),
        ),
        rows=tuple(
            (Cell(percent(threshold)), *(_cost_cell(of_one.get(threshold)) for of_one in costs))
            for threshold in thresholds
        ),
        note="Thresholds are the same for all and were not chosen by what they bring.",
    )


def _cost_cell(cost: ThresholdCost | None) -> Cell:
    if cost is None:
        return NOTHING
    if not cost.accuracy.HasField("value"):
        return Cell("none answered", tone=Tone.MUTED)
    answered = f"{percent(cost.coverage.value, 1)} answered"
    return Cell(percent(cost.accuracy.value, 1), detail=answered)


def _intervals(one: Contender) -> Fold:
    return Fold(
        title=f"Thresholds of {one.label}, with intervals",
        series=one.position,
        parts=(
            Table(
                caption=f"What a threshold costs {one.label}",
                columns=(
                    Column("Answered from", numeric=False, detail="confidence"),
                    Column("Answered"),
                    Column("Right among them"),
                    Column("Answers given"),
                ),
                rows=tuple(
                    (
                        Cell(percent(cost.threshold)),
                        _share_cell(cost.coverage),
                        _share_cell(cost.accuracy),
                        count_cell(cost.accuracy.observation_count),
                    )
                    for cost in one.result.abstention.thresholds
                ),
                quiet=True,
            ),
        ),
    )


def _share_cell(message: Figure) -> Cell:
    figure = figure_value(message)
    if figure.value is None:
        return Cell(DASH, detail=figure.absent_reason, tone=Tone.MUTED)
    return Cell(percent(figure.value, 1), detail=span(figure.interval, _SHARE, figure.unit))
