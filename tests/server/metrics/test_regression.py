"""Regression metrics give what SciPy and scikit-learn give."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from bakeoff.server.metrics import METRICS, confusion, per_class
from bakeoff.server.tasks import Sample

MakeSample = Callable[..., Sample]


def test_the_pearson_correlation_is_that_of_scipy(regression: Sample) -> None:
    expected = stats.pearsonr(regression.truth, regression.predicted).statistic
    assert pytest.approx(expected, abs=1e-12) == METRICS["pearson"].value(regression)


def test_the_spearman_correlation_is_that_of_scipy(regression: Sample) -> None:
    """Equal numbers share the mean of their ranks."""
    expected = stats.spearmanr(regression.truth, regression.predicted).statistic
    assert pytest.approx(expected, abs=1e-12) == METRICS["spearman"].value(regression)


def test_squared_and_absolute_errors_are_those_of_scikit_learn(regression: Sample) -> None:
    truth, predicted = regression.truth, regression.predicted
    squared = metrics.mean_squared_error(truth, predicted)
    absolute = metrics.mean_absolute_error(truth, predicted)
    assert pytest.approx(squared, rel=1e-12) == METRICS["mse"].value(regression)
    assert pytest.approx(absolute, rel=1e-12) == METRICS["mae"].value(regression)


def test_a_correlation_survives_a_large_offset(make_sample: MakeSample) -> None:
    """Numbers near a billion that differ in the units keep their correlation."""
    rng = np.random.default_rng(3)
    truth = rng.normal(size=100)
    predicted = truth + rng.normal(size=100)
    plain = make_sample(truth, predicted[:, None], "REGRESSION", "VALUE")
    offset = make_sample(truth + 1e9, predicted[:, None] + 1e9, "REGRESSION", "VALUE")
    expected = METRICS["pearson"].value(plain)
    assert pytest.approx(expected, abs=1e-6) == METRICS["pearson"].value(offset)


@pytest.mark.parametrize("metric_id", ["pearson", "spearman"])
def test_a_correlation_with_a_constant_has_no_value(
    make_sample: MakeSample, metric_id: str
) -> None:
    metric = METRICS[metric_id]
    labels = make_sample([2.0, 2.0, 2.0], [[1.0], [2.0], [3.0]], "REGRESSION", "VALUE")
    answers = make_sample([1.0, 2.0, 3.0], [[0.1], [0.1], [0.1]], "REGRESSION", "VALUE")
    assert metric.value(labels) is None
    assert metric.value(answers) is None
    assert "all labels are the same number" == metric.absent_reason(labels)
    assert "all predictions are the same number" == metric.absent_reason(answers)


def test_what_belongs_to_classes_is_not_defined(regression: Sample) -> None:
    assert confusion(regression) is None
    assert () == per_class(regression)
    assert "not defined for regression" == METRICS["accuracy"].absent_reason(regression)
