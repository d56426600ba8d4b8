"""Which manifests and sets fit text classification."""

import re
from collections.abc import Callable

import pytest

from bakeoff.server.errors import (
    InvalidManifestError,
    MissingLabelsError,
    TaskMismatchError,
    UnknownLabelError,
)
from bakeoff.server.tasks.text_classification import check_manifest, check_set
from bakeoff.v1 import (
    Dimension,
    EvaluationSet,
    LabelCount,
    LabelKind,
    Manifest,
    RawText,
    Tensor,
)

MakeManifest = Callable[..., Manifest]


def _set(*labels: str, kind: str = "CLASS", task: str = "text-classification") -> EvaluationSet:
    return EvaluationSet(
        task=task,
        label_kind=LabelKind.Value(f"LABEL_KIND_{kind}"),
        label_counts=[
            LabelCount(label=label, count=1, first_index=4 * index)
            for index, label in enumerate(labels)
        ],
    )


@pytest.mark.parametrize(
    "head",
    [
        {},
        {"scale": "PROBABILITIES"},
        {"scale": "MARGINS"},
        {"problem": "MULTI_LABEL", "threshold": 0.3},
        {"problem": "MULTI_LABEL", "scale": "PROBABILITIES", "labels": ["toxic"]},
        {"problem": "REGRESSION", "scale": "VALUE", "labels": ["score"]},
    ],
)
def test_a_manifest_that_agrees_with_itself_passes(
    manifest: MakeManifest, head: dict[str, object]
) -> None:
    check_manifest(manifest(**head))


def test_a_graph_that_takes_strings_passes(manifest: MakeManifest) -> None:
    made = manifest()
    made.raw_text.CopyFrom(RawText(input_name="input_ids", column=True))
    check_manifest(made)


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ({"problem": "UNSPECIFIED"}, "problem_type must be one of PROBLEM_TYPE_SINGLE_LABEL,"),
        ({"scale": "UNSPECIFIED"}, "scale must be one of SCALE_LOGITS, SCALE_PROBABILITIES,"),
        ({"scale": "VALUE"}, "SCALE_MARGINS for single label; got 3"),
        (
            {"problem": "REGRESSION", "labels": ["score"]},
            "scale must be one of SCALE_VALUE for regression; got 1",
        ),
        ({"labels": ["one"]}, "labels must hold at least 2 for single label; got 1"),
        (
            {"problem": "MULTI_LABEL", "labels": []},
            "labels must hold at least 1 for multi label; got 0",
        ),
        (
            {"problem": "REGRESSION", "scale": "VALUE", "labels": ["a", "b"]},
            "labels must hold exactly 1 for regression; got 2",
        ),
        ({"labels": ["a", ""]}, "labels must not hold an empty name"),
        ({"labels": ["a", "b", "a"]}, "labels must be distinct; 'a' comes twice"),
        ({"threshold": 0.4}, "threshold is for multi label with probabilities or logits"),
        (
            {"problem": "MULTI_LABEL", "scale": "MARGINS", "threshold": 0.4},
            "got it for multi label with SCALE_MARGINS",
        ),
        (
            {"problem": "MULTI_LABEL", "threshold": 1.0},
            "threshold must lie between 0 and 1; got 1",
        ),
        (
            {"problem": "MULTI_LABEL", "threshold": float("nan")},
            "threshold must lie between 0 and 1; got nan",
        ),
    ],
)
def test_a_head_that_contradicts_itself_is_refused(
    manifest: MakeManifest, head: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidManifestError, match=re.escape(message)):
        check_manifest(manifest(**head))


def test_a_manifest_without_a_head_is_refused(manifest: MakeManifest) -> None:
    made = manifest()
    made.ClearField("classification")
    with pytest.raises(InvalidManifestError, match="must have the head `classification`"):
        check_manifest(made)


def test_an_output_that_the_graph_does_not_have_is_refused(manifest: MakeManifest) -> None:
    made = manifest()
    made.classification.output_name = "scores"
    with pytest.raises(InvalidManifestError, match="graph, which has 'logits'; got 'scores'"):
        check_manifest(made)


def test_an_output_of_another_rank_is_refused(manifest: MakeManifest) -> None:
    made = manifest()
    made.outputs[0].dimensions.append(Dimension(size=3))
    with pytest.raises(InvalidManifestError, match=r"must have shape .*; it has 3 dimensions"):
        check_manifest(made)


def test_as_many_columns_as_labels_are_needed(manifest: MakeManifest) -> None:
    made = manifest()
    made.classification.labels.append("mineral")
    with pytest.raises(InvalidManifestError, match=r"has 3 columns and .* 4 names"):
        check_manifest(made)


def test_an_output_whose_width_is_free_passes(manifest: MakeManifest) -> None:
    """The width is then seen when the model runs."""
    made = manifest()
    made.outputs[0].dimensions[1].CopyFrom(Dimension(name="labels"))
    check_manifest(made)


def test_a_manifest_without_preprocessing_is_refused(manifest: MakeManifest) -> None:
    made = manifest()
    made.ClearField("tokenization")
    with pytest.raises(InvalidManifestError, match="`tokenization` or `raw_text`"):
        check_manifest(made)


