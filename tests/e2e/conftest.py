"""A real server as a process of its own, and small real bundles that it evaluates."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bakeoff.client import Client, EmbeddedServer

REPOSITORY = Path(__file__).resolve().parents[2]
WORDNET = REPOSITORY / "examples" / "wordnet"


def run_bakeoff(*arguments: str | Path, check: bool = True) -> "subprocess.CompletedProcess[str]":
    """Run the command as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "bakeoff.client", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=check,
    )


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped checkpoints, exported in fp32 and int8-dynamic."""
    pytest.importorskip("torch", reason="needs the exporter extra")
    output = tmp_path_factory.mktemp("bundles")
    for checkpoint in ("bert-nano", "bert-small"):
        run_bakeoff(
            "export",
            WORDNET / "checkpoints" / checkpoint,
            "--task=text-classification",
            "--variant=fp32",
            "--variant=int8-dynamic",
            f"--output={output}",
        )
    return output


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(data_dir=tmp_path_factory.mktemp("data")) as server:
        yield server


@pytest.fixture
def client(server: EmbeddedServer) -> Iterator[Client]:
    with Client(server.address) as client:
        yield client
