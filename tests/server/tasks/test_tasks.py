"""The register of tasks."""

import pytest

from bakeoff.server.errors import TaskMismatchError
from bakeoff.server.metrics import METRICS
from bakeoff.server.tasks import TASKS, task_named, text_classification
from bakeoff.v1 import ClassificationHead

PROBLEM_TYPES = [
    ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
    ClassificationHead.PROBLEM_TYPE_MULTI_LABEL,
    ClassificationHead.PROBLEM_TYPE_REGRESSION,
]


def test_a_task_is_found_by_its_pipeline_name() -> None:
    assert text_classification is task_named("text-classification")
    assert ["text-classification"] == list(TASKS)


def test_an_unknown_task_is_refused_with_the_known_ones() -> None:
    message = "task must be one of text-classification; got 'fill-mask'"
    with pytest.raises(TaskMismatchError, match=message):
        task_named("fill-mask")


@pytest.mark.parametrize("problem_type", PROBLEM_TYPES)
def test_default_metrics_are_all_that_fit_the_problem_type(
    problem_type: "ClassificationHead.ProblemType.ValueType",
) -> None:
    """Each metric of the register, and once; the main one first."""
    fitting = {name for name, metric in METRICS.items() if problem_type in metric.problem_types}
    defaults = text_classification.default_metrics(problem_type)
    assert fitting == set(defaults)
    assert len(fitting) == len(defaults)
    assert text_classification.main_metric(problem_type) == defaults[0]


def test_metrics_of_two_classes_are_left_out_where_there_are_more() -> None:
    single = ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL
    left_out = {name for name, metric in METRICS.items() if metric.binary}
    every = text_classification.default_metrics(single, 2)
    some = text_classification.default_metrics(single, 12)
    assert left_out == set(every) - set(some)
    assert every == text_classification.default_metrics(single)
