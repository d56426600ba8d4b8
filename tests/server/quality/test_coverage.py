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
    figures,
    metric_interval,
    ratio_to,
)
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Interval

Draw = Callable[..., Sample]
DrawPair = Callable[..., tuple[Sample, Sample]]
MakeSample = Callable[..., Sample]

LEVEL = 0.95
STANDARD_ERRORS = 4
CERTAINTY = Certainty(LEVEL, 199, seed=0)
METRIC_IDS = ["f1.macro", "log_loss", "brier", "roc_auc.macro", "mcc", "aurc", "ece"]


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
    """Whether it holds the truth; an absent bound holds all, and an absent interval too."""
    if interval is None:
        return True
    above = interval.lower is None or interval.lower <= truth
    return above and (interval.upper is None or truth <= interval.upper)


def _held(
    metric_id: str, everything: Sample, drawn: Callable[[int], Sample], repetitions: int
) -> int:
    truth = METRICS[metric_id].value(everything)
    assert truth is not None
    return _held_value(metric_id, truth, drawn, repetitions)


def _held_value(
    metric_id: str, truth: float, drawn: Callable[[int], Sample], repetitions: int
) -> int:
    metric = METRICS[metric_id]
    return sum(
        _holds(metric_interval(metric, drawn(seed), replace(CERTAINTY, seed=seed)), truth)
        for seed in range(repetitions)
    )


@pytest.mark.parametrize("metric_id", METRIC_IDS)
@pytest.mark.parametrize("size", [60, 300])
def test_the_interval_of_a_metric_holds_the_truth(
    draw: Draw, metric_id: str, size: int, repetitions: int
) -> None:
    """Three answers of four are right."""
    held = _held(metric_id, draw(10**6, size=100_000), lambda seed: draw(seed, size), repetitions)
    _check_coverage(held, repetitions, LEVEL - 0.01)


@pytest.mark.parametrize("metric_id", METRIC_IDS)
@pytest.mark.parametrize("size", [50, 200, 1000])
def test_near_perfection_it_holds_the_truth_as_often(
    draw: Draw, metric_id: str, size: int, repetitions: int
) -> None:
    """Right in 99.5 %: a single wrong answer makes up most of a mean loss, or none was seen."""
    held = _held(
        metric_id,
        draw(10**6, size=200_000, lift=4.0),
        lambda seed: draw(seed, size, lift=4.0),
        repetitions,
    )
    _check_coverage(held, repetitions, LEVEL - 0.02)


@pytest.mark.parametrize("metric_id", ["f1.macro", "mcc", "roc_auc", "average_precision", "aurc"])
def test_of_a_rare_class_it_holds_the_truth(
    make_sample: MakeSample, metric_id: str, repetitions: int
) -> None:
    """Thirty examples of 300, and a few of these make up most of the figure."""

    def drawn(seed: int, size: int = 300) -> Sample:
        rng = np.random.default_rng(seed)
        truth = (rng.random(size) < 0.1).astype(np.int64)
        logits = rng.normal(size=(size, 2))
        logits[np.arange(size), truth] += 1.5
        return make_sample(truth, 1.5 * logits)

    held = _held(metric_id, drawn(10**6, 200_000), drawn, repetitions)
    _check_coverage(held, repetitions, LEVEL - 0.01)


@pytest.mark.parametrize("sureness", [1.0, 1.6, 0.6])
@pytest.mark.parametrize("size", [60, 300, 1000])
def test_calibration_error_is_held(
    make_sample: MakeSample, sureness: float, size: int, repetitions: int
) -> None:
    """Of two classes: calibrated, too sure, and not sure enough."""

    def drawn(seed: int, size: int = size) -> Sample:
        rng = np.random.default_rng(seed)
        margin = np.abs(rng.normal(2.0, 1.5, size))
        right = rng.random(size) < 1 / (1 + np.exp(-margin))
        logits = np.column_stack([sureness * margin, np.zeros(size)])
        return make_sample((~right).astype(np.int64), logits)

    truth = 0.0 if sureness == 1.0 else METRICS["ece"].value(drawn(10**6, 400_000))
    assert truth is not None
    held = _held_value("ece", truth, drawn, repetitions)
    _check_coverage(held, repetitions, LEVEL - 0.01)


