"""Whether what a spec names fits together."""

import pytest

from bakeoff.server.api.admission import complete
from bakeoff.server.errors import InvalidFieldError, TaskMismatchError, UnknownFigureError
from bakeoff.v1 import (
    Candidate,
    ClassificationHead,
    EvaluationSet,
    EvaluationSpec,
    LabelKind,
    Manifest,
    Offline,
    Scenario,
    StatisticsSettings,
)

TASK = "text-classification"
LABELS = ("a", "b", "c")


def candidate(name: str, task: str = TASK, labels: tuple[str, ...] = LABELS) -> Candidate:
    head = ClassificationHead(
        problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL, labels=labels
    )
    return Candidate(name=name, manifest=Manifest(task=task, classification=head))


def evaluation_set(task: str = TASK) -> EvaluationSet:
    return EvaluationSet(
        name="evaluationSets/s", task=task, example_count=1, label_kind=LabelKind.LABEL_KIND_CLASS
    )


@pytest.mark.parametrize(
    ("candidate_task", "set_task"), [("other", TASK), (TASK, "other"), ("other", "other")]
)
def test_candidates_and_set_are_for_one_task_that_there_is(
    candidate_task: str, set_task: str
) -> None:
    with pytest.raises(TaskMismatchError):
        complete(
            EvaluationSpec(), [candidate("candidates/a", candidate_task)], evaluation_set(set_task)
        )


def test_a_metric_for_two_classes_does_not_fit_three() -> None:
    with pytest.raises(UnknownFigureError, match="two classes, there are 3"):
        complete(EvaluationSpec(metrics=["f1"]), [candidate("candidates/a")], evaluation_set())
    two = candidate("candidates/a", labels=("a", "b"))
    spec = EvaluationSpec(metrics=["f1"])
    complete(spec, [two], evaluation_set())
    assert spec.objectives == ["max:f1"]


def test_a_metric_that_there_is_not_is_told_with_the_nearest_and_all_that_fit() -> None:
    spec = EvaluationSpec(metrics=["mcc", "acuracy"])
    with pytest.raises(UnknownFigureError) as caught:
        complete(spec, [candidate("candidates/a")], evaluation_set())
    message = str(caught.value)
    first = "spec.metrics[1]: there is no metric 'acuracy'; did you mean accuracy"
    assert message.startswith(first)
    assert "? There is accuracy, error_rate, balanced_accuracy," in message
    assert "pearson" not in message
    assert "spec.metrics[1]" == caught.value.metadata["field"]


def test_the_metrics_that_fit_are_filled_in() -> None:
    spec = EvaluationSpec()
    complete(spec, [candidate("candidates/a")], evaluation_set())
    assert spec.metrics[0] == "accuracy"
    assert "f1" not in spec.metrics
    assert "f1.macro" in spec.metrics
    assert spec.objectives == ["max:accuracy"]


def test_a_constraint_on_cost_wants_a_price() -> None:
    spec = EvaluationSpec(
        scenarios=[Scenario(offline=Offline())],
        constraints=["cost_per_million_usd@offline<=1"],
    )
    with pytest.raises(UnknownFigureError, match="cost_per_million_usd"):
        complete(spec, [candidate("candidates/a")], evaluation_set())
    spec.pricing.price_per_hour_usd = 0.5
    complete(spec, [candidate("candidates/a")], evaluation_set())


def test_figures_of_the_frontier_are_those_that_the_evaluation_finds() -> None:
    spec = EvaluationSpec(frontier_figures=["accuracy", "latency_p99_ms"])

    with pytest.raises(UnknownFigureError, match="latency_p99_ms needs the scenario"):
        complete(spec, [candidate("candidates/a")], evaluation_set())


def test_a_bound_relative_to_the_baseline_is_admitted() -> None:
    spec = EvaluationSpec(
        constraints=["accuracy >= baseline - 0.5pt", "error_rate <= 1.2 x baseline"],
        objectives=["max:accuracy - 0.01*bundle_mib within 1pt"],
    )

    complete(spec, [candidate("candidates/a")], evaluation_set())


def test_examples_are_grouped_by_an_attribute_of_the_set() -> None:
    """One that it does not have is refused, with those that it has."""
    grouped = evaluation_set()
    grouped.attribute_names.extend(["document", "source"])
    spec = EvaluationSpec(statistics=StatisticsSettings(group_attribute="document"))
    complete(spec, [candidate("candidates/a")], grouped)
    spec.statistics.group_attribute = "author"
    with pytest.raises(InvalidFieldError, match="which has document, source; got 'author'") as told:
        complete(spec, [candidate("candidates/a")], grouped)
    assert told.value.metadata["field"] == "spec.statistics.group_attribute"
    with pytest.raises(InvalidFieldError, match="which has none; got 'author'"):
        complete(spec, [candidate("candidates/a")], evaluation_set())
