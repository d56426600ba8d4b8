"""Samples of one candidate, and of two on the same examples, drawn at random from a seed."""

from collections.abc import Callable

import numpy as np
import pytest

from bakeoff.server.tasks import Sample


@pytest.fixture(name="draw")
def _draw(make_sample: Callable[..., Sample]) -> Callable[..., Sample]:
    """Draw a sample of some classes; `lift` is how far the right logit stands out."""

    def draw(seed: int, size: int = 200, class_count: int = 3, lift: float = 1.5) -> Sample:
        rng = np.random.default_rng(seed)
        truth = rng.integers(0, class_count, size)
        logits = rng.normal(size=(size, class_count))
        logits[np.arange(size), truth] += lift
        return make_sample(truth, 1.5 * logits)

    return draw


@pytest.fixture(name="draw_pair")
def _draw_pair(
    make_sample: Callable[..., Sample],
) -> Callable[..., tuple[Sample, Sample]]:
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
        return make_sample(truth, logits[0]), make_sample(truth, logits[1])

    return draw