@pytest.mark.parametrize("metric_id", ["mse", "mae", "pearson", "spearman"])
@pytest.mark.parametrize("size", [30, 300])
def test_figures_of_numbers_are_held(
    make_sample: MakeSample, metric_id: str, size: int, repetitions: int
) -> None:
    def drawn(seed: int, size: int = size) -> Sample:
        rng = np.random.default_rng(seed)
        truth = rng.normal(size=size)
        values = truth + 0.5 * rng.normal(size=size)
        return make_sample(truth, values[:, None], "REGRESSION", "VALUE")

    held = _held(metric_id, drawn(10**6, 400_000), drawn, repetitions)
    _check_coverage(held, repetitions, LEVEL - 0.02)


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
    _check_rate(told, repetitions, 0.06 if test is ResamplingTest.PAIRED_BOOTSTRAP else 0.05)


@pytest.mark.parametrize("metric_id", ["f1.macro", "log_loss", "roc_auc.macro"])
@pytest.mark.parametrize(
    ("lifts", "size"), [((1.5, 1.5), 100), ((2.5, 2.0), 100), ((4.0, 4.0), 100), ((4.0, 3.0), 300)]
)
def test_the_interval_of_a_difference_holds_the_truth(
    draw_pair: DrawPair, metric_id: str, lifts: tuple[float, float], size: int, repetitions: int
) -> None:
    """Also near perfection, where one example of a hundred may tell two candidates apart."""
    values = [METRICS[metric_id].value(each) for each in draw_pair(10**6, 200_000, lifts=lifts)]
    assert values[0] is not None
    assert values[1] is not None
    truth = 0.0 if lifts[0] == lifts[1] else values[0] - values[1]
    held = 0
    for seed in range(repetitions):
        pair = draw_pair(seed, size, lifts=lifts)
        found = compare(metric_id, *pair, replace(CERTAINTY, seed=seed))
        held += _holds(found.interval, truth)
    _check_coverage(held, repetitions, LEVEL - 0.04)


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
    _check_coverage(held, repetitions, LEVEL - 0.02)


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


@pytest.mark.parametrize(
    "metric_id", ["accuracy", "f1.macro", "log_loss", "brier", "roc_auc", "aurc", "ece"]
)
@pytest.mark.parametrize("count", [15, 40])
def test_the_interval_of_a_metric_over_clusters_holds_the_truth(
    make_sample: MakeSample, metric_id: str, count: int, repetitions: int
) -> None:
    def sample_of(seed: int, count: int = count) -> Sample:
        truth, values, _ = _clustered_answers(seed, count)
        return make_sample(truth, values[0])

    truth = METRICS[metric_id].value(sample_of(10**6, 60_000))
    assert truth is not None
    certainty = replace(CERTAINTY, clusters=np.repeat(np.arange(count), 6))
    held = 0
    for seed in range(repetitions):
        (found,) = figures(sample_of(seed), [metric_id], replace(certainty, seed=seed))
        held += _holds(found.interval, truth)
    _check_coverage(held, repetitions, LEVEL - 0.02)


@pytest.mark.parametrize("metric_id", ["accuracy", "f1.macro", "log_loss"])
@pytest.mark.parametrize("test", ResamplingTest)
@pytest.mark.parametrize("count", [15, 40])
def test_equals_in_clusters_are_told_apart_no_more_often_than_the_test_says(
    make_sample: MakeSample, metric_id: str, test: ResamplingTest, count: int, repetitions: int
) -> None:
    """And their intervals hold a difference of 0."""
    told = held = 0
    for seed in range(repetitions):
        truth, values, clusters = _clustered_answers(seed, count)
        pair = [make_sample(truth, each) for each in values]
        certainty = replace(CERTAINTY, seed=seed, clusters=clusters, resampling_test=test)
        found = compare(metric_id, pair[0], pair[1], certainty)
        assert found.p_value is not None
        told += found.p_value <= 1 - LEVEL
        held += _holds(found.interval, 0.0)
    exact = metric_id == "accuracy" or test is ResamplingTest.APPROXIMATE_RANDOMISATION
    _check_rate(told, repetitions, 0.05 if exact else 0.06)
    _check_coverage(held, repetitions, LEVEL - 0.02)


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
