"""Area under the risk-coverage curve."""

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest

from bakeoff.server.metrics import METRICS
from bakeoff.server.tasks import Sample

MakeSample = Callable[..., Sample]
AURC = METRICS["aurc"]


def _sample(make_sample: MakeSample, confidence: np.ndarray, right: np.ndarray) -> Sample:
    """Return answers of two classes, the first always predicted."""
    shares = np.column_stack([confidence, 1 - confidence])
    return make_sample(np.where(right, 0, 1), shares, scale="PROBABILITIES")


def _in_order(right: np.ndarray) -> float:
    """The definition, for answers from the most confident on."""
    wrong = [not each for each in right]
    return float(np.mean([np.mean(wrong[: count + 1]) for count in range(len(wrong))]))


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_mean_risk_over_all_coverages(make_sample: MakeSample, seed: int) -> None:
    rng = np.random.default_rng(seed)
    confidence = rng.uniform(0.5, 1.0, 80)
    right = rng.random(80) < confidence
    expected = _in_order(right[np.argsort(-confidence)])
    assert pytest.approx(expected, abs=1e-12) == AURC.value(_sample(make_sample, confidence, right))


def test_answers_of_equal_confidence_come_in_every_order(make_sample: MakeSample) -> None:
    """The mean over all orders of ties, gone through one by one."""
    confidence = np.array([0.9, 0.8, 0.8, 0.8, 0.8, 0.6, 0.6])
    right = np.array([True, False, True, True, False, True, False])
    orders = [
        _in_order(right[[0, *ties, *last]])
        for ties in permutations([1, 2, 3, 4])
        for last in permutations([5, 6])
    ]
    actual = AURC.value(_sample(make_sample, confidence, right))
    assert pytest.approx(float(np.mean(orders)), abs=1e-12) == actual


def test_an_example_that_counts_twice_is_two_of_equal_confidence(make_sample: MakeSample) -> None:
    rng = np.random.default_rng(6)
    confidence = rng.uniform(0.5, 1.0, 30)
    sample = _sample(make_sample, confidence, rng.random(30) < 0.7)
    times = rng.integers(0, 4, 30)
    repeated = sample.take(np.repeat(np.arange(30), times))
    weighted = AURC.weighted(sample, times[None, :].astype(np.float64))
    assert pytest.approx(AURC.value(repeated), abs=1e-12) == weighted[0]


def test_its_ends_are_0_and_1(make_sample: MakeSample) -> None:
    confidence = np.linspace(0.6, 0.9, 12)
    for right, expected in ((True, 0.0), (False, 1.0)):
        assert expected == AURC.value(_sample(make_sample, confidence, np.full(12, right)))


def test_wrong_answers_last_are_better_than_wrong_answers_first(make_sample: MakeSample) -> None:
    """Of the same accuracy."""
    confidence = np.linspace(0.55, 0.95, 40)
    first, last = (
        AURC.value(_sample(make_sample, confidence, right))
        for right in (confidence < 0.8, confidence > 0.7)
    )
    assert first is not None
    assert last is not None
    assert last < 0.15
    assert first > 0.5


def test_without_confidence_there_is_none(make_sample: MakeSample) -> None:
    margins = make_sample([0, 1], [[1.0, 0.0], [0.0, 1.0]], scale="MARGINS")
    assert AURC.value(margins) is None
    with pytest.raises(ValueError, match="needs single labels and probabilities"):
        AURC.over(margins)
