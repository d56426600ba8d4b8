"""Promises of comparing a graph with its manifest."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from bakeoff.server.errors import InvalidManifestError, SignatureMismatchError
from bakeoff.server.worker.session import Port
from bakeoff.server.worker.signature import check_signature
from bakeoff.v1 import Dimension, Manifest, RawText

if TYPE_CHECKING:
    from conftest import Workshop

IDS = Port("input_ids", "int64", ("batch", "sequence"))
MASK = Port("attention_mask", "int64", ("batch", "sequence"))
LOGITS = Port("logits", "float32", ("batch", 3))


@pytest.fixture
def manifest(workshop: "Workshop") -> Manifest:
    return workshop.manifest(workshop.classifier())


def test_a_graph_as_its_manifest_says_passes(manifest: Manifest) -> None:
    check_signature(manifest, [IDS, MASK], [LOGITS])


def test_the_order_of_inputs_does_not_matter(manifest: Manifest) -> None:
    check_signature(manifest, [MASK, IDS], [LOGITS])


@pytest.mark.parametrize("shape", [(), (None, 3), ("rows", "columns"), (None, None)])
def test_an_output_may_leave_sizes_open(manifest: Manifest, shape: tuple[int | str | None]) -> None:
    """What onnxruntime infers is more or less than what the file says."""
    check_signature(manifest, [IDS, MASK], [Port("logits", "float32", shape)])


@pytest.mark.parametrize(
    "inputs",
    [
        [IDS],
        [IDS, MASK, Port("token_type_ids", "int64", ("batch", "sequence"))],
        [IDS, Port("mask", "int64", ("batch", "sequence"))],
        [IDS, Port("attention_mask", "int32", ("batch", "sequence"))],
        [IDS, Port("attention_mask", "int64", ("batch",))],
        [IDS, Port("attention_mask", "int64", ("batch", 128))],
    ],
)
def test_other_inputs_are_listed_as_wanted_and_got(manifest: Manifest, inputs: list[Port]) -> None:
    with pytest.raises(SignatureMismatchError) as caught:
        check_signature(manifest, inputs, [LOGITS])
    wanted = (
        "the inputs 'input_ids' int64[batch, sequence], 'attention_mask' int64[batch, sequence]"
    )
    assert wanted in caught.value.message
    assert f"the graph has 'input_ids' int64[batch, sequence]{',' * (len(inputs) > 1)}" in (
        caught.value.message
    )


@pytest.mark.parametrize(
    "output",
    [
        Port("scores", "float32", ("batch", 3)),
        Port("logits", "float16", ("batch", 3)),
        Port("logits", "float32", ("batch", 4)),
        Port("logits", "float32", ("batch", 3, 3)),
    ],
)
def test_other_outputs_are_listed_as_wanted_and_got(manifest: Manifest, output: Port) -> None:
    with pytest.raises(SignatureMismatchError, match=r"the outputs 'logits' float32\[batch, 3\]"):
        check_signature(manifest, [IDS, MASK], [output])


def test_a_column_for_each_label_is_wanted(manifest: Manifest) -> None:
    manifest.classification.labels.append("a fourth")
    with pytest.raises(SignatureMismatchError, match=r"\[batch, 4\], one column a label"):
        check_signature(manifest, [IDS, MASK], [LOGITS])


@pytest.mark.parametrize("kind", ["int64", "seq(map(int64,tensor(float)))"])
def test_an_output_that_is_no_table_of_numbers_is_refused(manifest: Manifest, kind: str) -> None:
    """As the maps that scikit-learn's converter puts out unless told otherwise."""
    manifest.outputs[0].element_type = kind
    with pytest.raises(SignatureMismatchError, match="must be float32 or float16 or float64"):
        check_signature(manifest, [IDS, MASK], [Port("logits", kind, ())])


def test_the_output_that_is_read_must_be_there(manifest: Manifest) -> None:
    manifest.classification.output_name = "scores"
    with pytest.raises(SignatureMismatchError, match="reads the output 'scores'; the graph has"):
        check_signature(manifest, [IDS, MASK], [LOGITS])


def test_an_input_that_the_tokenizer_does_not_feed_is_refused(manifest: Manifest) -> None:
    del manifest.tokenization.model_input_names[:]
    manifest.tokenization.model_input_names.append("input_ids")
    with pytest.raises(
        SignatureMismatchError, match="asks for the input 'attention_mask'; the tokenizer feeds"
    ):
        check_signature(manifest, [IDS, MASK], [LOGITS])


def test_ids_must_be_asked_for(manifest: Manifest) -> None:
    del manifest.inputs[0]
    with pytest.raises(SignatureMismatchError, match="must ask for the input 'input_ids'"):
        check_signature(manifest, [MASK], [LOGITS])


@pytest.mark.parametrize(
    "ids",
    [
        Port("input_ids", "float32", ("batch", "sequence")),
        Port("input_ids", "int64", ("batch",)),
        Port("input_ids", "int64", (1, "sequence")),
        Port("input_ids", "int64", ("batch", 128)),
    ],
)
def test_token_inputs_must_be_free_tables_of_integers(manifest: Manifest, ids: Port) -> None:
    """A graph with a fixed batch or length cannot take real examples."""
    manifest.inputs[0].element_type = ids.element_type
    manifest.inputs[0].ClearField("dimensions")
    for size in ids.dimensions:
        dimension = Dimension(size=size) if isinstance(size, int) else Dimension(name=size)
        manifest.inputs[0].dimensions.append(dimension)
    with pytest.raises(SignatureMismatchError, match=r"int64 or int32 with free dimensions"):
        check_signature(manifest, [ids, MASK], [LOGITS])


@pytest.mark.parametrize("column", [False, True])
def test_a_graph_of_strings_passes(workshop: "Workshop", *, column: bool) -> None:
    manifest = workshop.text_bundle(column=column).manifest
    shape = ("batch", 1) if column else ("batch",)
    check_signature(
        manifest, [Port("text", "str", shape)], [Port("scores", "float32", ("batch", 2))]
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: setattr(raw, "column", True),
        lambda raw: setattr(raw, "input_name", "words"),
    ],
)
def test_a_graph_of_other_strings_is_refused(
    workshop: "Workshop", change: Callable[[RawText], None]
) -> None:
    manifest = workshop.text_bundle(column=False).manifest
    change(manifest.raw_text)
    with pytest.raises(SignatureMismatchError, match="must have one input"):
        check_signature(
            manifest,
            [Port("text", "str", ("batch",))],
            [Port("scores", "float32", ("batch", 2))],
        )


@pytest.mark.parametrize("field", ["labels", "head"])
def test_a_manifest_without_head_or_labels_is_invalid(manifest: Manifest, field: str) -> None:
    if field == "head":
        manifest.ClearField("classification")
    else:
        manifest.classification.ClearField("labels")
    with pytest.raises(InvalidManifestError):
        check_signature(manifest, [IDS, MASK], [LOGITS])
