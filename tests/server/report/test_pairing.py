"""Pairs of candidates are told apart by the examples and the rounds that they share."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bakeoff.server.quality import Certainty
from bakeoff.server.report.cost_ratios import cost_ratio, round_ratios
from bakeoff.server.report.observations import Observations
from bakeoff.server.report.pairing import Pairing
from bakeoff.server.selection import Basis, Needed, Question, Relation, Standing, Tolerance
from bakeoff.server.statistics import (
    order_statistic_interval,
    paired_difference,
    paired_ratio,
    paired_ratio_interval,
    wilson,
)
from bakeoff.server.tasks import Counts, Sample
from bakeoff.server.types import Direction, ScenarioEvidence
from bakeoff.v1 import (
    ClassificationHead,
    EvaluationSpec,
    ObservationBlock,
    Scenario,
    SingleStream,
    ThreadLayout,
)

_CERTAINTY = Certainty(level=0.95, resample_count=100, seed=0, margin=0.005)


def _question(key: str) -> Question:
    is_metric = "@" not in key
    tolerance = Tolerance(0.005) if is_metric else Tolerance(0.02, is_share=True)
    higher = is_metric or key.startswith("throughput")
    direction = Direction.HIGHER_IS_BETTER if higher else Direction.LOWER_IS_BETTER
    return Question(key, direction, level=0.95, family_size=1, tolerance=tolerance)


_THROUGHPUT = _question("throughput_per_s@offline")


def _offline(*samples_per_round: int) -> Observations:
    return _observations(
        "offline",
        [
            ObservationBlock(round=number, duration_ns=10**9, sample_count=samples)
            for number, samples in enumerate(samples_per_round)
        ],
    )


def _single_stream(*median_ns_per_round: int, scenario: str = "single-stream") -> Observations:
    return _observations(
        scenario,
        [
            ObservationBlock(
                round=number,
                duration_ns=10**9,
                sample_count=5,
                end_to_end_ns=[1, 1, ns, 10**9, 10**9],
            )
            for number, ns in enumerate(median_ns_per_round)
        ],
    )


def _observations(scenario: str, blocks: Sequence[ObservationBlock]) -> Observations:
    evidence = ScenarioEvidence(
        scenario=scenario,
        observations_path=Path("unread"),
        layout=ThreadLayout(),
        positions=(0,) * len(blocks),
        start_times_ns=(0,) * len(blocks),
        warm_up_settled=True,
    )
    return Observations(evidence, tuple(blocks))


def _sample(right: Sequence[bool]) -> Sample:
    size = len(right)
    truth = np.zeros(size, dtype=np.int64)
    predicted = np.where(right, 0, 1)
    return Sample(
        problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
        labels=("a", "b"),
        indices=np.arange(size),
        truth=truth,
        values=np.eye(2)[predicted],
        probabilities=None,
        predicted=predicted,
        counts=Counts(total=size, scored=size, unlabelled=0, failed=0, non_finite=0, truncated=0),
    )


@pytest.mark.parametrize(
    ("first", "second", "standing"),
    [
        ((200, 210, 205), (100, 105, 102), Standing.AHEAD),
        ((100, 105, 102), (200, 210, 205), Standing.BEHIND),
        ((1000, 1001, 999), (1000, 1000, 1000), Standing.ALIKE),
        ((80, 130, 100), (100, 100, 100), Standing.UNTOLD),
    ],
)
def test_paired_rounds_tell_throughput_apart(
    first: tuple[int, ...], second: tuple[int, ...], standing: Standing
) -> None:
    observations = {"a": {"offline": _offline(*first)}, "b": {"offline": _offline(*second)}}
    pairing = Pairing({}, observations, _CERTAINTY)

    contrast = pairing.contrast(_THROUGHPUT, "a", "b")

    assert contrast is not None
    assert (standing, Basis.PAIRED_ROUNDS) == (contrast.standing, contrast.basis)


def test_the_shorter_median_latency_is_ahead() -> None:
    observations = {
        "a": {"single-stream": _single_stream(4000, 4100, 4050)},
        "b": {"single-stream": _single_stream(8000, 8200, 8100)},
    }
    pairing = Pairing({}, observations, _CERTAINTY)

    contrast = pairing.contrast(_question("latency_p50_ms@single-stream"), "a", "b")

    assert contrast is not None
    assert Standing.AHEAD is contrast.standing


@pytest.mark.parametrize(
    "scenario", ["multi-stream:n=8", "server:qps=50,batch=8", "soak", "single-stream:threads=2"]
)
def test_median_latency_is_paired_in_every_scenario_that_offers_all_the_same(
    scenario: str,
) -> None:
    observations = {
        "a": {scenario: _single_stream(4000, 4100, 4050, scenario=scenario)},
        "b": {scenario: _single_stream(8000, 8200, 8100, scenario=scenario)},
    }
    pairing = Pairing({}, observations, _CERTAINTY)

    contrast = pairing.contrast(_question(f"latency_p50_ms@{scenario}"), "a", "b")

    assert contrast is not None
    assert (Standing.AHEAD, Basis.PAIRED_ROUNDS) == (contrast.standing, contrast.basis)


def test_a_round_of_too_few_queries_for_a_median_is_not_paired() -> None:
    ours, theirs = _single_stream(4000, 4100, 4050), _single_stream(8000, 8200, 8100)
    for observations in (ours, theirs):
        del observations.blocks[2].end_to_end_ns[4:]
        observations.blocks[2].sample_count = 4

    assert [0.5, 0.5] == round_ratios(ours, theirs)


def test_a_search_offers_each_candidate_rates_of_its_own_and_pairs_nothing() -> None:
    scenario = "peak-load:p99=20ms"
    ours, theirs = (_single_stream(ns, ns, ns, scenario=scenario) for ns in (4000, 8000))
    pairing = Pairing({}, {"a": {scenario: ours}, "b": {scenario: theirs}}, _CERTAINTY)

    for figure_id in ("latency_p50_ms", "peak_qps"):
        assert pairing.contrast(_question(f"{figure_id}@{scenario}"), "a", "b") is None
    assert cost_ratio("b", "a", theirs, ours, 0.95) is None


def test_figures_that_no_round_has_a_value_of_are_left_to_their_intervals() -> None:
    observations = {
        name: {"single-stream": _single_stream(4000, 4100), "offline": _offline(100, 100)}
        for name in "ab"
    }
    pairing = Pairing({}, observations, _CERTAINTY)

    for key in ("latency_p99_ms@single-stream", "host_peak_mib", "throughput_per_s@single-stream"):
        assert pairing.contrast(_question(key), "a", "b") is None


@pytest.mark.parametrize("other", [{}, {"offline": _offline(100)}])
def test_a_candidate_without_two_shared_rounds_is_left_to_its_interval(
    other: dict[str, Observations],
) -> None:
    pairing = Pairing({}, {"a": {"offline": _offline(100, 110)}, "b": other}, _CERTAINTY)

    assert pairing.contrast(_THROUGHPUT, "a", "b") is None


def test_shared_examples_tell_accuracy_apart_with_a_corrected_p_value() -> None:
    samples = {
        "good": _sample([True] * 90 + [False] * 10),
        "bad": _sample([True] * 60 + [False] * 40),
        "same": _sample([True] * 90 + [False] * 10),
    }
    pairing = Pairing(samples, {}, _CERTAINTY)

    alone = pairing.contrast(_question("accuracy"), "good", "bad")
    of_three = replace(_question("accuracy"), level=1 - 0.05 / 3, family_size=3)
    first = pairing.contrast(of_three, "good", "bad")
    second = pairing.contrast(of_three, "bad", "same")

    assert alone is not None
    assert Standing.AHEAD is alone.standing
    assert pytest.approx(0.3) == alone.difference
    assert alone.p_value is not None
    assert first is not None
    assert second is not None
    assert pytest.approx(3 * alone.p_value) == first.p_value
    assert Standing.BEHIND is second.standing
    assert pairing.contrast(of_three, "x", "good") is None


def test_a_metric_that_is_not_defined_for_one_of_them_is_left_open() -> None:
    """Margins have no log loss."""
    pairing = Pairing({"a": _sample([True] * 20), "b": _sample([False] * 20)}, {}, _CERTAINTY)

    assert pairing.contrast(_question("log_loss"), "a", "b") is None


def test_a_bound_against_the_baseline_is_judged_on_shared_examples() -> None:
    """10 and 12 errors of 100, 8 of them shared: Tango's interval, and the score of the ratio."""
    base = _sample([False] * 10 + [True] * 90)
    other = _sample([False] * 8 + [True] * 2 + [False] * 4 + [True] * 86)
    pairing = Pairing({"base": base, "other": other}, {}, _CERTAINTY)

    difference = pairing.related("accuracy", Relation.DIFFERENCE, "other", "base", 0.99)
    ratio = pairing.related("error_rate", Relation.RATIO, "other", "base", 0.9)

    assert difference is not None
    assert ratio is not None
    assert paired_difference(2, 4, 100, 0.99) == difference.interval
    assert paired_ratio(4, 2, 8, 100, 0.9) == ratio.interval
    assert pytest.approx(1.2) == ratio.value
    assert 100 == ratio.weight.example_count
    assert pairing.related("accuracy", Relation.DIFFERENCE, "other", "x", 0.99) is None


