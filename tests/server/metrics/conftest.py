"""Samples with known answers, drawn at random from a seed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from bakeoff.server.tasks import Sample

MakeSample = Callable[..., Sample]


@dataclass(frozen=True)
class Case:
    """How to draw a single-label sample."""

    name: str
    size: int
    class_count: int
    ties: bool = False
    imbalanced: bool = False
    never_true: tuple[int, ...] = ()
    never_predicted: tuple[int, ...] = ()


CASES = (
    Case("binary", 400, 2),
    Case("binary-ties", 400, 2, ties=True),
    Case("binary-imbalanced", 500, 2, imbalanced=True),
    Case("binary-one-class", 30, 2, never_true=(1,)),
    Case("binary-never-predicted", 60, 2, never_predicted=(1,)),
    Case("twelve", 600, 12),
    Case("twelve-ties", 600, 12, ties=True),
    Case("twelve-imbalanced", 600, 12, imbalanced=True),
    Case("twelve-missing-in-truth", 300, 12, never_true=(0, 7)),
    Case("twelve-missing-in-predictions", 300, 12, never_predicted=(3, 11)),
    Case("twelve-missing-in-both", 300, 12, never_true=(2, 5), never_predicted=(2, 6)),
    Case("seventy-seven", 800, 77),
    Case("seventy-seven-few", 90, 77, ties=True),
    Case("one-example", 1, 3),
    Case("two-examples", 2, 2, ties=True),
)


def drawn(make_sample: MakeSample, case: Case, seed: int) -> Sample:
    """Return a sample as the case says."""
    rng = np.random.default_rng([seed, case.size, case.class_count])
    shares = np.ones(case.class_count)
    if case.imbalanced:
        shares[0] = 20.0 * case.class_count
    shares[list(case.never_true)] = 0.0
    truth = rng.choice(case.class_count, size=case.size, p=shares / shares.sum())
    logits = rng.normal(size=(case.size, case.class_count))
    logits[np.arange(case.size), truth] += 1.5
    logits[:, list(case.never_predicted)] -= 50.0
    if case.ties:
        logits = np.round(logits)
    return make_sample(truth, logits)


def drawn_multi_label(
    make_sample: MakeSample, seed: int, size: int = 300, class_count: int = 6
) -> Sample:
    """Return a multi-label sample; the last class never occurs, the one before it always does."""
    rng = np.random.default_rng([seed, size, class_count])
    truth = rng.random((size, class_count)) < 0.3
    truth[:, -1] = False
    truth[:, -2] = True
    logits = np.round(rng.normal(size=(size, class_count)) + 2.0 * truth - 1.0, 1)
    return make_sample(truth, logits, "MULTI_LABEL")


def drawn_regression(
    make_sample: MakeSample, seed: int, size: int = 200, *, ties: bool = False
) -> Sample:
    """Return a regression sample."""
    rng = np.random.default_rng([seed, size])
    truth = 5.0 * rng.random(size)
    values = truth + rng.normal(size=size)
    if ties:
        truth, values = np.round(truth), np.round(values)
    return make_sample(truth, values[:, None], "REGRESSION", "VALUE")


@pytest.fixture(
    name="single",
    params=[(case, seed) for case in CASES for seed in range(3)],
    ids=lambda drawing: f"{drawing[0].name}-{drawing[1]}",
)
def _single(request: pytest.FixtureRequest, make_sample: MakeSample) -> Sample:
    """A single-label sample of every kind."""
    case, seed = request.param
    return drawn(make_sample, case, seed)


@pytest.fixture(name="multi", params=range(8))
def _multi(request: pytest.FixtureRequest, make_sample: MakeSample) -> Sample:
    """A multi-label sample."""
    return drawn_multi_label(make_sample, request.param)


@pytest.fixture(
    name="regression",
    params=[(seed, size, ties) for seed in range(4) for size in (2, 20, 500) for ties in (0, 1)],
    ids=str,
)
def _regression(request: pytest.FixtureRequest, make_sample: MakeSample) -> Sample:
    """A regression sample that is not constant, with and without ties."""
    seed, size, ties = request.param
    return drawn_regression(make_sample, seed, size, ties=bool(ties) and size > 2)
