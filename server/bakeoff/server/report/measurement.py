"""What was measured of one candidate in one scenario, from its raw observations."""

from collections.abc import Sequence

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.report.latency import histograms, latency_figures
from bakeoff.server.report.messages import figure_message
from bakeoff.server.report.observations import (
    END_TO_END,
    Observations,
    median_ns,
    query_count,
    samples_per_s,
)
from bakeoff.server.report.rounds import mean_over_rounds
from bakeoff.server.scenarios import OFFLINE
from bakeoff.server.types import Direction, Figure
from bakeoff.v1 import MeasuredBlock, Scenario, ScenarioResult, StageTime, Validity

_STAGES = ("tokenise", "copy-in", "run", "copy-out", "decode")
_NS_PER_MS = 1e6


def scenario_result(observations: Observations, settings: Scenario, level: float) -> ScenarioResult:
    """Figures, distributions, stages and blocks; INVALID when nothing was observed."""
    evidence = observations.evidence
    return ScenarioResult(
        scenario=evidence.scenario,
        settings=settings,
        figures=[figure_message(figure) for figure in _figures(observations, level)],
        histograms=[] if evidence.scenario == OFFLINE else histograms(observations),
        stages=_stages(observations),
        blocks=_blocks(observations),
        thread_layout=evidence.layout,
        validity=_validity(observations),
    )


def block_value(observations: Observations, position: int) -> float:
    """The figure of one block: samples per second for `offline`, else median latency in ms."""
    block = observations.blocks[position]
    if observations.evidence.scenario == OFFLINE:
        return samples_per_s(block)
    return median_ns(block) / _NS_PER_MS


def _figures(observations: Observations, level: float) -> Sequence[Figure]:
    if observations.query_count == 0:
        return ()
    if observations.evidence.scenario == OFFLINE:
        return (_throughput(observations, level), _padding_share(observations))
    return (_throughput(observations, level), *latency_figures(observations, level))


def _throughput(observations: Observations, level: float) -> Figure:
    mean = mean_over_rounds([samples_per_s(block) for block in observations.blocks], level)
    return Figure(
        id="throughput_per_s",
        value=mean.value,
        observation_count=sum(block.sample_count for block in observations.blocks),
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


def _stages(observations: Observations) -> list[StageTime]:
    total_ns: dict[str, int] = {}
    for block in observations.blocks:
        for stage, ns in block.stage_ns.items():
            total_ns[stage] = total_ns.get(stage, 0) + ns
    known = [stage for stage in _STAGES if stage in total_ns]
    others = sorted(stage for stage in total_ns if stage not in _STAGES)
    queries = observations.query_count
    if queries == 0:
        return []
    return [
        StageTime(stage=stage, mean_ms=total_ns[stage] / queries / _NS_PER_MS)
        for stage in (*known, *others)
    ]


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


def _validity(observations: Observations) -> Validity:
    evidence = observations.evidence
    reasons = list(evidence.suspicions)
    if not reasons and not evidence.warm_up_settled:
        reasons.append("The warm-up ended before its windows agreed.")
    if observations.query_count == 0:
        reasons.append("No query ended while it was measured.")
        return Validity(state=Validity.STATE_INVALID, reasons=reasons)
    state = Validity.STATE_SUSPECT if reasons else Validity.STATE_VALID
    return Validity(state=state, reasons=reasons)
