"""A block of `multi-stream`."""

from bakeoff.server.errors import InvalidFieldError
from bakeoff.server.worker.blocks.closed_loop import measure_closed_loop
from bakeoff.server.worker.blocks.setting import Setting
from bakeoff.worker.v1 import Measured


def measure_multi_stream(setting: Setting) -> Measured:
    """So many examples a query, the next query when the last one ends.

    An example that cannot become an input is left out of its query.
    """
    count = setting.command.scenario.multi_stream.samples_per_query
    if count < 1:
        message = f"samples_per_query must be at least 1, got {count}"
        raise InvalidFieldError(message)
    return measure_closed_loop(setting, count)
