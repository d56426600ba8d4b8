"""`bakeoff evaluate --gate`: what it asks, what it writes, how it ends."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from junitparser import JUnitXml

from bakeoff import v1
from bakeoff.client.cli import bakeoff

from .reports import MET, QUICK, UNDECIDED, VIOLATED, made_report

if TYPE_CHECKING:
    from conftest import Shelf

Run = Callable[..., Result]

GATE = f"""
baseline: first
constraints:
  - {QUICK}
"""


@pytest.fixture
def run_evaluate(
    shelf: "Shelf",
    serve: Callable[..., str],
    write_bundle: Callable[[Path, dict[str, bytes]], Path],
    tmp_path: Path,
) -> Run:
    """`bakeoff evaluate` of two local candidates under a gate, which ends as it is told."""
    folders = [
        write_bundle(tmp_path / name, {"model.onnx": b"graph"}) for name in ("first", "next")
    ]
    (tmp_path / "set.csv").write_text("text,label\nhello,greeting\n")
    (tmp_path / "gates.yaml").write_text(GATE)
    address = serve(shelf)
    shelf.artifact = [b"### lines of the server\n"]

    def run(
        *options: str, outcome: v1.ConstraintResult.Outcome.ValueType = MET, gate: str = GATE
    ) -> Result:
        (tmp_path / "gates.yaml").write_text(gate)
        outcomes = {"candidates/first": {QUICK: MET}, "candidates/next": {QUICK: outcome}}
        report = made_report(outcomes, recommended="candidates/next")
        shelf.outcome = v1.Evaluation(state=v1.Evaluation.STATE_SUCCEEDED, report=report)
        named = [word for folder in folders for word in ("--candidate", str(folder))]
        given = (*named, "--set", str(tmp_path / "set.csv"), "--server", address)
        return CliRunner().invoke(
            bakeoff, ["evaluate", *given, "--gate", str(tmp_path / "gates.yaml"), *options]
        )

    return run


def test_a_gate_that_is_passed_ends_with_0_and_says_so_in_one_line(run_evaluate: Run) -> None:
    ended = run_evaluate()
    assert 0 == ended.exit_code, ended.output
    assert "The gate is passed: 1 check." == ended.stderr.strip().split("\n")[-1]


def test_a_gate_that_is_not_passed_ends_with_1_and_one_line_of_reason(run_evaluate: Run) -> None:
    ended = run_evaluate(outcome=VIOLATED)
    assert 1 == ended.exit_code
    expected = f"The gate is not passed: next, {QUICK}: 86.1 % is too little."
    assert expected == ended.stderr.strip().split("\n")[-1]


def test_the_answer_itself_does_not_move_the_exit_code(run_evaluate: Run) -> None:
    """An undecided constraint shuts the gate with 1, not with the code of an undecided answer."""
    assert 1 == run_evaluate(outcome=UNDECIDED).exit_code
    assert 0 == run_evaluate(outcome=UNDECIDED, gate=f"{GATE}undecided: warn").exit_code


def test_warnings_are_told_before_the_reason(run_evaluate: Run) -> None:
    ended = run_evaluate(outcome=UNDECIDED, gate=f"{GATE}undecided: warn")
    assert [
        f"Warning: next, {QUICK}: undecided: It is not told.",
        "The gate is passed: 1 check, 1 warning.",
    ] == ended.stderr.strip().split("\n")[-2:]


def test_the_gate_adds_its_constraints_and_its_baseline(shelf: "Shelf", run_evaluate: Run) -> None:
    run_evaluate("--constraint", "accuracy>=0.8", gate=GATE.replace("first", "next"))
    (created,) = shelf.created
    assert ["accuracy>=0.8", QUICK] == list(created.spec.constraints)
    assert "candidates/next" == created.spec.baseline


def test_junit_and_summary_are_written(shelf: "Shelf", run_evaluate: Run, tmp_path: Path) -> None:
    junit, summary, steps = (tmp_path / name for name in ("junit.xml", "summary.md", "steps.md"))
    steps.write_text("before\n")
    run_evaluate(
        *("--junit", str(junit), "--summary", str(summary), "--append-summary", str(steps)),
        outcome=VIOLATED,
    )
    assert 1 == JUnitXml.fromfile(str(junit)).failures
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("## ❌ The gate is not passed")
    assert text.endswith("|\n\n### lines of the server\n")
    assert f"before\n{text}" == steps.read_text(encoding="utf-8")
    (asked,) = shelf.artifacts_asked
    wanted = v1.ReadArtifactRequest.RenderedReport.FORMAT_MARKDOWN_SUMMARY
    assert wanted == asked.rendered_report.format


def test_without_a_gate_the_summary_is_the_servers(
    shelf: "Shelf", serve: Callable[..., str], bundle_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "set.csv").write_text("text,label\nhello,greeting\n")
    shelf.outcome.report.CopyFrom(made_report({"candidates/tiny.fp32": {}}))
    shelf.artifact = [b"### lines\n"]
    given = ("--candidate", str(bundle_folder), "--set", str(tmp_path / "set.csv"))
    files = ("--summary", str(tmp_path / "s.md"), "--model-card", str(tmp_path / "card.md"))
    ended = CliRunner().invoke(bakeoff, ["evaluate", *given, "--server", serve(shelf), *files])
    assert 0 == ended.exit_code, ended.output
    assert "### lines\n" == (tmp_path / "s.md").read_text() == (tmp_path / "card.md").read_text()
    formats = [one.rendered_report.format for one in shelf.artifacts_asked]
    rendered = v1.ReadArtifactRequest.RenderedReport
    assert [rendered.FORMAT_MODEL_CARD, rendered.FORMAT_MARKDOWN_SUMMARY] == formats


@pytest.mark.parametrize(
    ("gate", "options", "words"),
    [
        ("constraint: [a]", [], "line 1, column 1: a gate takes baseline"),
        ("recommended: ghost", [], "recommended of the gate must name one of the candidates"),
        (GATE, ["--baseline", "next"], "baseline must be that of the gate"),
        (GATE, ["--detach"], "--detach leaves no room for --gate"),
        (GATE, ["--junit", "no/such/j.xml"], "--junit: there is no folder 'no/such'"),
        (GATE, ["--append-summary", "no/such/s.md"], "--append-summary: there is no folder"),
    ],
)
def test_wrong_usage_ends_with_2_before_anything_is_sent(
    shelf: "Shelf", run_evaluate: Run, gate: str, options: list[str], words: str
) -> None:
    ended = run_evaluate(*options, gate=gate)
    assert 2 == ended.exit_code, ended.output
    assert words in " ".join(ended.stderr.split())
    assert 0 == shelf.upload_count
    assert [] == shelf.created


def test_junit_needs_a_gate(bundle_folder: Path, tmp_path: Path) -> None:
    given = ("--candidate", str(bundle_folder), "--set", "s", "--junit", str(tmp_path / "j.xml"))
    ended = CliRunner().invoke(bakeoff, ["evaluate", *given])
    assert 2 == ended.exit_code
    assert "--junit needs --gate" in ended.stderr


def test_validating_judges_nothing_and_writes_nothing(
    shelf: "Shelf", run_evaluate: Run, tmp_path: Path
) -> None:
    ended = run_evaluate("--validate-only", "--junit", str(tmp_path / "j.xml"))
    assert 0 == ended.exit_code, ended.output
    assert [QUICK] == list(shelf.created[0].spec.constraints)
    assert not (tmp_path / "j.xml").exists()
