"""A gate's files tell that there was nothing to judge, and why."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest
from click.testing import CliRunner, Result
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status
from junitparser import Error, JUnitXml, TestCase

from bakeoff import v1
from bakeoff.client.cli import bakeoff
from bakeoff.client.errors import UnavailableError
from bakeoff.client.gates import absence_junit_xml, absence_markdown, absence_of
from bakeoff.v1.evaluation_service_pb2_grpc import EvaluationServiceServicer

if TYPE_CHECKING:
    from conftest import Shelf

GATE = "constraints: [accuracy >= 0.9]\n"
NOT_PASSED = "## 💥 The gate is not passed: there is no report."

Words = Callable[..., list[str]]
Run = Callable[..., Result]


@pytest.fixture
def words(bundle_folder: Path, tmp_path: Path) -> Words:
    """`evaluate` with a JUnit file and two summaries, under a gate unless told not."""
    (tmp_path / "set.csv").write_text("text,label\nhello,greeting\n")
    (tmp_path / "gates.yaml").write_text(GATE)
    (tmp_path / "steps.md").write_text("before\n")

    def at(server: str, *options: str, gated: bool = True) -> list[str]:
        given = ("-c", str(bundle_folder), "-s", str(tmp_path / "set.csv"), "--server", server)
        gate = ("--gate", str(tmp_path / "gates.yaml"), "--junit", str(tmp_path / "gate.xml"))
        summaries = ("--summary", str(tmp_path / "s.md"))
        steps = ("--append-summary", str(tmp_path / "steps.md"))
        return ["evaluate", *given, *(gate if gated else ()), *summaries, *steps, *options]

    return at


@pytest.fixture
def run_evaluate(shelf: "Shelf", serve: Callable[..., str], words: Words) -> Run:
    """Runs these words in this process, on a server of `shelf` unless another is given."""
    address = serve(shelf)

    def run(*options: str, gated: bool = True, server: str = address) -> Result:
        return CliRunner().invoke(bakeoff, words(server, *options, gated=gated))

    return run


def only_case(folder: Path) -> TestCase:
    """The case of the JUnit file, once its counts are seen to be right."""
    whole = JUnitXml.fromfile(str(folder / "gate.xml"))
    assert (1, 0, 1, 0) == (whole.tests, whole.failures, whole.errors, whole.skipped)
    ((case,),) = list(whole)
    return case


def properties(folder: Path) -> dict[str, str]:
    (suite,) = list(JUnitXml.fromfile(str(folder / "gate.xml")))
    return {one.name: one.value for one in suite.properties()}


def failed() -> v1.Evaluation:
    """An evaluation of which every candidate crashed."""
    error = status_pb2.Status(code=code_pb2.ABORTED, message="Every candidate failed.")
    error.details.add().Pack(
        error_details_pb2.ErrorInfo(reason="CANDIDATE_FAILED", domain="bakeoff")
    )
    return v1.Evaluation(state=v1.Evaluation.STATE_FAILED, error=error)


def test_a_failed_evaluation_is_an_error_with_status_and_reason(
    shelf: "Shelf", run_evaluate: Run, tmp_path: Path
) -> None:
    shelf.outcome = failed()
    ended = run_evaluate()
    assert 1 == ended.exit_code, ended.output
    case = only_case(tmp_path)
    assert "there is a report to judge" == case.name
    (error,) = case.result
    assert isinstance(error, Error)
    assert error.message.startswith("No report (failed): evaluations/e failed: Every candidate")
    assert "CANDIDATE_FAILED" == error.type
    assert error.text.startswith("status: failed\nreason: CANDIDATE_FAILED\n")
    assert "Every candidate failed." in error.text
    told = properties(tmp_path)
    assert ("failed", "CANDIDATE_FAILED") == (told["status"], told["reason"])
    assert told["evaluation"].startswith("evaluations/")


def test_the_summary_says_so_and_is_appended_too(
    shelf: "Shelf", run_evaluate: Run, tmp_path: Path
) -> None:
    shelf.outcome = failed()
    run_evaluate()
    text = (tmp_path / "s.md").read_text(encoding="utf-8")
    assert text.startswith(
        f"{NOT_PASSED}\n\n- **Status**: failed\n- **Reason**: CANDIDATE\\_FAILED"
    )
    assert "Every candidate failed." in text
    assert f"before\n{text}" == (tmp_path / "steps.md").read_text(encoding="utf-8")


def test_without_a_gate_the_summary_speaks_of_no_gate(
    shelf: "Shelf", run_evaluate: Run, tmp_path: Path
) -> None:
    shelf.outcome = failed()
    assert 1 == run_evaluate(gated=False).exit_code
    assert (tmp_path / "s.md").read_text(encoding="utf-8").startswith("## 💥 There is no report.\n")
    assert not (tmp_path / "gate.xml").exists()


def test_a_cancelled_evaluation_is_told_from_a_failed_one(
    shelf: "Shelf", run_evaluate: Run, tmp_path: Path
) -> None:
    shelf.outcome = v1.Evaluation(state=v1.Evaluation.STATE_CANCELLED)
    assert 1 == run_evaluate().exit_code
    told = properties(tmp_path)
    assert ("cancelled", "EVALUATION_CANCELLED") == (told["status"], told["reason"])


class Running(EvaluationServiceServicer):
    """Takes an evaluation on, which runs until it is cancelled."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()

    def CreateEvaluation(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.CreateEvaluationRequest,
        context: grpc.ServicerContext,  # noqa: ARG002 (gRPC passes it)
    ) -> v1.CreateEvaluationResponse:
        accepted = v1.Evaluation(name="evaluations/e1", spec=request.spec)
        return v1.CreateEvaluationResponse(evaluation=accepted)

    def WatchEvaluation(  # noqa: N802 (the method's name in the contract)
        self, request: v1.WatchEvaluationRequest, context: grpc.ServicerContext
    ) -> Iterator[v1.WatchEvaluationResponse]:
        running = v1.Evaluation(name=request.name, state=v1.Evaluation.STATE_RUNNING, revision=1)
        yield v1.WatchEvaluationResponse(evaluation=running)
        self.last_words(context)

    def CancelEvaluation(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.CancelEvaluationRequest,
        context: grpc.ServicerContext,  # noqa: ARG002 (gRPC passes it)
    ) -> v1.CancelEvaluationResponse:
        self.cancelled.set()
        return v1.CancelEvaluationResponse(evaluation=v1.Evaluation(name=request.name))

    def last_words(self, context: grpc.ServicerContext) -> None:  # noqa: ARG002 (others use it)
        """What the stream of the running evaluation ends with."""
        self.cancelled.wait(60)


