"""What is judged at looks, and with what chance."""

import pytest

from bakeoff.server.jobs.adaptive.rules import Rules
from bakeoff.v1 import (
    AdaptiveSettings,
    EvaluationSpec,
    LatencyBound,
    Offline,
    PeakLoad,
    Scenario,
    SingleStream,
)

_SCENARIOS = (
    Scenario(single_stream=SingleStream(), block_count=5),
    Scenario(offline=Offline(), block_count=3),
)


def _rules(**fields: object) -> Rules:
    given: dict[str, object] = {
        "candidates": [f"candidates/{letter}" for letter in "abcde"],
        "baseline": "candidates/a",
        "metrics": ["accuracy", "f1.macro"],
        "objectives": ["max:accuracy"],
        "scenarios": _SCENARIOS,
        "adaptive": AdaptiveSettings(error_rate=0.05, look_count=8),
    }
    return Rules.of(EvaluationSpec(**(given | fields)), 2400)


def test_without_anything_to_judge_under_load_predictions_have_the_whole_rate() -> None:
    rules = _rules()
    assert (0, 8) == (rules.round_count, len(rules.looks))
    assert pytest.approx(0.05) == rules.chance_of_prediction * 7 * 4


def test_bounds_on_load_share_the_rate_with_predictions() -> None:
    rules = _rules(constraints=["latency_p99_ms<=20", "accuracy>=0.75", "host_peak_mib<=500"])
    assert 5 == rules.round_count
    assert pytest.approx(0.025) == rules.chance_of_prediction * 7 * (4 + 1)
    assert pytest.approx(0.025) == rules.chance_of_round * 5 * 1
    assert ["host_peak_mib"] == [bound.key for bound in rules.profile_constraints]


def test_a_second_objective_of_load_decides_between_those_that_are_alike() -> None:
    rules = _rules(objectives=["max:accuracy", "max:throughput_per_s@offline"])
    assert rules.objective is not None
    assert rules.runner is not None
    assert ("accuracy", "offline") == (rules.objective.key, rules.runner.scenario)
    assert pytest.approx(0.025) == rules.chance_of_round * 3 * 4


def test_a_first_objective_of_load_leaves_quality_to_its_bounds() -> None:
    rules = _rules(objectives=["min:latency_p50_ms"], constraints=["f1.macro>=0.8"])
    assert rules.objective is None
    assert rules.runner is not None
    assert pytest.approx(0.025) == rules.chance_of_prediction * 7 * 1
    assert pytest.approx(0.025) == rules.chance_of_round * 5 * 4


def test_a_weighted_objective_is_not_judged() -> None:
    rules = _rules(objectives=["max:accuracy - 0.01*latency_p50_ms"])
    assert (None, None, 0) == (rules.objective, rules.runner, rules.round_count)


def test_figures_of_classes_and_slices_are_left_to_the_end() -> None:
    rules = _rules(
        constraints=["accuracy{slice=length > 9} >= 0.5", "log_loss{slice=source=web} <= 1"],
        objectives=["max:recall{class=refund}", "min:latency_p50_ms"],
    )
    assert ((), (), ()) == (
        rules.quality_constraints,
        rules.profile_constraints,
        rules.load_constraints,
    )
    assert (None, None, 5) == (rules.objective, rules.runner, rules.family_size)


def test_a_figure_of_the_peak_load_is_not_judged() -> None:
    bound = LatencyBound(quantile=0.99)
    bound.max_latency.FromMilliseconds(20)
    scenarios = [Scenario(peak_load=PeakLoad(bound=bound), block_count=5)]
    rules = _rules(scenarios=scenarios, objectives=["max:peak_qps"])
    assert (None, 0) == (rules.runner, rules.round_count)


def test_a_bound_relative_to_the_baseline_keeps_the_baseline_in_play() -> None:
    assert "" == _rules(constraints=["accuracy>=0.7"]).protected
    relative = _rules(constraints=["accuracy >= baseline - 1pt"])
    assert "candidates/a" == relative.protected
    assert () == relative.quality_constraints


def test_what_an_objective_tolerates_counts_as_alike() -> None:
    assert 0.005 == _rules().margin
    assert pytest.approx(0.02) == _rules(objectives=["max:accuracy within 2pt"]).margin


def test_the_full_measurement_is_taken_at_its_strictest() -> None:
    """Ten pairs of five candidates for tests of pairs; five candidates for bounds."""
    rules = _rules()
    assert pytest.approx(0.05 / 10) == rules.chance_of_full
    assert pytest.approx(1 - 0.05 / 5) == rules.level_of_full
