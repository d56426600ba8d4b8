"""A block of `single-stream`."""

from bakeoff.server.worker.blocks.observation import observed
from bakeoff.server.worker.blocks.setting import Setting
from bakeoff.server.worker.blocks.stillness import still
from bakeoff.server.worker.blocks.warming import STREAM_WARM_UP_EXAMPLE_COUNT, warm_stream
from bakeoff.server.worker.load.single_stream import single_stream
from bakeoff.server.worker.system import StreamedModel
from bakeoff.worker.v1 import Measured


def measure_single_stream(setting: Setting) -> Measured:
    """One example a query, the next query when the last one ends."""
    measured = Measured()
    if setting.command.warm_up:
        samples = setting.examples.spread(STREAM_WARM_UP_EXAMPLE_COUNT)
        warm_stream(measured, StreamedModel(setting.model, setting.examples), samples)
    system = StreamedModel(setting.model, setting.examples)
    with still():
        block = single_stream(system, setting.samples(), setting.bounds)
    observations = observed(setting, block.start_ns, block.duration_ns, system.tally)
    observations.sample_count = len(block.samples)
    observations.end_to_end_ns.extend(block.end_to_end_ns)
    observations.model_only_ns.extend(block.model_only_ns)
    observations.example_indices.extend(block.samples)
    measured.block.CopyFrom(observations)
    return measured
