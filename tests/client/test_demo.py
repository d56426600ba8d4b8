"""What `bakeoff demo` needs, and how it stops. The whole of it runs in `make demo`."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bakeoff.client.cli import bakeoff
from bakeoff.client.commands import demo

EXAMPLES = Path(__file__).parents[2] / "examples" / "wordnet"


def run(examples: Path, work_dir: Path) -> Result:
    words = ["demo", "--examples", str(examples), "--work-dir", str(work_dir)]
    return CliRunner().invoke(bakeoff, words)


def test_outside_a_checkout_the_demo_says_so(tmp_path: Path) -> None:
    outcome = run(tmp_path / "nothing", tmp_path / "work")
    assert 1 == outcome.exit_code
    assert "Run the demo in a checkout of the project" in outcome.stderr
    assert outcome.stderr.endswith("[EXAMPLES_MISSING]\n")
    assert not (tmp_path / "work").exists()


def test_without_the_extras_the_demo_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "NEEDED", ("no_such_library",))
    outcome = run(EXAMPLES, tmp_path)
    assert 1 == outcome.exit_code
    assert "lacks no_such_library: pip install '.[server,exporter]'" in outcome.stderr


def test_a_step_that_fails_ends_the_demo(tmp_path: Path) -> None:
    for name in ("bert-small", "bert-nano"):
        (tmp_path / "checkpoints" / name).mkdir(parents=True)
    for name in ("test.csv", "train.csv"):
        (tmp_path / name).write_text("text,label\n")
    (tmp_path / "train_baseline.py").write_text("raise SystemExit(7)\n")
    outcome = run(tmp_path, tmp_path / "work")
    assert 1 == outcome.exit_code
    assert "[1/5] Train the classical baseline" in outcome.stderr
    assert "'Train the classical baseline' ended with code 7" in outcome.stderr


def test_the_shipped_examples_are_what_the_demo_looks_for(tmp_path: Path) -> None:
    demo._check(EXAMPLES)
    last = demo._steps(EXAMPLES, tmp_path)[-1]
    assert 5 == last.words.count("--candidate")
