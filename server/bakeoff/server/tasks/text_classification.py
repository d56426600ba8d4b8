"""Classification and regression of texts and pairs of texts.

One class (`single label`), any number of classes (`multi label`) or a real number (`regression`),
as the head of the manifest says. Fulfils `tasks.task.Task`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.server.errors import (
    MissingLabelsError,
    OutputShapeError,
    UnknownLabelError,
)
from bakeoff.server.tasks.class_matching import ClassMatching, listed
from bakeoff.server.tasks.classification_head import (
    MULTI_LABEL,
    REGRESSION,
    SINGLE_LABEL,
    predicted,
    probabilities,
    problem_name,
)
from bakeoff.server.tasks.sample import Counts, Sample
from bakeoff.server.tasks.text_classification_checks import NAME, check_manifest, check_set
from bakeoff.v1 import (
    ClassificationHead,
    ClassNames,
    ExampleKey,
    Label,
    Prediction,
    PredictionRecord,
    TextInput,
)

_AVERAGED = ("precision", "recall", "f1")
_AVERAGES = ("micro", "macro", "weighted")
_BINARY_METRICS = ("precision", "recall", "f1", "roc_auc", "average_precision")
_METRICS = {
    SINGLE_LABEL: (
        "accuracy",
        "error_rate",
        "balanced_accuracy",
        *_BINARY_METRICS,
        *(f"{figure}.{average}" for figure in _AVERAGED for average in _AVERAGES),
        "mcc",
        "roc_auc.macro",
        "average_precision.macro",
        "log_loss",
        "brier",
        "ece",
        "aurc",
    ),
    MULTI_LABEL: (
        "f1.micro",
        "accuracy",
        "error_rate",
        "hamming_loss",
        *(f"{figure}.{average}" for figure in ("precision", "recall") for average in _AVERAGES),
        "f1.macro",
        "f1.weighted",
        "roc_auc.macro",
        "average_precision.macro",
        "log_loss",
        "brier",
    ),
    REGRESSION: ("pearson", "spearman", "mse", "mae"),
}
_LABEL_FIELDS = {SINGLE_LABEL: "class_name", MULTI_LABEL: "class_names", REGRESSION: "value"}


def default_metrics(
    problem_type: "ClassificationHead.ProblemType.ValueType", class_count: int | None = None
) -> tuple[str, ...]:
    """Return the ids of all metrics that fit, the main one first.

    `class_count` leaves out what is defined for two classes alone when there are not two.
    """
    metric_ids = _METRICS[problem_type]
    if problem_type != SINGLE_LABEL or class_count in {None, 2}:
        return metric_ids
    return tuple(metric_id for metric_id in metric_ids if metric_id not in _BINARY_METRICS)


def main_metric(problem_type: "ClassificationHead.ProblemType.ValueType") -> str:
    """Return the id of the metric that decides when nobody says which."""
    return _METRICS[problem_type][0]


def sample(
    keys: Sequence[ExampleKey],
    predictions: Sequence[Prediction],
    head: ClassificationHead,
    label_mapping: Mapping[str, str],
) -> Sample:
    """Align labels with predictions, and count what cannot be scored.

    `keys` are all examples of the set in its order; each prediction belongs to the key at its
    `index`. A key without a prediction, a prediction that failed, and one whose output holds NaN
    or infinity count as failed; they are never scored as wrong.
    Raises UnknownLabelError or MissingLabelsError for a label that does not fit the head,
    OutputShapeError for an output of another size than the head has labels, and ValueError for an
    index outside the set or one that comes twice.
    """
    matching = ClassMatching(head.labels, label_mapping)
    by_index: list[Prediction | None] = [None] * len(keys)
    for prediction in predictions:
        _place(by_index, prediction)
    indices: list[int] = []
    labels: list[Any] = []
    outputs: list[Sequence[float]] = []
    unlabelled = failed = non_finite = truncated = 0
    for index, (key, found) in enumerate(zip(keys, by_index, strict=True)):
        if found is None or not _is_usable(found):
            failed += 1
            non_finite += found is not None and found.non_finite_count > 0
        elif not key.HasField("label"):
            unlabelled += 1
        else:
            indices.append(index)
            labels.append(_truth(key, index, head, matching))
            outputs.append(_values(found, head))
            truncated += found.truncated
    values = np.empty((len(outputs), len(head.labels)), dtype=np.float64)
    for row, output in enumerate(outputs):
        values[row] = output
    return Sample(
        problem_type=head.problem_type,
        labels=tuple(head.labels),
        indices=np.array(indices, dtype=np.int64),
        truth=_truths(labels, head),
        values=values,
        probabilities=probabilities(values, head),
        predicted=predicted(values, head),
        counts=Counts(
            total=len(keys),
            scored=len(indices),
            unlabelled=unlabelled,
            failed=failed,
            non_finite=non_finite,
            truncated=truncated,
        ),
    )


def record(
    example_id: str,
    text: TextInput,
    key: ExampleKey,
    prediction: Prediction,
    *,
    head: ClassificationHead,
    label_mapping: Mapping[str, str],
) -> PredictionRecord:
    """Set a prediction beside its example, as a person reads it.

    Right and wrong are told by the rules of `sample`; a prediction that failed has no answer.
    """
    listing = PredictionRecord(
        example_id=example_id, index=prediction.index, text=text, prediction=prediction
    )
    labelled = key.HasField("label")
    if labelled:
        listing.label.CopyFrom(key.label)
    if not _is_usable(prediction):
        return listing
    values = np.array([_values(prediction, head)], dtype=np.float64)
    answer = predicted(values, head)[0]
    listing.predicted.CopyFrom(_label(answer, head))
    shares = probabilities(values, head)
    if shares is not None:
        for name, share in zip(head.labels, shares[0], strict=True):
            listing.probabilities[name] = share
    if labelled and head.problem_type != REGRESSION:
        matching = ClassMatching(head.labels, label_mapping)
        truth = _truths([_truth(key, prediction.index, head, matching)], head)[0]
        listing.correct = bool(np.all(answer == truth))
    return listing


def _place(by_index: list[Prediction | None], prediction: Prediction) -> None:
    index = prediction.index
    if not 0 <= index < len(by_index):
        message = f"a prediction's index must be from 0 to {len(by_index) - 1}; got {index}"
        raise ValueError(message)
    if by_index[index] is not None:
        message = f"each example has one prediction; example {index} has two"
        raise ValueError(message)
    by_index[index] = prediction


def _is_usable(prediction: Prediction) -> bool:
    return prediction.WhichOneof("output") is not None and prediction.non_finite_count == 0


def _values(prediction: Prediction, head: ClassificationHead) -> Sequence[float]:
    values = prediction.classification.values
    if len(values) != len(head.labels):
        message = (
            f"the output of example {prediction.index} must hold {len(head.labels)} values, "
            f"one a label; it holds {len(values)}"
        )
        raise OutputShapeError(message)
    return values


def _truth(
    key: ExampleKey, index: int, head: ClassificationHead, matching: ClassMatching
) -> int | list[int] | float:
    """Return the right answer: an index, a list of indices, or a number."""
    kind = key.label.WhichOneof("kind")
    if kind != _LABEL_FIELDS[head.problem_type]:
        needed = _LABEL_FIELDS[head.problem_type]
        problem = problem_name(head.problem_type)
        message = f"the label in row {index + 1} must be a {needed} for {problem}; it is a {kind}"
        raise MissingLabelsError(message, row=str(index + 1))
    if kind == "value":
        return key.label.value
    if kind == "class_name":
        return _matched(key.label.class_name, index, head, matching)
    return [_matched(name, index, head, matching) for name in key.label.class_names.names]


def _matched(name: str, index: int, head: ClassificationHead, matching: ClassMatching) -> int:
    position = matching.index(name)
    if position is None:
        message = f"label {name!r} in row {index + 1} is not one of {listed(head.labels)}"
        raise UnknownLabelError(message, label=name, row=str(index + 1))
    return position


def _truths(labels: Sequence[Any], head: ClassificationHead) -> npt.NDArray[Any]:
    """Return right answers in the shape of `Sample.truth`."""
    if head.problem_type == SINGLE_LABEL:
        return np.array(labels, dtype=np.int64)
    if head.problem_type == REGRESSION:
        return np.array(labels, dtype=np.float64)
    truth = np.zeros((len(labels), len(head.labels)), dtype=np.bool_)
    for row, positions in enumerate(labels):
        truth[row, positions] = True
    return truth


def _label(answer: Any, head: ClassificationHead) -> Label:  # noqa: ANN401 - an element of an array
    if head.problem_type == SINGLE_LABEL:
        return Label(class_name=head.labels[answer])
    if head.problem_type == REGRESSION:
        return Label(value=answer)
    names = [name for name, applies in zip(head.labels, answer, strict=True) if applies]
    return Label(class_names=ClassNames(names=names))


__all__ = [
    "NAME",
    "check_manifest",
    "check_set",
    "default_metrics",
    "main_metric",
    "predicted",
    "probabilities",
    "record",
    "sample",
]
