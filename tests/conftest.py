"""The command as a user runs it, and a real server as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bakeoff.client import Client, EmbeddedServer

# Processes of a test run stand side by side: more threads each would only wait for one another.
# Read when torch and numpy are imported, which is later; a worker's sessions have a layout of
# their own.
for _variable in ("OMP_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

# What tells a process of ours to be measured.
COVERAGE = "COVERAGE_PROCESS_CONFIG"

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def unmeasured() -> dict[str, str]:
    """The environment of a process that coverage leaves alone.

    Under its eyes torch takes half as long again to draw a graph.
    """
    return {name: value for name, value in os.environ.items() if name != COVERAGE}


@pytest.fixture(scope="module")
def unmeasured_processes() -> Iterator[None]:
    """Processes that the tests of a file start are left alone by coverage.

    For files that start many, of code that other tests measure: being measured, a worker takes
    half as long again.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(COVERAGE, raising=False)
        yield


@pytest.fixture(scope="session")
def bakeoff(unmeasured: dict[str, str]) -> Command:
    """Run the command as a user does; exports, which have tests of their own, unmeasured."""

    def run(*arguments: str | Path, check: bool = True) -> "subprocess.CompletedProcess[str]":
        process = subprocess.run(
            [sys.executable, "-m", "bakeoff.client", *map(str, arguments)],
            env=unmeasured if arguments[0] == "export" else None,
            capture_output=True,
            text=True,
            check=False,
        )
        if check:
            assert process.returncode == 0, process.stderr
        return process

    return run


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """A server that coverage leaves alone: its rooms have tests of their own."""
    server = EmbeddedServer(data_dir=tmp_path_factory.mktemp("data"))
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(COVERAGE, raising=False)
        server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def serving(server: EmbeddedServer) -> Callable[[], Client]:
    """Make a client of the server."""
    return lambda: Client(server.address)


@pytest.fixture
def client(serving: Callable[[], Client]) -> Iterator[Client]:
    with serving() as client:
        yield client
