"""Where a version fell behind the one before it, and how often that is said wrongly."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy import stats

from bakeoff.server.history.points import Point, Series, SeriesKey
from bakeoff.server.history.regressions import Paired, Regression, regressions_of
from bakeoff.server.quality import Certainty
from bakeoff.server.tasks import Counts, Sample
from bakeoff.server.types import Direction, Figure, Interval
from bakeoff.v1 import ClassificationHead, Fingerprint

CERTAINTY = Certainty(level=0.95, resample_count=100, seed=1, margin=0.005)
ACCURACY = Figure(
    id="accuracy",
    value=0.9,
    observation_count=400,
    unit="1",
    direction=Direction.HIGHER_IS_BETTER,
    method="",
)
LATENCY = replace(
    ACCURACY,
    id="latency_p99_ms",
    scenario="server:qps=50",
    unit="ms",
    direction=Direction.LOWER_IS_BETTER,
)
MEMORY = replace(LATENCY, id="host_peak_mib", scenario="", unit="MiB")


@dataclass(frozen=True)
class Answers:
    """Answers that are in memory: right ones by evaluation."""

    right: Mapping[str, np.ndarray]

    def pair(self, point: Point, previous: Point, set_sha256: str) -> Paired | None:
        assert "set" == set_sha256
        if point.evaluation not in self.right or previous.evaluation not in self.right:
            return None
        return Paired(
            sample(self.right[point.evaluation]),
            sample(self.right[previous.evaluation]),
            CERTAINTY,
        )


NOTHING = Answers({})


def sample(right: np.ndarray) -> Sample:
    """Answers of two classes to questions whose answer is the first."""
    size = len(right)
    predicted = np.where(right, 0, 1).astype(np.int64)
    values = np.eye(2)[predicted]
    return Sample(
        problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
        labels=("a", "b"),
        indices=np.arange(size, dtype=np.int64),
        truth=np.zeros(size, dtype=np.int64),
        values=values,
        probabilities=values,
        predicted=predicted,
        counts=Counts(size, size, 0, 0, 0, 0),
    )


def series(*figures: Figure, prefix: str = "") -> Series:
    """Every figure of a version of its own, in an evaluation of its own."""
    points = [
        Point(f"{prefix}{day}", f"candidates/v{day}", f"v{day}", day, figure)
        for day, figure in enumerate(figures)
    ]
    return Series(SeriesKey("fp32", "set", "machine", figures[0].key), Fingerprint(), points)


def figure(like: Figure, value: float, *bounds: float | None) -> Figure:
    interval = Interval(*bounds, 0.95, "student-t") if bounds else None
    return replace(like, value=value, interval=interval)


def of_one(*figures: Figure, answers: Answers = NOTHING) -> list[Regression]:
    (found,) = regressions_of([series(*figures)], answers, CERTAINTY)
    return found


def answers(*wrong_shares: float, size: int = 400) -> Answers:
    """Version by version, so many of the first examples are answered wrongly."""
    return Answers(
        {str(day): np.arange(size) >= round(share * size) for day, share in enumerate(wrong_shares)}
    )


def test_a_fall_on_the_same_examples_is_found_with_its_p_value() -> None:
    (found,) = of_one(ACCURACY, ACCURACY, ACCURACY, answers=answers(0.1, 0.05, 0.1))
    assert ("1", "2") == (found.step.previous.evaluation, found.step.point.evaluation)
    p_values = [stats.binomtest(0, 20).pvalue] * 2
    assert pytest.approx(stats.false_discovery_control(p_values)[1]) == found.adjusted_p_value
    assert pytest.approx(-0.05) == found.difference
    assert "paired-examples" == found.basis


def test_a_certain_fall_within_the_margin_is_none() -> None:
    wide = answers(0.1, 0.102, size=20_000)
    assert [] == of_one(ACCURACY, ACCURACY, answers=wide)


def test_without_predictions_the_intervals_tell() -> None:
    (found,) = of_one(figure(ACCURACY, 0.9, 0.88, 0.92), figure(ACCURACY, 0.8, 0.77, 0.83))
    assert ("intervals", None) == (found.basis, found.adjusted_p_value)
    assert pytest.approx(-0.1 + math.hypot(0.83 - 0.8, 0.9 - 0.88)) == found.interval.upper
    assert pytest.approx(-0.1 - math.hypot(0.8 - 0.77, 0.92 - 0.9)) == found.interval.lower
    assert [] == of_one(figure(ACCURACY, 0.9, 0.86, 0.94), figure(ACCURACY, 0.88, 0.84, 0.92))


@pytest.mark.parametrize(
    ("before", "now", "basis"),
    [
        (figure(LATENCY, 10, 9.9, 10.1), figure(LATENCY, 12, 11.9, 12.1), "intervals"),
        (figure(LATENCY, 12, 11.9, 12.1), figure(LATENCY, 10, 9.9, 10.1), None),
        (figure(LATENCY, 10, 9, 11), figure(LATENCY, 11, 10, 12), None),
        (figure(LATENCY, 10, 9.99, 10.01), figure(LATENCY, 10.1, 10.09, 10.11), None),
        (figure(LATENCY, 10, 9.9, 10.1), figure(LATENCY, 12), None),
        (figure(LATENCY, 10), figure(LATENCY, 12), None),
        (figure(LATENCY, 10, 9.9, 10.1), figure(LATENCY, 12, 11.9, None), "intervals"),
        (figure(LATENCY, 10, 9.9, 10.1), figure(LATENCY, 12, None, 12.1), None),
        (figure(MEMORY, 100), figure(MEMORY, 103), "values"),
        (figure(MEMORY, 100), figure(MEMORY, 101), None),
        (figure(MEMORY, 103), figure(MEMORY, 100), None),
    ],
)
def test_a_cost_fell_behind_when_it_surely_and_noticeably_rose(
    before: Figure, now: Figure, basis: str | None
) -> None:
    assert [basis] * (basis is not None) == [one.basis for one in of_one(before, now)]


def test_steps_that_change_nothing_are_seldom_called_regressions() -> None:
    """Over 100 histories of 10 steps between equal versions, whose errors fall at random.

    Without any true fall the share of histories with a false one is at most the rate, 5 %; what is
    seen may exceed it by three standard errors.
    """
    rng = np.random.default_rng(7)
    count = 0
    for _ in range(100):
        right = {str(day): rng.random(300) >= 0.2 for day in range(11)}
        count += bool(of_one(*[ACCURACY] * 11, answers=Answers(right)))
    assert count / 100 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 100)


def test_a_true_fall_is_found_among_steps_that_change_nothing() -> None:
    """In 30 histories of 10 steps the fifth loses ten points, and falls said wrongly stay few."""
    rng = np.random.default_rng(8)
    true_count = false_count = 0
    for _ in range(30):
        right = {str(day): rng.random(800) >= (0.2 if day < 5 else 0.3) for day in range(11)}
        found: Sequence[Regression] = of_one(*[ACCURACY] * 11, answers=Answers(right))
        is_true = [one.step.point.evaluation == "5" for one in found]
        true_count += sum(is_true)
        false_count += len(is_true) - sum(is_true)
    assert true_count >= 27
    assert false_count <= 0.05 * (true_count + false_count) + 3