def test_a_ratio_of_throughput_is_judged_on_shared_rounds_at_the_level_that_is_asked() -> None:
    observations = {
        "a": {"offline": _offline(200, 210, 205)},
        "b": {"offline": _offline(100, 105, 102)},
    }
    pairing = Pairing({}, observations, _CERTAINTY)
    key = "throughput_per_s@offline"

    found = pairing.related(key, Relation.RATIO, "a", "b", 0.99)

    assert found is not None
    assert paired_ratio_interval([2.0, 2.0, 205 / 102], 0.99) == found.interval
    assert 3.0 == found.weight.load_s
    assert pairing.related(key, Relation.DIFFERENCE, "a", "b", 0.99) is None


def test_a_figure_at_another_level_has_the_wider_interval_and_the_same_value() -> None:
    pairing = Pairing({"a": _sample([True] * 90 + [False] * 10)}, {}, _CERTAINTY)

    wide = pairing.figure("accuracy", "a", 0.99)

    assert wide is not None
    assert (0.9, wilson(90, 100, 0.99)) == (wide.value, wide.interval)
    assert pairing.figure("accuracy", "a", 0.95) is None
    assert pairing.figure("host_peak_mib", "a", 0.99) is None


def test_a_latency_at_another_level_is_found_of_its_queries() -> None:
    queries = _single_stream(*[4000] * 200)
    spec = EvaluationSpec(scenarios=[Scenario(single_stream=SingleStream())])
    pairing = Pairing({}, {"a": {"single-stream": queries}}, _CERTAINTY, spec)
    ordered = queries.latencies_ns("end-to-end")

    found = pairing.figure("latency_p50_ms@single-stream", "a", 0.999)

    assert found is not None
    assert found.interval is not None
    assert 0.999 == found.interval.level
    expected = order_statistic_interval(ordered, 0.5, 0.999)
    assert (expected.lower or 0) / 1e6 == found.interval.lower


def test_a_quantile_that_has_too_few_queries_says_how_much_more_load_it_takes() -> None:
    """100 rounds of five queries a second are 500: p99.9 takes 2,995 of them."""
    queries = _single_stream(*[4000] * 100)
    pairing = Pairing({}, {"a": {"single-stream": queries}}, _CERTAINTY)

    found = pairing.shortfall("latency_p99_9_ms@single-stream", "a", 0.95)

    assert Needed(load_s=float((2995 - 500) / 5)) == found
    assert pairing.shortfall("latency_p99_ms@single-stream", "a", 0.95) is None
    assert pairing.shortfall("host_peak_mib", "a", 0.95) is None
