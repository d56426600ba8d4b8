"""How often to repeat a simulation, and what its outcome may be."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from bakeoff.server.types import Interval

LEVEL = 0.95
STANDARD_ERRORS = 4
"""One true rate in 16,000 lies further from what is simulated."""


@dataclass(frozen=True)
class Simulation:
    """So many repetitions, and whether what came of them is within their error of a rate."""

    repetitions: int

    def check_coverage(self, held: float, least: float = LEVEL) -> None:
        """Hold that an interval covers as often as stated; `least` where that is not the level."""
        assert least - self._error(least) <= held / self.repetitions

    def check_rate(self, erred: float, most: float = 1 - LEVEL) -> None:
        """Hold that a test errs no more often than stated."""
        assert erred / self.repetitions <= most + self._error(most)

    def tally(self, rows: npt.NDArray[np.int64], holds: Callable[..., bool]) -> int:
        """Count the rows, [repetitions, k], for which something holds; each is asked once."""
        distinct, times = np.unique(rows, axis=0, return_counts=True)
        found = [holds(*(int(value) for value in row)) for row in distinct]
        return int(times[found].sum())

    def covers(self, interval: Interval | None, truth: float) -> bool:
        """Tell whether an interval holds a value; a bound that is absent holds all."""
        assert interval is not None
        hair = 1e-12 * max(abs(truth), 1.0)
        above = interval.lower is None or interval.lower <= truth + hair
        return above and (interval.upper is None or truth - hair <= interval.upper)

    def _error(self, rate: float) -> float:
        return STANDARD_ERRORS * float(np.sqrt(rate * (1 - rate) / self.repetitions))


@pytest.fixture(
    name="simulation",
    params=[
        pytest.param(400, id="short"),
        pytest.param(4000, id="long", marks=pytest.mark.nightly),
    ],
)
def _simulation(request: pytest.FixtureRequest) -> Simulation:
    """Repetitions: four hundred in every run of the tests, four thousand in the nightly one."""
    return Simulation(int(request.param))
