"""What the fields of a spec may hold, and their defaults."""

from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration

from bakeoff.server.api.spec_fields import filled
from bakeoff.server.errors import InvalidFieldError, InvalidNameError
from bakeoff.v1 import (
    BatchPolicy,
    EvaluationSpec,
    FixedSize,
    Offline,
    Pricing,
    Scenario,
    SingleStream,
    SliceSettings,
    StatisticsSettings,
    TokenBudget,
    TrafficHistogram,
)


def spec(**fields: object) -> EvaluationSpec:
    given = {"candidates": ["candidates/a", "candidates/b"], "evaluation_set": "evaluationSets/s"}
    return EvaluationSpec(**{**given, **fields})


def offline(**fields: object) -> Scenario:
    return Scenario(offline=Offline(), **fields)


def test_what_is_left_out_is_filled_in() -> None:
    asked = spec(scenarios=[offline(), Scenario(single_stream=SingleStream())])
    full = filled(asked)
    expected = spec(
        target="targets/cpu",
        baseline="candidates/a",
        scenarios=[
            offline(
                min_duration=Duration(seconds=3),
                max_duration=Duration(seconds=60),
                block_count=5,
            ),
            Scenario(
                single_stream=SingleStream(),
                min_duration=Duration(seconds=3),
                max_duration=Duration(seconds=60),
                block_count=5,
                min_query_count=299,
            ),
        ],
        batch_policy=BatchPolicy(
            token_budget=TokenBudget(padded_token_count=256, max_batch_size=64)
        ),
        statistics=StatisticsSettings(
            confidence_level=0.95,
            resample_count=2000,
            equivalence_margin=0.005,
            mcnemar_test=StatisticsSettings.MC_NEMAR_TEST_EXACT,
            resampling_test=StatisticsSettings.RESAMPLING_TEST_PAIRED_BOOTSTRAP,
        ),
        profile_repeat_count=3,
        batch_sensitivity_example_count=1000,
        slices=SliceSettings(
            buckets=["attribute", "length", "class", "confidence", "difficulty"],
            min_example_count=20,
            false_discovery_rate=0.05,
        ),
    )
    assert full == expected


def test_filling_in_twice_changes_nothing_more() -> None:
    full = filled(spec(scenarios=[offline()]))
    assert filled(full) == full


def test_what_is_given_stays() -> None:
    given = spec(
        target="targets/cuda-0",
        baseline="candidates/b",
        scenarios=[
            offline(
                min_duration=Duration(nanos=1),
                max_duration=Duration(seconds=1),
                block_count=3,
                min_query_count=7,
            )
        ],
        batch_policy=BatchPolicy(fixed_size=FixedSize(batch_size=8)),
        statistics=StatisticsSettings(
            confidence_level=0.9,
            resample_count=100,
            seed=3,
            equivalence_margin=0.1,
            group_attribute="document",
            mcnemar_test=StatisticsSettings.MC_NEMAR_TEST_MID_P,
            resampling_test=StatisticsSettings.RESAMPLING_TEST_APPROXIMATE_RANDOMISATION,
        ),
        profile_repeat_count=1,
        batch_sensitivity_example_count=0,
        intra_op_thread_count=2,
        caller_count=3,
        traffic=TrafficHistogram(max_token_counts=[16, 64], weights=[0, 2.5]),
        fit_memory_bytes=2**30,
        pricing=Pricing(price_per_hour_usd=0.4, wanted_samples_per_s=100),
        time_budget=Duration(seconds=300),
        slices=SliceSettings(
            columns=["source"],
            predicates=["length > 64"],
            buckets=["none"],
            min_example_count=7,
            false_discovery_rate=0.1,
            metrics=["f1.macro"],
        ),
    )
    assert filled(given) == given


