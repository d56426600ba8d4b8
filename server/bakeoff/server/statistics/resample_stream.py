"""Resamples of one seed and name, drawn on as more of them are asked for."""

from collections.abc import Callable, Sequence
from copy import deepcopy

import numpy as np
import numpy.typing as npt

from bakeoff.server.statistics.bootstrap import distribution, jackknife
from bakeoff.server.statistics.resampling import (
    Cells,
    Statistic,
    Values,
    Weights,
    draws,
    generator,
)


class ResampleStream:
    """What s statistics come to over the same resamples, each found once however often asked.

    `prepare` gives the statistics; each leads from weights of the cells, [b, m], to values, [b].
    They are prepared when more is to be found and let go afterwards: what stays is 8 bytes a
    statistic and resample. Weights are drawn once for all statistics, a chunk at a time. What is
    found is the same whatever was asked before.
    """

    def __init__(
        self, prepare: Callable[[], Sequence[Statistic]], cells: Cells, seed: int, name: str
    ) -> None:
        self.cells = cells
        self._prepare = prepare
        self._seed = seed
        self._name = name
        self._rng = generator(seed, name)
        self._drawn: list[npt.NDArray[np.float64]] = []
        self._states: dict[int, np.random.Generator] = {}
        self._left_out: dict[int, tuple[npt.NDArray[np.float64], Values]] = {}

    def values(self, count: int) -> npt.NDArray[np.float64]:
        """Return the statistics over the first `count` resamples, [s, count]; NaN if undefined."""
        done = self._drawn[0].shape[1] if self._drawn else 0
        if done not in {0, count} and not self.cells.are_drawn_singly:
            self._rng, self._drawn, done = generator(self._seed, self._name), [], 0
        if done < count:
            more = distribution(self._together(), self.cells, count - done, self._rng)
            self._drawn = [np.concatenate([*self._drawn, more], axis=1)]
            self._states[count] = deepcopy(self._rng)
        return self._drawn[0][:, :count]

    def left_out(self, count: int) -> tuple[npt.NDArray[np.float64], Values]:
        """Return the statistics without each example or group, [s, g], and how often each stands.

        The groups are those that follow on `count` resamples.
        """
        if count not in self._left_out:
            rng = self.generator_after(count)
            self._left_out[count] = jackknife(self._together(), self.cells, rng)
        return self._left_out[count]

    def generator_after(self, count: int) -> np.random.Generator:
        """Return the random numbers that follow on `count` resamples."""
        if count not in self._states:
            rng = generator(self._seed, self._name)
            for _ in draws(self.cells, count, rng):
                pass
            self._states[count] = rng
        return deepcopy(self._states[count])

    def _together(self) -> Callable[[Weights], npt.NDArray[np.float64]]:
        statistics = self._prepare()
        return lambda weights: np.stack([statistic(weights) for statistic in statistics])
