"""What a load costs, in money and in energy."""

from bakeoff.server.report.page.cells import figure_cell
from bakeoff.server.report.page.document import Cell, Column, Note, Part, Section, Table
from bakeoff.server.report.page.roster import Roster
from bakeoff.server.selection.catalogue import PRICE_FIGURE, REPLICA_FIGURE
from bakeoff.server.selection.wording import quantity, title

_ENERGY_ID = "joules_per_sample"


def cost(roster: Roster) -> Section | None:
    """Cost, replicas and energy by scenario; None when nothing of them is known or was asked."""
    parts: list[Part] = [
        _table(roster, figure_id, scenarios)
        for figure_id in (PRICE_FIGURE.id, REPLICA_FIGURE.id, _ENERGY_ID)
        if (scenarios := _scenarios(roster, figure_id))
    ]
    reason = _no_energy(roster)
    if reason:
        parts.append(Note(f"Energy is not known: {reason}."))
    if not parts:
        return None
    pricing = roster.report.spec.pricing
    price = quantity(pricing.price_per_hour_usd, "", "USD")
    wanted = quantity(pricing.wanted_samples_per_s, "", "1/s")
    asked = f" The target costs {price} an hour." if pricing.price_per_hour_usd else ""
    asked += f" The load that is wanted is {wanted}." if pricing.wanted_samples_per_s else ""
    return Section(
        id="cost",
        title="Energy and cost",
        lead=f"What a load takes, if replicas are kept as busy as they were here.{asked}",
        parts=tuple(parts),
    )


def _scenarios(roster: Roster, figure_id: str) -> list[str]:
    """Scenarios in which anyone has a value of a figure."""
    return [
        scenario
        for scenario in roster.scenarios
        if any(
            (figure := one.figure(figure_id, scenario)) is not None and figure.value is not None
            for one in roster.contenders
        )
    ]


def _table(roster: Roster, figure_id: str, scenarios: list[str]) -> Table:
    name = title(figure_id)
    shown = [
        one
        for one in roster.contenders
        if any(one.figure(figure_id, scenario) is not None for scenario in scenarios)
    ]
    return Table(
        caption=f"{name[:1].upper()}{name[1:]}",
        columns=(
            Column("Scenario", numeric=False),
            *(Column(one.label, series=one.position) for one in shown),
        ),
        rows=tuple(
            (
                Cell(scenario),
                *(figure_cell(one.figure(figure_id, scenario)) for one in shown),
            )
            for scenario in scenarios
        ),
    )


def _no_energy(roster: Roster) -> str:
    """Why nobody's energy is known; empty when somebody's is, or nobody looked."""
    found = [
        figure
        for scenario in roster.scenarios
        for one in roster.contenders
        if (figure := one.figure(_ENERGY_ID, scenario)) is not None
    ]
    if any(figure.value is not None for figure in found):
        return ""
    return next((figure.absent_reason for figure in found), "")
