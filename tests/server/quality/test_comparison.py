"""Paired comparisons of two candidates."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bakeoff.server.errors import UnknownFigureError
from bakeoff.server.metrics import METRICS
from bakeoff.server.quality import (
    EXACT_MCNEMAR,
    PAIRED_BOOTSTRAP,
    Certainty,
    PairedComparison,
    compare,
)
from bakeoff.server.statistics import exact_mcnemar, paired_difference
from bakeoff.server.statistics.resample_intervals import expanded_p_value
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Direction

DrawPair = Callable[..., tuple[Sample, Sample]]
MakeSample = Callable[..., Sample]

RESAMPLED = ["f1.macro", "mcc", "roc_auc.macro", "average_precision.macro", "log_loss", "ece"]


def _compare(
    metric_id: str, pair: tuple[Sample, Sample], resamples: int = 300, seed: int = 1
) -> PairedComparison:
    return compare(metric_id, *pair, Certainty(0.95, resamples, seed))


def test_accuracy_is_compared_by_the_exact_test_of_mcnemar(draw_pair: DrawPair) -> None:
    candidate, baseline = draw_pair(1, lifts=(1.8, 1.4))
    ahead = int((candidate.right & ~baseline.right).sum())
    behind = int((~candidate.right & baseline.right).sum())
    actual = _compare("accuracy", (candidate, baseline))
    shares = (ahead + behind) / 200, (ahead - behind) / 200
    expected = PairedComparison(
        metric_id="accuracy",
        direction=Direction.HIGHER_IS_BETTER,
        example_count=200,
        test=EXACT_MCNEMAR,
        candidate_value=METRICS["accuracy"].value(candidate),
        baseline_value=METRICS["accuracy"].value(baseline),
        difference=candidate.right.sum() / 200 - baseline.right.sum() / 200,
        interval=paired_difference(ahead, behind, 200, 0.95),
        p_value=exact_mcnemar(ahead, behind),
        deviation=float(np.sqrt(shares[0] - shares[1] ** 2)),
        candidate_only_right_count=ahead,
        baseline_only_right_count=behind,
    )
    assert ahead > behind > 0
    assert expected == actual


@pytest.mark.parametrize("metric_id", ["f1.micro", "recall.micro", "recall.weighted"])
def test_accuracy_under_another_name_is_compared_alike(draw_pair: DrawPair, metric_id: str) -> None:
    pair = draw_pair(1)
    expected = _compare("accuracy", pair)
    actual = _compare(metric_id, pair)
    assert pytest.approx(expected.difference) == actual.difference
    assert (EXACT_MCNEMAR, expected.p_value, expected.interval) == (
        actual.test,
        actual.p_value,
        actual.interval,
    )


@pytest.mark.parametrize("metric_id", RESAMPLED)
def test_other_metrics_are_compared_on_the_same_resamples(
    draw_pair: DrawPair, metric_id: str
) -> None:
    pair = draw_pair(2, size=400, lifts=(2.5, 1.0))
    metric = METRICS[metric_id]
    actual = _compare(metric_id, pair)
    assert actual.candidate_value == metric.value(pair[0])
    assert actual.baseline_value == metric.value(pair[1])
    assert actual.candidate_value is not None
    assert actual.baseline_value is not None
    assert actual.candidate_value - actual.baseline_value == actual.difference
    assert (PAIRED_BOOTSTRAP, 400, "") == (actual.test, actual.example_count, actual.absent_reason)
    assert actual.interval is not None
    assert "percentile-bootstrap" == actual.interval.method
    assert actual.candidate_only_right_count is None


@pytest.mark.parametrize("metric_id", ["f1.macro", "log_loss", "roc_auc.macro"])
def test_a_certain_difference_has_the_smallest_p_value_there_is(
    draw_pair: DrawPair, metric_id: str
) -> None:
    """1 / (resamples + 1), never 0."""
    pair = draw_pair(3, size=600, lifts=(3.0, 0.5))
    assert 1 / 301 == _compare(metric_id, pair).p_value


@pytest.mark.parametrize("metric_id", ["accuracy", *RESAMPLED])
def test_turning_the_pair_turns_the_sign(draw_pair: DrawPair, metric_id: str) -> None:
    candidate, baseline = draw_pair(4)
    one = _compare(metric_id, (candidate, baseline))
    other = _compare(metric_id, (baseline, candidate))
    assert one.difference is not None
    assert other.difference is not None
    assert -one.difference == other.difference
    # Outcomes of the turned pair come in another order, and so do their random numbers.
    assert one.deviation == pytest.approx(other.deviation, rel=0.2)
    if metric_id != "accuracy":
        return
    assert one.p_value == other.p_value


@pytest.mark.parametrize("metric_id", ["accuracy", *RESAMPLED])
def test_the_same_seed_gives_the_same_comparison_bit_for_bit(
    draw_pair: DrawPair, metric_id: str
) -> None:
    assert _compare(metric_id, draw_pair(5)) == _compare(metric_id, draw_pair(5))


@pytest.mark.parametrize("metric_id", ["accuracy", *RESAMPLED])
def test_a_candidate_does_not_differ_from_itself(draw_pair: DrawPair, metric_id: str) -> None:
    """Yet two hundred examples leave room for a share in which none of them differs."""
    candidate, _ = draw_pair(6)
    actual = _compare(metric_id, (candidate, candidate))
    assert 0.0 == actual.difference
    assert 1.0 == actual.p_value
    assert paired_difference(0, 0, 200, 0.95) == actual.interval


def test_only_examples_that_both_were_scored_on_are_compared(draw_pair: DrawPair) -> None:
    """Whatever else either of them was scored on."""
    candidate, baseline = draw_pair(7)
    every = np.arange(200)
    some = candidate.take(every[every % 3 != 0])
    others = baseline.take(every[every % 5 != 0])
    both = every[(every % 3 != 0) & (every % 5 != 0)]
    for metric_id in ("accuracy", "f1.macro", "log_loss"):
        expected = _compare(metric_id, (candidate.take(both), baseline.take(both)))
        assert expected == _compare(metric_id, (some, others))
        assert len(both) == expected.example_count


def test_the_order_of_a_candidates_classes_does_not_matter(draw_pair: DrawPair) -> None:
    """Labels are matched within each candidate; pairs are made by example."""
    candidate, baseline = draw_pair(8)
    turned = replace(
        candidate,
        labels=candidate.labels[::-1],
        truth=2 - candidate.truth,
        predicted=2 - candidate.predicted,
        values=candidate.values[:, ::-1],
        probabilities=candidate.scores[:, ::-1],
    )
    for metric_id in ("accuracy", "log_loss", "roc_auc.macro"):
        one = _compare(metric_id, (candidate, baseline))
        other = _compare(metric_id, (turned, baseline))
        assert pytest.approx(one.difference, abs=1e-12) == other.difference
        assert pytest.approx(one.p_value) == other.p_value


def test_equals_are_told_apart_no_more_often_than_the_level_allows(draw_pair: DrawPair) -> None:
    """At most 9 % of two hundred seeded pairs at 5 %, and their intervals hold 0."""
    for metric_id in ("f1.macro", "log_loss"):
        told = held = 0
        for seed in range(200):
            actual = _compare(metric_id, draw_pair(seed, size=150), 200, seed)
            assert actual.p_value is not None
            assert actual.interval is not None
            assert actual.interval.lower is not None
            assert actual.interval.upper is not None
            told += actual.p_value <= 0.05
            held += actual.interval.lower <= 0.0 <= actual.interval.upper
        assert 18 >= told
        assert 178 <= held


def test_a_metric_that_one_of_them_lacks_is_not_compared(
    draw_pair: DrawPair, make_sample: MakeSample
) -> None:
    candidate, baseline = draw_pair(9)
    margins = make_sample(baseline.truth, baseline.values, scale="MARGINS")
    actual = _compare("log_loss", (candidate, margins))
    assert "needs probabilities; the model gives margins" == actual.absent_reason
    assert actual.candidate_value is not None
    assert (None, None, None, None) == (
        actual.baseline_value,
        actual.difference,
        actual.interval,
        actual.p_value,
    )


@pytest.mark.parametrize("metric_id", ["accuracy", "f1.macro"])
def test_candidates_that_share_no_example_are_not_compared(
    draw_pair: DrawPair, metric_id: str
) -> None:
    candidate, baseline = draw_pair(10)
    rows = np.arange(100)
    actual = _compare(metric_id, (candidate.take(rows), baseline.take(rows + 100)))
    assert "no example was scored" == actual.absent_reason
    assert 0 == actual.example_count
    assert actual.difference is None


def test_a_metric_that_resamples_often_lack_is_not_tested(make_sample: MakeSample) -> None:
    """Half of the resamples of two examples hold one class alone."""
    candidate = make_sample([0, 1], [[1.0, 0.0], [0.0, 1.0]])
    baseline = make_sample([0, 1], [[0.0, 1.0], [1.0, 0.0]])
    actual = _compare("roc_auc", (candidate, baseline))
    assert 1.0 == actual.difference
    assert "not defined on more than a tenth of the resamples" == actual.absent_reason
    assert (None, None, None) == (actual.interval, actual.p_value, actual.deviation)


def test_a_difference_that_no_resample_changes_has_no_interval(make_sample: MakeSample) -> None:
    """All right against all wrong: certain, and beyond what resampling can bound."""
    truth = np.arange(40) % 2
    right = make_sample(truth, np.eye(2)[truth])
    wrong = make_sample(truth, np.eye(2)[1 - truth])
    actual = _compare("f1.macro", (right, wrong))
    expected = (1.0, None, expanded_p_value(1 / 301, 40))
    assert expected == (actual.difference, actual.interval, actual.p_value)


def test_an_unknown_metric_is_refused(draw_pair: DrawPair) -> None:
    with pytest.raises(UnknownFigureError, match="got 'bleu'"):
        _compare("bleu", draw_pair(11))


def test_many_labels_are_compared_by_whole_answers(make_sample: MakeSample) -> None:
    """Accuracy of many labels is the share of examples that are right in all of them."""
    truth = np.array([[1, 0], [0, 1], [1, 1], [0, 0]])
    logits = 2.0 * truth - 1.0
    wrong = logits.copy()
    wrong[:2, 0] *= -1
    right = make_sample(truth, logits, "MULTI_LABEL")
    actual = _compare("accuracy", (right, make_sample(truth, wrong, "MULTI_LABEL")))
    assert (2, 0) == (actual.candidate_only_right_count, actual.baseline_only_right_count)
    assert 0.5 == actual.difference
