"""Many bake-offs at a time, each full and adaptive, on answers drawn at random."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.special import ndtri

from bakeoff.server.selection.adaptive import (
    Part,
    chance_of_test,
    look_counts,
    surely_ahead,
    surely_below,
)
from bakeoff.server.statistics import share_interval

LEVEL, MARGIN, LOOKS = 0.95, 0.005, 8
_CHUNK = 100


@dataclass(frozen=True)
class Field:
    """Candidates by their true accuracies; the latency of each decides where accuracy does not.

    `likeness` is how much of what makes an example hard is hard for all of them.
    """

    accuracies: Sequence[float]
    latencies_ms: Sequence[float]
    example_count: int
    likeness: float = 0.6
    bound: float = 0.0


@dataclass(frozen=True)
class Outcomes:
    """What came of each bake-off.

    `chosen` is the candidate of the full measurement, -1 where none qualifies; `stopped_at` the
    examples that each candidate had answered when it was stopped, all of them when it was not.
    """

    chosen: npt.NDArray[np.int64]
    stopped: npt.NDArray[np.bool_]
    answered: npt.NDArray[np.int64]

    @property
    def wrong_share(self) -> float:
        """Share of bake-offs in which the choice of the full measurement was stopped."""
        known = self.chosen >= 0
        rows = np.flatnonzero(known)
        return float(np.count_nonzero(self.stopped[rows, self.chosen[rows]]) / len(self.chosen))


def run(field: Field, repetitions: int, *, error_rate: float, seed: int) -> Outcomes:
    """Draw so many sets of answers, and measure each in full and adaptively."""
    rng = np.random.default_rng(seed)
    parts = [
        _run_chunk(field, min(_CHUNK, repetitions - start), error_rate, rng)
        for start in range(0, repetitions, _CHUNK)
    ]
    return Outcomes(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("chosen", "stopped", "answered")
        )
    )


def _run_chunk(
    field: Field, repetitions: int, error_rate: float, rng: np.random.Generator
) -> Outcomes:
    count, n = len(field.accuracies), field.example_count
    shared = rng.standard_normal((repetitions, n), dtype=np.float32)
    right = []
    for accuracy in field.accuracies:
        own = rng.standard_normal((repetitions, n), dtype=np.float32)
        hardness = field.likeness**0.5 * shared + (1 - field.likeness) ** 0.5 * own
        right.append(hardness < ndtri(accuracy))
    looks = look_counts(n, LOOKS)
    only = {
        (i, j): _at_looks(right[i] & ~right[j], looks) for i, j in permutations(range(count), 2)
    }
    of_each = [_at_looks(one, looks) for one in right]
    stopped, answered = _adaptive(field, looks, only, of_each, error_rate)
    totals = {pair: counts[-1] for pair, counts in only.items()}
    return Outcomes(_full(field, totals, [one[-1] for one in of_each]), stopped, answered)


def _at_looks(answers: npt.NDArray[np.bool_], looks: Sequence[int]) -> npt.NDArray[np.float64]:
    """How many are true by each look, [look, repetition]."""
    starts = [0, *looks[:-1]]
    return np.add.reduceat(answers, starts, axis=1, dtype=np.float64).cumsum(axis=1).T


def _adaptive(
    field: Field,
    looks: Sequence[int],
    only: dict[tuple[int, int], npt.NDArray[np.float64]],
    of_each: Sequence[npt.NDArray[np.float64]],
    error_rate: float,
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    count = len(field.accuracies)
    chance = chance_of_test(error_rate, len(looks) - 1, count - 1, int(field.bound > 0))
    of_full = (1 - LEVEL) / (count * (count - 1) / 2)
    stopped = np.zeros((of_each[0].shape[1], count), dtype=np.bool_)
    answered = np.full(stopped.shape, looks[-1])
    for look, seen in enumerate(looks):
        part = Part(seen, looks[-1])
        out = np.zeros_like(stopped)
        broken = np.zeros_like(stopped)
        if field.bound:
            for j in range(count):
                broken[:, j] = surely_below(
                    of_each[j][look], part, field.bound, level=LEVEL, chance=chance
                )
        for i, j in permutations(range(count), 2):
            ahead = surely_ahead(
                only[i, j][look],
                only[j, i][look],
                part,
                margin=MARGIN,
                chance=chance,
                chance_of_full=of_full,
            )
            out[:, j] |= ahead & ~stopped[:, i] & ~broken[:, i]
        out = (out | broken) & ~stopped
        answered[out] = seen
        stopped |= out
    return stopped, answered


def _full(
    field: Field,
    only: dict[tuple[int, int], npt.NDArray[np.float64]],
    right: Sequence[npt.NDArray[np.float64]],
) -> npt.NDArray[np.int64]:
    """Choice of the full measurement: constraint, then paired tests by Holm, then latency."""
    count, n = len(field.accuracies), field.example_count
    pairs = list(combinations(range(count), 2))
    p_values = np.stack([_mcnemar(only[i, j], only[j, i]) for i, j in pairs])
    adjusted = _holm(p_values)
    upper = np.array([share_interval(one, n, LEVEL).upper for one in range(n + 1)])
    qualified = np.stack([upper[one.astype(np.int64)] >= field.bound for one in right])
    beaten = np.zeros((count, p_values.shape[1]), dtype=np.bool_)
    for row, (i, j) in enumerate(pairs):
        first, second = only[i, j], only[j, i]
        alike = _within_margin(first, second, n) & _within_margin(second, first, n)
        told = (adjusted[row] <= 1 - LEVEL) & ~alike
        beaten[j] |= told & (first > second) & qualified[i]
        beaten[i] |= told & (second > first) & qualified[j]
    latency = np.where(qualified & ~beaten, np.asarray(field.latencies_ms)[:, None], np.inf)
    return np.where(qualified.any(axis=0), latency.argmin(axis=0), -1)


def _mcnemar(
    first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    tail = stats.binom.cdf(np.minimum(first, second), first + second, 0.5)
    return np.minimum(2 * tail, 1.0)


def _holm(p_values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    order = np.argsort(p_values, axis=0)
    ranked = np.take_along_axis(p_values, order, 0)
    scaled = ranked * np.arange(len(p_values), 0, -1)[:, None]
    adjusted = np.empty_like(p_values)
    np.put_along_axis(adjusted, order, np.maximum.accumulate(scaled, axis=0), 0)
    return adjusted


def _within_margin(
    first: npt.NDArray[np.float64], second: npt.NDArray[np.float64], n: int
) -> npt.NDArray[np.bool_]:
    """Whether the score test refuses a gain of the margin, from above."""
    z, d = ndtri((1 + LEVEL) / 2), MARGIN
    linear = d * (2 * n - first + second) - first - second
    rare = (np.sqrt(linear**2 + 8 * n * second * d * (1 - d)) - linear) / (4 * n)
    reach = z * np.sqrt(n * (2 * rare + d * (1 - d)))
    return np.asarray(n * d - (first - second) >= reach)
