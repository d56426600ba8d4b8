"""What a classifier or regressor answers: its problem type and its labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bakeoff.exporter.errors import LabelsMismatchError, OptionError
from bakeoff.v1 import ClassificationHead


class ProblemType(StrEnum):
    """What a model was trained to answer."""

    SINGLE_LABEL = "single-label"
    MULTI_LABEL = "multi-label"
    REGRESSION = "regression"


class Scale(StrEnum):
    """What a model's output holds."""

    LOGITS = "logits"
    PROBABILITIES = "probabilities"
    VALUE = "value"
    MARGINS = "margins"


_PROBLEM_TYPE_TO_PROTO = {
    ProblemType.SINGLE_LABEL: ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
    ProblemType.MULTI_LABEL: ClassificationHead.PROBLEM_TYPE_MULTI_LABEL,
    ProblemType.REGRESSION: ClassificationHead.PROBLEM_TYPE_REGRESSION,
}
_SCALE_TO_PROTO = {
    Scale.LOGITS: ClassificationHead.SCALE_LOGITS,
    Scale.PROBABILITIES: ClassificationHead.SCALE_PROBABILITIES,
    Scale.VALUE: ClassificationHead.SCALE_VALUE,
    Scale.MARGINS: ClassificationHead.SCALE_MARGINS,
}
_PROBLEM_TYPE_IN_CONFIG = {
    "single_label_classification": ProblemType.SINGLE_LABEL,
    "multi_label_classification": ProblemType.MULTI_LABEL,
    "regression": ProblemType.REGRESSION,
}
_GLIMPSE = 5


@dataclass(frozen=True)
class Head:
    """Problem type, labels in the order of the output's columns, and what the columns hold."""

    problem_type: ProblemType
    labels: tuple[str, ...]
    scale: Scale

    def __post_init__(self) -> None:
        count = len(self.labels)
        if self.problem_type is ProblemType.SINGLE_LABEL and count < 2:  # noqa: PLR2004 - a choice needs two
            message = (
                f"labels: a single-label model needs two labels or more; got {count}. "
                "A model with one output is a regression, or multi-label with one class."
            )
            raise LabelsMismatchError(message)
        if self.problem_type is ProblemType.REGRESSION and count != 1:
            message = f"labels: a regression has one output; got {count} labels."
            raise LabelsMismatchError(message)
        repeated = sorted({label for label in self.labels if self.labels.count(label) > 1})
        if repeated:
            message = f"labels: each name must be there once; repeated: {', '.join(repeated)}."
            raise LabelsMismatchError(message)

    def renamed(self, labels: Sequence[str]) -> "Head":
        """The same head with other names. Raises LabelsMismatchError when their number differs."""
        if len(labels) != len(self.labels):
            message = (
                f"labels: the model has {len(self.labels)} outputs; got {len(labels)} labels: "
                f"{', '.join(labels[:_GLIMPSE])}{', …' if len(labels) > _GLIMPSE else ''}."
            )
            raise LabelsMismatchError(message)
        return Head(self.problem_type, tuple(labels), self.scale)

    def to_proto(self, output_name: str) -> ClassificationHead:
        """As the manifest holds it."""
        return ClassificationHead(
            problem_type=_PROBLEM_TYPE_TO_PROTO[self.problem_type],
            output_name=output_name,
            scale=_SCALE_TO_PROTO[self.scale],
            labels=self.labels,
        )


def head_of_config(
    config: Mapping[str, object],
    *,
    problem_type: ProblemType | None = None,
    labels: Sequence[str] | None = None,
) -> Head:
    """Head of a Hugging Face configuration; `problem_type` and `labels` override what it says.

    Without `problem_type` in either place, one label means regression and more mean single label,
    which is the rule that transformers trains by.
    """
    named = _labels_of_config(config)
    if not named:
        if labels is None:
            message = "labels: the configuration has neither `id2label` nor `num_labels`."
            raise LabelsMismatchError(message)
        named = tuple(labels)
    if problem_type is None:
        problem_type = _problem_type_of_config(config, len(named))
    scale = Scale.VALUE if problem_type is ProblemType.REGRESSION else Scale.LOGITS
    head = Head(problem_type, named, scale)
    return head if labels is None else head.renamed(labels)


def _labels_of_config(config: Mapping[str, object]) -> tuple[str, ...]:
    names = config.get("id2label")
    if not isinstance(names, Mapping) or not names:
        count = config.get("num_labels")
        return tuple(f"LABEL_{index}" for index in range(count)) if isinstance(count, int) else ()
    by_index = {int(index): str(name) for index, name in names.items()}
    if sorted(by_index) != list(range(len(by_index))):
        message = (
            f"labels: `id2label` must number the outputs 0 to {len(by_index) - 1}; "
            f"got {sorted(by_index)}."
        )
        raise LabelsMismatchError(message)
    return tuple(by_index[index] for index in range(len(by_index)))


def _problem_type_of_config(config: Mapping[str, object], label_count: int) -> ProblemType:
    given = config.get("problem_type")
    if given is None:
        return ProblemType.REGRESSION if label_count == 1 else ProblemType.SINGLE_LABEL
    if given not in _PROBLEM_TYPE_IN_CONFIG:
        allowed = ", ".join(_PROBLEM_TYPE_IN_CONFIG)
        message = f"problem_type: the configuration must say one of {allowed}; got {given!r}."
        raise OptionError(message)
    return _PROBLEM_TYPE_IN_CONFIG[str(given)]
