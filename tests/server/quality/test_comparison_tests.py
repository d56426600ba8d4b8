"""Comparisons by other tests than the usual: mid-p, randomisation, and examples in clusters."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bakeoff.server.metrics import METRICS
from bakeoff.server.quality import (
    APPROXIMATE_RANDOMISATION,
    CLUSTER_BOOTSTRAP,
    CLUSTER_RANDOMISATION,
    CLUSTER_SIGN_FLIP,
    MID_P_MCNEMAR,
    PAIRED_BOOTSTRAP,
    Certainty,
    McNemarTest,
    ResamplingTest,
    class_figures,
    compare,
    figures,
    metric_interval,
)
from bakeoff.server.statistics import clustered_share, mid_p_mcnemar, paired_difference
from bakeoff.server.tasks import Sample

Draw = Callable[..., Sample]
DrawPair = Callable[..., tuple[Sample, Sample]]
MakeSample = Callable[..., Sample]

PLAIN = Certainty(0.95, 1000, seed=1)
SWAPPING = replace(PLAIN, resampling_test=ResamplingTest.APPROXIMATE_RANDOMISATION)
RESAMPLED = ["f1.macro", "mcc", "roc_auc.macro", "log_loss", "ece", "aurc"]


def test_accuracy_is_compared_by_mid_p_where_that_is_asked(draw_pair: DrawPair) -> None:
    candidate, baseline = draw_pair(1, lifts=(1.8, 1.4))
    exact = compare("accuracy", candidate, baseline, PLAIN)
    actual = compare(
        "accuracy", candidate, baseline, replace(PLAIN, mcnemar_test=McNemarTest.MID_P)
    )
    assert actual.candidate_only_right_count is not None
    assert actual.baseline_only_right_count is not None
    expected = mid_p_mcnemar(actual.candidate_only_right_count, actual.baseline_only_right_count)
    assert (MID_P_MCNEMAR, expected) == (actual.test, actual.p_value)
    assert replace(exact, test=MID_P_MCNEMAR, p_value=expected) == actual


def test_the_rate_of_errors_is_compared_as_accuracy_is(draw_pair: DrawPair) -> None:
    """With the sign turned."""
    pair = draw_pair(2, lifts=(1.8, 1.4))
    right, wrong = compare("accuracy", *pair, PLAIN), compare("error_rate", *pair, PLAIN)
    assert right.difference is not None
    assert right.interval is not None
    assert wrong.interval is not None
    assert pytest.approx(-right.difference) == wrong.difference
    assert pytest.approx(right.interval.lower) == -(wrong.interval.upper or 0.0)
    assert (right.p_value, right.test, right.candidate_only_right_count) == (
        wrong.p_value,
        wrong.test,
        wrong.candidate_only_right_count,
    )


@pytest.mark.parametrize("metric_id", RESAMPLED)
def test_randomisation_tests_and_the_bootstrap_bounds(draw_pair: DrawPair, metric_id: str) -> None:
    """The interval is the same; the p-values of both tests are close."""
    pair = draw_pair(3, size=400, lifts=(1.7, 1.5))
    bootstrap = compare(metric_id, *pair, PLAIN)
    swapped = compare(metric_id, *pair, SWAPPING)
    assert (PAIRED_BOOTSTRAP, APPROXIMATE_RANDOMISATION) == (bootstrap.test, swapped.test)
    assert bootstrap.interval == swapped.interval
    assert swapped.p_value is not None
    assert pytest.approx(bootstrap.p_value, abs=0.1) == swapped.p_value


@pytest.mark.parametrize("metric_id", ["f1.macro", "log_loss", "roc_auc.macro"])
def test_a_certain_difference_has_the_smallest_p_value_there_is(
    draw_pair: DrawPair, metric_id: str
) -> None:
    assert 1 / 1001 == compare(metric_id, *draw_pair(4, lifts=(3.0, 0.5)), SWAPPING).p_value


@pytest.mark.parametrize("metric_id", RESAMPLED)
def test_swapping_a_candidate_with_itself_tells_nothing(
    draw_pair: DrawPair, metric_id: str
) -> None:
    candidate, _ = draw_pair(5)
    assert 1.0 == compare(metric_id, candidate, candidate, SWAPPING).p_value


def test_answers_are_swapped_whatever_the_order_of_classes(draw_pair: DrawPair) -> None:
    candidate, baseline = draw_pair(6)
    turned = replace(
        candidate,
        labels=candidate.labels[::-1],
        truth=2 - candidate.truth,
        predicted=2 - candidate.predicted,
        values=candidate.values[:, ::-1],
        probabilities=candidate.scores[:, ::-1],
    )
    for metric_id in ("log_loss", "roc_auc.macro"):
        one = compare(metric_id, candidate, baseline, SWAPPING)
        other = compare(metric_id, turned, baseline, SWAPPING)
        assert pytest.approx(one.p_value) == other.p_value
        assert APPROXIMATE_RANDOMISATION == other.test


def test_answers_of_many_labels_are_swapped_whatever_the_order_of_classes(
    make_sample: MakeSample,
) -> None:
    rng = np.random.default_rng(7)
    truth = rng.random((80, 3)) < 0.4
    logits = rng.normal(size=(2, 80, 3)) + 2.0 * truth - 1.0
    candidate, baseline = (make_sample(truth, each, "MULTI_LABEL") for each in logits)
    order = [2, 0, 1]
    turned = replace(
        baseline,
        labels=tuple(baseline.labels[index] for index in order),
        truth=baseline.truth[:, order],
        predicted=baseline.predicted[:, order],
        values=baseline.values[:, order],
        probabilities=baseline.scores[:, order],
    )
    one = compare("log_loss", candidate, baseline, SWAPPING)
    other = compare("log_loss", candidate, turned, SWAPPING)
    assert pytest.approx(one.p_value) == other.p_value


def test_numbers_are_swapped(make_sample: MakeSample) -> None:
    rng = np.random.default_rng(8)
    truth = rng.normal(size=90)
    good, bad = (
        make_sample(truth, (truth + noise * rng.normal(size=90))[:, None], "REGRESSION", "VALUE")
        for noise in (0.3, 1.0)
    )
    assert 1 / 1001 == compare("mse", good, bad, SWAPPING).p_value


def test_what_cannot_be_swapped_is_resampled(draw_pair: DrawPair, make_sample: MakeSample) -> None:
    """Probabilities of one and margins of the other are no answers to the same question."""
    candidate, baseline = draw_pair(9)
    margins = make_sample(baseline.truth, baseline.values, scale="MARGINS")
    assert PAIRED_BOOTSTRAP == compare("roc_auc.macro", candidate, margins, SWAPPING).test


def _in_clusters(certainty: Certainty, size: int = 200, each: int = 5) -> Certainty:
    return replace(certainty, clusters=np.arange(size) // each)


@pytest.mark.parametrize(
    ("metric_id", "certainty", "expected"),
    [
        ("accuracy", PLAIN, CLUSTER_SIGN_FLIP),
        ("accuracy", SWAPPING, CLUSTER_SIGN_FLIP),
        ("f1.macro", PLAIN, CLUSTER_BOOTSTRAP),
        ("f1.macro", SWAPPING, CLUSTER_RANDOMISATION),
        ("log_loss", PLAIN, CLUSTER_BOOTSTRAP),
    ],
)
def test_examples_in_clusters_are_compared_by_tests_that_say_so(
    draw_pair: DrawPair, metric_id: str, certainty: Certainty, expected: str
) -> None:
    actual = compare(metric_id, *draw_pair(10, lifts=(1.8, 1.4)), _in_clusters(certainty))
    assert expected == actual.test
    assert actual.interval is not None
    assert "cluster-percentile-bootstrap" == actual.interval.method
    assert actual.p_value is not None


@pytest.mark.parametrize("metric_id", ["accuracy", "f1.macro", "log_loss"])
def test_clusters_of_one_example_are_compared_about_as_examples(
    draw_pair: DrawPair, metric_id: str
) -> None:
    pair = draw_pair(11, size=400, lifts=(1.7, 1.5))
    plain = compare(metric_id, *pair, PLAIN)
    alone = compare(metric_id, *pair, _in_clusters(PLAIN, size=400, each=1))
    assert plain.interval is not None
    assert alone.interval is not None
    assert pytest.approx(plain.interval.lower, abs=0.01) == alone.interval.lower
    assert pytest.approx(plain.interval.upper, abs=0.01) == alone.interval.upper
    assert pytest.approx(plain.p_value, abs=0.07) == alone.p_value


def test_copies_of_an_example_in_one_cluster_tell_no_more_than_one(draw_pair: DrawPair) -> None:
    """Eight copies of everything, taken as independent, would be certain of what is not."""
    candidate, baseline = draw_pair(12, size=150, lifts=(1.7, 1.5))
    rows = np.repeat(np.arange(150), 8)
    copies = [
        replace(sample.take(rows), indices=np.arange(1200)) for sample in (candidate, baseline)
    ]
    once = compare("accuracy", candidate, baseline, PLAIN)
    blind = compare("accuracy", *copies, PLAIN)
    aware = compare("accuracy", *copies, replace(PLAIN, clusters=rows))
    assert once.p_value is not None
    assert blind.p_value is not None
    assert blind.p_value < 0.3 * once.p_value
    assert pytest.approx(once.p_value, abs=0.07) == aware.p_value
    assert pytest.approx((once.deviation or 0.0) * np.sqrt(8), rel=0.1) == aware.deviation


def test_a_candidate_does_not_differ_from_itself_in_clusters(draw_pair: DrawPair) -> None:
    """The room that is left is that of as many trials as there are clusters."""
    candidate, _ = draw_pair(13)
    actual = compare("accuracy", candidate, candidate, _in_clusters(PLAIN))
    expected = replace(paired_difference(0, 0, 40, 0.95), method="cluster-tango-score")
    assert (1.0, expected) == (actual.p_value, actual.interval)


def test_every_figure_on_examples_in_clusters_takes_clusters_as_wholes(draw: Draw) -> None:
    sample = draw(14)
    certainty = _in_clusters(PLAIN)
    methods = [
        found.interval.method
        for found in figures(sample, ["f1.macro", "log_loss", "ece"], certainty)
        if found.interval is not None
    ]
    assert ["cluster-jackknife-wilson", "cluster-gamma", "cluster-test-inversion"] == methods
    for one in class_figures(sample, certainty):
        assert {"cluster-jackknife-wilson"} >= {
            figure.interval.method for figure in one.figures if figure.interval is not None
        }


def test_shares_of_examples_in_clusters_have_wilsons_interval_by_cluster(draw: Draw) -> None:
    """Close to that of the bootstrap over clusters."""
    sample = draw(14, size=1000)
    certainty = _in_clusters(PLAIN, size=1000)
    accuracy, errors = figures(sample, ["accuracy", "error_rate"], certainty)
    rights = sample.right.reshape(200, 5).sum(axis=1)
    assert clustered_share(rights, np.full(200, 5), 0.95) == accuracy.interval
    assert clustered_share(5 - rights, np.full(200, 5), 0.95) == errors.interval
    resampled = metric_interval(METRICS["accuracy"], sample, certainty)
    assert resampled is not None
    assert accuracy.interval is not None
    assert pytest.approx(resampled.lower, abs=0.006) == accuracy.interval.lower
    assert pytest.approx(resampled.upper, abs=0.006) == accuracy.interval.upper


def test_clusters_are_those_of_the_whole_set(draw: Draw) -> None:
    """A sample of some examples takes the clusters of these."""
    sample = draw(15)
    rows = np.arange(0, 200, 2)
    certainty = _in_clusters(PLAIN)
    part = figures(sample.take(rows), ["accuracy"], certainty)
    own = replace(sample.take(rows), indices=np.arange(100))
    assert figures(own, ["accuracy"], replace(PLAIN, clusters=rows // 5)) == part
