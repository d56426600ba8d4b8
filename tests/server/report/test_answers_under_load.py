"""Answers under load are held against the labels, the prediction pass, and the bound."""

import math
from collections.abc import Callable, Sequence
from datetime import timedelta

import numpy as np
import pytest

from bakeoff.server.report.answers_under_load import AnswerKey
from bakeoff.server.report.measurement import scenario_result
from bakeoff.server.report.observations import Observations
from bakeoff.server.statistics import share_interval
from bakeoff.server.tasks import task_named
from bakeoff.v1 import (
    ClassificationHead,
    ClassificationOutput,
    ClassNames,
    ExampleKey,
    Figure,
    Label,
    LatencyBound,
    ObservationBlock,
    Prediction,
    Report,
    Scenario,
    Server,
)

MS = 1_000_000
TASK = task_named("text-classification")
SINGLE = ClassificationHead(
    problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
    scale=ClassificationHead.SCALE_LOGITS,
    labels=["no", "yes"],
)
SEVERAL = ClassificationHead(
    problem_type=ClassificationHead.PROBLEM_TYPE_MULTI_LABEL,
    scale=ClassificationHead.SCALE_PROBABILITIES,
    labels=["a", "b"],
)
NO, YES = (2.0, -1.0), (-1.0, 2.0)
NONE = (math.nan, math.nan)
SETTINGS = Scenario(
    server=Server(poisson_qps=50),
    latency_bounds=[
        LatencyBound(quantile=0.5, max_latency=timedelta(milliseconds=5)),
        LatencyBound(quantile=0.99, max_latency=timedelta(milliseconds=20)),
    ],
)

Output = tuple[float, ...]
Observe = Callable[..., Observations]


def named(*labels: str | None) -> list[ExampleKey]:
    """Keys of examples with these labels; None is no label."""
    return [
        ExampleKey() if one is None else ExampleKey(label=Label(class_name=one)) for one in labels
    ]


def key_of(
    keys: Sequence[ExampleKey],
    outputs: Sequence[Output],
    head: ClassificationHead = SINGLE,
    clusters: Sequence[int] | None = None,
) -> AnswerKey:
    """What answers are held against, where the prediction pass put out these."""
    predictions = [
        Prediction(index=index, classification=ClassificationOutput(values=values))
        for index, values in enumerate(outputs)
    ]
    return AnswerKey(
        task=TASK,
        head=head,
        sample=TASK.sample(keys, predictions, head, {}),
        is_labelled=np.array([one.HasField("label") for one in keys]),
        clusters=None if clusters is None else np.array(clusters),
    )


def block(
    examples: Sequence[int],
    outputs: Sequence[Output],
    latencies_ms: Sequence[float] = (),
    seconds: float = 1.0,
) -> ObservationBlock:
    """Queries of these examples, and what was put out to each."""
    took_ms = latencies_ms or [4.0] * len(examples)
    return ObservationBlock(
        duration_ns=int(seconds * 1e9),
        sample_count=len(examples),
        end_to_end_ns=[int(ms * MS) for ms in took_ms],
        example_indices=examples,
        output_values=[value for row in outputs for value in row],
    )


def figures(
    observe: Observe,
    blocks: Sequence[ObservationBlock],
    key: AnswerKey,
    settings: Scenario = SETTINGS,
) -> dict[str, Figure]:
    result = scenario_result(observe(blocks, "server:qps=50"), settings, 0.95, answer_key=key)
    return {figure.id: figure for figure in result.figures}


def test_right_answers_are_counted_by_the_label_and_others_by_the_prediction_pass(
    observe: Observe,
) -> None:
    """Example 1 is answered wrongly at first and rightly under load; example 2 the other way."""
    key = key_of(named("no", "yes", "yes", "no"), [NO, NO, YES, NO])

    found = figures(observe, [block([0, 1, 2, 3], [NO, YES, NO, NO])], key)

    assert 0.75 == found["accuracy_under_load"].value
    assert 0.5 == found["changed_answer_share"].value
    assert 4 == found["accuracy_under_load"].observation_count


def test_only_what_is_right_and_within_the_longest_bound_counts_each_second(
    observe: Observe,
) -> None:
    key = key_of(named("no", "no", "no", "no"), [NO] * 4)
    first = block([0, 1, 2, 3], [NO, NO, YES, NO], [4, 20, 4, 21], seconds=0.5)
    second = block([0, 1, 2, 3], [NO] * 4, seconds=1.5)

    found = figures(observe, [first, second], key)["correct_per_s"]
    unbounded = figures(observe, [first, second], key, Scenario(server=SETTINGS.server))

    assert (2 + 4) / 2 == found.value
    assert (3 + 4) / 2 == unbounded["correct_per_s"].value
    assert found.interval.lower <= found.value <= found.interval.upper


