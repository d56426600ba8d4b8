"""Latency of queries that arrive by a schedule."""

from bakeoff.server.report.page.cells import figure_cell
from bakeoff.server.report.page.document import Cell, Column, Section, Table
from bakeoff.server.report.page.latency import folded
from bakeoff.server.report.page.roster import Roster
from bakeoff.server.scenarios import SERVER

_FIGURES = (
    ("offered_qps", "Offered"),
    ("throughput_per_s", "Answered"),
    ("correct_per_s", "Right, in time"),
    ("accuracy_under_load", "Accuracy"),
    ("changed_answer_share", "Changed answers"),
    ("latency_p50_ms", "p50"),
    ("latency_p99_ms", "p99"),
    ("mean_batch_size", "Mean batch"),
    ("lateness_p99_ms", "Lateness, p99"),
)


def under_load(roster: Roster) -> Section | None:
    """Latency in every `server` scenario; None when nobody was measured in one."""
    scenarios = roster.scenarios_of(SERVER)
    if not scenarios:
        return None
    return Section(
        id="under-load",
        title="Latency under load",
        lead=(
            "Queries arrive by a schedule, whether or not the last ones have ended, and latency "
            "counts from the scheduled arrival: a candidate that falls behind shows it."
        ),
        parts=(_overview(roster, scenarios), *folded(roster, scenarios)),
    )


def _overview(roster: Roster, scenarios: tuple[str, ...]) -> Table:
    return Table(
        caption="Load and latency by scenario",
        columns=(
            Column("Candidate", numeric=False),
            Column("Scenario", numeric=False),
            *(Column(name) for _, name in _FIGURES),
        ),
        rows=tuple(
            (
                one.cell,
                Cell(scenario),
                *(figure_cell(one.figure(figure_id, scenario)) for figure_id, _ in _FIGURES),
            )
            for scenario in scenarios
            for one in roster.measured(scenario)
        ),
        note=(
            "Lateness is that of the load generator; it is part of the latency. A changed answer "
            "is another than that of the prediction pass, or none."
        ),
        quiet=True,
    )
