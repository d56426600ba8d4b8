"""Aligning labels with predictions, and telling what cannot be scored."""

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from bakeoff.server.errors import MissingLabelsError, OutputShapeError, UnknownLabelError
from bakeoff.server.tasks import Counts
from bakeoff.server.tasks.text_classification import sample
from bakeoff.v1 import ClassificationHead, ExampleKey, Prediction

Head = Callable[..., ClassificationHead]
Key = Callable[..., ExampleKey]
Predict = Callable[..., Prediction]


def test_labels_stand_beside_predictions_in_the_order_of_the_set(
    head: Head, key: Key, prediction: Predict
) -> None:
    """Predictions may come in any order; each knows its index."""
    keys = [key("plant"), key("tool"), key("animal")]
    predictions = [
        prediction(2, [3, 1, 0]),
        prediction(0, [1, 0, 0]),
        prediction(1, [0, 0, 1]),
    ]
    actual = sample(keys, predictions, head(), {})
    assert [0, 1, 2] == actual.indices.tolist()
    assert [1, 2, 0] == actual.truth.tolist()
    assert [0, 2, 0] == actual.predicted.tolist()
    assert [False, True, True] == actual.right.tolist()
    assert [[1, 0, 0], [0, 0, 1], [3, 1, 0]] == actual.values.tolist()
    assert ("animal", "plant", "tool") == actual.labels
    assert Counts(3, 3, 0, 0, 0, 0) == actual.counts


def test_an_example_that_cannot_be_scored_is_counted_apart_and_never_as_wrong(
    head: Head, key: Key, prediction: Predict
) -> None:
    """Unlabelled, failed, not finite and missing examples leave accuracy alone."""
    keys = [key("animal"), key(), key("tool"), key("plant"), key("plant"), key()]
    predictions = [
        prediction(0, [1, 0, 0], truncated=True),
        prediction(1, [1, 0, 0], truncated=True),
        prediction(2, None),
        prediction(3, [float("nan"), 0, 0], non_finite_count=1),
        prediction(5, [0, float("inf"), 0], non_finite_count=1),
    ]
    actual = sample(keys, predictions, head(), {})
    assert [0] == actual.indices.tolist()
    assert [True] == actual.right.tolist()
    expected = Counts(total=6, scored=1, unlabelled=1, failed=4, non_finite=2, truncated=1)
    assert expected == actual.counts


def test_a_set_without_predictions_has_a_sample_of_nothing(head: Head, key: Key) -> None:
    actual = sample([key("animal")], [], head(), {})
    assert 0 == actual.size
    assert (0, 3) == actual.values.shape
    assert Counts(1, 0, 0, 1, 0, 0) == actual.counts


def test_many_labels_become_truth_values(head: Head, key: Key, prediction: Predict) -> None:
    """No class at all is a right answer like any other."""
    keys = [key(["tool", "animal"]), key([])]
    predictions = [prediction(0, [2, -2, 2]), prediction(1, [-2, 2, -2])]
    actual = sample(keys, predictions, head(problem="MULTI_LABEL"), {})
    assert [[True, False, True], [False, False, False]] == actual.truth.tolist()
    assert [[True, False, True], [False, True, False]] == actual.predicted.tolist()
    assert [True, False] == actual.right.tolist()
    assert np.bool_ == actual.truth.dtype


def test_numbers_stay_numbers(head: Head, key: Key, prediction: Predict) -> None:
    scores = head(["score"], "REGRESSION", "VALUE")
    actual = sample([key(4.25), key(0.0)], [prediction(0, [4.5]), prediction(1, [-1])], scores, {})
    assert [4.25, 0.0] == actual.truth.tolist()
    assert [4.5, -1.0] == actual.predicted.tolist()
    assert actual.probabilities is None
    assert actual.confidence is None


def test_labels_are_matched_through_the_mapping_and_by_index(
    head: Head, key: Key, prediction: Predict
) -> None:
    answers = [prediction(0, [1, 0, 0]), prediction(1, [1, 0, 0])]
    mapped = sample([key("Tier"), key("tool")], answers, head(), {"Tier": "animal"})
    indexed = sample([key("0"), key("2")], answers, head(), {})
    assert [0, 2] == mapped.truth.tolist() == indexed.truth.tolist()


def test_confidence_is_the_probability_of_the_predicted_class(
    head: Head, key: Key, prediction: Predict
) -> None:
    shares = head(scale="PROBABILITIES")
    actual = sample([key("tool")], [prediction(0, [0.25, 0.5, 0.25])], shares, {})
    assert actual.confidence is not None
    assert [0.5] == actual.confidence.tolist()


def test_margins_rank_by_their_values(head: Head, key: Key, prediction: Predict) -> None:
    actual = sample([key("tool")], [prediction(0, [2, -1, 0])], head(scale="MARGINS"), {})
    assert actual.probabilities is None
    assert actual.confidence is None
    assert [[2.0, -1.0, 0.0]] == actual.scores.tolist()


def test_rows_of_a_sample_are_taken_together(head: Head, key: Key, prediction: Predict) -> None:
    keys = [key("plant"), key("tool"), key("animal")]
    whole = sample(keys, [prediction(i, [i, 1, 0]) for i in range(3)], head(), {})
    actual = whole.take(np.array([2, 0, 2]))
    assert [2, 0, 2] == actual.indices.tolist()
    assert [0, 1, 0] == actual.truth.tolist()
    assert whole.predicted[[2, 0, 2]].tolist() == actual.predicted.tolist()
    assert actual.probabilities is not None
    assert whole.probabilities is not None
    assert whole.probabilities[[2, 0, 2]].tolist() == actual.probabilities.tolist()
    assert whole.take(np.array([0])).counts == whole.counts


def test_an_unknown_label_is_refused_with_its_row(
    head: Head, key: Key, prediction: Predict
) -> None:
    answers = [prediction(0, [1, 0, 0]), prediction(1, [1, 0, 0])]
    with pytest.raises(UnknownLabelError, match=r"label 'rock' in row 2 is not one of 'animal'"):
        sample([key("animal"), key("rock")], answers, head(), {})


def test_a_label_of_another_kind_is_refused_with_its_row(
    head: Head, key: Key, prediction: Predict
) -> None:
    message = "the label in row 1 must be a class_name for single label; it is a value"
    with pytest.raises(MissingLabelsError, match=message):
        sample([key(1.0)], [prediction(0, [1, 0, 0])], head(), {})


def test_an_output_of_another_width_is_refused(head: Head, key: Key, prediction: Predict) -> None:
    with pytest.raises(OutputShapeError, match="example 0 must hold 3 values, one a label; it"):
        sample([key("animal")], [prediction(0, [1, 0])], head(), {})


@pytest.mark.parametrize("index", [-1, 1])
def test_a_prediction_outside_the_set_is_refused(
    head: Head, key: Key, prediction: Predict, index: int
) -> None:
    with pytest.raises(ValueError, match=f"from 0 to 0; got {index}"):
        sample([key("animal")], [prediction(index, [1, 0, 0])], head(), {})


def test_a_second_prediction_of_one_example_is_refused(
    head: Head, key: Key, prediction: Predict
) -> None:
    with pytest.raises(ValueError, match="example 0 has two"):
        sample([key("animal")], [prediction(0, [1, 0, 0])] * 2, head(), {})


def test_tasks_load_no_model_runtime() -> None:
    """Scoring must be possible where no model can run, and in any process."""
    program = (
        "import sys, bakeoff.server.tasks; "
        "print(sorted({'onnxruntime', 'tokenizers', 'grpc', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert b"[]" == done.stdout.strip()
