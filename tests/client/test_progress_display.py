"""Progress, on a terminal and elsewhere."""

import io

import pytest
from google.rpc import code_pb2, status_pb2
from rich.console import Console

from bakeoff import v1
from bakeoff.client import TransferProgress
from bakeoff.client.display.progress import LineDisplay, LiveDisplay


def evaluation(
    state: v1.Evaluation.State.ValueType = v1.Evaluation.STATE_RUNNING, **progress: object
) -> v1.Evaluation:
    return v1.Evaluation(name="evaluations/e", state=state, progress=v1.Progress(**progress))


INTERIM = v1.InterimResult(
    candidate="candidates/a",
    figures=[
        v1.Figure(id="accuracy", unit="1", value=0.5),
        v1.Figure(id="unknown", unit="1"),
    ],
)
FAILED = v1.InterimResult(
    candidate="candidates/b", error=status_pb2.Status(code=code_pb2.ABORTED, message="crashed")
)

CHANGES = [
    evaluation(v1.Evaluation.STATE_QUEUED),
    evaluation(phase=v1.Progress.PHASE_PROFILE, candidate="candidates/a", share=0.05),
    evaluation(
        phase=v1.Progress.PHASE_PREDICT,
        candidate="candidates/a",
        done_count=1000,
        total_count=3080,
        share=0.2,
        interim_results=[INTERIM],
    ),
    evaluation(
        phase=v1.Progress.PHASE_PREDICT,
        candidate="candidates/a",
        done_count=2000,
        total_count=3080,
        share=0.3,
    ),
    evaluation(
        phase=v1.Progress.PHASE_MEASURE,
        candidate="candidates/a",
        scenario="offline",
        done_count=1,
        total_count=20,
        share=0.5,
        interim_results=[INTERIM, FAILED],
    ),
    evaluation(v1.Evaluation.STATE_SUCCEEDED, share=1.0, interim_results=[INTERIM, FAILED]),
]


def test_elsewhere_each_part_is_a_line_and_each_figure_is_told_once() -> None:
    console = Console(file=io.StringIO(), width=200, markup=False)
    with LineDisplay(console) as display:
        display.transfer(TransferProgress("set.csv", "read", 1000, None))
        display.transfer(TransferProgress("set.csv", "read", 1500, None))
        display.transfer(TransferProgress("set.csv", "send", 1_500_000, 3_000_000))
        for change in CHANGES:
            display.change(change)
    assert [
        "Reading set.csv",
        "Sending set.csv (3.0 MB)",
        "  0% e: waiting for the target",
        "  5% e: cold start and memory · a",
        " 20% e: predicting · a (1,000/3,080)",
        " 50% e: measuring · offline · a (1/20)",
        "     a: accuracy 0.5000",
        "     b failed: crashed",
        "100% e: done",
    ] == console.file.getvalue().splitlines()


def test_candidates_that_alternate_are_one_part_for_each_scenario() -> None:
    console = Console(file=io.StringIO(), width=200, markup=False)
    with LineDisplay(console) as display:
        for scenario in ("offline", "server:qps=50"):
            for candidate in ("a", "b", "a"):
                display.change(
                    evaluation(
                        phase=v1.Progress.PHASE_MEASURE,
                        candidate=f"candidates/{candidate}",
                        scenario=scenario,
                    )
                )
        display.change(evaluation(v1.Evaluation.STATE_SUCCEEDED))
    assert [
        "  0% e: measuring · offline · a",
        "  0% e: measuring · server:qps=50 · a",
        "  0% e: done",
    ] == console.file.getvalue().splitlines()


def test_at_a_terminal_one_picture_is_kept() -> None:
    console = Console(file=io.StringIO(), width=120, force_terminal=True, markup=False)
    with LiveDisplay(console) as display:
        display.transfer(TransferProgress("set.csv", "read", 1000, None))
        display.transfer(TransferProgress("set.csv", "send", 3_000_000, 3_000_000))
        for change in CHANGES:
            display.change(change)
    last = console.file.getvalue()
    for words in (
        "Reading set.csv",
        "1,000 examples",
        "3.0 of 3.0 MB",
        "e: done",
        "a: accuracy 0.5000",
        "b failed: crashed",
    ):
        assert words in last


def test_a_long_part_is_heard_of_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bakeoff.client.display.progress.BETWEEN_LINES_S", 0.0)
    console = Console(file=io.StringIO(), width=200, markup=False)
    with LineDisplay(console) as display:
        for done in (1_000_000, 2_000_000):
            display.transfer(TransferProgress("set.csv", "send", done, 3_000_000))
    assert [
        "Sending set.csv (3.0 MB)",
        "Sending set.csv: 2.0 of 3.0 MB",
    ] == console.file.getvalue().splitlines()


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (v1.Evaluation.STATE_FAILED, "failed"),
        (v1.Evaluation.STATE_CANCELLED, "cancelled"),
    ],
)
def test_how_it_ended_is_told(state: v1.Evaluation.State.ValueType, word: str) -> None:
    console = Console(file=io.StringIO(), width=200, markup=False)
    with LineDisplay(console) as display:
        display.change(evaluation(state))
    assert f"  0% e: {word}\n" == console.file.getvalue()
