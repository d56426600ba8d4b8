"""Small real bundles, made as a user makes them."""

from collections.abc import Callable
from pathlib import Path

import pytest

WORDNET = Path(__file__).resolve().parents[2] / "examples" / "wordnet"


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory, bakeoff: Callable) -> Path:
    """The shipped checkpoints, exported in fp32 and int8-dynamic."""
    pytest.importorskip("torch", reason="needs the exporter extra")
    output = tmp_path_factory.mktemp("bundles")
    for checkpoint in ("bert-nano", "bert-small"):
        bakeoff(
            "export",
            WORDNET / "checkpoints" / checkpoint,
            "--task=text-classification",
            "--variant=fp32",
            "--variant=int8-dynamic",
            f"--output={output}",
        )
    return output
