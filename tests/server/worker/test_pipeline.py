"""Promises of running many examples."""

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from bakeoff.server.errors import InferenceError, OutputShapeError
from bakeoff.server.worker.batching import FixedSizePolicy, Policy, TokenBudgetPolicy
from bakeoff.server.worker.model import Model
from bakeoff.server.worker.pipeline import Answered, Pipeline, Refused, Tokenised
from bakeoff.v1 import UnlabelledExample

if TYPE_CHECKING:
    from conftest import Workshop

BUDGET = TokenBudgetPolicy(512, 64)


def values_of(
    model: Model, policy: Policy, caller_count: int, examples: list[UnlabelledExample]
) -> dict[int, bytes]:
    """Bytes of each example's values, by position."""
    found: dict[int, bytes] = {}
    for item in Pipeline(model, policy, caller_count).outcomes(examples):
        if isinstance(item, Answered):
            for position, row in zip(item.batch.positions, item.answer.values.values, strict=True):
                assert position not in found
                found[position] = row.tobytes()
    return found


@pytest.mark.parametrize("thread_count", [1, 2])
@pytest.mark.parametrize("caller_count", [1, 3])
@pytest.mark.parametrize(
    "policy",
    [BUDGET, TokenBudgetPolicy(2048, 64), TokenBudgetPolicy(64, 3), FixedSizePolicy(7)],
)
def test_answers_in_float32_are_the_same_to_the_last_bit(
    workshop: "Workshop", policy: Policy, caller_count: int, thread_count: int
) -> None:
    """Whatever the batch, its padding, the threads and the callers."""
    bundle = workshop.bundle()
    examples = workshop.examples(workshop.sentences(300))
    alone = values_of(workshop.model(bundle), FixedSizePolicy(1), 1, examples)
    model = workshop.model(bundle, thread_count)
    assert alone == values_of(model, policy, caller_count, examples)


@pytest.mark.parametrize("policy", [BUDGET, FixedSizePolicy(10)])
def test_which_examples_share_a_batch_never_changes(workshop: "Workshop", policy: Policy) -> None:
    """A quantised model answers by its batch mates, so timing must not choose them."""
    model = workshop.model()
    examples = workshop.examples(workshop.sentences(700))
    seen = []
    for caller_count in (1, 4, 4):
        outcomes = Pipeline(model, policy, caller_count).outcomes(examples)
        batches = [tuple(item.batch.positions) for item in outcomes if isinstance(item, Answered)]
        seen.append(sorted(batches))
    assert seen[0] == seen[1] == seen[2]


def test_a_fixed_size_keeps_the_order_of_the_set(workshop: "Workshop") -> None:
    model = workshop.model()
    examples = workshop.examples(workshop.sentences(525))
    outcomes = Pipeline(model, FixedSizePolicy(100), 1).outcomes(examples)
    batches = [list(item.batch.positions) for item in outcomes if isinstance(item, Answered)]
    starts = range(0, 525, 100)
    assert [list(range(start, min(start + 100, 525))) for start in starts] == batches


def test_padding_stays_small_over_many_slices(workshop: "Workshop") -> None:
    """Sorted by characters and then by tokens, batches are nearly as even as they can be."""
    model = workshop.model()
    texts = workshop.sentences(2000, longest=30)
    examples = workshop.examples(texts)
    outcomes = list(Pipeline(model, BUDGET, 2).outcomes(examples))
    padded = sum(item.answer.padded_token_count for item in outcomes if isinstance(item, Answered))
    lengths = [min(len(text.split()) + 2, 32) for text in texts]
    ideal = sum(
        max(lengths[member] for member in batch) * len(batch) for batch in BUDGET.batches(lengths)
    )
    assert ideal <= padded < 1.02 * ideal


