"""Resampled intervals and tests hold what they say, simulated with metrics over drawn answers.

The short form repeats each forty times, the nightly one two thousand times.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from bakeoff.server.metrics import METRICS
from bakeoff.server.quality import (
    Certainty,
    ResamplingTest,
    Verdict,
    compare,
    decide,
    metric_interval,
    ratio_to,
)
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Interval

Draw = Callable[..., Sample]
DrawPair = Callable[..., tuple[Sample, Sample]]

LEVEL = 0.95
STANDARD_ERRORS = 4
CERTAINTY = Certainty(LEVEL, 199, seed=0)
METRIC_IDS = ["f1.macro", "log_loss", "roc_auc.macro", "mcc", "aurc"]


@pytest.fixture(
    name="repetitions",
    params=[
        pytest.param(40, id="short"),
        pytest.param(2000, id="long", marks=pytest.mark.nightly),
    ],
)
def _repetitions(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def _error(rate: float, repetitions: int) -> float:
    return STANDARD_ERRORS * float(np.sqrt(rate * (1 - rate) / repetitions))


def _check_coverage(held: int, repetitions: int, least: float) -> None:
    assert least - _error(least, repetitions) <= held / repetitions


def _check_rate(erred: int, repetitions: int, most: float = 1 - LEVEL) -> None:
    assert erred / repetitions <= most + _error(most, repetitions)


def _holds(interval: Interval | None, truth: float) -> bool:
    assert interval is not None
    assert interval.lower is not None
    assert interval.upper is not None
    return interval.lower <= truth <= interval.upper


@pytest.mark.parametrize("metric_id", METRIC_IDS)
@pytest.mark.parametrize(("size", "least"), [(60, 0.89), (300, 0.92)])
def test_the_metric_interval_of_a_metric_holds_the_truth(
    draw: Draw, metric_id: str, size: int, least: float, repetitions: int
) -> None:
    metric = METRICS[metric_id]
    truth = metric.value(draw(10**6, size=100_000))
    assert truth is not None
    held = sum(
        _holds(metric_interval(metric, draw(seed, size), replace(CERTAINTY, seed=seed)), truth)
        for seed in range(repetitions)
    )
    _check_coverage(held, repetitions, least)


@pytest.mark.parametrize("metric_id", METRIC_IDS)
@pytest.mark.parametrize("test", ResamplingTest)
def test_equals_are_told_apart_no_more_often_than_the_test_says(
    draw_pair: DrawPair, metric_id: str, test: ResamplingTest, repetitions: int
) -> None:
    """A hundred examples; the paired bootstrap errs a little more often than 5 %."""
    told = 0
    for seed in range(repetitions):
        certainty = replace(CERTAINTY, seed=seed, resampling_test=test)
        p_value = compare(metric_id, *draw_pair(seed, size=100), certainty).p_value
        assert p_value is not None
        told += p_value <= 1 - LEVEL
    _check_rate(told, repetitions, 0.07 if test is ResamplingTest.PAIRED_BOOTSTRAP else 0.05)


@pytest.mark.parametrize("metric_id", ["f1.macro", "log_loss"])
@pytest.mark.parametrize(("size", "least"), [(60, 0.82), (300, 0.85)])
def test_near_perfection_it_holds_the_truth_less_often(
    draw: Draw, metric_id: str, size: int, least: float, repetitions: int
) -> None:
    """Right in 99.5 %: a single wrong answer makes up most of a mean loss."""
    metric = METRICS[metric_id]
    truth = metric.value(draw(10**6, size=100_000, lift=4.0))
    assert truth is not None
    held = 0
    for seed in range(repetitions):
        sample = draw(seed, size, lift=4.0)
        held += _holds(metric_interval(metric, sample, replace(CERTAINTY, seed=seed)), truth)
    _check_coverage(held, repetitions, least)


@pytest.mark.parametrize("metric_id", ["f1.macro", "log_loss"])
def test_the_resampled_ratio_of_equals_holds_1(
    draw_pair: DrawPair, metric_id: str, repetitions: int
) -> None:
    held = sum(
        _holds(
            ratio_to(metric_id, *draw_pair(seed, size=150), replace(CERTAINTY, seed=seed)).interval,
            1.0,
        )
        for seed in range(repetitions)
    )
    _check_coverage(held, repetitions, 0.92)


def _clustered_answers(
    seed: int, count: int
) -> tuple[npt.NDArray[np.int64], list[npt.NDArray[np.float64]], npt.NDArray[np.int64]]:
    """Right answers, logits of two equals, and clusters of six examples that fare alike."""
    rng = np.random.default_rng(seed)
    clusters = np.repeat(np.arange(count), 6)
    truth = rng.integers(0, 2, count)[clusters]
    logits = []
    for _ in range(2):
        lead = rng.normal(size=count)[clusters] + 0.7 * rng.normal(size=len(clusters)) + 0.8
        logits.append(np.where(truth[:, None] == np.arange(2), lead[:, None], 0.0))
    return truth, logits, clusters


@pytest.mark.parametrize("metric_id", ["accuracy", "f1.macro", "log_loss"])
@pytest.mark.parametrize("test", ResamplingTest)
def test_equals_in_clusters_are_told_apart_no_more_often_than_the_test_says(
    make_sample: Callable[..., Sample], metric_id: str, test: ResamplingTest, repetitions: int
) -> None:
    """Forty clusters; their intervals hold a difference of 0."""
    told = held = 0
    for seed in range(repetitions):
        truth, values, clusters = _clustered_answers(seed, 40)
        pair = [make_sample(truth, each) for each in values]
        certainty = replace(CERTAINTY, seed=seed, clusters=clusters, resampling_test=test)
        found = compare(metric_id, pair[0], pair[1], certainty)
        assert found.p_value is not None
        told += found.p_value <= 1 - LEVEL
        held += _holds(found.interval, 0.0)
    exact = metric_id == "accuracy" or test is ResamplingTest.APPROXIMATE_RANDOMISATION
    _check_rate(told, repetitions, 0.05 if exact else 0.08)
    _check_coverage(held, repetitions, 0.91)


@pytest.mark.parametrize("metric_id", ["accuracy", "f1.macro", "log_loss"])
def test_two_identical_candidates_are_never_better_or_worse(draw: Draw, metric_id: str) -> None:
    """Byte for byte the same, five hundred times; by each test, equivalent or undecided."""
    told = set()
    for seed in range(500):
        candidate = draw(seed, size=60)
        test = list(ResamplingTest)[seed % 2]
        certainty = Certainty(LEVEL, 100, seed, margin=0.1, resampling_test=test)
        found = compare(metric_id, candidate, candidate, certainty)
        (decision,) = decide([found], level=LEVEL, margin=certainty.margin)
        told.add(decision.verdict)
    assert told <= {Verdict.EQUIVALENT, Verdict.UNDECIDED}


def test_two_equals_that_answer_differently_are_told_apart_no_more_often_than_the_rate(
    draw_pair: DrawPair,
) -> None:
    """Five hundred times, over a family of two metrics."""
    told = 0
    for seed in range(500):
        pair = draw_pair(seed, size=80)
        certainty = Certainty(LEVEL, 99, seed, margin=0.005)
        family = [compare(metric_id, *pair, certainty) for metric_id in ("accuracy", "f1.macro")]
        verdicts = {each.verdict for each in decide(family, level=LEVEL, margin=0.005)}
        told += bool(verdicts & {Verdict.BETTER, Verdict.WORSE})
    _check_rate(told, 500)
