"""Made-up answers, and the set that they are given to."""

from collections.abc import Mapping

import numpy as np

from bakeoff.v1 import (
    ClassificationHead,
    ClassificationOutput,
    Manifest,
    Parity,
    Prediction,
    SourceModel,
    TextInput,
    Variant,
)

from .sketches import LABELS, Sketch

_SUBJECTS = ("a small", "the formal", "any of several", "a person who makes", "the study of")
_OBJECTS = ("bird of the open sea", "device for weighing", "way of speaking", "root that is eaten")
_ROUNDS = 5


def raw_outputs(
    sketch: Sketch, truth: np.ndarray, easiness: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """An answer for each example: right more often the more skilled the candidate."""
    logits = rng.normal(0, 1, (len(truth), len(LABELS)))
    logits[np.arange(len(truth)), truth] += sketch.skill + easiness
    logits *= 1.6
    if sketch.scale == ClassificationHead.SCALE_PROBABILITIES:
        powers = np.exp(logits)
        return powers / powers.sum(axis=1, keepdims=True)
    return logits


def predictions_of(values: np.ndarray, rng: np.random.Generator) -> list[Prediction]:
    return [
        Prediction(
            index=index,
            classification=ClassificationOutput(values=row.tolist()),
            token_count=int(rng.integers(6, 40)),
            truncated=bool(rng.random() < 0.02),
        )
        for index, row in enumerate(values)
    ]


def manifest_of(sketch: Sketch) -> Manifest:
    source, _, variant = sketch.name.partition(".")
    return Manifest(
        schema_version=1,
        task="text-classification",
        source_model=SourceModel(
            name=source,
            kind=SourceModel.KIND_HUGGING_FACE if variant else SourceModel.KIND_SCIKIT_LEARN,
            parameter_count=4_400_000 if variant else None,
        ),
        variant=Variant(id=variant or "fp32", backend="transformers" if variant else "skl2onnx"),
        classification=ClassificationHead(
            problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
            scale=sketch.scale,
            labels=LABELS,
        ),
        parity=Parity(
            example_count=256,
            label_flip_count=sketch.flips // 5,
            max_abs_difference=0.13 if sketch.flips else 3e-6,
            passed=True,
        ),
    )


def texts_of(size: int, given: Mapping[int, TextInput]) -> list[TextInput]:
    """A text for each example; those that are given stand at their places."""
    return [
        given.get(
            index,
            TextInput(text=f"{_SUBJECTS[index % 5]} {_OBJECTS[index % 4]}, number {index}"),
        )
        for index in range(size)
    ]
