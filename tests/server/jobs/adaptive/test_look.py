"""One look at the prediction pass, by metrics that are no share of right answers."""

from collections.abc import Callable

import numpy as np
import pytest

from bakeoff.server.jobs.adaptive.look import Look
from bakeoff.server.jobs.adaptive.rules import Rules
from bakeoff.server.tasks import Sample
from bakeoff.v1 import AdaptiveSettings, EvaluationSpec, ExampleKey, StatisticsSettings

_SIZE = 2000
_SURE, _CALIBRATED = "candidates/sure", "candidates/calibrated"
_SPEC = EvaluationSpec(
    candidates=[_SURE, _CALIBRATED],
    baseline=_SURE,
    metrics=["log_loss"],
    objectives=["min:log_loss"],
    adaptive=AdaptiveSettings(error_rate=0.05, look_count=8),
    statistics=StatisticsSettings(resample_count=200),
)


def _answers(make_sample: Callable[..., Sample], right: np.ndarray, confidence: float) -> Sample:
    shares = np.tile([confidence, 1 - confidence], (len(right), 1))
    return make_sample((~right).astype(np.int64), shares, scale="PROBABILITIES")


def _stopped(
    make_sample: Callable[..., Sample], right: np.ndarray, confidences: tuple[float, float]
) -> set[str]:
    """Who is stopped at any look but the last: one so sure of its answers, and one less so."""
    rules = Rules.of(_SPEC, len(right))
    for count in rules.looks[:-1]:
        samples = {
            name: _answers(make_sample, right[:count], confidence)
            for name, confidence in zip((_SURE, _CALIBRATED), confidences, strict=True)
        }
        look = Look(rules, _SPEC, samples, [ExampleKey()] * count, samples)
        if found := set(look.stops()):
            return found
    return set()


def test_who_is_sure_is_not_ahead_before_what_its_wrong_answers_cost_is_known(
    make_sample: Callable[..., Sample],
) -> None:
    """Five wrong answers of a thousand make its log loss the larger; a first look has seen none.

    Sixty sets; the other one may be stopped in 5 % of them, and three standard errors.
    """
    stopped = 0
    for seed in range(60):
        right = np.random.default_rng(seed).random(_SIZE) >= 0.005
        stopped += _CALIBRATED in _stopped(make_sample, right, (1.0 - 1e-16, 0.95))
    assert stopped / 60 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 60)


@pytest.mark.parametrize(
    ("confidences", "behind"), [((0.99, 0.6), _CALIBRATED), ((0.6, 0.99), _SURE)]
)
def test_a_loss_that_is_far_larger_is_stopped(
    make_sample: Callable[..., Sample], confidences: tuple[float, float], behind: str
) -> None:
    right = np.random.default_rng(1).random(_SIZE) >= 0.03
    assert {behind} == _stopped(make_sample, right, confidences)
