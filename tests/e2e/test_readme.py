"""Promises about the README: each of its examples runs as it is written."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
from junitparser import JUnitXml

from bakeoff.client import EmbeddedServer

pytestmark = pytest.mark.torch

ROOT = Path(__file__).resolve().parents[2]
WORDNET = ROOT / "examples" / "wordnet"
ADDRESS = "127.0.0.1:50051"


def blocks(language: str, section: str) -> list[str]:
    """Blocks of code in a section of the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(section)}\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return re.findall(rf"^```{language}\n(.*?)^```", found[1], re.MULTILINE | re.DOTALL)


def commands(section: str) -> list[list[str]]:
    """Commands that a section of the README shows, each as its words."""
    script = "\n".join(blocks("console", section)).replace("\\\n", " ")
    return [shlex.split(line[2:]) for line in script.splitlines() if line.startswith("$ ")]


def hurried(words: list[str]) -> list[str]:
    """The same command with a budget of a few seconds in place of the one that it shows."""
    place = words.index("--budget") + 1
    assert words[place].endswith("0s")
    return [*words[:place], "6s", *words[place + 1 :]]


def have_bundles(folder: Path, bundles: Path) -> None:
    """Put bundles where the README's own commands put them."""
    for variant in ("fp32", "int8-dynamic"):
        target = folder / "bundles" / f"my-checkpoint.{variant}"
        shutil.copytree(bundles / f"bert-nano.{variant}", target, dirs_exist_ok=True)


def first_rows(source: Path, target: Path, count: int) -> None:
    with source.open(encoding="utf-8") as file:
        target.write_text("".join(islice(file, count + 1)), encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, bundles: Path) -> Path:
    """What the README supposes that a user has, under the names that it gives it."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(WORDNET / "checkpoints" / "bert-nano", folder / "my-checkpoint")
    first_rows(WORDNET / "train.csv", folder / "my-train-set.csv", 1500)
    first_rows(WORDNET / "test.csv", folder / "my-test-set.csv", 200)
    (folder / "examples").symlink_to(ROOT / "examples")
    bundle = bundles / "bert-nano.fp32"
    for name in ("model.onnx", "tokenizer.json"):
        shutil.copy(bundle / name, folder)
    existing = folder / "my-onnx-folder"
    shutil.copytree(WORDNET / "checkpoints" / "bert-nano", existing)
    (existing / "model.safetensors").unlink()
    (existing / "onnx").mkdir()
    shutil.copy(bundle / "model.onnx", existing / "onnx")
    labels = ["act", "animal", "artifact", "body", "cognition", "communication"]
    labels += ["food", "location", "person", "plant", "state", "substance"]
    (folder / "labels.txt").write_text("\n".join(labels) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run(
    folder: Path, unmeasured: dict[str, str]
) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Run words of a command where the user's files lie."""
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def run(words: list[str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            words,
            cwd=folder,
            env={**unmeasured, "PATH": tools},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_commands_for_ones_own_checkpoint_run_as_written(folder: Path, run: Callable) -> None:
    shown = commands("Your own checkpoint and your own CSV")
    assert [
        "bakeoff export",
        "bakeoff evaluate",
        "python examples/wordnet/train_baseline.py",
        "bakeoff export",
        "bakeoff adopt",
        "bakeoff adopt",
    ] == [" ".join(words[:2]) for words in shown]
    for words in shown:
        process = run(words)
        # 3 and 4 say that no candidate qualifies or that so few rows do not decide.
        allowed = (0, 3, 4) if words[1] == "evaluate" else (0,)
        assert process.returncode in allowed, f"{shlex.join(words)}: {process.stderr}"
    assert (folder / "report.html").stat().st_size > 0
    assert [
        "baseline.fp32",
        "model.fp32",
        "my-checkpoint.fp32",
        "my-checkpoint.int8-dynamic",
        "my-onnx-folder.fp32",
    ] == sorted(path.name for path in (folder / "bundles").iterdir())


def test_the_command_for_load_runs_as_written_in_less_time(
    folder: Path, run: Callable[..., "subprocess.CompletedProcess[str]"], bundles: Path
) -> None:
    have_bundles(folder, bundles)
    (words,) = commands("How load is measured")
    process = run(hurried(words))
    assert process.returncode in (0, 3, 4), process.stderr
    assert (folder / "load.html").stat().st_size > 0


def test_the_gate_runs_as_written_in_less_time_and_says_what_it_found(
    folder: Path, run: Callable[..., "subprocess.CompletedProcess[str]"], bundles: Path
) -> None:
    """Whether so few rows pass the gate is the machine's to say, and the exit code's to tell."""
    have_bundles(folder, bundles)
    (gate,) = blocks("yaml", "In CI")
    (folder / "gates.yaml").write_text(gate, encoding="utf-8")
    (words,) = commands("In CI")
    process = run(hurried(words))
    checks = JUnitXml.fromfile(str(folder / "gate.xml"))
    assert 4 == checks.tests
    outcome = "is passed" if process.returncode == 0 else "is not passed"
    assert f"The gate {outcome}" in process.stderr.strip().split("\n")[-1]
    assert (process.returncode == 0) == (checks.failures + checks.errors == 0)
    assert f"The gate {outcome}" in (folder / "summary.md").read_text(encoding="utf-8")


def test_the_example_for_another_service_runs_as_written(
    folder: Path, run: Callable, server: EmbeddedServer, bundles: Path
) -> None:
    have_bundles(folder, bundles)
    (example,) = blocks("python", "Serve")
    assert example.count(ADDRESS) == 1
    process = run([sys.executable, "-c", example.replace(ADDRESS, server.address)])
    assert process.returncode == 0, process.stderr
    assert "my-checkpoint" in process.stdout


def test_the_commands_of_a_server_run_as_written(run: Callable, server: EmbeddedServer) -> None:
    serve, listing = commands("Serve")
    assert ["bakeoff", "serve", "--address", ADDRESS, "--data-dir", "./data"] == serve
    process = run([server.address if word == ADDRESS else word for word in listing])
    assert process.returncode == 0, process.stderr
    assert "cpu" in process.stdout
