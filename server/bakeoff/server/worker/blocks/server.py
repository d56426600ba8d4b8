"""A block of `server`."""

import math
from typing import Final

import numpy as np

from bakeoff.server.errors import InvalidFieldError
from bakeoff.server.worker.blocks.observation import add_queries, observed, tally_of
from bakeoff.server.worker.blocks.setting import Setting
from bakeoff.server.worker.blocks.stillness import still
from bakeoff.server.worker.blocks.warming import warm_queries
from bakeoff.server.worker.load import arrivals
from bakeoff.server.worker.load.inbox import Service
from bakeoff.server.worker.load.server import SHORTEST_PATIENCE_NS, Offer, ServerBlock, server
from bakeoff.server.worker.system import QueryAnswer, ServedModel
from bakeoff.v1 import ArrivalTrace, ObservationBlock, Server
from bakeoff.worker.v1 import Measured

_NS_PER_S: Final = 1e9
# By default a caller could keep the interpreter for 5 ms while the generator is due.
_SWITCH_INTERVAL_S: Final = 50e-6
# The queue is as long as the load makes it after so many arrivals, and the caches are warm.
_RAMP_ARRIVAL_COUNT: Final = 16
_RAMP_NS: Final = 250_000_000
# A ramp takes no more than a quarter of the longest block.
_RAMP_DIVISOR: Final = 4


def measure_server(setting: Setting) -> Measured:
    """Queries of one example by a schedule, put together as the scenario says.

    After a ramp at the same rate, which is handed over with whatever waits.
    """
    scenario = setting.command.scenario.server
    service = _service(setting, scenario)
    offer = _offer(setting, scenario)
    measured = Measured()
    system = ServedModel(setting.model, setting.examples)
    if setting.command.warm_up:
        warm_queries(measured, system, setting, sorted({1, service.max_batch_size}))
    with still(_SWITCH_INTERVAL_S):
        patience_ns = max(setting.command.max_duration_ns, SHORTEST_PATIENCE_NS)
        block = server(system, offer, setting.bounds, service, patience_ns)
    if scenario.HasField("trace"):
        positions = setting.handover.trace_positions
        before = positions.get(setting.scenario_id, 0)
        positions[setting.scenario_id] = before + block.offered_count
    measured.block.CopyFrom(observation(setting, block))
    return measured


def observation(setting: Setting, block: ServerBlock[QueryAnswer]) -> ObservationBlock:
    """What was observed. A query that was given up has its latency so far, and no output or run."""
    answers = [answer for answer in block.answers if answer is not None]
    runs = [answer.run for answer in answers]
    found = observed(setting, block.start_ns, block.duration_ns, tally_of(runs))
    found.sample_count = len(answers)
    found.end_to_end_ns.extend(block.end_to_end_ns)
    found.example_indices.extend(block.samples)
    found.scheduled_ns.extend(block.scheduled_ns)
    found.lateness_ns.extend(block.lateness_ns)
    found.batch_sizes.extend(run.batch_size for run in runs)
    found.offered_qps = block.offered_count / block.offered_ns * _NS_PER_S
    add_queries(found, runs, [answer.token_count for answer in answers])
    if answers:
        nothing = np.full_like(answers[0].values, np.nan)
        rows = [nothing if answer is None else answer.values for answer in block.answers]
        found.output_values.extend(np.concatenate(rows).tolist())
    return found


def _service(setting: Setting, scenario: Server) -> Service:
    if not scenario.HasField("dynamic_batching"):
        return Service(setting.caller_count)
    batching = scenario.dynamic_batching
    if batching.max_batch_size < 1:
        message = f"max_batch_size must be at least 1, got {batching.max_batch_size}"
        raise InvalidFieldError(message)
    return Service(
        setting.caller_count, batching.max_batch_size, batching.max_delay.ToNanoseconds()
    )


def _offer(setting: Setting, scenario: Server) -> Offer:
    match scenario.WhichOneof("arrivals"):
        case "poisson_qps":
            ramp_ns = _ramp_ns(setting, qps := _rate("poisson_qps", scenario.poisson_qps))
            seed = arrivals.seed_of(
                setting.command.seed, setting.scenario_id, setting.command.round
            )
            schedule = arrivals.exponential(qps, ramp_ns, seed)
        case "constant_qps":
            ramp_ns = _ramp_ns(setting, qps := _rate("constant_qps", scenario.constant_qps))
            schedule = arrivals.constant(qps, ramp_ns)
        case "trace":
            ramp_ns = _ramp_ns(setting, _trace_qps(scenario.trace))
            position = setting.handover.trace_positions.get(setting.scenario_id, 0)
            schedule = arrivals.replay(scenario.trace.offsets_ns, position, ramp_ns)
        case _:
            message = "arrivals must be poisson_qps, constant_qps or trace, got none"
            raise InvalidFieldError(message)
    return Offer(schedule, ramp_ns, setting.samples(), setting.fillers())


def _rate(name: str, qps: float) -> float:
    if not 0 < qps < math.inf:
        message = f"{name} must be above 0 and finite, got {qps:g}"
        raise InvalidFieldError(message)
    return qps


def _trace_qps(trace: ArrivalTrace) -> float:
    offsets_ns = trace.offsets_ns
    if len(offsets_ns) < 2 or offsets_ns[0] != 0 or offsets_ns[-1] < 1:  # noqa: PLR2004 - one arrival has no rate
        message = (
            "offsets_ns of a trace must have 2 arrivals or more, from 0 to some later time, "
            f"got {len(offsets_ns)} from {offsets_ns[0] if offsets_ns else 'none'}"
        )
        raise InvalidFieldError(message)
    return (len(offsets_ns) - 1) / offsets_ns[-1] * _NS_PER_S


def _ramp_ns(setting: Setting, qps: float) -> int:
    wanted_ns = max(_RAMP_NS, round(_RAMP_ARRIVAL_COUNT / qps * _NS_PER_S))
    return min(wanted_ns, setting.command.max_duration_ns // _RAMP_DIVISOR)