class Vanishing(Running):
    """Breaks off while the evaluation runs."""

    def last_words(self, context: grpc.ServicerContext) -> None:
        context.abort(grpc.StatusCode.INTERNAL, "the connection is gone")


def test_a_server_that_is_lost_under_way_leaves_the_name_of_the_evaluation(
    shelf: "Shelf", serve: Callable[..., str], run_evaluate: Run, tmp_path: Path
) -> None:
    assert 1 == run_evaluate(server=serve(shelf, Vanishing())).exit_code
    told = properties(tmp_path)
    assert {"evaluation": "evaluations/e1", "status": "lost", "reason": "INTERNAL"} == told
    assert "the connection is gone" in only_case(tmp_path).result[0].text


def test_where_no_server_answers_nothing_was_started(run_evaluate: Run, tmp_path: Path) -> None:
    ended = run_evaluate("--timeout", "1", server="127.0.0.1:1")
    assert 1 == ended.exit_code, ended.output
    told = properties(tmp_path)
    assert "not started" == told["status"]
    assert told["reason"] in {"UNAVAILABLE", "DEADLINE_EXCEEDED"}
    assert "evaluation" not in told


class Refusing(EvaluationServiceServicer):
    """Takes no evaluation on, for it knows no such figure."""

    def CreateEvaluation(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.CreateEvaluationRequest,  # noqa: ARG002 (gRPC passes it)
        context: grpc.ServicerContext,
    ) -> v1.CreateEvaluationResponse:
        status = status_pb2.Status(code=code_pb2.INVALID_ARGUMENT, message="no such figure")
        information = error_details_pb2.ErrorInfo(reason="UNKNOWN_FIGURE", domain="bakeoff")
        status.details.add().Pack(information)
        context.abort_with_status(rpc_status.to_status(status))
        raise AssertionError