@pytest.mark.parametrize(
    ("given", "shortest_s", "longest_s"),
    [
        ({"min_duration": Duration(seconds=90)}, 90, 90),
        ({"max_duration": Duration(seconds=1)}, 1, 1),
    ],
)
def test_one_duration_makes_room_for_the_other(
    given: dict[str, Duration], shortest_s: int, longest_s: int
) -> None:
    (scenario,) = filled(spec(scenarios=[offline(**given)])).scenarios
    assert scenario.min_duration.ToSeconds() == shortest_s
    assert scenario.max_duration.ToSeconds() == longest_s


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"candidates": []}, "spec.candidates"),
        ({"candidates": ["candidates/a"] * 2}, "spec.candidates"),
        ({"candidates": [f"candidates/{n}" for n in range(65)]}, "spec.candidates"),
        ({"candidates": ["a"]}, "spec.candidates[0]"),
        ({"evaluation_set": ""}, "spec.evaluation_set"),
        ({"evaluation_set": "sets/s"}, "spec.evaluation_set"),
        ({"target": "cpu"}, "spec.target"),
        ({"baseline": "candidates/c"}, "spec.baseline"),
        ({"scenarios": [Scenario()]}, "spec.scenarios[0]"),
        ({"scenarios": [offline(), offline()]}, "spec.scenarios[1]"),
        ({"scenarios": [offline(block_count=-1)]}, "spec.scenarios[0].block_count"),
        ({"scenarios": [offline(min_query_count=-1)]}, "spec.scenarios[0].min_query_count"),
        (
            {"scenarios": [offline(min_duration=Duration(seconds=-1))]},
            "spec.scenarios[0].min_duration",
        ),
        (
            {"scenarios": [offline(max_duration=Duration(seconds=0))]},
            "spec.scenarios[0].max_duration",
        ),
        (
            {"scenarios": [offline(max_duration=Duration(seconds=10**6))]},
            "spec.scenarios[0].max_duration",
        ),
        (
            {
                "scenarios": [
                    offline(min_duration=Duration(seconds=5), max_duration=Duration(seconds=4))
                ]
            },
            "spec.scenarios[0].min_duration",
        ),
        (
            {"batch_policy": BatchPolicy(fixed_size=FixedSize())},
            "spec.batch_policy.fixed_size.batch_size",
        ),
        (
            {"batch_policy": BatchPolicy(token_budget=TokenBudget(padded_token_count=-1))},
            "spec.batch_policy.token_budget.padded_token_count",
        ),
        (
            {"batch_policy": BatchPolicy(token_budget=TokenBudget(max_batch_size=5000))},
            "spec.batch_policy.token_budget.max_batch_size",
        ),
        (
            {"statistics": StatisticsSettings(confidence_level=0.5)},
            "spec.statistics.confidence_level",
        ),
        (
            {"statistics": StatisticsSettings(confidence_level=float("nan"))},
            "spec.statistics.confidence_level",
        ),
        ({"statistics": StatisticsSettings(resample_count=99)}, "spec.statistics.resample_count"),
        (
            {"statistics": StatisticsSettings(equivalence_margin=-0.1)},
            "spec.statistics.equivalence_margin",
        ),
        (
            {"statistics": StatisticsSettings(equivalence_margin=float("inf"))},
            "spec.statistics.equivalence_margin",
        ),
        (
            {"statistics": StatisticsSettings(mcnemar_test=9)},  # type: ignore[arg-type] # unknown
            "spec.statistics.mcnemar_test",
        ),
        (
            {"statistics": StatisticsSettings(resampling_test=9)},  # type: ignore[arg-type] # unknown
            "spec.statistics.resampling_test",
        ),
        ({"metrics": ["accuracy"] * 101}, "spec.metrics"),
        ({"constraints": ["x" * 801]}, "spec.constraints[0]"),
        ({"label_mapping": {str(n): "a" for n in range(10_001)}}, "spec.label_mapping"),
        ({"profile_repeat_count": 21}, "spec.profile_repeat_count"),
        ({"batch_sensitivity_example_count": -1}, "spec.batch_sensitivity_example_count"),
        ({"intra_op_thread_count": -1}, "spec.intra_op_thread_count"),
        ({"caller_count": 10_000}, "spec.caller_count"),
        ({"fit_memory_bytes": -1}, "spec.fit_memory_bytes"),
        ({"time_budget": Duration()}, "spec.time_budget"),
        ({"time_budget": Duration(seconds=10**8)}, "spec.time_budget"),
        ({"traffic": TrafficHistogram()}, "spec.traffic.max_token_counts"),
        (
            {"traffic": TrafficHistogram(max_token_counts=[8, 8], weights=[1, 1])},
            "spec.traffic.max_token_counts",
        ),
        (
            {"traffic": TrafficHistogram(max_token_counts=[0], weights=[1])},
            "spec.traffic.max_token_counts[0]",
        ),
        (
            {"traffic": TrafficHistogram(max_token_counts=[8], weights=[1, 1])},
            "spec.traffic.weights",
        ),
        (
            {"traffic": TrafficHistogram(max_token_counts=[8, 9], weights=[1, -1])},
            "spec.traffic.weights[1]",
        ),
        (
            {"traffic": TrafficHistogram(max_token_counts=[8], weights=[0])},
            "spec.traffic.weights",
        ),
        ({"pricing": Pricing()}, "spec.pricing.price_per_hour_usd"),
        (
            {"pricing": Pricing(price_per_hour_usd=float("inf"))},
            "spec.pricing.price_per_hour_usd",
        ),
        (
            {"pricing": Pricing(price_per_hour_usd=1, wanted_samples_per_s=-1)},
            "spec.pricing.wanted_samples_per_s",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(fields: dict[str, Any], at_fault: str) -> None:
    with pytest.raises((InvalidFieldError, InvalidNameError)) as caught:
        filled(spec(**fields))
    assert caught.value.metadata["field"] == at_fault
    assert at_fault in caught.value.message


@pytest.mark.parametrize("count", [1, 9])
def test_a_frontier_is_spanned_by_two_to_eight_figures(count: int) -> None:
    figures = [f"latency_p{number}_ms" for number in range(count)]

    with pytest.raises(InvalidFieldError, match=rf"must be 2 to 8, or none, got {count}"):
        filled(spec(frontier_figures=figures))
    assert ["accuracy", "f1"] == filled(spec(frontier_figures=["accuracy", "f1"])).frontier_figures
