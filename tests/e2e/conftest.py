"""Small real bundles, made as a user makes them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

WORDNET = Path(__file__).resolve().parents[2] / "examples" / "wordnet"


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory, worker_id: str, bakeoff: Callable) -> Path:
    """The shipped checkpoints, exported in fp32 and int8-dynamic.

    Processes of one run share them: each begins with another checkpoint, and waits for none that
    it can export itself.
    """
    pytest.importorskip("torch", reason="needs the exporter extra")
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent
    output = folder / "bundles"
    checkpoints = ("bert-nano", "bert-small")
    for checkpoint in checkpoints if worker_id != "gw1" else checkpoints[::-1]:
        with FileLock(folder / f"{checkpoint}.lock"):
            if not (output / f"{checkpoint}.int8-dynamic").exists():
                bakeoff(
                    "export",
                    WORDNET / "checkpoints" / checkpoint,
                    "--task=text-classification",
                    "--variant=fp32",
                    "--variant=int8-dynamic",
                    f"--output={output}",
                )
    return output
