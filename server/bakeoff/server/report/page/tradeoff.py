"""Quality against cost, with the frontier."""

from bakeoff.server.report.page.cells import figure_cell
from bakeoff.server.report.page.document import Chart, Column, Fold, Part, Section, Table
from bakeoff.server.report.page.frontier_chart import frontier_layout, frontier_traces, is_known
from bakeoff.server.report.page.frontier_place import frontier_cell
from bakeoff.server.report.page.names import key_title
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.report.page.standing import standing
from bakeoff.server.selection.wording import joined

_SPANNED_BY = 2


def tradeoff(roster: Roster) -> Section | None:
    """The first figure of the frontier against each other one; None without two to span it."""
    keys = tuple(roster.report.selection.frontier_figures)
    charts = [
        chart
        for position, key in enumerate(keys[1:])
        if (chart := _chart(roster, (keys[0], key), position)) is not None
    ]
    if not charts:
        return None
    parts: tuple[Part, ...] = (charts[0], *(Fold(chart.title, (chart,)) for chart in charts[1:]))
    return Section(id="tradeoff", title="The frontier", lead=_lead(roster, keys), parts=parts)


def _lead(roster: Roster, keys: tuple[str, ...]) -> str:
    names = [key_title(roster, key) for key in keys]
    told = ""
    if any(one.selection.HasField("frontier_probability") for one in roster.contenders):
        told = (
            " Beside each name stands how often it is on the frontier when everything is drawn "
            "anew; the fainter a mark, the less often."
        )
    every = "both" if len(keys) == _SPANNED_BY else "all"
    return (
        f"A candidate is on the frontier when no other one that qualifies is better in "
        f"{joined(names, 'or')} and no worse in {every}. Bars are intervals; a hollow mark breaks "
        f"a constraint or is not known to keep it, as its label says.{told}"
    )


def _chart(roster: Roster, keys: tuple[str, str], position: int) -> Chart | None:
    shown = [one for one in roster.contenders if is_known(one, keys)]
    if not shown:
        return None
    upward, across = (key_title(roster, key) for key in keys)
    spanned = len(roster.report.selection.frontier_figures) == _SPANNED_BY
    return Chart(
        id="tradeoff" if position == 0 else f"tradeoff-{position + 1}",
        title=f"{upward[:1].upper()}{upward[1:]} against {across}",
        description=_description(roster, shown, upward, across),
        traces=tuple(frontier_traces(shown, keys, draws_line=spanned)),
        layout=frontier_layout(roster, shown, keys),
        table=_table(roster, keys, (upward, across)),
        height_px=460,
    )


def _description(roster: Roster, shown: list[Contender], upward: str, across: str) -> str:
    on_it = [one.label for one in roster.contenders if one.selection.on_frontier]
    frontier = f"On the frontier: {', '.join(on_it)}." if on_it else "Nobody is on the frontier."
    return f"{len(shown)} candidates by {upward} and {across}. {frontier}"


def _table(roster: Roster, keys: tuple[str, str], titles: tuple[str, str]) -> Table:
    return Table(
        caption=f"{titles[0]} and {titles[1]} of each candidate",
        columns=(
            Column("Candidate", numeric=False),
            Column("Outcome", numeric=False),
            *(Column(title) for title in titles),
            Column("On the frontier", numeric=False),
        ),
        rows=tuple(
            (
                one.cell,
                standing(roster, one),
                *(figure_cell(one.figures.get(key)) for key in keys),
                frontier_cell(roster, one),
            )
            for one in roster.contenders
        ),
    )
