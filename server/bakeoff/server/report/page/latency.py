"""Latency of queries, the next when the last one ends: one example each, and several."""

from bakeoff.server.report.observations import END_TO_END, MODEL_ONLY
from bakeoff.server.report.page.cells import figure_cell
from bakeoff.server.report.page.distribution import distribution
from bakeoff.server.report.page.document import Cell, Column, Fold, Part, Section, Table
from bakeoff.server.report.page.quantiles import quantiles
from bakeoff.server.report.page.roster import Roster
from bakeoff.server.report.page.stages import stages
from bakeoff.server.scenarios import MULTI_STREAM, SINGLE_STREAM


def latency(roster: Roster) -> Section | None:
    """Latency of queries one at a time; None when nobody was measured so."""
    single, several = roster.scenarios_of(SINGLE_STREAM), roster.scenarios_of(MULTI_STREAM)
    if not single and not several:
        return None
    parts = folded(roster, single)
    if several:
        parts.append(_of_several(roster, several))
    return Section(
        id="latency",
        title="Latency",
        lead=(
            "One query at a time, the next when the last one ends. End to end is from the text to "
            "the answer, in the worker process; the network is not in it."
        ),
        parts=tuple(parts),
    )


def folded(roster: Roster, scenarios: tuple[str, ...]) -> list[Part]:
    """All that is told of latency in each scenario: the first open, the others folded away."""
    parts: list[Part] = []
    for position, scenario in enumerate(scenarios):
        shown = _of_scenario(roster, scenario)
        parts += shown if position == 0 else [Fold(f"Latency, {scenario}", tuple(shown))]
    return parts


def _of_scenario(roster: Roster, scenario: str) -> list[Part]:
    measured = roster.measured(scenario)
    parts: list[Part] = [distribution(measured, scenario)]
    parts += [quantiles(roster, scenario, boundary) for boundary in (END_TO_END, MODEL_ONLY)]
    chart = stages(measured, scenario)
    return parts if chart is None else [*parts, chart]


def _of_several(roster: Roster, scenarios: tuple[str, ...]) -> Table:
    known = ("throughput_per_s", "latency_p50_ms", "latency_p90_ms", "latency_p99_ms")
    return Table(
        caption="Queries of several examples, end to end",
        columns=(
            Column("Candidate", numeric=False),
            Column("Scenario", numeric=False),
            Column("Throughput", detail="examples"),
            Column("p50"),
            Column("p90"),
            Column("p99"),
        ),
        rows=tuple(
            (
                one.cell,
                Cell(scenario),
                *(figure_cell(one.figure(figure_id, scenario)) for figure_id in known),
            )
            for scenario in scenarios
            for one in roster.measured(scenario)
        ),
        note="Latency is that of the whole query.",
    )
