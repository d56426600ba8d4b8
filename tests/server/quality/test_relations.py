"""How far a candidate lies from a reference."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bakeoff.server.metrics import METRICS
from bakeoff.server.quality import Certainty, compare, difference_to, ratio_to
from bakeoff.server.statistics import paired_ratio
from bakeoff.server.tasks import Sample

DrawPair = Callable[..., tuple[Sample, Sample]]
MakeSample = Callable[..., Sample]

CERTAINTY = Certainty(0.95, 400, seed=1)


@pytest.mark.parametrize("metric_id", ["accuracy", "error_rate", "f1.macro", "log_loss"])
def test_a_difference_is_that_of_the_comparison(draw_pair: DrawPair, metric_id: str) -> None:
    pair = draw_pair(1, lifts=(1.8, 1.4))
    expected = compare(metric_id, *pair, CERTAINTY)
    actual = difference_to(metric_id, *pair, CERTAINTY)
    assert (expected.difference, expected.interval, expected.deviation) == (
        actual.value,
        actual.interval,
        actual.deviation,
    )
    assert (metric_id, 200, "") == (actual.metric_id, actual.example_count, actual.absent_reason)


@pytest.mark.parametrize("metric_id", ["accuracy", "error_rate"])
def test_a_ratio_of_shares_has_the_score_interval(draw_pair: DrawPair, metric_id: str) -> None:
    candidate, reference = draw_pair(2, lifts=(1.8, 1.4))
    ours, theirs = candidate.right, reference.right
    if metric_id == "error_rate":
        ours, theirs = ~ours, ~theirs
    counts = [int(np.sum(each)) for each in (ours & ~theirs, ~ours & theirs, ours & theirs)]
    actual = ratio_to(metric_id, candidate, reference, CERTAINTY)
    assert pytest.approx(ours.sum() / theirs.sum()) == actual.value
    assert paired_ratio(counts[0], counts[1], counts[2], 200, 0.95) == actual.interval


def test_any_other_ratio_is_resampled(draw_pair: DrawPair) -> None:
    candidate, reference = draw_pair(3, size=400, lifts=(1.8, 1.2))
    actual = ratio_to("f1.macro", candidate, reference, CERTAINTY)
    ours, theirs = (METRICS["f1.macro"].value(each) for each in (candidate, reference))
    assert ours is not None
    assert theirs is not None
    assert actual.interval is not None
    assert actual.interval.lower is not None
    assert actual.interval.upper is not None
    assert ours / theirs == actual.value
    assert "percentile-bootstrap" == actual.interval.method
    assert actual.interval.lower < actual.value < actual.interval.upper


def test_the_resampled_ratio_of_accuracy_is_close_to_the_score_interval(
    draw_pair: DrawPair,
) -> None:
    """Micro F1 of many labels is no share of examples; of one label it is, under another name."""
    candidate, reference = draw_pair(4, size=2000, lifts=(1.6, 1.4))
    clusters = np.arange(2000)
    score = ratio_to("accuracy", candidate, reference, CERTAINTY)
    resampled = ratio_to(
        "accuracy", candidate, reference, replace(CERTAINTY, clusters=clusters, resample_count=4000)
    )
    assert score.interval is not None
    assert resampled.interval is not None
    assert "cluster-percentile-bootstrap" == resampled.interval.method
    assert pytest.approx(score.interval.lower, abs=0.004) == resampled.interval.lower
    assert pytest.approx(score.interval.upper, abs=0.004) == resampled.interval.upper
    assert pytest.approx(score.deviation, rel=0.1) == resampled.deviation


@pytest.mark.parametrize("metric_id", ["accuracy", "error_rate", "f1.macro", "log_loss"])
def test_a_candidate_is_as_good_as_itself(draw_pair: DrawPair, metric_id: str) -> None:
    """Yet there is room for a ratio a little off 1."""
    candidate, _ = draw_pair(5)
    actual = ratio_to(metric_id, candidate, candidate, CERTAINTY)
    assert 1.0 == actual.value
    assert actual.interval is not None
    assert actual.interval.lower is not None
    assert actual.interval.upper is not None
    assert actual.interval.lower < 1.0 < actual.interval.upper


def test_a_reference_without_errors_has_no_ratio(make_sample: MakeSample) -> None:
    """But a lower bound of one; the candidate may be many times as bad."""
    truth = np.arange(60) % 3
    right = make_sample(truth, np.eye(3)[truth])
    some = make_sample(truth, np.eye(3)[np.where(np.arange(60) < 8, (truth + 1) % 3, truth)])
    actual = ratio_to("error_rate", some, right, CERTAINTY)
    assert (None, "error_rate of the reference is 0") == (actual.value, actual.absent_reason)
    assert actual.interval is not None
    assert actual.interval.lower is not None
    assert 1.0 < actual.interval.lower
    assert actual.interval.upper is None


def test_a_reference_that_is_often_0_or_less_has_no_interval(make_sample: MakeSample) -> None:
    """A correlation about 0."""
    rng = np.random.default_rng(1)
    truth = rng.normal(size=50)
    good = make_sample(truth, (truth + rng.normal(size=50))[:, None], "REGRESSION", "VALUE")
    bad = make_sample(truth, rng.normal(size=50)[:, None], "REGRESSION", "VALUE")
    actual = ratio_to("pearson", good, bad, CERTAINTY)
    assert actual.interval is None
    assert "pearson of the reference is" in actual.absent_reason


def test_what_is_not_defined_says_why(draw_pair: DrawPair, make_sample: MakeSample) -> None:
    candidate, reference = draw_pair(6)
    margins = make_sample(reference.truth, reference.values, scale="MARGINS")
    for relation in (difference_to, ratio_to):
        actual = relation("log_loss", candidate, margins, CERTAINTY)
        assert (None, None) == (actual.value, actual.interval)
        assert "needs probabilities; the model gives margins" == actual.absent_reason


def test_only_examples_that_both_were_scored_on_count(draw_pair: DrawPair) -> None:
    candidate, reference = draw_pair(7)
    rows = np.arange(150)
    actual = ratio_to("error_rate", candidate.take(rows), reference, CERTAINTY)
    expected = ratio_to("error_rate", candidate.take(rows), reference.take(rows), CERTAINTY)
    assert expected == actual
    assert 150 == actual.example_count