def test_examples_that_cannot_be_encoded_are_told_and_the_others_run(
    workshop: "Workshop",
) -> None:
    model = workshop.model(workshop.bundle(tokenizer=workshop.panicking_tokenizer()))
    texts = workshop.sentences(50)
    texts[7], texts[31] = workshop.panicking_text, "x" * 1_000_001
    outcomes = list(Pipeline(model, BUDGET, 2).outcomes(workshop.examples(texts)))
    reasons = {
        position: reason
        for item in outcomes
        if isinstance(item, Refused)
        for position, reason in item.reasons
    }
    ran = sorted(
        position
        for item in outcomes
        if isinstance(item, Answered)
        for position in item.batch.positions
    )
    assert {7: "TOKENIZER_PANIC", 31: "TEXT_TOO_LONG"} == reasons
    assert [position for position in range(50) if position not in reasons] == ran
    assert all(item.duration_ns > 0 for item in outcomes if isinstance(item, Tokenised))


def test_nothing_to_encode_is_no_batch(workshop: "Workshop") -> None:
    examples = workshop.examples(["x" * 1_000_001])
    outcomes = list(Pipeline(workshop.model(), BUDGET, 2).outcomes(examples))
    assert [Refused([(0, "TEXT_TOO_LONG")])] == [
        item for item in outcomes if not isinstance(item, Tokenised)
    ]


def test_long_texts_are_tokenised_few_at_a_time(workshop: "Workshop") -> None:
    """Together they would take far more memory than any model."""
    texts = ["w1 " * 150_000] * 5 + ["w2"] * 5
    outcomes = list(Pipeline(workshop.model(), BUDGET, 2).outcomes(workshop.examples(texts)))
    assert 3 == sum(isinstance(item, Tokenised) for item in outcomes)
    ran = [
        position
        for item in outcomes
        if isinstance(item, Answered)
        for position in item.batch.positions
    ]
    assert list(range(10)) == sorted(ran)


def failing_model(workshop: "Workshop") -> Model:
    """Fails on the last of its tokenizer's words, w59."""
    graph = workshop.classifier(row_count=workshop.row_count - 1)
    return workshop.model(workshop.bundle(graph))


def test_a_graph_that_fails_on_a_batch_ends_the_run(workshop: "Workshop") -> None:
    texts = ["w1 w2"] * 300 + ["w59"] + ["w3"] * 300
    outcomes = Pipeline(failing_model(workshop), BUDGET, 2).outcomes(workshop.examples(texts))
    with pytest.raises(InferenceError, match=r"/words/Gather.*idx=63"):
        list(outcomes)
    assert not pipeline_threads()


def test_an_output_that_is_no_row_a_example_ends_the_run(workshop: "Workshop") -> None:
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
    outcomes = Pipeline(workshop.model(workshop.bundle(graph)), BUDGET, 2).outcomes(
        workshop.examples(["w1 w2", "w3"])
    )
    with pytest.raises(OutputShapeError, match=r"here \[2, 3\], got \[8, 3\]"):
        list(outcomes)
    assert not pipeline_threads()


def test_an_error_in_the_examples_ends_the_run(workshop: "Workshop") -> None:
    def examples() -> Iterator[UnlabelledExample]:
        yield from workshop.examples(["w1"])
        message = "the file is gone"
        raise OSError(message)

    with pytest.raises(OSError, match="the file is gone"):
        list(Pipeline(workshop.model(), BUDGET, 2).outcomes(examples()))
    assert not pipeline_threads()


def test_a_run_that_is_closed_early_leaves_no_thread(workshop: "Workshop") -> None:
    examples = workshop.examples(workshop.sentences(5000))
    outcomes = Pipeline(workshop.model(), TokenBudgetPolicy(32, 1), 2).outcomes(examples)
    assert isinstance(next(outcomes), Tokenised)
    outcomes.close()
    assert not pipeline_threads()


def pipeline_threads() -> list[str]:
    names = [thread.name for thread in threading.enumerate()]
    return [name for name in names if name == "encode" or name.startswith("caller-")]
