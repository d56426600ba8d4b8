"""A weight of w counts an example w times, for every metric."""

from collections.abc import Callable

import numpy as np
import pytest

from bakeoff.server.metrics import METRICS, Metric
from bakeoff.server.metrics.per_class import CLASS_METRICS, class_statistic, per_class
from bakeoff.server.tasks import Sample

MakeSample = Callable[..., Sample]


def _assert_weights_repeat(metric: Metric, sample: Sample) -> None:
    rng = np.random.default_rng(sample.size)
    weights = rng.multinomial(sample.size, np.full(sample.size, 1 / sample.size), size=3)
    actual = metric.weighted(sample, weights.astype(np.float64))
    for row, value in zip(weights, actual, strict=True):
        repeated = sample.take(np.repeat(np.arange(sample.size), row))
        expected = metric.value(repeated)
        if expected is None:
            assert np.isnan(value)
        else:
            assert pytest.approx(expected, abs=1e-9) == value


def _assert_weights_repeat_in_every_metric(sample: Sample) -> None:
    fitting = [metric for metric in METRICS.values() if not metric.absent_reason(sample)]
    assert fitting
    for metric in fitting:
        _assert_weights_repeat(metric, sample)


def test_weights_repeat_examples_of_one_class(single: Sample) -> None:
    """And give no value where the repeated sample has none."""
    _assert_weights_repeat_in_every_metric(single)


def test_weights_repeat_examples_of_many_classes(multi: Sample) -> None:
    _assert_weights_repeat_in_every_metric(multi)


def test_weights_repeat_numbers(regression: Sample) -> None:
    _assert_weights_repeat_in_every_metric(regression)


def test_weights_repeat_examples_class_by_class(single: Sample) -> None:
    rng = np.random.default_rng(single.size)
    weights = rng.multinomial(single.size, np.full(single.size, 1 / single.size), size=2)
    repeats = [per_class(single.take(np.repeat(np.arange(single.size), row))) for row in weights]
    for name in CLASS_METRICS:
        actual = class_statistic(name, single)(weights.astype(np.float64))
        values = [[getattr(each, name) for each in classes] for classes in repeats]
        expected = np.array(values, dtype=np.float64).T
        np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-9, equal_nan=True)


@pytest.mark.parametrize("metric_id", ["f1.macro", "roc_auc.macro", "log_loss", "ece"])
def test_the_order_of_weights_in_memory_changes_nothing(
    make_sample: MakeSample, metric_id: str
) -> None:
    """Not a bit."""
    rng = np.random.default_rng(0)
    truth = np.arange(60) % 4
    sample = make_sample(truth, rng.normal(size=(60, 4)))
    weights = rng.integers(0, 4, size=(9, 60)).astype(np.float64)
    metric = METRICS[metric_id]
    rows = metric.weighted(sample, np.ascontiguousarray(weights))
    columns = metric.weighted(sample, np.asfortranarray(weights))
    np.testing.assert_array_equal(rows, columns)
