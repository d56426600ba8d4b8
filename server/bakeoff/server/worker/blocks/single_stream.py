"""A block of `single-stream`."""

from bakeoff.server.worker.blocks.closed_loop import measure_closed_loop
from bakeoff.server.worker.blocks.setting import Setting
from bakeoff.worker.v1 import Measured


def measure_single_stream(setting: Setting) -> Measured:
    """One example a query, the next query when the last one ends."""
    return measure_closed_loop(setting, samples_per_query=1)
