"""A report follows from its evidence: completely, exactly, and the same every time."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from scipy import stats
from sklearn import metrics as sklearn_metrics
from statsmodels.stats.multitest import multipletests

from bakeoff.server.errors import UnknownFigureError
from bakeoff.server.report import assemble
from bakeoff.server.scenarios import scenario_id
from bakeoff.server.types import CandidateEvidence, Evidence
from bakeoff.v1 import (
    CandidateResult,
    ClassificationHead,
    ClassNames,
    Comparison,
    ConstraintResult,
    Label,
    LatencyVerdict,
    Prediction,
    Report,
    Selection,
    TextInput,
)

from .load_evidence import SOAK

Make = Callable[..., Evidence]
_NOW = Timestamp(seconds=1_790_000_300)
_TWO_CLASSES = ClassificationHead(
    problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
    scale=ClassificationHead.SCALE_LOGITS,
    labels=["no", "yes"],
)


def _assemble(evidence: Evidence) -> Report:
    return assemble(evidence, create_time=_NOW, bakeoff_version="0.1.0")


def _result(report: Report, name: str) -> CandidateResult:
    return next(r for r in report.candidates if r.candidate.name == f"candidates/{name}")


def _predicted(found: CandidateEvidence) -> list[str]:
    labels = found.candidate.manifest.classification.labels
    values = [prediction.classification.values for prediction in found.predictions]
    return [labels[int(np.argmax(row))] for row in values]


def _expected(evidence: Evidence) -> list[str]:
    return [key.label.class_name for key in evidence.keys]


def test_the_same_evidence_gives_the_same_bytes(make_evidence: Make) -> None:
    evidence = make_evidence(size=200, metrics=())

    first, second = (_assemble(evidence).SerializeToString(deterministic=True) for _ in range(2))

    assert first == second


def test_quality_is_what_scikit_learn_finds(evidence: Evidence, report: Report) -> None:
    expected = _expected(evidence)
    for found in evidence.candidates:
        if found.error is not None:
            continue
        predicted = _predicted(found)
        result = _result(report, found.candidate.name.removeprefix("candidates/"))
        quality = {figure.id: figure.value for figure in result.quality}

        assert sklearn_metrics.accuracy_score(expected, predicted) == quality["accuracy"]
        assert (
            pytest.approx(sklearn_metrics.f1_score(expected, predicted, average="macro"))
            == quality["f1.macro"]
        )
        labels = list(result.confusion_matrix.labels)
        matrix = sklearn_metrics.confusion_matrix(expected, predicted, labels=labels)
        assert matrix.ravel().tolist() == list(result.confusion_matrix.counts)


def test_every_quality_figure_has_an_interval_and_its_n(report: Report) -> None:
    figures = [f for result in report.candidates for f in result.quality if f.HasField("value")]

    assert figures
    assert all(figure.HasField("interval") for figure in figures)
    assert {600} == {figure.observation_count for figure in figures}


def test_comparisons_are_exact_mcnemar_and_holm_over_the_whole_family(
    evidence: Evidence, report: Report
) -> None:
    right = {
        found.candidate.name: np.array(_predicted(found)) == np.array(_expected(evidence))
        for found in evidence.candidates
        if found.error is None
    }
    baseline = right["candidates/tfidf"]
    known = [c for c in report.comparisons if c.HasField("p_value")]
    adjusted = multipletests([c.p_value for c in known], method="holm")[1]

    assert [c.adjusted_p_value for c in known] == pytest.approx(adjusted)
    of_accuracy = [c for c in report.comparisons if c.figure_id == "accuracy"]
    assert 4 == len(of_accuracy)
    for comparison in of_accuracy:
        candidate = right[comparison.candidate]
        only_candidate = int((candidate & ~baseline).sum())
        only_baseline = int((~candidate & baseline).sum())
        expected = stats.binomtest(only_candidate, only_candidate + only_baseline).pvalue
        assert pytest.approx(expected) == comparison.p_value
        assert only_candidate == comparison.candidate_only_right_count
        assert "exact-mcnemar" == comparison.test


def test_the_baseline_is_compared_with_nobody(report: Report) -> None:
    assert "candidates/tfidf" not in {c.candidate for c in report.comparisons}
    assert {"candidates/tfidf"} == {c.baseline for c in report.comparisons}


def test_a_failed_candidate_stays_with_its_error_and_without_figures_of_a_part(
    report: Report,
) -> None:
    failed = _result(report, "tiny.fp16")

    assert "the worker ended by signal 11 (SIGSEGV)" == failed.error.message
    assert not failed.quality
    assert (600, 200, 400) == (
        failed.example_counts.total,
        failed.example_counts.scored,
        failed.example_counts.failed,
    )
    assert "tiny.fp16 failed: the worker ended by signal 11 (SIGSEGV)" in report.warnings
    selected = next(s for s in report.selection.candidates if s.candidate.endswith("fp16"))
    assert not selected.HasField("rank")


def test_candidates_keep_the_order_of_the_spec(report: Report) -> None:
    expected = list(report.spec.candidates)

    assert [result.candidate.name for result in report.candidates] == expected
    assert [found.candidate for found in report.selection.candidates] == expected


def test_at_most_fifty_wrong_answers_come_the_most_confident_first(
    evidence: Evidence, report: Report
) -> None:
    truth = {key.id: key.label.class_name for key in evidence.keys}
    for result in report.candidates:
        confidences = [wrong.confidence for wrong in result.wrong_answers]
        assert sorted(confidences, reverse=True) == confidences
        assert len(confidences) <= 50
        assert all(truth[wrong.example_id] == wrong.expected for wrong in result.wrong_answers)
        assert all(wrong.expected != wrong.predicted for wrong in result.wrong_answers)
    assert 50 == len(_result(report, "tfidf").wrong_answers)


def test_long_texts_of_wrong_answers_are_cut(bare_evidence: Make) -> None:
    labels = [Label(class_name="yes"), Label(class_name="no")]
    evidence = bare_evidence(_TWO_CLASSES, labels, {"a": [[2.0, 1.0], [2.0, 1.0]]})
    texts = [TextInput(text="x" * 501, text_pair="y" * 500), TextInput(text="z")]
    evidence = replace(evidence, texts=texts)

    wrong = _result(_assemble(evidence), "a").wrong_answers[0]

    assert "x" * 499 + "…" == wrong.text
    assert "y" * 500 == wrong.text_pair


def test_memory_and_cold_start_are_figures_that_constraints_may_name(make_evidence: Make) -> None:
    report = _assemble(
        make_evidence(size=100, constraints=["host_peak_mib<=100", "load_ms<=50"], scenarios=())
    )

    outcomes = {
        found.candidate.removeprefix("candidates/"): [c.figure.value for c in found.constraints]
        for found in report.selection.candidates
    }
    assert pytest.approx([71.0, 26.3]) == outcomes["tfidf"]


def test_everything_that_was_found_of_load_is_in_the_report(full_report: Report) -> None:
    result = _result(full_report, "tiny.fp32")
    found = {scenario.scenario: scenario for scenario in result.scenarios}

    assert [scenario_id(wanted) for wanted in full_report.spec.scenarios] == list(found)
    # One at a time is a point already: the batch of 1 on 1 thread is no further one.
    assert 8 == len(result.load_curve.points)
    assert found["peak-load:p99=20ms"].peak_load_search.probes
    assert found["soak"].memory_trend.samples
    assert [bound.outcome for bound in found["server:qps=50"].latency_verdicts] == [
        LatencyVerdict.OUTCOME_VALID
    ]
    assert "RAPL" == found["offline"].energy.method
    assert 3 == len(found["single-stream"].length_buckets)
    assert 1 << 30 == result.memory_fit.limit_bytes


def test_a_known_leak_may_be_bounded(make_evidence: Make) -> None:
    """Every query leaves 3 KiB behind."""
    report = _assemble(
        make_evidence(
            size=60,
            scenarios=[SOAK],
            metrics=("accuracy",),
            constraints=["leak_kib_per_1000_queries<=2MiB", "leak_kib_per_1000_queries<=4MiB"],
        )
    )

    outcomes = [one.outcome for one in report.selection.candidates[0].constraints]
    assert [ConstraintResult.OUTCOME_VIOLATED, ConstraintResult.OUTCOME_MET] == outcomes


def test_cost_ratios_pair_every_candidate_that_was_measured(report: Report) -> None:
    found = {(ratio.candidate, ratio.scenario, ratio.figure_id) for ratio in report.cost_ratios}

    names = ("nano.fp32", "nano.int8-dynamic", "tiny.fp32", "tiny.int8-dynamic")
    expected = {
        (f"candidates/{name}", scenario, figure_id)
        for name in names
        for scenario, figure_id in (
            ("offline", "throughput_per_s"),
            ("single-stream", "latency_p50_ms"),
        )
    }
    assert expected == found


def test_a_spec_that_asks_for_nothing_more_gives_quality_and_an_answer(
    make_evidence: Make,
) -> None:
    report = _assemble(
        make_evidence(size=300, constraints=(), objectives=(), scenarios=(), metrics=("accuracy",))
    )

    assert [["accuracy"]] * 5 == [
        [figure.id for figure in result.quality] for result in report.candidates if result.quality
    ]
    assert ["accuracy", "host_peak_mib"] == list(report.selection.frontier_figures)
    assert report.selection.recommended.startswith("candidates/tiny")


def test_two_variants_that_answer_alike_are_told_apart_by_latency(make_evidence: Make) -> None:
    """fp32 and int8 of one model answer nearly alike; the examples leave accuracy open."""
    report = _assemble(make_evidence(constraints=["latency_p99_ms<=50"]))

    assert report.selection.state in {Selection.STATE_RECOMMENDED, Selection.STATE_UNDECIDED}
    assert "candidates/tiny.int8-dynamic" == report.selection.recommended
    assert "candidates/tiny.fp32" == report.selection.runner_up
    assert "p99 latency" in report.selection.summary


def test_a_constraint_that_was_not_checked_is_refused(make_evidence: Make) -> None:
    with pytest.raises(UnknownFigureError):
        _assemble(make_evidence(size=50, constraints=["speed>=5"]))


def test_outputs_that_are_not_finite_are_counted_and_never_ranked_silently(
    bare_evidence: Make,
) -> None:
    labels = [Label(class_name="yes")] * 4
    outputs = {"a": [[0.0, 1.0], [0.0, 1.0], [float("nan"), 1.0], [0.0, 1.0]]}

    report = _assemble(bare_evidence(_TWO_CLASSES, labels, outputs))

    counts = report.candidates[0].example_counts
    assert (4, 3, 1, 1) == (counts.total, counts.scored, counts.failed, counts.non_finite)
    caveat = "1 of 4 examples gave no usable answer (1 NaN or infinite) and is not scored"
    assert f"a: {caveat}." in report.warnings
    assert caveat in report.selection.summary


def test_candidates_are_compared_on_the_examples_that_both_were_scored_on(
    bare_evidence: Make,
) -> None:
    labels = [Label(class_name="yes")] * 3
    nan = float("nan")
    outputs = {
        "a": [[0.0, 1.0], [nan, 1.0], [1.0, 0.0]],
        "b": [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]],
    }

    report = _assemble(bare_evidence(_TWO_CLASSES, labels, outputs, metrics=["accuracy"]))

    comparison = report.comparisons[0]
    assert (2, 0.0, 0.5) == (
        comparison.example_count,
        comparison.candidate_value,
        comparison.baseline_value,
    )


def test_many_labels_are_scored_and_wrong_answers_name_all_of_them(bare_evidence: Make) -> None:
    head = ClassificationHead(
        problem_type=ClassificationHead.PROBLEM_TYPE_MULTI_LABEL,
        scale=ClassificationHead.SCALE_LOGITS,
        labels=["a", "b", "c"],
    )
    labels = [
        Label(class_names=ClassNames(names=["a", "b"])),
        Label(class_names=ClassNames(names=[])),
        Label(class_names=ClassNames(names=["c"])),
    ]
    outputs = {"m": [[3.0, -1.0, -3.0], [-3.0, -3.0, -3.0], [4.0, -4.0, 2.0]]}

    report = _assemble(bare_evidence(head, labels, outputs))

    wrong = [(w.expected, w.predicted) for w in report.candidates[0].wrong_answers]
    assert [("c", "a, c"), ("a, b", "a")] == wrong
    assert not report.candidates[0].HasField("confusion_matrix")


def test_regression_is_scored_without_wrong_answers(bare_evidence: Make) -> None:
    head = ClassificationHead(
        problem_type=ClassificationHead.PROBLEM_TYPE_REGRESSION,
        scale=ClassificationHead.SCALE_VALUE,
        labels=["score"],
    )
    truth = [float(n) for n in range(30)]
    rng = np.random.default_rng(2)
    outputs = {
        name: [
            [value + error] for value, error in zip(truth, rng.normal(0, spread, 30), strict=True)
        ]
        for name, spread in (("rough", 9.0), ("fine", 0.1))
    }

    report = _assemble(bare_evidence(head, [Label(value=value) for value in truth], outputs))

    quality = {figure.id: figure.value for figure in _result(report, "fine").quality}
    expected = np.mean(
        [(row[0] - value) ** 2 for row, value in zip(outputs["fine"], truth, strict=True)]
    )
    # Outputs are kept in single precision.
    assert pytest.approx(expected, rel=1e-4) == quality["mse"]
    assert not _result(report, "fine").wrong_answers
    assert "candidates/fine" == report.selection.recommended
    verdicts = {c.figure_id: c.verdict for c in report.comparisons}
    assert Comparison.VERDICT_BETTER == verdicts["mse"]


def test_resamples_grow_with_the_family_so_that_a_test_can_decide(bare_evidence: Make) -> None:
    """With 100 resamples no p-value is below 1/101, which Holm would multiply beyond 0.05."""
    labels = [Label(class_name=name) for name in ("yes", "no") * 40]
    right = [[0.0, 1.0], [1.0, 0.0]] * 40
    outputs = {"a": [[0.0, 1.0]] * 80, "b": right}

    report = _assemble(bare_evidence(_TWO_CLASSES, labels, outputs))

    of_f1 = next(c for c in report.comparisons if c.figure_id == "f1.macro")
    assert of_f1.p_value < 1 / 101
    assert Comparison.VERDICT_BETTER == of_f1.verdict


def test_predictions_without_an_output_count_as_failed(bare_evidence: Make) -> None:
    labels = [Label(class_name="yes"), Label(class_name="no"), Label(class_name="yes")]
    evidence = bare_evidence(_TWO_CLASSES, labels, {"a": [[0.0, 1.0]] * 3})
    answered = evidence.candidates[0].predictions[:2]
    broken = replace(
        evidence.candidates[0], predictions=[*answered, Prediction(index=2, failure="panic")]
    )

    report = _assemble(replace(evidence, candidates=[broken]))

    counts = report.candidates[0].example_counts
    assert (2, 1, 0) == (counts.scored, counts.failed, counts.non_finite)
