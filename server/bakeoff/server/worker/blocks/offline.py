"""A block of `offline`."""

from typing import Final

from bakeoff.server.worker.batching import WINDOW_EXAMPLE_COUNT, policy_from
from bakeoff.server.worker.blocks.observation import observed
from bakeoff.server.worker.blocks.setting import Setting
from bakeoff.server.worker.blocks.stillness import still
from bakeoff.server.worker.blocks.warming import BULK_WARM_UP_EXAMPLE_COUNT, warm_bulk
from bakeoff.server.worker.load.offline import offline
from bakeoff.server.worker.pipeline import Pipeline
from bakeoff.server.worker.system import PipelinedModel
from bakeoff.worker.v1 import Measured

# A shorter pass spends too much of its time on starting and ending.
_LEAST_PASS_NS: Final = 1_000_000_000


def measure_offline(setting: Setting) -> Measured:
    """All examples at once, through the pipeline of the prediction pass."""
    measured = Measured()
    policy = policy_from(setting.command.batch_policy)
    pipeline = Pipeline(setting.model, policy, setting.caller_count)
    rates = setting.handover.samples_per_s
    if setting.command.warm_up:
        samples = setting.examples.spread(BULK_WARM_UP_EXAMPLE_COUNT)
        found = warm_bulk(measured, PipelinedModel(pipeline, setting.examples), samples)
        rates[setting.scenario_id] = found.rates_per_s[-1]
    system = PipelinedModel(pipeline, setting.examples)
    with still():
        block = offline(system, setting.samples(), setting.bounds, _pass_sample_count(setting))
    rates[setting.scenario_id] = block.sample_count / block.duration_ns * 1e9
    measured.block.CopyFrom(observed(setting, block.start_ns, block.duration_ns, system.tally))
    measured.block.sample_count = block.sample_count
    return measured


def _pass_sample_count(setting: Setting) -> int:
    # A pass cannot be cut short, so it is sized by the rate to end in time.
    command = setting.command
    wanted_ns = min(max(command.min_duration_ns, _LEAST_PASS_NS), command.max_duration_ns)
    rate_per_s = setting.handover.samples_per_s.get(setting.scenario_id, 0.0)
    count = int(rate_per_s * wanted_ns / 1e9)
    count = min(max(count, BULK_WARM_UP_EXAMPLE_COUNT), WINDOW_EXAMPLE_COUNT)
    return min(count, len(setting.examples))
