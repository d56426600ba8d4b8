"""Which manifests and sets fit the classification and regression of texts."""

from collections.abc import Mapping

from bakeoff.server.errors import (
    InvalidManifestError,
    MissingLabelsError,
    TaskMismatchError,
    UnknownLabelError,
)
from bakeoff.server.tasks.class_matching import ClassMatching, listed
from bakeoff.server.tasks.classification_head import (
    MULTI_LABEL,
    REGRESSION,
    SINGLE_LABEL,
    check_head,
    problem_name,
)
from bakeoff.v1 import ClassificationHead, EvaluationSet, LabelKind, Manifest

NAME = "text-classification"

_OUTPUT_RANK = 2
_LABEL_KINDS = {
    SINGLE_LABEL: LabelKind.LABEL_KIND_CLASS,
    MULTI_LABEL: LabelKind.LABEL_KIND_CLASSES,
    REGRESSION: LabelKind.LABEL_KIND_VALUE,
}
_KIND_NAMES = {
    LabelKind.LABEL_KIND_CLASS: "one class an example",
    LabelKind.LABEL_KIND_CLASSES: "any number of classes an example",
    LabelKind.LABEL_KIND_VALUE: "a number an example",
}


def check_manifest(manifest: Manifest) -> None:
    """Raise InvalidManifestError when a manifest of this task contradicts itself."""
    if manifest.WhichOneof("head") != "classification":
        message = f"a manifest for {NAME} must have the head `classification`; it has none"
        raise InvalidManifestError(message)
    head = manifest.classification
    check_head(head)
    _check_output(manifest, head)
    _check_preprocessing(manifest)


def check_set(
    evaluation_set: EvaluationSet,
    manifests: Mapping[str, Manifest],
    label_mapping: Mapping[str, str],
) -> None:
    """Raise when these candidates cannot be scored on this set.

    `manifests` is by candidate name; `label_mapping` leads from class names of the set to class
    names of the candidates. Raises TaskMismatchError when tasks or problem types differ,
    MissingLabelsError when the set's labels are absent or of another kind, UnknownLabelError
    when a candidate does not know a label.
    """
    _check_tasks(evaluation_set, manifests)
    problem_type = next(iter(manifests.values())).classification.problem_type
    needed = _KIND_NAMES[_LABEL_KINDS[problem_type]]
    problem = problem_name(problem_type)
    if evaluation_set.label_kind not in _KIND_NAMES:
        message = f"the evaluation set carries no labels; {problem} is scored on {needed}"
        raise MissingLabelsError(message)
    if evaluation_set.label_kind != _LABEL_KINDS[problem_type]:
        got = _KIND_NAMES[evaluation_set.label_kind]
        message = f"the labels of the evaluation set must be {needed} for {problem}; got {got}"
        raise MissingLabelsError(message)
    if problem_type != REGRESSION:
        _check_mapping(evaluation_set, manifests, label_mapping)
        for candidate, manifest in manifests.items():
            _check_labels(evaluation_set, candidate, manifest.classification, label_mapping)


def _check_output(manifest: Manifest, head: ClassificationHead) -> None:
    outputs = {output.name: output for output in manifest.outputs}
    if head.output_name not in outputs:
        known = listed(list(outputs)) or "no output"
        message = (
            f"classification.output_name must be an output of the graph, which has {known}; "
            f"got {head.output_name!r}"
        )
        raise InvalidManifestError(message)
    dimensions = outputs[head.output_name].dimensions
    if len(dimensions) != _OUTPUT_RANK:
        message = (
            f"output {head.output_name!r} must have shape [batch, labels]; "
            f"it has {len(dimensions)} dimensions"
        )
        raise InvalidManifestError(message)
    width = dimensions[1]
    if width.WhichOneof("kind") == "size" and width.size != len(head.labels):
        message = (
            f"output {head.output_name!r} has {width.size} columns and classification.labels has "
            f"{len(head.labels)} names; they must be as many"
        )
        raise InvalidManifestError(message)


def _check_preprocessing(manifest: Manifest) -> None:
    inputs = [tensor.name for tensor in manifest.inputs]
    kind = manifest.WhichOneof("preprocessing")
    if kind is None:
        message = f"a manifest for {NAME} must have `tokenization` or `raw_text`; it has neither"
        raise InvalidManifestError(message)
    if kind == "raw_text":
        fed = {"raw_text.input_name": [manifest.raw_text.input_name]}
    else:
        fed = {"tokenization.model_input_names": list(manifest.tokenization.model_input_names)}
        if manifest.tokenization.max_length < 1:
            length = manifest.tokenization.max_length
            message = f"tokenization.max_length must be at least 1; got {length}"
            raise InvalidManifestError(message)
    for field, names in fed.items():
        unknown = [name for name in names if name not in inputs]
        if unknown or not names:
            got = listed(unknown) or "none"
            message = f"{field} must name inputs of the graph, {listed(inputs)}; got {got}"
            raise InvalidManifestError(message)


def _check_tasks(evaluation_set: EvaluationSet, manifests: Mapping[str, Manifest]) -> None:
    if evaluation_set.task != NAME:
        message = f"the task of the evaluation set must be {NAME}; it is {evaluation_set.task!r}"
        raise TaskMismatchError(message)
    first: tuple[str, str] | None = None
    for candidate, manifest in manifests.items():
        if manifest.task != NAME:
            message = (
                f"the task of {candidate} must be that of the evaluation set, {NAME}; "
                f"it is {manifest.task!r}"
            )
            raise TaskMismatchError(message, candidate=candidate)
        problem = problem_name(manifest.classification.problem_type)
        if first is None:
            first = candidate, problem
        elif problem != first[1]:
            message = (
                f"all candidates must answer the same kind of problem; {first[0]} is "
                f"{first[1]} and {candidate} is {problem}"
            )
            raise TaskMismatchError(message, candidate=candidate)


def _check_mapping(
    evaluation_set: EvaluationSet,
    manifests: Mapping[str, Manifest],
    label_mapping: Mapping[str, str],
) -> None:
    carried = [entry.label for entry in evaluation_set.label_counts]
    for source, target in label_mapping.items():
        if source not in carried:
            message = (
                f"label_mapping names the label {source!r}, which no example carries; "
                f"the evaluation set carries {listed(carried)}"
            )
            raise UnknownLabelError(message, label=source)
        if not any(target in manifest.classification.labels for manifest in manifests.values()):
            message = (
                f"label_mapping leads from {source!r} to {target!r}, which no candidate knows; "
                + "; ".join(
                    f"{candidate} knows {listed(manifest.classification.labels)}"
                    for candidate, manifest in manifests.items()
                )
            )
            raise UnknownLabelError(message, label=target)


def _check_labels(
    evaluation_set: EvaluationSet,
    candidate: str,
    head: ClassificationHead,
    label_mapping: Mapping[str, str],
) -> None:
    matching = ClassMatching(head.labels, label_mapping)
    entries = {entry.label: entry for entry in evaluation_set.label_counts}
    unmatched = matching.first_unmatched(entries)
    if unmatched is None:
        return
    row = entries[unmatched.name].first_index + 1
    message = (
        f"label {unmatched.name!r}, first in row {row} of the evaluation set, is not a class of "
        f"{candidate}: {unmatched.why}. Say which class it stands for in label_mapping, or "
        "correct the labels of the set"
    )
    raise UnknownLabelError(message, label=unmatched.name, row=str(row), candidate=candidate)
