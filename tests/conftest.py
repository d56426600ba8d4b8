"""The command as a user runs it, and a real server as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bakeoff.client import Client, EmbeddedServer

# What tells a process of ours to be measured.
COVERAGE = "COVERAGE_PROCESS_CONFIG"

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def unmeasured() -> dict[str, str]:
    """The environment of a process that coverage leaves alone.

    Under its eyes torch takes half as long again to draw a graph.
    """
    return {name: value for name, value in os.environ.items() if name != COVERAGE}


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
    with EmbeddedServer(data_dir=tmp_path_factory.mktemp("data")) as server:
        yield server


@pytest.fixture(scope="session")
def serving(server: EmbeddedServer) -> Callable[[], Client]:
    """Make a client of the server."""
    return lambda: Client(server.address)


@pytest.fixture
def client(serving: Callable[[], Client]) -> Iterator[Client]:
    with serving() as client:
        yield client
