"""Made-up sets and answers."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from bakeoff.server.slices import Examples, Sliceable
from bakeoff.server.tasks import Counts, Sample
from bakeoff.v1 import ClassificationHead

LABELS = ("a", "b", "c")


def sample_of(
    right: Sequence[bool],
    *,
    confidence: Sequence[float] | None = None,
    indices: Sequence[int] | None = None,
) -> Sample:
    """Answers to examples of three classes in turn, each right or wrong as is said."""
    size = len(right)
    places = np.arange(size) if indices is None else np.array(indices)
    truth = places % len(LABELS)
    predicted = np.where(right, truth, (truth + 1) % len(LABELS))
    probabilities = None
    if confidence is not None:
        rest = (1 - np.array(confidence)) / (len(LABELS) - 1)
        probabilities = np.repeat(rest[:, None], len(LABELS), axis=1)
        probabilities[np.arange(size), predicted] = confidence
    return Sample(
        problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
        labels=LABELS,
        indices=places,
        truth=truth,
        values=np.zeros((size, len(LABELS))),
        probabilities=probabilities,
        predicted=predicted,
        counts=Counts(size, size, 0, 0, 0, 0),
    )


def examples_of(
    size: int,
    *,
    lengths: Sequence[int] | None = None,
    columns: Mapping[str, Sequence[str | None]] | None = None,
    labels: Sequence[frozenset[str] | float | None] | None = None,
) -> Examples:
    """Examples of three classes in turn, all of one length unless it is said."""
    turns = [frozenset({LABELS[index % len(LABELS)]}) for index in range(size)]
    return Examples(
        ids=[f"e{index}" for index in range(size)],
        lengths=np.array(lengths if lengths is not None else [10] * size, dtype=np.int64),
        labels=turns if labels is None else labels,
        columns=columns or {},
    )


@pytest.fixture(scope="session")
def make_sample() -> Callable[..., Sample]:
    return sample_of


@pytest.fixture(scope="session")
def make_examples() -> Callable[..., Examples]:
    return examples_of


@pytest.fixture(scope="session")
def source_of() -> Callable[..., Sliceable]:
    """What slices are drawn from: examples and answers; the first candidate is the baseline."""

    def make(examples: Examples, samples: Mapping[str, Sample] | None = None) -> Sliceable:
        given = samples or {}
        return Sliceable(examples, given, next(iter(given), "candidates/none"))

    return make
