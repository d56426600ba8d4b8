"""Costs of one candidate over those of another, round by round."""

import statistics
from collections.abc import Mapping

from bakeoff.server.report.measurement import block_value
from bakeoff.server.report.messages import interval_message
from bakeoff.server.report.observations import Observations, query_count
from bakeoff.server.scenarios import OFFLINE, PEAK_LOAD, kind_of
from bakeoff.server.statistics import min_count_for_quantile, paired_ratio_interval
from bakeoff.v1 import CostRatio

_OFFLINE_FIGURE = "throughput_per_s"
_QUERY_FIGURE = "latency_p50_ms"


def figure_of_rounds(scenario: str) -> str:
    """Id of the figure that each round of a scenario has a value of; empty where rounds differ.

    In a search for the peak load each candidate is offered a rate of its own.
    """
    kind = kind_of(scenario)
    if kind == PEAK_LOAD:
        return ""
    return _OFFLINE_FIGURE if kind == OFFLINE else _QUERY_FIGURE


def round_ratios(first: Observations, second: Observations) -> list[float]:
    """First over second in each round that both were measured in, in the order of rounds."""
    ours, theirs = round_values(first), round_values(second)
    return [ours[number] / theirs[number] for number in sorted(ours.keys() & theirs.keys())]


def cost_ratio(
    candidate: str, baseline: str, first: Observations, second: Observations, level: float
) -> CostRatio | None:
    """The ratio of a candidate to the baseline in a scenario; None when no round pairs them."""
    scenario = first.evidence.scenario
    ratios = round_ratios(first, second) if figure_of_rounds(scenario) else []
    if not ratios:
        return None
    interval = paired_ratio_interval(ratios, level)
    return CostRatio(
        candidate=candidate,
        baseline=baseline,
        figure_id=figure_of_rounds(scenario),
        scenario=scenario,
        ratio=statistics.median(ratios),
        interval=None if interval is None else interval_message(interval),
        round_count=len(ratios),
    )


def round_values(observations: Observations) -> Mapping[int, float]:
    """Value of each round that has one; too few queries carry no median."""
    is_offline = kind_of(observations.evidence.scenario) == OFFLINE
    needed = 1 if is_offline else min_count_for_quantile(0.5)
    return {
        block.round: block_value(observations, position)
        for position, block in enumerate(observations.blocks)
        if query_count(block) >= needed
    }
