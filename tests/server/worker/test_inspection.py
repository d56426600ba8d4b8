"""Promises of trying a candidate on made-up inputs."""

from typing import TYPE_CHECKING

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from bakeoff.server.errors import (
    PlacementError,
    SignatureMismatchError,
    TokenizerModelMismatchError,
)
from bakeoff.server.worker.inspection import check_used, inspect
from bakeoff.server.worker.providers import device_named
from bakeoff.server.worker.session import SessionSettings

if TYPE_CHECKING:
    from conftest import Workshop


def test_a_candidate_that_fits_tells_where_it_ran(workshop: "Workshop") -> None:
    placement = inspect(workshop.model(), SessionSettings())
    assert ["CPUExecutionProvider"] == list(placement.requested_providers)
    assert ["CPUExecutionProvider"] == list(placement.actual_providers)
    (share,) = placement.shares
    assert ("CPUExecutionProvider", 1.0, 1.0) == (
        share.provider,
        share.node_share,
        share.time_share,
    )
    assert share.node_count > 10


@pytest.mark.parametrize("column", [False, True])
def test_a_graph_of_strings_fits(workshop: "Workshop", *, column: bool) -> None:
    model = workshop.model(workshop.text_bundle(column=column))
    assert 1 == len(inspect(model, SessionSettings()).shares)


def test_a_tokenizer_with_more_ids_than_the_model_is_refused(workshop: "Workshop") -> None:
    graph = workshop.classifier(row_count=workshop.row_count - 1)
    model = workshop.model(workshop.bundle(graph))
    with pytest.raises(TokenizerModelMismatchError, match=r"idx=63 must be within"):
        inspect(model, SessionSettings())


def test_a_model_with_more_rows_than_the_tokenizer_fits(workshop: "Workshop") -> None:
    graph = workshop.classifier(row_count=workshop.row_count + 8)
    assert inspect(workshop.model(workshop.bundle(graph)), SessionSettings()).shares


def test_an_added_token_counts_as_an_id(workshop: "Workshop") -> None:
    tokenizer = workshop.tokenizer()
    tokenizer.add_tokens(["w60"])
    model = workshop.model(workshop.bundle(tokenizer=tokenizer))
    with pytest.raises(TokenizerModelMismatchError, match=r"idx=64"):
        inspect(model, SessionSettings())


def test_a_longest_example_that_the_graph_cannot_take_is_refused(workshop: "Workshop") -> None:
    graph = workshop.classifier(position_count=24)
    model = workshop.model(workshop.bundle(graph, workshop.manifest(graph, max_length=25)))
    with pytest.raises(
        SignatureMismatchError, match=r"max_length is 25, and the graph does not run an example"
    ):
        inspect(model, SessionSettings())


def test_a_longest_example_that_just_fits_is_taken(workshop: "Workshop") -> None:
    graph = workshop.classifier(position_count=24)
    model = workshop.model(workshop.bundle(graph, workshop.manifest(graph, max_length=24)))
    assert inspect(model, SessionSettings()).shares


def test_a_batch_that_the_graph_has_baked_in_is_refused(workshop: "Workshop") -> None:
    """The signature says a free batch, and a shape inside the graph says two."""
    graph = workshop.classifier()
    for node in graph.graph.node:
        if node.output[0] == "pooled":
            node.output[0] = "unshaped"
    head = next(node for node in graph.graph.node if node.output[0] == "logits")
    reshape = helper.make_node("Reshape", ["unshaped", "baked"], ["pooled"])
    graph.graph.node.remove(head)
    graph.graph.node.extend([reshape, head])
    graph.graph.initializer.append(numpy_helper.from_array(np.array([2, 32]), "baked"))
    with pytest.raises(SignatureMismatchError, match="does not run a batch of 3 examples"):
        inspect(workshop.model(workshop.bundle(graph)), SessionSettings())


def test_an_output_of_another_shape_is_refused(workshop: "Workshop") -> None:
    """The graph does not say its shape, and answers a row for each token."""
    graph = workshop.graph(
        [
            helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
            helper.make_node("Reshape", ["rows", "flat"], ["logits"]),
        ],
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "sequence"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3])],
        [
            numpy_helper.from_array(np.zeros((64, 3), dtype=np.float32), "table"),
            numpy_helper.from_array(np.array([-1, 3]), "flat"),
        ],
    )
    with pytest.raises(SignatureMismatchError, match=r"here \[3, 3\], got \[33, 3\]"):
        inspect(workshop.model(workshop.bundle(graph)), SessionSettings())


def test_a_provider_that_ran_nothing_is_refused(workshop: "Workshop") -> None:
    found = inspect(workshop.model(), SessionSettings())
    check_used(device_named("cpu"), found.shares)
    with pytest.raises(PlacementError, match="ran no node of the graph; CPUExecutionProvider did"):
        check_used(device_named("cuda:0"), found.shares)
