"""Slices by how many candidates answer rightly."""

import numpy as np

from bakeoff.server.slices.bucket import Bucket
from bakeoff.server.slices.slice import Kind, Slice, Sliceable
from bakeoff.server.tasks.classification_head import REGRESSION

_FEWEST_CANDIDATES = 2


def draw(source: Sliceable) -> list[Slice]:
    """Return the examples that all, most, few or none of the candidates answer rightly.

    Most is more than half of them. Over the examples that every candidate was scored on. None with
    a single candidate, nor for regression, where no answer is simply right or wrong.
    """
    samples = list(source.samples.values())
    if len(samples) < _FEWEST_CANDIDATES or samples[0].problem_type == REGRESSION:
        return []
    size = source.examples.count
    right = np.zeros(size, dtype=np.int64)
    scored = np.zeros(size, dtype=np.int64)
    for sample in samples:
        right[sample.indices] += sample.right
        scored[sample.indices] += 1
    complete = scored == len(samples)
    count, half = len(samples), len(samples) // 2
    parts = (
        ("all-right", count, count),
        ("most-right", half + 1, count - 1),
        ("few-right", 1, half),
        ("none-right", 0, 0),
    )
    return [
        Slice(
            id=f"difficulty:{word}",
            kind=Kind.DIFFICULTY,
            title=f"{_span(fewest, most)} of {count} candidates right",
            members=complete & (right >= fewest) & (right <= most),
        )
        for word, fewest, most in parts
        if fewest <= most
    ]


def _span(fewest: int, most: int) -> str:
    if fewest == most:
        return str(most) if most else "none"
    return f"{fewest} to {most}"


BUCKET = Bucket(name="difficulty", draw=draw)
