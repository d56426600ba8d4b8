"""Promises of the prediction pass."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from onnx import TensorProto

from bakeoff.server.errors import InferenceError, InvalidFieldError
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.model import Model
from bakeoff.server.worker.predict import predict
from bakeoff.v1 import BatchPolicy, FixedSize
from bakeoff.worker.v1 import Predict, Predicted

if TYPE_CHECKING:
    from conftest import Workshop


def ignore(done_count: int, total_count: int) -> None:
    """Progress is not looked at."""


def predicted(model: Model, inputs: Path, output: Path, **command: object) -> Predicted:
    examples = ExampleFile(inputs)
    whole = {"first_index": 0, "example_count": len(examples), "caller_count": 2}
    return predict(
        model, examples, Predict(output_path=str(output), **{**whole, **command}), ignore
    )


def test_predictions_are_in_the_order_of_the_set(workshop: "Workshop", tmp_path: Path) -> None:
    texts = workshop.sentences(400)
    found = predicted(workshop.model(), workshop.inputs(texts), tmp_path / "out")
    predictions = workshop.predictions(tmp_path / "out")
    assert list(range(400)) == [prediction.index for prediction in predictions]
    assert [min(len(text.split()) + 2, 32) for text in texts] == [
        prediction.token_count for prediction in predictions
    ]
    assert all(len(prediction.classification.values) == 3 for prediction in predictions)
    assert 400 == found.example_count
    assert sum(prediction.token_count for prediction in predictions) == found.token_count


def test_the_file_is_what_was_announced(workshop: "Workshop", tmp_path: Path) -> None:
    found = predicted(workshop.model(), workshop.inputs(["w1", "w2 w3"]), tmp_path / "out")
    content = (tmp_path / "out").read_bytes()
    assert len(content) == found.size_bytes
    assert hashlib.sha256(content).hexdigest() == found.sha256
    assert ["out"] == [path.name for path in tmp_path.glob("out*")]


def test_predicting_again_gives_the_same_file(workshop: "Workshop", tmp_path: Path) -> None:
    inputs = workshop.inputs(workshop.sentences(300))
    digests = {
        predicted(workshop.model(), inputs, tmp_path / "out", caller_count=count).sha256
        for count in (1, 2, 5)
    }
    assert 1 == len(digests)


def test_a_shard_is_a_part_of_the_whole(workshop: "Workshop", tmp_path: Path) -> None:
    model, inputs = workshop.model(), workshop.inputs(workshop.sentences(120))
    predicted(model, inputs, tmp_path / "whole")
    predicted(model, inputs, tmp_path / "shard", first_index=50, example_count=30)
    whole = workshop.predictions(tmp_path / "whole")
    assert whole[50:80] == workshop.predictions(tmp_path / "shard")


def test_the_values_are_those_of_one_example_at_a_time(
    workshop: "Workshop", tmp_path: Path
) -> None:
    model, inputs = workshop.model(), workshop.inputs(workshop.sentences(120))
    predicted(model, inputs, tmp_path / "together")
    alone = BatchPolicy(fixed_size=FixedSize(batch_size=1))
    found = predicted(model, inputs, tmp_path / "alone", batch_policy=alone)
    assert 120 == found.batch_count
    assert found.token_count == found.padded_token_count
    assert (tmp_path / "together").read_bytes() == (tmp_path / "alone").read_bytes()


def test_failed_examples_keep_their_place(workshop: "Workshop", tmp_path: Path) -> None:
    poison_id = workshop.row_count - 1
    bundle = workshop.bundle(
        workshop.classifier(poison_id=poison_id), tokenizer=workshop.panicking_tokenizer()
    )
    texts = ["w1", workshop.panicking_text, "w2 w59", "x" * 1_000_001, "w3"]
    predicted(workshop.model(bundle), workshop.inputs(texts), tmp_path / "out")
    predictions = workshop.predictions(tmp_path / "out")
    assert ["", "TOKENIZER_PANIC", "NON_FINITE_OUTPUT", "TEXT_TOO_LONG", ""] == [
        prediction.failure for prediction in predictions
    ]
    assert [True, False, False, False, True] == [
        prediction.HasField("classification") for prediction in predictions
    ]
    assert [0, 0, 3, 0, 0] == [prediction.non_finite_count for prediction in predictions]
    assert list(range(5)) == [prediction.index for prediction in predictions]


def test_truncation_is_told(workshop: "Workshop", tmp_path: Path) -> None:
    texts = ["w1 " * 30, "w1 " * 31]
    predicted(workshop.model(), workshop.inputs(texts), tmp_path / "out")
    assert [False, True] == [item.truncated for item in workshop.predictions(tmp_path / "out")]


@pytest.mark.parametrize("kind", [TensorProto.FLOAT16, TensorProto.DOUBLE])
def test_other_floats_come_as_float32(
    workshop: "Workshop", tmp_path: Path, kind: "TensorProto.DataType"
) -> None:
    inputs = workshop.inputs(["w1 w2"])
    predicted(workshop.model(), inputs, tmp_path / "single")
    model = workshop.model(workshop.bundle(workshop.classifier(float_type=kind)))
    predicted(model, inputs, tmp_path / "other")
    (single,) = workshop.predictions(tmp_path / "single")
    (other,) = workshop.predictions(tmp_path / "other")
    assert pytest.approx(list(single.classification.values), abs=0.05) == list(
        other.classification.values
    )


@pytest.mark.parametrize("input_type", [TensorProto.INT64, TensorProto.INT32])
def test_ids_come_in_the_type_that_the_graph_takes(
    workshop: "Workshop", tmp_path: Path, input_type: "TensorProto.DataType"
) -> None:
    graph = workshop.classifier(input_type=input_type, type_ids=True)
    inputs = workshop.inputs([("w1 w2", "w3"), ("w1 w2", "w4")])
    found = predicted(workshop.model(workshop.bundle(graph)), inputs, tmp_path / "out")
    assert (12, 12) == (found.token_count, found.padded_token_count)


def test_a_pass_that_fails_leaves_no_file(workshop: "Workshop", tmp_path: Path) -> None:
    """What was there before stays whole."""
    graph = workshop.classifier(row_count=workshop.row_count - 1)
    model = workshop.model(workshop.bundle(graph))
    (tmp_path / "out").write_bytes(b"earlier")
    with pytest.raises(InferenceError):
        predicted(model, workshop.inputs(["w1", "w59"]), tmp_path / "out")
    assert b"earlier" == (tmp_path / "out").read_bytes()
    assert ["out"] == [path.name for path in tmp_path.glob("out*")]


def test_progress_goes_up_to_the_end(workshop: "Workshop", tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    def note(done_count: int, total_count: int) -> None:
        seen.append((done_count, total_count))

    examples = ExampleFile(workshop.inputs(workshop.sentences(200)))
    command = Predict(example_count=200, caller_count=2, output_path=str(tmp_path / "out"))
    predict(workshop.model(), examples, command, note)
    assert sorted(seen) == seen
    assert (200, 200) == seen[-1]


def test_no_caller_is_refused(workshop: "Workshop", tmp_path: Path) -> None:
    with pytest.raises(InvalidFieldError, match="at least 1, got 0"):
        predicted(workshop.model(), workshop.inputs(["w1"]), tmp_path / "out", caller_count=0)
