"""Whether a provider truly loads here: `python -m bakeoff.server.worker.probe --device cuda:0`.

Runs a tiny graph and prints `{"provider": ..., "loads": ..., "failure": ...}`.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bakeoff.server.errors import BakeoffError, NoSuchTargetError
from bakeoff.server.worker.confinement import keep_standard_output_clean
from bakeoff.server.worker.providers import Device, device_named
from bakeoff.server.worker.session import Session, SessionSettings

# A model of one node, y = x + x, for float vectors: opset 13, IR version 8.
_GRAPH: Final = bytes.fromhex(
    "080812003a3b0a0e0a01780a01781201792203416464120570726f62655a100a0178120b0a09080112050a0312016e"
    "62100a0179120b0a09080112050a0312016e42040a00100d"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of trying a provider. `failure` is empty when it loads."""

    provider: str
    loads: bool
    failure: str


def probe(device: Device) -> Finding:
    """Load and run a tiny graph on a device."""
    provider = device.provider.name
    numbers = np.arange(4, dtype=np.float32)
    with tempfile.TemporaryDirectory(prefix="probe-") as folder:
        graph = Path(folder) / "probe.onnx"
        graph.write_bytes(_GRAPH)
        try:
            doubled = Session(graph, device, SessionSettings()).run("y", {"x": numbers})
        except BakeoffError as error:
            return Finding(provider, loads=False, failure=error.message)
    if not np.array_equal(2 * numbers, doubled):
        return Finding(provider, loads=False, failure="it loads and computes a wrong sum")
    return Finding(provider, loads=True, failure="")


def main(arguments: list[str]) -> int:
    """Print the finding as one line of JSON. 0 when it loads, 1 when not."""
    parser = argparse.ArgumentParser(prog="bakeoff.server.worker.probe", description=__doc__)
    parser.add_argument("--device", required=True, help="such as cpu or cuda:0")
    options = parser.parse_args(arguments)
    try:
        device = device_named(options.device)
    except NoSuchTargetError as error:
        parser.error(error.message)
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as output:
        keep_standard_output_clean()
        finding = probe(device)
        output.write(f"{json.dumps(asdict(finding))}\n")
    return 0 if finding.loads else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
