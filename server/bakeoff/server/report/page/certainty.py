"""How the answer holds up when everything is drawn anew."""

from bakeoff.server.report.page.cells import NOTHING, probability
from bakeoff.server.report.page.charts import PALETTE, axis
from bakeoff.server.report.page.document import Cell, Chart, Column, Json, Section, Table, Tone
from bakeoff.server.report.page.roster import Contender, Roster

_ORDINALS = ("First", "Second", "Third")
_AFTER_THEM = "Later"
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


def _places(shown: list[Contender]) -> tuple[str, ...]:
    """Places that are told apart: the first three, and all that come after them."""
    count = max(len(one.selection.rank_probabilities) for one in shown)
    return (*_ORDINALS[:count], *([_AFTER_THEM] if count > len(_ORDINALS) else []))


def _share(one: Contender, place: str) -> float | None:
    """Share of resamples in which a candidate takes a place; None when that was not found."""
    found = one.selection.rank_probabilities
    if place == _AFTER_THEM:
        return sum(found[len(_ORDINALS) :]) if found else None
    position = _ORDINALS.index(place)
    return found[position] if position < len(found) else None


def _chart(shown: list[Contender]) -> Chart:
    places = _places(shown)
    bars = [
        _bar(
            shown,
            place.lower(),
            [100 * (_share(one, place) or 0.0) for one in shown],
            f"{PALETTE[2]}{alpha}",
        )
        for place, alpha in zip(places, _ALPHAS, strict=False)
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
        table=_table(shown, places),
        height_px=130 + 42 * len(shown),
        table_open=True,
        quiet=True,
    )


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
    if not often:
        return "How often each candidate qualifies; a figure that is missing may change any place."
    return f"How often each candidate takes each place. First: {often}."


def _table(shown: list[Contender], places: tuple[str, ...]) -> Table:
    return Table(
        caption="Share of resamples",
        columns=(
            Column("Candidate", numeric=False),
            Column("Qualifies"),
            Column("On the frontier"),
            *(Column(place) for place in places),
        ),
        rows=tuple(_row(one, places) for one in shown),
        note=(
            "Qualifies: it keeps every constraint. The places are among those that qualify, in the "
            "order of the objectives."
        ),
    )


def _row(one: Contender, places: tuple[str, ...]) -> tuple[Cell, ...]:
    found = one.selection
    qualifies = found.HasField("qualification_probability")
    is_placed = found.HasField("frontier_probability")
    return (
        one.cell,
        _share_cell(found.qualification_probability if qualifies else None),
        _share_cell(found.frontier_probability if is_placed else None),
        *(_share_cell(_share(one, place)) for place in places),
    )


def _share_cell(share: float | None) -> Cell:
    if share is None:
        return NOTHING
    return Cell(probability(share), tone=Tone.PLAIN if share else Tone.MUTED)
