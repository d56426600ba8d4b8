"""Evidence of a variant that breaks one part of a set and no other."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from bakeoff.server.types import CandidateEvidence, Evidence
from bakeoff.v1 import (
    ClassificationHead,
    ExampleKey,
    Label,
    SourceModel,
    StatisticsSettings,
    TextInput,
    Variant,
)

LABELS = ("ham", "spam")
PARTS = 21
PART_SIZE = 60


def _outputs(truth: np.ndarray, right: np.ndarray) -> list[list[float]]:
    """Logits that give the right answer, or the other one."""
    answer = np.where(right, truth, 1 - truth)
    sure = 1 + 0.01 * (np.arange(len(truth)) % 97)
    return [[0.0, score] if one else [score, 0.0] for one, score in zip(answer, sure, strict=True)]


def evidence_of_a_broken_part(bare_evidence: Callable[..., Evidence]) -> Evidence:
    """Three candidates: fp32, its int8 that fails in part 7 of 21, and a linear one, the baseline.

    Parts are a column; the length of a text is its part.
    """
    rng = np.random.default_rng(3)
    size = PARTS * PART_SIZE
    part = np.arange(size) % PARTS
    truth = rng.integers(0, 2, size)
    linear = rng.random(size) < 0.75
    fp32 = rng.random(size) < 0.9
    int8 = (fp32 ^ (rng.random(size) < 0.02)) & ~((part == 7) & (rng.random(size) < 0.5))
    head = ClassificationHead(
        problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
        scale=ClassificationHead.SCALE_LOGITS,
        labels=LABELS,
    )
    found = bare_evidence(
        head,
        [Label(class_name=LABELS[one]) for one in truth],
        {
            name: _outputs(truth, right)
            for name, right in {"linear": linear, "m.fp32": fp32, "m.int8": int8}.items()
        },
        metrics=["accuracy"],
        statistics=StatisticsSettings(resample_count=100),
    )
    return replace(
        found,
        keys=[
            ExampleKey(id=key.id, label=key.label, attributes={"part": f"p{part[index]}"})
            for index, key in enumerate(found.keys)
        ],
        texts=[TextInput(text="x" * (1 + int(one))) for one in part],
        candidates=[
            _varied(found.candidates[0], "linear", "fp32"),
            _varied(found.candidates[1], "m", "fp32"),
            _varied(found.candidates[2], "m", "int8-dynamic"),
        ],
    )


def _varied(found: CandidateEvidence, model: str, variant: str) -> CandidateEvidence:
    found.candidate.manifest.source_model.CopyFrom(
        SourceModel(name=model, sha256=f"{len(model):064x}")
    )
    found.candidate.manifest.variant.CopyFrom(Variant(id=variant))
    return found