@pytest.mark.parametrize("broken", [NONE, (math.inf, 0.0), (0.0, math.nan)])
def test_no_output_and_no_number_are_no_right_answer(observe: Observe, broken: Output) -> None:
    key = key_of(named("no", "no"), [NO, NO])

    found = figures(observe, [block([0, 1], [NO, broken])], key)

    assert 0.5 == found["accuracy_under_load"].value
    assert 0.5 == found["changed_answer_share"].value


def test_a_load_of_which_nothing_was_answered_has_no_such_figures(observe: Observe) -> None:
    key = key_of(named("no"), [NO])

    found = figures(observe, [block([0, 0], [])], key)

    assert {"accuracy_under_load", "changed_answer_share", "correct_per_s"}.isdisjoint(found)


def test_a_block_of_which_nothing_was_answered_counts_against_the_others(observe: Observe) -> None:
    key = key_of(named("no"), [NO])

    found = figures(observe, [block([0, 0], [NO, NO]), block([0, 0], [])], key)

    assert 0.5 == found["accuracy_under_load"].value
    assert 1.0 == found["correct_per_s"].value


def test_examples_without_label_are_left_out_and_leave_the_rate_unknown(observe: Observe) -> None:
    key = key_of(named("no", None, "yes"), [NO, NO, YES])

    found = figures(observe, [block([0, 1, 2, 2], [NO, NO, YES, NO])], key)

    assert pytest.approx(2 / 3) == found["accuracy_under_load"].value
    assert not found["correct_per_s"].HasField("value")
    assert "1 of 4 queries were of examples without a label" == found["correct_per_s"].absent_reason


def test_without_any_label_asked_for_accuracy_is_absent(observe: Observe) -> None:
    key = key_of(named("no", None), [NO, NO])

    found = figures(observe, [block([1, 1], [NO, NO])], key)["accuracy_under_load"]

    assert not found.HasField("value")
    assert "no example that was asked was scored" == found.absent_reason


def test_examples_without_label_thin_no_share_of_changes(observe: Observe) -> None:
    """Nothing is held against the prediction pass of an example that was not scored."""
    key = key_of(named("no", None, None, None), [NO] * 4)

    found = figures(observe, [block([0, 1, 2, 3], [YES, NO, NO, NO])], key)

    assert 1.0 == found["changed_answer_share"].value
    assert 1 == found["changed_answer_share"].observation_count


def test_of_many_labels_all_must_be_right(observe: Observe) -> None:
    keys = [ExampleKey(label=Label(class_names=ClassNames(names=["a", "b"])))] * 2
    key = key_of(keys, [(0.9, 0.9), (0.9, 0.9)], SEVERAL)

    found = figures(observe, [block([0, 1], [(0.8, 0.6), (0.8, 0.4)])], key)

    assert 0.5 == found["accuracy_under_load"].value


def test_asking_the_same_examples_again_makes_nothing_surer(observe: Observe) -> None:
    """Ten rounds over the same 40 examples tell as much as one."""
    labels = named(*["no"] * 40)
    outputs = [NO] * 30 + [YES] * 10
    key = key_of(labels, outputs)
    once = block(range(40), outputs)

    one = figures(observe, [once], key)["accuracy_under_load"].interval
    ten = figures(observe, [once] * 10, key)["accuracy_under_load"].interval

    exact = share_interval(30, 40, 0.95)
    assert (exact.lower, exact.upper) == (one.lower, one.upper)
    assert ten.upper - ten.lower >= 0.95 * (one.upper - one.lower)


def test_examples_of_one_group_are_one_trial(observe: Observe) -> None:
    outputs = [NO] * 30 + [YES] * 10
    apart = key_of(named(*["no"] * 40), outputs)
    grouped = key_of(named(*["no"] * 40), outputs, clusters=[index // 10 for index in range(40)])
    asked = [block(range(40), outputs)]

    one = figures(observe, asked, apart)["accuracy_under_load"].interval
    four = figures(observe, asked, grouped)["accuracy_under_load"].interval

    assert four.upper - four.lower > 1.5 * (one.upper - one.lower)


def test_a_whole_report_has_them_for_every_server_scenario(full_report: Report) -> None:
    for result in full_report.candidates:
        if result.HasField("error"):
            continue
        quality = {figure.id: figure.value for figure in result.quality}
        for scenario in result.scenarios:
            found = {figure.id: figure for figure in scenario.figures}
            if scenario.settings.HasField("server"):
                under_load = found["accuracy_under_load"]
                assert abs(quality["accuracy"] - under_load.value) < 0.1
                assert 0 <= found["changed_answer_share"].value < 0.1
                assert 0 < found["correct_per_s"].value <= found["throughput_per_s"].value
            else:
                assert "accuracy_under_load" not in found
