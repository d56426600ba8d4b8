"""What was measured of one candidate in one scenario, from its raw observations."""

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.report.answers_under_load import AnswerKey, answer_figures
from bakeoff.server.report.arrivals import arrival_figures
from bakeoff.server.report.bounds import latency_verdicts
from bakeoff.server.report.energy import energy_figure
from bakeoff.server.report.latency import histograms, latency_figures
from bakeoff.server.report.lengths import length_buckets, traffic_figures
from bakeoff.server.report.memory_trend import memory_trend
from bakeoff.server.report.messages import figure_message
from bakeoff.server.report.observations import (
    END_TO_END,
    Observations,
    median_ns,
    query_count,
    samples_per_s,
    span_s,
)
from bakeoff.server.report.peak_load import peak_figure, peak_load_search
from bakeoff.server.report.pricing import price_figures
from bakeoff.server.report.rounds import mean_over_rounds
from bakeoff.server.report.stages import stage_times
from bakeoff.server.report.validity import validity
from bakeoff.server.scenarios import OFFLINE, PEAK_LOAD, SERVER, kind_of
from bakeoff.server.selection.catalogue import TRAFFIC_KINDS
from bakeoff.server.types import Direction, Figure
from bakeoff.v1 import MeasuredBlock, Pricing, Scenario, ScenarioResult, TrafficHistogram

_NS_PER_MS = 1e6


def scenario_result(
    observations: Observations,
    settings: Scenario,
    level: float,
    *,
    traffic: TrafficHistogram | None = None,
    pricing: Pricing | None = None,
    answer_key: AnswerKey | None = None,
) -> ScenarioResult:
    """Figures, distributions, stages, lengths, verdicts and blocks; INVALID where none may be used.

    Latencies are weighted by `traffic`, costs told of `pricing`, and answers under load held
    against `answer_key` where they are given.
    """
    evidence = observations.evidence
    kind = kind_of(evidence.scenario)
    figures = _figures(observations, level, traffic)
    if answer_key is not None and kind == SERVER:
        figures += answer_figures(observations, settings, answer_key, level)
    if pricing is not None:
        figures += price_figures(figures, pricing)
    is_sought = kind == PEAK_LOAD
    return ScenarioResult(
        scenario=evidence.scenario,
        settings=settings,
        figures=[figure_message(figure) for figure in figures],
        histograms=[] if is_sought or kind == OFFLINE else histograms(observations),
        stages=stage_times(observations, level),
        blocks=_blocks(observations),
        thread_layout=evidence.layout,
        validity=validity(observations),
        length_buckets=(
            length_buckets(observations, level, traffic) if kind in TRAFFIC_KINDS else []
        ),
        latency_verdicts=latency_verdicts(observations, settings),
        peak_load_search=peak_load_search(evidence) if is_sought else None,
        memory_trend=memory_trend(observations, level),
        energy=evidence.energy,
    )


def block_value(observations: Observations, position: int) -> float:
    """The figure of one block: samples per second for `offline`, else median latency in ms."""
    block = observations.blocks[position]
    if kind_of(observations.evidence.scenario) == OFFLINE:
        return samples_per_s(block)
    return median_ns(block) / _NS_PER_MS


def _figures(
    observations: Observations, level: float, traffic: TrafficHistogram | None
) -> list[Figure]:
    evidence = observations.evidence
    kind = kind_of(evidence.scenario)
    if kind == PEAK_LOAD:
        return [peak_figure(evidence, level), *arrival_figures(observations, level)]
    if observations.query_count == 0:
        return []
    figures = [_throughput(observations, level)]
    if kind == OFFLINE:
        figures.append(_padding_share(observations))
    else:
        figures += latency_figures(observations, level)
        figures += arrival_figures(observations, level)
    if traffic is not None and kind in TRAFFIC_KINDS:
        figures += traffic_figures(observations, level, traffic)
    energy = energy_figure(evidence, sum(block.sample_count for block in observations.blocks))
    return figures if energy is None else [*figures, energy]


def _throughput(observations: Observations, level: float) -> Figure:
    blocks = observations.blocks
    seconds = [span_s(block) for block in blocks]
    mean = mean_over_rounds([block.sample_count for block in blocks], seconds, level)
    return Figure(
        id="throughput_per_s",
        value=mean.value,
        observation_count=sum(block.sample_count for block in blocks),
        unit="1/s",
        direction=Direction.HIGHER_IS_BETTER,
        method="mean over rounds",
        interval=mean.interval,
        scenario=observations.evidence.scenario,
        boundary=END_TO_END,
    )


def _padding_share(observations: Observations) -> Figure:
    padded = sum(block.padded_token_count for block in observations.blocks)
    real = sum(block.token_count for block in observations.blocks)
    return Figure(
        id="padding_share",
        value=(padded - real) / padded if padded else None,
        observation_count=padded,
        unit="1",
        direction=Direction.LOWER_IS_BETTER,
        method="counted tokens",
        scenario=observations.evidence.scenario,
        absent_reason="" if padded else "the graph takes texts as they are",
    )


def _blocks(observations: Observations) -> list[MeasuredBlock]:
    evidence = observations.evidence
    found = []
    for index, block in enumerate(observations.blocks):
        start_time = Timestamp()
        start_time.FromNanoseconds(evidence.start_times_ns[index])
        duration = Duration()
        duration.FromNanoseconds(block.duration_ns)
        found.append(
            MeasuredBlock(
                round=block.round,
                position=evidence.positions[index],
                start_time=start_time,
                duration=duration,
                query_count=query_count(block),
                value=block_value(observations, index) if query_count(block) else 0.0,
            )
        )
    return found
