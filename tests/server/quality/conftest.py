"""Samples of one candidate, and of two on the same examples, drawn at random from a seed."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from bakeoff.server.tasks import Counts, Sample
from bakeoff.server.tasks.text_classification import predicted, probabilities
from bakeoff.v1 import ClassificationHead


def _sample_of(
    truth: npt.ArrayLike,
    values: npt.ArrayLike,
    problem: str = "SINGLE_LABEL",
    scale: str = "LOGITS",
) -> Sample:
    outputs = np.asarray(values, dtype=np.float64)
    size, class_count = outputs.shape
    head = ClassificationHead(
        problem_type=ClassificationHead.ProblemType.Value(f"PROBLEM_TYPE_{problem}"),
        scale=ClassificationHead.Scale.Value(f"SCALE_{scale}"),
        labels=[f"c{index}" for index in range(class_count)],
    )
    dtypes = {"SINGLE_LABEL": np.int64, "MULTI_LABEL": np.bool_, "REGRESSION": np.float64}
    return Sample(
        problem_type=head.problem_type,
        labels=tuple(head.labels),
        indices=np.arange(size),
        truth=np.asarray(truth, dtype=dtypes[problem]),
        values=outputs,
        probabilities=probabilities(outputs, head),
        predicted=predicted(outputs, head),
        counts=Counts(size, size, 0, 0, 0, 0),
    )


@pytest.fixture(name="make_sample")
def _make_sample() -> Callable[..., Sample]:
    """Make a sample from right answers and raw outputs."""
    return _sample_of


@pytest.fixture(name="draw")
def _draw() -> Callable[..., Sample]:
    """Draw a sample of some classes; `lift` is how far the right logit stands out."""

    def draw(seed: int, size: int = 200, class_count: int = 3, lift: float = 1.5) -> Sample:
        rng = np.random.default_rng(seed)
        truth = rng.integers(0, class_count, size)
        logits = rng.normal(size=(size, class_count))
        logits[np.arange(size), truth] += lift
        return _sample_of(truth, 1.5 * logits)

    return draw


@pytest.fixture(name="draw_pair")
def _draw_pair() -> Callable[..., tuple[Sample, Sample]]:
    """Draw two candidates on the same examples, alike but for how far right logits stand out."""

    def draw(
        seed: int, size: int = 200, class_count: int = 3, lifts: tuple[float, float] = (1.5, 1.5)
    ) -> tuple[Sample, Sample]:
        rng = np.random.default_rng(seed)
        truth = rng.integers(0, class_count, size)
        shared = rng.normal(size=(size, class_count))
        logits = []
        for lift in lifts:
            own = 0.7 * shared + 0.7 * rng.normal(size=(size, class_count))
            own[np.arange(size), truth] += lift
            logits.append(own)
        return _sample_of(truth, logits[0]), _sample_of(truth, logits[1])

    return draw
