"""Heads, manifests, keys and predictions of text classification."""

from collections.abc import Callable, Sequence

import pytest

from bakeoff.v1 import (
    ClassificationHead,
    ClassificationOutput,
    ClassNames,
    Dimension,
    ExampleKey,
    Label,
    Manifest,
    Prediction,
    Tensor,
    Tokenization,
)


def _head(
    labels: Sequence[str] = ("animal", "plant", "tool"),
    problem: str = "SINGLE_LABEL",
    scale: str = "LOGITS",
    threshold: float | None = None,
) -> ClassificationHead:
    return ClassificationHead(
        problem_type=ClassificationHead.ProblemType.Value(f"PROBLEM_TYPE_{problem}"),
        scale=ClassificationHead.Scale.Value(f"SCALE_{scale}"),
        labels=labels,
        output_name="logits",
        threshold=threshold,
    )


@pytest.fixture(name="head")
def make_head() -> Callable[..., ClassificationHead]:
    """Make a head from labels, problem, scale and threshold."""
    return _head


@pytest.fixture(name="manifest")
def make_manifest() -> Callable[..., Manifest]:
    """Make a manifest that is right in itself, from what a head is made of."""

    def make(**head: object) -> Manifest:
        made = _head(**head)
        return Manifest(
            task="text-classification",
            inputs=[Tensor(name="input_ids"), Tensor(name="attention_mask")],
            outputs=[
                Tensor(
                    name="logits",
                    dimensions=[Dimension(name="batch"), Dimension(size=len(made.labels))],
                )
            ],
            tokenization=Tokenization(
                max_length=128, model_input_names=["input_ids", "attention_mask"]
            ),
            classification=made,
        )

    return make


@pytest.fixture(name="key")
def make_key() -> Callable[..., ExampleKey]:
    """Make the key of an example from its class name, class names, number, or nothing."""

    def make(answer: str | list[str] | float | None = None) -> ExampleKey:
        if answer is None:
            return ExampleKey(id="x")
        if isinstance(answer, str):
            return ExampleKey(id="x", label=Label(class_name=answer))
        if isinstance(answer, list):
            return ExampleKey(id="x", label=Label(class_names=ClassNames(names=answer)))
        return ExampleKey(id="x", label=Label(value=answer))

    return make


@pytest.fixture(name="prediction")
def make_prediction() -> Callable[..., Prediction]:
    """Make a prediction from its index and raw output values."""

    def make(index: int, values: Sequence[float] | None, **fields: object) -> Prediction:
        made = Prediction(index=index, **fields)
        if values is None:
            made.failure = "the tokenizer failed"
        else:
            made.classification.CopyFrom(ClassificationOutput(values=values))
        return made

    return make
