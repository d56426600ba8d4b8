"""Bins of confidence tell where the calibration error comes from."""

from itertools import pairwise

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from statsmodels.stats.proportion import proportion_confint

from bakeoff.server.metrics import METRICS
from bakeoff.server.quality import Decisions, decisions, reliability
from bakeoff.server.tasks import Counts, Sample
from bakeoff.v1 import ClassificationHead


def _binary(confidence: np.ndarray, right: np.ndarray) -> Sample:
    size = len(confidence)
    return Sample(
        problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
        labels=("no", "yes"),
        indices=np.arange(size),
        truth=right.astype(np.int64),
        values=np.stack([1 - confidence, confidence], axis=1),
        probabilities=np.stack([1 - confidence, confidence], axis=1),
        predicted=np.ones(size, dtype=np.int64),
        counts=Counts(size, size, 0, 0, 0, 0),
    )


def _decided(confidence: np.ndarray, right: np.ndarray) -> Decisions:
    found = decisions(_binary(confidence, right))
    assert found is not None
    return found


def _spread(size: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(size)
    confidence = rng.uniform(0, 1, size)
    return confidence, rng.random(size) < confidence**2


def test_bins_that_hold_few_are_those_of_scikit_learn() -> None:
    confidence, right = _spread(3_000)
    share, mean = calibration_curve(right, confidence, n_bins=15)

    bins = reliability(_decided(confidence, right), 0.95)

    assert 15 == len(bins)
    assert pytest.approx(share) == [each.accuracy for each in bins]
    assert pytest.approx(mean) == [each.mean_confidence for each in bins]


@pytest.mark.parametrize("size", [40, 700])
def test_bins_of_equal_width_add_up_to_the_calibration_error(size: int) -> None:
    confidence, right = _spread(size)
    bins = reliability(_decided(confidence, right), 0.95)
    gaps = [
        each.count * abs(each.accuracy - each.mean_confidence)
        for each in bins
        if each.accuracy is not None and each.mean_confidence is not None
    ]

    assert METRICS["ece"].value(_binary(confidence, right)) == pytest.approx(sum(gaps) / size)


def test_each_share_has_its_interval() -> None:
    """Wilson's, and Clopper and Pearson's where one outcome was rare."""
    bins = reliability(_decided(*_spread(500)), 0.9)

    for each in bins:
        assert each.accuracy is not None
        assert each.interval is not None
        right = round(each.accuracy * each.count)
        method = "beta" if min(right, each.count - right) < 5 else "wilson"
        expected = proportion_confint(right, each.count, alpha=0.1, method=method)
        named = {"beta": "clopper-pearson", "wilson": "wilson"}
        assert named[method] == each.interval.method
        assert pytest.approx(expected, abs=1e-12) == (each.interval.lower, each.interval.upper)


def test_a_bin_that_holds_most_decisions_is_cut_into_parts_of_like_count() -> None:
    """Nine of ten decisions lie above 0.95, as with most large models."""
    rng = np.random.default_rng(1)
    confidence = np.concatenate([rng.uniform(0.95, 1, 1_800), rng.uniform(0, 0.9, 200)])
    right = rng.random(2_000) < confidence

    bins = reliability(_decided(confidence, right), 0.95)

    crowded = [each for each in bins if each.lower >= 14 / 15]
    assert [200] * 9 == [each.count for each in crowded]
    assert 2_000 == sum(each.count for each in bins)
    assert all(one.upper == two.lower for one, two in pairwise(bins))
    assert (0.0, 1.0) == (bins[0].lower, bins[-1].upper)


def test_no_part_holds_fewer_than_fifty() -> None:
    confidence = np.random.default_rng(2).uniform(0.95, 1, 120)

    bins = reliability(_decided(confidence, confidence > 0.96), 0.95)

    assert [60, 60] == [each.count for each in bins if each.count]


def test_equal_confidences_stay_together() -> None:
    confidence = np.repeat([0.97, 1.0], [10, 990])

    bins = reliability(_decided(confidence, confidence > 0.98), 0.95)

    assert [1_000] == [each.count for each in bins if each.count]


def test_a_confidence_on_an_edge_belongs_to_the_bin_below() -> None:
    """Bins are open below and closed above; the first takes 0 as well."""
    decided = Decisions(np.array([0.0, 0.8, 1.0, 0.81]), np.ones(4, dtype=np.bool_), None, 0.0)

    assert [1, 0, 0, 1, 2] == [each.count for each in reliability(decided, 0.95, bins=5)]


def test_an_empty_bin_has_neither_share_nor_interval() -> None:
    first = reliability(_decided(np.array([0.99]), np.array([True])), 0.95)[0]

    assert (0, None, None, None) == (
        first.count,
        first.mean_confidence,
        first.accuracy,
        first.interval,
    )
