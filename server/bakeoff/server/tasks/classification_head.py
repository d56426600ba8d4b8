"""What the output of a classifier or regressor says: probabilities and answers."""

import numpy as np
import numpy.typing as npt

from bakeoff.server.errors import InvalidManifestError
from bakeoff.v1 import ClassificationHead

SINGLE_LABEL = ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL
MULTI_LABEL = ClassificationHead.PROBLEM_TYPE_MULTI_LABEL
REGRESSION = ClassificationHead.PROBLEM_TYPE_REGRESSION

_PROBLEM_NAMES = {
    SINGLE_LABEL: "single label",
    MULTI_LABEL: "multi label",
    REGRESSION: "regression",
}
_CLASS_SCALES = (
    ClassificationHead.SCALE_LOGITS,
    ClassificationHead.SCALE_PROBABILITIES,
    ClassificationHead.SCALE_MARGINS,
)
_SCALES = {
    SINGLE_LABEL: _CLASS_SCALES,
    MULTI_LABEL: _CLASS_SCALES,
    REGRESSION: (ClassificationHead.SCALE_VALUE,),
}
_FEWEST_LABELS = {SINGLE_LABEL: 2, MULTI_LABEL: 1, REGRESSION: 1}
_DEFAULT_THRESHOLD = 0.5


def problem_name(problem_type: "ClassificationHead.ProblemType.ValueType") -> str:
    """Return the problem type in words, such as `single label`."""
    return _PROBLEM_NAMES.get(problem_type, "no problem type")


def probabilities(
    values: npt.ArrayLike, head: ClassificationHead
) -> npt.NDArray[np.float64] | None:
    """Return the probability of each class, float64[n, k], or None for margins and regression.

    `values` are raw outputs, [n, k]. Logits become probabilities by softmax (single label, rows
    sum to 1) or by the logistic function (multi label, each class for itself), computed in
    float64 so that no finite logit overflows. Probabilities are returned as they are.
    """
    array = np.asarray(values, dtype=np.float64)
    if head.scale == ClassificationHead.SCALE_PROBABILITIES:
        return array
    if head.scale != ClassificationHead.SCALE_LOGITS:
        return None
    return _logistic(array) if head.problem_type == MULTI_LABEL else _softmax(array)


def predicted(
    values: npt.ArrayLike, head: ClassificationHead
) -> npt.NDArray[np.int64] | npt.NDArray[np.bool_] | npt.NDArray[np.float64]:
    """Return the answers that raw outputs, [n, k], stand for.

    Single label: index of the largest value, int64[n]; of equal values the first.
    Multi label: bool[n, k]; a class applies from the threshold of the head on (0.5 when it has
    none), and for margins above 0.
    Regression: the value itself, float64[n].
    """
    array = np.asarray(values, dtype=np.float64)
    if head.problem_type == REGRESSION:
        return array[:, 0]
    if head.problem_type == SINGLE_LABEL:
        return np.asarray(np.argmax(array, axis=1), dtype=np.int64)
    shares = probabilities(array, head)
    if shares is None:
        return np.asarray(array > 0)
    threshold = head.threshold if head.HasField("threshold") else _DEFAULT_THRESHOLD
    return np.asarray(shares >= threshold)


def check_head(head: ClassificationHead) -> None:
    """Raise InvalidManifestError when the head contradicts itself."""
    if head.problem_type not in _SCALES:
        allowed = ", ".join(ClassificationHead.ProblemType.Name(known) for known in _SCALES)
        message = f"classification.problem_type must be one of {allowed}; got {head.problem_type}"
        raise InvalidManifestError(message)
    problem = problem_name(head.problem_type)
    scales = _SCALES[head.problem_type]
    if head.scale not in scales:
        allowed = ", ".join(ClassificationHead.Scale.Name(scale) for scale in scales)
        message = f"classification.scale must be one of {allowed} for {problem}; got {head.scale}"
        raise InvalidManifestError(message)
    _check_labels(head, problem)
    if head.HasField("threshold"):
        _check_threshold(head, problem)


def _check_labels(head: ClassificationHead, problem: str) -> None:
    count = len(head.labels)
    fewest = _FEWEST_LABELS[head.problem_type]
    if count < fewest or (head.problem_type == REGRESSION and count != fewest):
        bound = "exactly" if head.problem_type == REGRESSION else "at least"
        message = f"classification.labels must hold {bound} {fewest} for {problem}; got {count}"
        raise InvalidManifestError(message)
    seen: set[str] = set()
    for label in head.labels:
        if not label:
            message = "classification.labels must not hold an empty name"
            raise InvalidManifestError(message)
        if label in seen:
            message = f"classification.labels must be distinct; {label!r} comes twice"
            raise InvalidManifestError(message)
        seen.add(label)


def _check_threshold(head: ClassificationHead, problem: str) -> None:
    if head.problem_type != MULTI_LABEL or head.scale == ClassificationHead.SCALE_MARGINS:
        scale = ClassificationHead.Scale.Name(head.scale)
        message = (
            "classification.threshold is for multi label with probabilities or logits; "
            f"got it for {problem} with {scale}"
        )
        raise InvalidManifestError(message)
    if not 0 < head.threshold < 1:
        message = f"classification.threshold must lie between 0 and 1; got {head.threshold:g}"
        raise InvalidManifestError(message)


def _softmax(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Softmax of each row; the largest logit is taken off first, so that no power overflows."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _logistic(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Logistic function of each value; only powers of negative numbers are taken."""
    powers = np.exp(-np.abs(logits))
    return np.asarray(np.where(logits >= 0, 1.0, powers) / (1.0 + powers))
