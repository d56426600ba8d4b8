"""Intervals of metrics over examples."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from bakeoff.server.metrics import METRICS
from bakeoff.server.quality import Certainty, metric_interval
from bakeoff.server.quality.intervals import Resampled, score_interval
from bakeoff.server.statistics import clopper_pearson
from bakeoff.server.statistics.resample_intervals import bca
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Interval

Draw = Callable[..., Sample]
MakeSample = Callable[..., Sample]


def _interval(metric_id: str, sample: Sample, resamples: int = 2000, seed: int = 1) -> Interval:
    found = metric_interval(METRICS[metric_id], sample, Certainty(0.95, resamples, seed))
    assert found is not None
    return found


def _bounds(interval: Interval) -> tuple[float, float]:
    assert interval.lower is not None
    assert interval.upper is not None
    return interval.lower, interval.upper


def _area(truth: np.ndarray, scores: np.ndarray) -> float:
    pairs = np.subtract.outer(scores[truth == 1], scores[truth == 0])
    return float((np.sign(pairs).mean() + 1) / 2)


def _macro_f1(truth: np.ndarray, predicted: np.ndarray) -> float:
    hits = np.bincount(truth[truth == predicted], minlength=3)
    sizes = np.bincount(truth, minlength=3) + np.bincount(predicted, minlength=3)
    return float((2 * hits / sizes).mean())


def _loss(truth: np.ndarray, chosen: np.ndarray) -> float:
    assert len(truth) == len(chosen)
    return float(-np.log(chosen).mean())


@pytest.mark.parametrize(
    ("metric_id", "function", "drawn", "method"),
    [
        ("roc_auc", _area, {"size": 150}, "jackknife-wilson"),
        ("f1.macro", _macro_f1, {"size": 150}, "jackknife-wilson"),
        ("roc_auc", _area, {"size": 500, "lift": 0.5}, "bca-bootstrap"),
        ("f1.macro", _macro_f1, {"size": 500, "lift": 0.5}, "bca-bootstrap"),
        ("log_loss", _loss, {"size": 2000, "lift": 1.0}, "gamma"),
    ],
)
def test_the_interval_is_close_to_the_bca_bootstrap_of_scipy(
    draw: Draw, metric_id: str, function: Callable[..., float], drawn: dict[str, float], method: str
) -> None:
    """For a ranking, a count of outcomes and a mean, by whatever method; over other numbers."""
    sample = draw(3, class_count=2 if metric_id == "roc_auc" else 3, **drawn)
    columns = {
        "roc_auc": sample.scores[:, 1],
        "f1.macro": sample.predicted,
        "log_loss": np.take_along_axis(sample.scores, sample.truth[:, None], 1)[:, 0],
    }
    found = stats.bootstrap(
        (sample.truth, columns[metric_id]),
        function,
        paired=True,
        vectorized=False,
        method="BCa",
        n_resamples=2000,
        rng=np.random.default_rng(2),
    ).confidence_interval
    assert pytest.approx(function(sample.truth, columns[metric_id])) == METRICS[metric_id].value(
        sample
    )
    expected = np.array([found.low, found.high])
    interval = _interval(metric_id, sample, 5000)
    assert method == interval.method
    actual = np.array(_bounds(interval))
    np.testing.assert_allclose(actual, expected, rtol=0, atol=0.1 * np.ptp(expected))


@pytest.mark.parametrize(
    "metric_id", ["balanced_accuracy", "f1.macro", "mcc", "roc_auc.macro", "log_loss", "ece"]
)
@pytest.mark.parametrize(("size", "lift"), [(60, 1.5), (800, 0.5)])
def test_the_same_seed_gives_the_same_interval_bit_for_bit(
    draw: Draw, metric_id: str, size: int, lift: float
) -> None:
    one, same = (_interval(metric_id, draw(5, size, lift=lift), 300, seed=1) for _ in range(2))
    assert one == same


@pytest.mark.parametrize("metric_id", ["f1.macro", "roc_auc.macro", "ece"])
def test_another_seed_draws_other_numbers(draw: Draw, metric_id: str) -> None:
    sample = draw(5, size=800, lift=0.5)
    one, other = (_interval(metric_id, sample, 300, seed) for seed in (1, 2))
    assert one != other


@pytest.mark.parametrize("metric_id", ["f1.macro", "roc_auc.macro", "log_loss"])
def test_what_needs_no_random_numbers_is_the_same_whatever_the_seed(
    draw: Draw, metric_id: str
) -> None:
    sample = draw(5, size=100)
    one, other = (_interval(metric_id, sample, 300, seed) for seed in (1, 2))
    assert one == other


def test_the_interval_narrows_with_the_root_of_the_sample(draw: Draw) -> None:
    small, large = (np.ptp(_bounds(_interval("f1.macro", draw(6, size)))) for size in (200, 3200))
    assert pytest.approx(4.0, rel=0.25) == small / large


def test_a_higher_level_gives_a_wider_interval(draw: Draw) -> None:
    metric, sample = METRICS["f1.macro"], draw(7)
    widths = []
    for level in (0.8, 0.95, 0.99):
        found = metric_interval(metric, sample, Certainty(level, 1000, 1))
        assert found is not None
        assert level == found.level
        widths.append(np.ptp(_bounds(found)))
    assert sorted(widths) == widths


@pytest.mark.parametrize("metric_id", ["f1.macro", "log_loss", "roc_auc.macro"])
def test_the_interval_holds_the_true_value_as_often_as_it_says(draw: Draw, metric_id: str) -> None:
    """At least 92 % of two hundred seeded samples, asked for 95."""
    truth = METRICS[metric_id].value(draw(999, size=200_000))
    assert truth is not None
    held = 0
    for seed in range(200):
        lower, upper = _bounds(_interval(metric_id, draw(seed, size=150), 300, seed))
        held += lower <= truth <= upper
    assert 184 <= held


def test_calibration_error_of_a_calibrated_model_is_not_told_from_0(
    make_sample: MakeSample,
) -> None:
    """Chance alone lifts it above 0 in every sample."""
    from_zero = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        confidence = rng.uniform(0.5, 1.0, size=300)
        right = rng.random(300) < confidence
        shares = np.column_stack([confidence, 1 - confidence])
        sample = make_sample(np.where(right, 0, 1), shares, scale="PROBABILITIES")
        interval = _interval("ece", sample, 200, seed)
        assert "test-inversion" == interval.method
        from_zero += interval.lower == 0.0
    assert 190 <= from_zero


def test_a_large_calibration_error_is_told_from_0(make_sample: MakeSample) -> None:
    rng = np.random.default_rng(8)
    shares = np.tile([0.9, 0.1], (500, 1))
    sample = make_sample(rng.random(500) < 0.5, shares, scale="PROBABILITIES")
    lower, upper = _bounds(_interval("ece", sample))
    assert 0.3 < lower < 0.4 < upper < 0.5


@pytest.mark.parametrize("size", [30, 32, 300])
@pytest.mark.parametrize("confidence", [1.0, 1.0 - 1e-12, 0.99])
def test_the_error_of_one_who_is_sure_and_always_wrong_is_bounded_by_right_answers_unseen(
    make_sample: MakeSample, size: int, confidence: float
) -> None:
    """No gap moves there, or hardly; right answers may be as frequent as none of so many tells."""
    shares = np.tile([confidence, 1 - confidence], (size, 1))
    sample = make_sample(np.ones(size, dtype=np.int64), shares, scale="PROBABILITIES")
    most = clopper_pearson(0, size, 0.95).upper
    assert most is not None
    assert pytest.approx((confidence - most, 1.0)) == _bounds(_interval("ece", sample))


@pytest.mark.parametrize("metric_id", ["f1.macro", "roc_auc.macro", "balanced_accuracy"])
def test_a_perfect_score_is_bounded_as_that_many_right_trials(
    make_sample: MakeSample, metric_id: str
) -> None:
    """Resampling cannot move it, and thirty examples do not prove perfection."""
    truth = np.arange(30) % 3
    sample = make_sample(truth, 5.0 * np.eye(3)[truth])
    assert clopper_pearson(30, 30, 0.95) == _interval(metric_id, sample)


def test_the_worst_score_is_bounded_as_that_many_wrong_trials(make_sample: MakeSample) -> None:
    truth = np.arange(30) % 3
    sample = make_sample(truth, 5.0 * np.eye(3)[(truth + 1) % 3])
    assert clopper_pearson(0, 30, 0.95) == _interval("f1.macro", sample)


def test_a_perfect_correlation_is_bounded_on_its_own_scale(make_sample: MakeSample) -> None:
    """From -1 to 1, twice as wide as a share."""
    truth = np.arange(30) % 3
    classes = make_sample(truth, 5.0 * np.eye(3)[truth])
    numbers = make_sample(np.arange(30.0), np.arange(30.0)[:, None], "REGRESSION", "VALUE")
    share = clopper_pearson(30, 30, 0.95).lower
    assert share is not None
    for metric_id, sample in (("mcc", classes), ("pearson", numbers), ("spearman", numbers)):
        assert pytest.approx((2 * share - 1, 1.0)) == _bounds(_interval(metric_id, sample))


def test_an_error_of_nothing_at_all_has_no_interval(make_sample: MakeSample) -> None:
    """An error in the unit of the labels has no largest value to be compared with."""
    truth = np.arange(20.0)
    sample = make_sample(truth, truth[:, None], "REGRESSION", "VALUE")
    assert 0.0 == METRICS["mse"].value(sample)
    assert metric_interval(METRICS["mse"], sample, Certainty(0.95, 200, 1)) is None


def test_a_metric_that_resamples_often_lack_has_no_interval(make_sample: MakeSample) -> None:
    """One positive of twenty is missing in a third of the resamples."""
    truth = np.arange(20) == 0
    scores = np.linspace(0.9, 0.1, 20)
    sample = make_sample(truth, np.column_stack([1 - scores, scores]), scale="PROBABILITIES")
    assert 1.0 == METRICS["roc_auc"].value(sample)
    assert metric_interval(METRICS["roc_auc"], sample, Certainty(0.95, 200, 1)) is None


def test_calibration_error_of_one_example_has_no_interval(make_sample: MakeSample) -> None:
    sample = make_sample([0], [[0.7, 0.3]], scale="PROBABILITIES")
    assert metric_interval(METRICS["ece"], sample, Certainty(0.95, 200, 1)) is None


def test_a_metric_without_a_value_has_no_interval(make_sample: MakeSample) -> None:
    sample = make_sample([0, 0], [[1.0, 0.0], [0.0, 1.0]])
    assert metric_interval(METRICS["roc_auc"], sample, Certainty(0.95, 200, 1)) is None


def test_log_loss_without_a_wrong_answer_has_no_upper_bound(draw: Draw) -> None:
    """What a wrong one would cost was not seen; one is enough to tell."""
    sample = draw(1, size=50, lift=4.0)
    assert sample.right.all()
    interval = _interval("log_loss", sample)
    assert (None, "gamma") == (interval.upper, interval.method)
    assert interval.lower is not None
    assert 0 < interval.lower < (METRICS["log_loss"].value(sample) or 0.0)
    predicted = np.where(np.arange(50) == 7, (sample.predicted + 1) % 3, sample.predicted)
    one_wrong = _interval("log_loss", replace(sample, predicted=predicted))
    assert interval.lower == one_wrong.lower
    assert one_wrong.upper is not None


def test_a_squared_error_without_a_wrong_answer_has_an_upper_bound(make_sample: MakeSample) -> None:
    """That of three wrong ones or so, of the most that one can cost: minus ln 0.025 over n."""
    truth = np.arange(80) % 2
    sample = make_sample(truth, np.eye(2)[truth], scale="PROBABILITIES")
    expected = (0.0, -np.log(0.025) / 80)
    assert pytest.approx(expected) == _bounds(_interval("brier", sample))


def test_calibration_error_of_the_surely_right_is_bounded_by_wrong_answers_to_come(
    make_sample: MakeSample,
) -> None:
    """All right and all sure: what is left is a share of which none was seen."""
    truth = np.arange(80) % 2
    sample = make_sample(truth, np.eye(2)[truth], scale="PROBABILITIES")
    assert 0.0 == METRICS["ece"].value(sample)
    unseen = clopper_pearson(0, 80, 0.95)
    assert pytest.approx((0.0, unseen.upper)) == _bounds(_interval("ece", sample))


def test_many_outcomes_have_an_interval_too(draw: Draw) -> None:
    """With more cells than the jackknife takes one by one."""
    sample = draw(9, size=4000, class_count=60)
    lower, upper = _bounds(_interval("f1.macro", sample, 300))
    value = METRICS["f1.macro"].value(sample)
    assert value is not None
    assert lower < value < upper
    assert 0.01 < upper - lower < 0.05


def test_over_clusters_a_sure_and_right_model_is_bounded_by_their_number(
    make_sample: MakeSample,
) -> None:
    """Eighty answers in ten clusters tell as much as ten."""
    truth = np.arange(80) % 2
    sample = make_sample(truth, np.eye(2)[truth], scale="PROBABILITIES")
    certainty = Certainty(0.95, 500, 1, clusters=np.arange(80) // 8)
    found = metric_interval(METRICS["ece"], sample, certainty)
    assert found is not None
    assert "cluster-test-inversion" == found.method
    assert pytest.approx((0.0, clopper_pearson(0, 10, 0.95).upper)) == _bounds(found)


def test_a_score_without_bounds_has_the_interval_of_the_bootstrap() -> None:
    """However few examples it is of: no share is known as well as it."""
    data = np.random.default_rng(1).normal(size=30)
    drawn = data[np.random.default_rng(2).integers(0, 30, (1000, 30))].mean(axis=1)
    resampled = Resampled(drawn, (data.sum() - data) / 29, np.ones(30))
    found = score_interval(float(data.mean()), resampled, 0.95, None, trials=30)
    expected = bca(drawn, data.mean(), 0.95, resampled.left_out, resampled.standing)
    assert expected == found
    assert found is not None
    assert "bca-bootstrap" == found.method
