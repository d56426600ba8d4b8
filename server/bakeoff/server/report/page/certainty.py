"""How the answer holds up when everything is drawn anew."""

from bakeoff.server.report.page.cells import NOTHING, probability
from bakeoff.server.report.page.charts import PALETTE, axis
from bakeoff.server.report.page.document import Cell, Chart, Column, Json, Section, Table, Tone
from bakeoff.server.report.page.roster import Contender, Roster

_ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth")
# Two hexadecimal digits of opacity: the better the place, the stronger the colour.
_ALPHAS = ("ff", "a8", "70", "48")
_NO_PLACE = "does not qualify"


def certainty(roster: Roster) -> Section | None:
    """How often each candidate qualifies, is on the frontier and comes first; None if not found."""
    shown = [one for one in roster.ranked if _is_known(one)]
    if not shown:
        return None
    count = roster.report.selection.resample_count
    return Section(
        id="certainty",
        title="How sure it is",
        lead=(
            f"{count:,} times, figures are drawn anew within their uncertainty, for all candidates "
            "at once, and the constraints, the frontier and the order are found again. A bar shows "
            "how often a candidate takes each place."
        ),
        parts=(_chart(shown),),
    )


def _is_known(one: Contender) -> bool:
    found = one.selection
    return found.HasField("qualification_probability") or found.HasField("frontier_probability")


def _place(position: int) -> str:
    return _ORDINALS[position] if position < len(_ORDINALS) else f"{position + 1}th"


def _chart(shown: list[Contender]) -> Chart:
    place_count = max(len(one.selection.rank_probabilities) for one in shown)
    bars = [
        _bar(shown, _place(position).lower(), _shares(shown, position), _colour(position))
        for position in range(place_count)
    ]
    out = [100 * (1 - one.selection.qualification_probability) for one in shown]
    return Chart(
        id="certainty",
        title="Place under resampling",
        description=_description(shown),
        traces=(*bars, {**_bar(shown, _NO_PLACE, out, ""), "meta": "absent"}),
        layout={
            "barmode": "stack",
            "xaxis": axis("share of resamples, %", range=[0, 100]),
            "yaxis": axis("", type="category", autorange="reversed", showgrid=False),
            "legend": {"traceorder": "normal"},
        },
        table=_table(shown, place_count),
        height_px=130 + 42 * len(shown),
        table_open=True,
        quiet=True,
    )


def _shares(shown: list[Contender], position: int) -> list[float]:
    return [
        100 * places[position] if position < len(places := one.selection.rank_probabilities) else 0
        for one in shown
    ]


def _colour(position: int) -> str:
    return f"{PALETTE[2]}{_ALPHAS[min(position, len(_ALPHAS) - 1)]}"


def _bar(shown: list[Contender], name: str, shares: list[float], colour: str) -> dict[str, Json]:
    return {
        "type": "bar",
        "name": name,
        "orientation": "h",
        "y": [one.label for one in shown],
        "x": shares,
        "marker": {"color": colour} if colour else {},
        "hovertemplate": "%{x:.1f} % of resamples<extra>%{y}: " + name + "</extra>",
    }


def _description(shown: list[Contender]) -> str:
    often = ", ".join(
        f"{one.label} in {probability(one.selection.rank_probabilities[0])}"
        for one in shown
        if one.selection.rank_probabilities
    )
    return f"How often each candidate takes each place. First: {often or 'none'}."


def _table(shown: list[Contender], place_count: int) -> Table:
    return Table(
        caption="Share of resamples",
        columns=(
            Column("Candidate", numeric=False),
            Column("Qualifies"),
            Column("On the frontier"),
            *(Column(_place(position)) for position in range(place_count)),
        ),
        rows=tuple(_row(one, place_count) for one in shown),
        note=(
            "Qualifies: it keeps every constraint. The places are among those that qualify, in the "
            "order of the objectives."
        ),
    )


def _row(one: Contender, place_count: int) -> tuple[Cell, ...]:
    found = one.selection
    places = [
        _share_cell(found.rank_probabilities[position])
        if position < len(found.rank_probabilities)
        else NOTHING
        for position in range(place_count)
    ]
    return (
        one.cell,
        _share_cell(found.qualification_probability)
        if found.HasField("qualification_probability")
        else NOTHING,
        _share_cell(found.frontier_probability)
        if found.HasField("frontier_probability")
        else NOTHING,
        *places,
    )


def _share_cell(share: float) -> Cell:
    return Cell(probability(share), tone=Tone.PLAIN if share else Tone.MUTED)
