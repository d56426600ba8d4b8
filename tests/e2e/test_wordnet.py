"""The shipped checkpoints over the shipped definitions, through a real server."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from google.protobuf.duration_pb2 import Duration
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, f1_score

from bakeoff.client import Client, RenderedReport
from bakeoff.v1 import (
    CandidateResult,
    Comparison,
    EvaluationSpec,
    Offline,
    PredictionRecord,
    Report,
    Scenario,
    Selection,
    SingleStream,
    StatisticsSettings,
)

pytestmark = pytest.mark.torch

WORDNET = Path(__file__).resolve().parents[2] / "examples" / "wordnet"
FP32, INT8 = "candidates/bert-small.fp32", "candidates/bert-small.int8-dynamic"
NANO = "candidates/bert-nano.fp32"
SHORT = {"min_duration": Duration(seconds=1), "max_duration": Duration(seconds=4)}


@dataclass(frozen=True)
class Run:
    """An evaluation that has succeeded, with all its predictions."""

    report: Report
    predictions: dict[str, list[PredictionRecord]]

    def result(self, candidate: str) -> CandidateResult:
        return next(item for item in self.report.candidates if item.candidate.name == candidate)

    def figure(self, candidate: str, figure_id: str) -> float:
        return next(item for item in self.result(candidate).quality if item.id == figure_id).value

    def accuracy_of(self, candidate: str) -> float:
        records = self.predictions[candidate]
        return float(
            accuracy_score(
                [record.label.class_name for record in records],
                [record.predicted.class_name for record in records],
            )
        )


@pytest.fixture(scope="module")
def run(serving: Callable[[], Client], bundles: Path) -> Run:
    """Both sizes, the small one in both variants, over all of the set."""
    spec = EvaluationSpec(
        scenarios=[
            Scenario(offline=Offline(), **SHORT),
            Scenario(single_stream=SingleStream(), **SHORT),
        ],
        constraints=["accuracy>=0.8"],
        objectives=["max:accuracy", "min:latency_p99_ms"],
        profile_repeat_count=1,
        statistics=StatisticsSettings(resample_count=200),
    )
    names = ("bert-nano.fp32", "bert-small.fp32", "bert-small.int8-dynamic")
    with serving() as client:
        report = client.evaluate([bundles / name for name in names], WORDNET / "test.csv", spec)
        predictions = {
            item.candidate.name: list(
                client.list_predictions(report.evaluation, item.candidate.name)
            )
            for item in report.candidates
        }
    return Run(report, predictions)


@pytest.mark.parametrize("candidate", [NANO, FP32, INT8])
def test_the_accuracy_is_that_of_scikit_learn_to_the_last_digit(run: Run, candidate: str) -> None:
    assert run.accuracy_of(candidate) == run.figure(candidate, "accuracy")


@pytest.mark.parametrize("candidate", [NANO, FP32, INT8])
def test_the_macro_f1_is_that_of_scikit_learn(run: Run, candidate: str) -> None:
    records = run.predictions[candidate]
    expected = f1_score(
        [record.label.class_name for record in records],
        [record.predicted.class_name for record in records],
        average="macro",
    )
    assert run.figure(candidate, "f1.macro") == pytest.approx(expected, abs=1e-12)


def test_predictions_come_in_the_order_of_the_set(run: Run) -> None:
    with (WORDNET / "test.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    listed = [
        (record.example_id, record.text.text, record.label.class_name)
        for record in run.predictions[FP32]
    ]
    assert [(row["id"], row["text"], row["label"]) for row in rows] == listed


def test_fp32_through_the_server_is_torch_itself(run: Run) -> None:
    """Zero label flips and logits within 1e-4 over all 2,400 texts."""
    torch = pytest.importorskip("torch", reason="needs the exporter extra")
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    folder = WORDNET / "checkpoints" / "bert-small"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    records = run.predictions[FP32]
    logits = []
    with torch.inference_mode():
        for start in range(0, len(records), 32):
            texts = [record.text.text for record in records[start : start + 32]]
            batch = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
            logits.append(model(**batch).logits.numpy())
    expected = np.concatenate(logits)
    served = np.array([record.prediction.classification.values for record in records])
    assert (expected.argmax(axis=1) != served.argmax(axis=1)).sum() == 0
    assert np.abs(expected - served).max() < 1e-4


def test_int8_differs_from_fp32_and_stays_close(run: Run) -> None:
    fp32, int8 = run.result(FP32), run.result(INT8)
    served = [
        np.array([record.prediction.classification.values for record in run.predictions[name]])
        for name in (FP32, INT8)
    ]
    assert np.abs(served[0] - served[1]).max() > 0
    assert abs(run.accuracy_of(FP32) - run.accuracy_of(INT8)) < 0.02
    assert int8.candidate.size_bytes < 0.6 * fp32.candidate.size_bytes
    latencies = [
        figure.value
        for result in (fp32, int8)
        for scenario in result.scenarios
        for figure in scenario.figures
        if figure.id == "latency_p50_ms"
    ]
    assert len(latencies) == 2
    assert latencies[0] != latencies[1]


def test_the_batch_never_changes_an_fp32_prediction(run: Run) -> None:
    sensitivity = run.result(FP32).batch_sensitivity
    assert (1000, True, 0) == (
        sensitivity.example_count,
        sensitivity.bit_identical,
        sensitivity.label_flip_count,
    )


def test_the_flips_that_the_batch_makes_in_int8_are_counted(run: Run) -> None:
    sensitivity = run.result(INT8).batch_sensitivity
    assert sensitivity.example_count == 1000
    assert not sensitivity.bit_identical
    assert sensitivity.max_abs_difference > 0
    assert sensitivity.policy.token_budget.padded_token_count == 256


def test_the_comparison_with_the_baseline_is_scipys_exact_mcnemar(run: Run) -> None:
    comparison = next(
        item
        for item in run.report.comparisons
        if item.candidate == FP32 and item.figure_id == "accuracy"
    )
    right = {name: [record.correct for record in run.predictions[name]] for name in (NANO, FP32)}
    gained = sum(b and not a for a, b in zip(right[NANO], right[FP32], strict=True))
    lost = sum(a and not b for a, b in zip(right[NANO], right[FP32], strict=True))
    assert (gained, lost) == (
        comparison.candidate_only_right_count,
        comparison.baseline_only_right_count,
    )
    expected = binomtest(min(gained, lost), gained + lost, 0.5).pvalue
    assert expected == pytest.approx(comparison.p_value, rel=1e-9)
    assert comparison.verdict == Comparison.VERDICT_BETTER


def test_the_answer_meets_the_constraint_and_says_why_not_the_others(run: Run) -> None:
    selection = run.report.selection
    assert selection.recommended in {FP32, INT8}
    assert selection.state != Selection.STATE_NONE_QUALIFIES
    for found in selection.candidates:
        assert bool(found.why_not) == (found.candidate != selection.recommended)
        assert "accuracy" in found.constraints[0].explanation.lower()


def test_every_scenario_was_measured_in_turns(run: Run) -> None:
    """Each candidate has one block in each round, and the order changes."""
    orders = {}
    for result in run.report.candidates:
        offline = next(item for item in result.scenarios if item.scenario == "offline")
        assert list(range(5)) == [block.round for block in offline.blocks]
        orders[result.candidate.name] = tuple(block.position for block in offline.blocks)
    assert all(len(set(order)) == 3 for order in orders.values())


def test_the_prediction_pass_counts_every_example(run: Run) -> None:
    for result in run.report.candidates:
        assert result.prediction_pass.example_count == 2400
        assert result.prediction_pass.duration.ToNanoseconds() > 0


def test_other_constraints_are_answered_without_running_a_model(
    run: Run, serving: Callable[[], Client]
) -> None:
    spec = EvaluationSpec(constraints=["accuracy>=0.99"], baseline=FP32)
    with serving() as client:
        again = client.rescore_evaluation(run.report.evaluation, spec).report
    assert again.selection.state == Selection.STATE_NONE_QUALIFIES
    assert [run.accuracy_of(item.candidate.name) for item in again.candidates] == [
        next(figure.value for figure in item.quality if figure.id == "accuracy")
        for item in again.candidates
    ]


def test_the_report_is_one_page_that_names_the_decision(
    run: Run, serving: Callable[[], Client]
) -> None:
    with serving() as client:
        page, markdown = (
            b"".join(client.read_artifact(run.report.evaluation, RenderedReport(kind))).decode()
            for kind in ("html", "markdown")
        )
    winner = run.report.selection.recommended.removeprefix("candidates/")
    assert winner in page
    assert winner in markdown
    assert page.lstrip().lower().startswith("<!doctype html>")