def test_a_constraint_that_the_server_refuses_is_wrong_usage_and_is_told(
    shelf: "Shelf", serve: Callable[..., str], run_evaluate: Run, tmp_path: Path
) -> None:
    ended = run_evaluate(server=serve(shelf, Refusing()))
    assert 2 == ended.exit_code, ended.output
    assert {"status": "not started", "reason": "UNKNOWN_FIGURE"} == properties(tmp_path)
    assert (tmp_path / "s.md").read_text(encoding="utf-8").startswith(NOT_PASSED)


def test_a_report_that_cannot_be_written_is_no_passed_gate(
    shelf: "Shelf", run_evaluate: Run, tmp_path: Path
) -> None:
    """Where --html fails after the evaluation, the gate was not judged."""
    (tmp_path / "taken").mkdir()
    ended = run_evaluate("--html", str(tmp_path / "taken" / ("x" * 300)))
    assert 1 == ended.exit_code, ended.output
    told = properties(tmp_path)
    assert ("not judged", "UNEXPECTED") == (told["status"], told["reason"])
    assert [] == shelf.cancelled


def test_an_interrupt_is_told_and_ends_with_130(
    shelf: "Shelf", run_evaluate: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_self: object, _evaluation: v1.Evaluation) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bakeoff.client.display.progress.LineDisplay.change", interrupt)
    assert 130 == run_evaluate().exit_code
    assert "interrupted" == properties(tmp_path)["status"]
    assert 1 == len(shelf.cancelled)


def test_a_command_that_is_terminated_tells_it_and_cancels_the_evaluation(
    shelf: "Shelf", serve: Callable[..., str], words: Words, tmp_path: Path
) -> None:
    """A job of CI that is cancelled leaves its files, and no evaluation that nobody waits for."""
    running = Running()
    command = subprocess.Popen(
        [sys.executable, "-m", "bakeoff.client", *words(serve(shelf, running))],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert command.stderr is not None
        assert any(" e1: " in line for line in command.stderr)  # it has heard of the evaluation
        command.send_signal(signal.SIGTERM)
        _, said = command.communicate(timeout=60)
    finally:
        command.kill()
        command.communicate()
    assert 143 == command.returncode, said
    assert "Terminated." == said.splitlines()[-1]
    assert running.cancelled.is_set()
    told = properties(tmp_path)
    assert {
        "evaluation": "evaluations/e1",
        "status": "interrupted",
        "reason": "INTERRUPTED",
    } == told
    assert "interrupted" in (tmp_path / "s.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("options", [("--baseline", "ghost"), ("--validate-only",)])
def test_wrong_usage_and_validating_write_nothing(
    run_evaluate: Run, tmp_path: Path, options: tuple[str, ...]
) -> None:
    ended = run_evaluate(*options)
    assert ended.exit_code in {0, 2}, ended.output
    assert not (tmp_path / "gate.xml").exists()
    assert not (tmp_path / "s.md").exists()


def test_a_comparison_that_cannot_be_made_is_an_error_too(
    serve: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "gates.yaml").write_text(GATE)
    gate = ("--gate", str(tmp_path / "gates.yaml"), "--junit", str(tmp_path / "gate.xml"))
    given = ("e2", "--against", "e1", "--server", serve())
    summary = ("--summary", str(tmp_path / "s.md"))
    ended = CliRunner().invoke(bakeoff, ["compare", *given, *gate, *summary])
    assert 1 == ended.exit_code, ended.output
    told = properties(tmp_path)
    assert ("evaluations/e2", "not judged") == (told["evaluation"], told["status"])
    assert (tmp_path / "s.md").read_text(encoding="utf-8").startswith(NOT_PASSED)


def test_texts_of_others_are_no_markup() -> None:
    hostile = "<b>|</b>\x00 @all"
    told = absence_of(UnavailableError("it is gone"), None, "UNAVAILABLE", hostile)
    ((case,),) = list(JUnitXml.fromstring(absence_junit_xml(told)))
    assert case.result[0].text.endswith("<b>|</b>? @all")
    assert r"\<b\>\|\</b\>" in absence_markdown(told, gated=True)
