"""A file for each scenario: how one block of it is measured."""

from collections.abc import Callable, Mapping
from typing import Final

from bakeoff.server.worker.blocks.multi_stream import measure_multi_stream
from bakeoff.server.worker.blocks.offline import measure_offline
from bakeoff.server.worker.blocks.server import measure_server
from bakeoff.server.worker.blocks.setting import Setting
from bakeoff.server.worker.blocks.single_stream import measure_single_stream
from bakeoff.server.worker.blocks.soak import measure_soak
from bakeoff.worker.v1 import Measured

# By the name in the contract. A new scenario is a line here.
BLOCKS: Final[Mapping[str, Callable[[Setting], Measured]]] = {
    "offline": measure_offline,
    "single_stream": measure_single_stream,
    "multi_stream": measure_multi_stream,
    "server": measure_server,
    "soak": measure_soak,
}
