"""What costs may truly be, drawn for all candidates together."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from bakeoff.server.report.cost_ratios import figure_of_rounds, round_values
from bakeoff.server.report.observations import Observations
from bakeoff.server.selection import Draws
from bakeoff.server.statistics.proportions import normal_quantile
from bakeoff.server.statistics.resampling import generator
from bakeoff.server.types import Direction, Figure

Numbers = npt.NDArray[np.float64]

_FEWEST_ROUNDS = 2
# A factor of e^20 either way is as good as any.
_FARTHEST_LOG = 20.0


def cost_draws(
    keys: Sequence[str],
    figures: Mapping[str, Mapping[str, Figure]],
    observations: Mapping[str, Mapping[str, Observations]],
    count: int,
    seed: int,
) -> Draws:
    """Draws of cost figures, float64[count], by key and candidate; `figures` are by candidate.

    Throughput and median latency of candidates that were measured in the same rounds are drawn
    together from those. Every other figure is drawn by itself from a normal of two halves, each as
    wide as its side of the interval; where the interval has no bound on the side that is worse, the
    worse half is infinitely bad. A figure without interval stays as it is, and one without value is
    left out.
    """
    return {key: _of_key(key, figures, observations, count, seed) for key in keys}


def _of_key(
    key: str,
    figures: Mapping[str, Mapping[str, Figure]],
    observations: Mapping[str, Mapping[str, Observations]],
    count: int,
    seed: int,
) -> Mapping[str, Numbers]:
    known = {
        name: (figure, figure.value)
        for name, of_one in figures.items()
        if (figure := of_one.get(key)) is not None and figure.value is not None
    }
    drawn: dict[str, Numbers] = {}
    figure_id, _, scenario = key.partition("@")
    if scenario and figure_id == figure_of_rounds(scenario):
        measured = {
            name: observations[name][scenario]
            for name in known
            if scenario in observations.get(name, {})
        }
        factors = _round_factors(measured, count, generator(seed, f"rounds of {key}"))
        drawn = {name: known[name][1] * of_one for name, of_one in factors.items()}
    for name, (figure, value) in known.items():
        if name not in drawn:
            drawn[name] = _two_halves(figure, value, count, generator(seed, f"{key} of {name}"))
    return drawn


def _round_factors(
    measured: Mapping[str, Observations], count: int, rng: np.random.Generator
) -> Mapping[str, Numbers]:
    """By which factor the figure of each candidate may be off; none without two shared rounds.

    Logarithms of the values of n rounds are taken to be normal, dependent within a round: their
    means are drawn from the multivariate t distribution with n - 1 degrees of freedom around those
    observed. Source: Gelman and others, Bayesian Data Analysis, third edition, 2013, section 3.6.
    """
    values = {name: round_values(one) for name, one in measured.items()}
    shared = sorted(set.intersection(*(set(one) for one in values.values()))) if values else []
    rounds = len(shared)
    if rounds < _FEWEST_ROUNDS:
        return {}
    logarithms = np.log([[values[name][number] for number in shared] for name in values])
    apart = logarithms - logarithms.mean(axis=1, keepdims=True)
    normal = rng.standard_normal((rounds, count)) / math.sqrt(rounds * (rounds - 1))
    spread = np.sqrt(rng.chisquare(rounds - 1, count) / (rounds - 1))
    means = np.clip(apart @ normal / spread, -_FARTHEST_LOG, _FARTHEST_LOG)
    return dict(zip(values, np.exp(means), strict=True))


def _two_halves(figure: Figure, value: float, count: int, rng: np.random.Generator) -> Numbers:
    if figure.interval is None:
        return np.full(count, value)
    normal = rng.standard_normal(count)
    z = normal_quantile(figure.interval.level)
    lower_is_worse = figure.direction is Direction.HIGHER_IS_BETTER
    below = _reach(value, figure.interval.lower, is_worse=lower_is_worse) / z
    above = _reach(value, figure.interval.upper, is_worse=not lower_is_worse) / z
    drawn = value + normal * np.where(normal < 0, below, above)
    return np.maximum(drawn, 0.0) if value >= 0 and lower_is_worse is False else drawn


def _reach(value: float, end: float | None, *, is_worse: bool) -> float:
    if end is None:
        return math.inf if is_worse else 0.0
    return abs(end - value)
