"""How far confidence can be trusted."""

from collections.abc import Sequence

from bakeoff.server.report.page.charts import axis, dash, symbol, trace
from bakeoff.server.report.page.document import Cell, Chart, Column, Json, Section, Table
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import percent
from bakeoff.v1 import ReliabilityBin


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
            "candidate is surer than it should be. Bars show where the true share may lie."
        ),
        parts=(_chart(shown),),
    )


def _chart(shown: list[Contender]) -> Chart:
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
        traces=[diagonal, *(_line(one) for one in shown)],
        layout={
            "xaxis": axis("mean confidence, %", range=[0, 102]),
            "yaxis": axis("right answers, %", range=[0, 102]),
            "hovermode": "closest",
        },
        table=Table(
            caption="Predictions by confidence",
            columns=(
                Column("Candidate", numeric=False),
                Column("Confidence, %"),
                Column("Predictions"),
                Column("Mean confidence"),
                Column("Right"),
            ),
            rows=tuple(_row(one, found) for one in shown for found in _filled(one)),
            note=(
                "Fifteen bins of equal width; one that holds more than a tenth of all predictions "
                "is cut into parts of like count."
            ),
        ),
        height_px=440,
    )


def _filled(one: Contender) -> list[ReliabilityBin]:
    return [found for found in one.result.reliability_bins if found.count]


def _line(one: Contender) -> dict[str, Json]:
    filled = _filled(one)
    most = max((found.count for found in filled), default=1)
    return dict(
        trace(
            "scatter",
            one.label,
            one.position,
            x=[100 * found.mean_confidence for found in filled],
            y=[100 * found.accuracy for found in filled],
            customdata=[found.count for found in filled],
            error_y=_error_bars(filled),
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


def _error_bars(filled: Sequence[ReliabilityBin]) -> dict[str, Json]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [100 * (found.interval.upper - found.accuracy) for found in filled],
        "arrayminus": [100 * (found.accuracy - found.interval.lower) for found in filled],
        "thickness": 1,
        "width": 0,
    }


def _row(one: Contender, found: ReliabilityBin) -> tuple[Cell, ...]:
    lower, upper = 100 * found.interval.lower, 100 * found.interval.upper
    return (
        one.cell,
        Cell(f"{100 * found.lower:.4g} to {100 * found.upper:.4g}"),
        Cell(f"{found.count:,}"),
        Cell(percent(found.mean_confidence, 1)),
        Cell(percent(found.accuracy, 1), detail=f"{lower:.1f} to {upper:.1f}"),
    )