def test_inputs_that_the_graph_does_not_have_are_refused(manifest: MakeManifest) -> None:
    made = manifest()
    made.tokenization.model_input_names.append("token_type_ids")
    with pytest.raises(InvalidManifestError, match="'attention_mask'; got 'token_type_ids'"):
        check_manifest(made)
    made.raw_text.CopyFrom(RawText(input_name="text"))
    with pytest.raises(InvalidManifestError, match=r"raw_text.input_name must name .*got 'text'"):
        check_manifest(made)


def test_a_tokenizer_that_feeds_nothing_is_refused(manifest: MakeManifest) -> None:
    made = manifest()
    del made.tokenization.model_input_names[:]
    with pytest.raises(InvalidManifestError, match="got none"):
        check_manifest(made)


def test_a_maximum_length_below_one_is_refused(manifest: MakeManifest) -> None:
    made = manifest()
    made.tokenization.max_length = 0
    with pytest.raises(InvalidManifestError, match="max_length must be at least 1; got 0"):
        check_manifest(made)


def test_a_set_whose_labels_every_candidate_knows_passes(manifest: MakeManifest) -> None:
    """In whatever order, and with classes that the set lacks."""
    manifests = {"a": manifest(), "b": manifest(labels=["tool", "rock", "animal"])}
    check_set(_set("animal", "tool"), manifests, {})
    check_set(_set("0", "1"), manifests, {})
    check_set(_set("Tier"), manifests, {"Tier": "animal"})


@pytest.mark.parametrize(
    ("problem", "scale", "labels", "kind"),
    [
        ("MULTI_LABEL", "LOGITS", ["a", "b"], "CLASSES"),
        ("REGRESSION", "VALUE", ["score"], "VALUE"),
    ],
)
def test_each_problem_type_takes_labels_of_its_kind(
    manifest: MakeManifest, problem: str, scale: str, labels: list[str], kind: str
) -> None:
    made = manifest(problem=problem, scale=scale, labels=labels)
    check_set(_set(*labels, kind=kind), {"m": made}, {})


def test_a_label_that_a_candidate_does_not_know_is_refused_with_row_and_remedy(
    manifest: MakeManifest,
) -> None:
    """Row 9 is the first with that label: rows count from 1."""
    manifests = {"a": manifest(labels=["animal", "tool", "rock"]), "b": manifest()}
    with pytest.raises(UnknownLabelError) as refusal:
        check_set(_set("animal", "tool", "rock"), manifests, {})
    expected = (
        "label 'rock', first in row 9 of the evaluation set, is not a class of b: it knows "
        "'animal', 'plant', 'tool'. Say which class it stands for in label_mapping, or correct "
        "the labels of the set"
    )
    assert expected == refusal.value.message
    assert {"label": "rock", "row": "9", "candidate": "b"} == refusal.value.metadata


def test_a_mapping_from_a_label_that_no_example_carries_is_refused(
    manifest: MakeManifest,
) -> None:
    with pytest.raises(UnknownLabelError, match=r"'Pflanze', which no example carries; .*'animal'"):
        check_set(_set("animal"), {"m": manifest()}, {"Pflanze": "plant"})


def test_a_mapping_to_a_class_that_no_candidate_knows_is_refused(manifest: MakeManifest) -> None:
    with pytest.raises(UnknownLabelError, match="to 'beast', which no candidate knows; m knows"):
        check_set(_set("animal"), {"m": manifest()}, {"animal": "beast"})


def test_a_set_without_labels_is_refused(manifest: MakeManifest) -> None:
    with pytest.raises(MissingLabelsError, match="carries no labels; single label is scored on"):
        check_set(_set(kind="UNSPECIFIED"), {"m": manifest()}, {})


def test_labels_of_another_kind_are_refused(manifest: MakeManifest) -> None:
    message = "must be one class an example for single label; got a number an example"
    with pytest.raises(MissingLabelsError, match=message):
        check_set(_set(kind="VALUE"), {"m": manifest()}, {})


def test_a_set_of_another_task_is_refused(manifest: MakeManifest) -> None:
    with pytest.raises(TaskMismatchError, match="it is 'token-classification'"):
        check_set(_set("animal", task="token-classification"), {"m": manifest()}, {})


def test_a_candidate_of_another_task_is_refused(manifest: MakeManifest) -> None:
    made = manifest()
    made.task = "token-classification"
    with pytest.raises(TaskMismatchError, match="the task of m must be that of the evaluation"):
        check_set(_set("animal"), {"m": made}, {})


def test_candidates_of_different_problem_types_are_refused(manifest: MakeManifest) -> None:
    manifests = {"a": manifest(), "b": manifest(problem="MULTI_LABEL")}
    with pytest.raises(TaskMismatchError, match="a is single label and b is multi label"):
        check_set(_set("animal"), manifests, {})


def test_an_output_list_that_is_empty_is_told(manifest: MakeManifest) -> None:
    made = manifest()
    del made.outputs[:]
    with pytest.raises(InvalidManifestError, match="which has no output"):
        check_manifest(made)


def test_a_tensor_without_dimensions_is_refused(manifest: MakeManifest) -> None:
    made = manifest()
    made.outputs[0].CopyFrom(Tensor(name="logits"))
    with pytest.raises(InvalidManifestError, match="it has 0 dimensions"):
        check_manifest(made)
