"""What abstaining brings is what independent implementations and simulation say."""

import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve
from statsmodels.stats.proportion import proportion_confint

from bakeoff.server.quality import Decisions, risk_coverage, threshold_costs


def _drawn(seed: int, size: int, digits: int = 12) -> Decisions:
    """Decisions that are right about as often as they are sure; few digits make ties."""
    rng = np.random.default_rng([seed, size])
    confidence = np.round(rng.beta(4, 2, size), digits)
    return Decisions(
        confidence=confidence,
        right=rng.random(size) < confidence,
        cluster=None,
        least_confidence=0.05,
    )


@pytest.mark.parametrize("digits", [1, 2, 12])
@pytest.mark.parametrize("seed", range(3))
def test_the_curve_is_that_of_scikit_learn(seed: int, digits: int) -> None:
    """Of decisions from a confidence on, the precision of being right is one less the risk."""
    decided = _drawn(seed, 150, digits)
    precision, _, thresholds = precision_recall_curve(decided.right, decided.confidence)
    coverage = [float((decided.confidence >= at).mean()) for at in thresholds]

    points = risk_coverage(decided)[::-1]

    assert list(thresholds) == [point.confidence for point in points]
    assert pytest.approx(coverage) == [point.coverage for point in points]
    assert pytest.approx(1 - precision[:-1], abs=1e-12) == [point.risk for point in points]


def test_a_long_curve_is_thinned_to_even_steps_of_coverage() -> None:
    decided = _drawn(4, 10_000)

    points = risk_coverage(decided)

    assert 200 == len(points)
    assert pytest.approx(np.arange(1, 201) / 200) == [point.coverage for point in points]
    assert pytest.approx(1 - decided.right.mean()) == points[-1].risk


def test_a_thinned_curve_holds_points_of_the_whole_one() -> None:
    decided = _drawn(5, 3_000, digits=3)

    whole, thinned = risk_coverage(decided, most=10_000), risk_coverage(decided, most=50)

    assert set(thinned) <= set(whole)
    assert len(thinned) <= 50
    assert whole[-1] == thinned[-1]


def test_the_order_of_equally_sure_decisions_does_not_matter() -> None:
    decided = _drawn(6, 400, digits=1)
    order = np.random.default_rng(0).permutation(400)
    shuffled = Decisions(decided.confidence[order], decided.right[order], None, 0.05)

    assert risk_coverage(decided) == risk_coverage(shuffled)


def test_thresholds_tell_coverage_and_accuracy_with_intervals() -> None:
    """Wilson's, and Clopper and Pearson's where one outcome was rare."""
    decided = _drawn(7, 500)

    costs = threshold_costs(decided, 0.95)

    assert [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99] == [
        cost.threshold for cost in costs
    ]
    for cost in costs[:-1]:
        taken = decided.confidence >= cost.threshold
        right = decided.right[taken]
        coverage, accuracy = cost.coverage, cost.accuracy
        assert taken.mean() == coverage.value
        assert right.mean() == accuracy.value
        assert (500, taken.sum()) == (coverage.observation_count, accuracy.observation_count)
        for found, count, size in (
            (coverage.interval, taken.sum(), 500),
            (accuracy.interval, right.sum(), taken.sum()),
        ):
            rare = min(count, size - count) < 5
            expected = proportion_confint(count, size, method="beta" if rare else "wilson")
            assert found is not None
            assert ("clopper-pearson" if rare else "wilson") == found.method
            assert pytest.approx(expected, abs=1e-12) == (found.lower, found.upper)


def test_a_threshold_that_nothing_passes_has_no_accuracy_and_says_so() -> None:
    decided = Decisions(np.array([0.6, 0.7]), np.array([True, False]), None, 0.5)

    last = threshold_costs(decided, 0.95)[-1]

    assert 0.0 == last.coverage.value
    assert (None, None) == (last.accuracy.value, last.accuracy.interval)
    assert "no decision has this confidence" == last.accuracy.absent_reason


def test_thresholds_that_everybody_passes_are_left_out() -> None:
    """Of two classes, the likelier one has half at least."""
    decided = Decisions(np.array([0.6, 0.7]), np.array([True, False]), None, 0.5)

    assert 0.6 == threshold_costs(decided, 0.95)[0].threshold


@pytest.mark.parametrize("size", [40, 2_000])
def test_intervals_of_thresholds_hold_the_true_shares(size: int) -> None:
    """At each threshold, over 2,000 repetitions, near 1 and in the middle."""
    rng = np.random.default_rng(size)
    held = dict.fromkeys((0.5, 0.9), 0)
    counted = dict.fromkeys((0.5, 0.9), 0)
    for _ in range(2_000):
        confidence = rng.random(size)
        decided = Decisions(confidence, rng.random(size) < confidence, None, 0.45)
        for cost in threshold_costs(decided, 0.95):
            interval = cost.accuracy.interval
            if cost.threshold in held and interval is not None:
                # Confidence is uniform, and right as often as it says.
                truth = (1 + cost.threshold) / 2
                assert interval.lower is not None
                assert interval.upper is not None
                held[cost.threshold] += interval.lower <= truth <= interval.upper
                counted[cost.threshold] += 1

    # Of 40, four pass 0.9 on average; so few can say little, and Wilson's interval errs a little.
    for threshold, least in ((0.5, 0.935), (0.9, 0.935 if size > 40 else 0.9)):
        assert least <= held[threshold] / counted[threshold] <= 0.99
