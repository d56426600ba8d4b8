"""What a built wheel brings along, each time in an environment of its own."""

import json
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).resolve().parents[2]
WORDNET = REPOSITORY / "examples" / "wordnet"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", f"--outdir={folder}", str(REPOSITORY)],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("bakeoff-*.whl"))


def pip(python: Path, *arguments: str) -> str:
    """Let the pip of these tests see to another environment, which needs none of its own."""
    call = [sys.executable, "-m", "pip", "--disable-pip-version-check", f"--python={python}"]
    return subprocess.run([*call, *arguments], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Install the wheel with some extras into a new environment; give its interpreter."""

    def install(extras: str) -> Path:
        folder = tmp_path_factory.mktemp("environment")
        venv.create(folder)
        python = folder / "bin" / "python"
        # Most of what is installed is never imported: what is gets compiled then.
        pip(python, "install", "--no-compile", f"bakeoff{extras} @ {wheel.as_uri()}")
        return python

    return install


def distributions(python: Path) -> set[str]:
    listing = pip(python, "list", "--format=json")
    return {item["name"].lower() for item in json.loads(listing)}


def test_the_base_install_is_a_client_and_little_else(installed: Callable[[str], Path]) -> None:
    python = installed("")
    assert distributions(python) & {"numpy", "onnxruntime", "torch", "scipy"} == set()
    code = "import sys, bakeoff.client; print(sorted({'click', 'rich'} & set(sys.modules)))"
    run = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "[]"
    command = python.with_name("bakeoff")
    serve = subprocess.run([command, "serve"], check=False, capture_output=True, text=True)
    assert serve.returncode == 1
    assert "bakeoff[server,cpu]" in serve.stderr


@pytest.mark.torch
def test_a_server_install_evaluates_without_torch(
    installed: Callable[[str], Path], bundles: Path, tmp_path: Path
) -> None:
    python = installed("[server,cpu]")
    assert distributions(python) & {"torch", "transformers", "optimum"} == set()
    outcome = subprocess.run(
        [
            python.with_name("bakeoff"),
            "evaluate",
            f"--candidate={bundles / 'bert-nano.fp32'}",
            f"--set={WORDNET / 'test.csv'}",
            "--quality-only",
            "--profile-repeats=1",
            f"--data-dir={tmp_path}",
            "--format=json",
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    assert outcome.returncode == 0, outcome.stderr
    (result,) = json.loads(outcome.stdout)["candidates"]
    accuracy = next(item["value"] for item in result["quality"] if item["id"] == "accuracy")
    assert accuracy == pytest.approx(0.7967, abs=0.005)
