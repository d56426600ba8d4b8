"""How far confidence can be trusted."""

from bakeoff.server.report.page.cells import NOTHING
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
            "candidate is surer than it should be."
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
                Column("Confidence, %", numeric=False),
                *(
                    Column(one.label, detail="right, of how many", series=one.position)
                    for one in shown
                ),
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


def _line(one: Contender) -> dict[str, Json]:
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
    return Cell(percent(found.accuracy, 1), detail=f"of {found.count:,}")
