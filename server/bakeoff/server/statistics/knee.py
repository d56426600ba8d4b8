"""The knee of a curve of throughput and latency."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_FEWEST_POINTS = 3
_ROUNDING = 1e-9


def knee(throughputs: Sequence[float], latencies: Sequence[float]) -> int | None:
    """Return the index of the point past which throughput is bought dearly; None without one.

    Points that another one beats, with at least the throughput at no more latency, are passed
    over. The others, scaled so that the slowest and the fastest are (0, 0) and (1, 1), form a
    curve; the knee is the point that lies farthest below the straight line between these two. There
    is none with fewer than three such points, or where no point lies below the line.
    Source: Satopaa et al., Finding a "kneedle" in a haystack, ICDCS Workshops 2011.
    """
    if len(throughputs) != len(latencies):
        message = (
            "throughputs and latencies must be of one length;"
            f" got {len(throughputs)} and {len(latencies)}"
        )
        raise ValueError(message)
    frontier = _frontier(throughputs, latencies)
    if len(frontier) < _FEWEST_POINTS:
        return None
    below = _scaled(throughputs, frontier) - _scaled(latencies, frontier)
    farthest = int(np.argmax(below))
    return frontier[farthest] if below[farthest] > _ROUNDING else None


def _frontier(throughputs: Sequence[float], latencies: Sequence[float]) -> list[int]:
    """Return the points that no other one beats, by ascending throughput and latency."""
    kept: list[int] = []
    for index in sorted(range(len(latencies)), key=lambda i: (latencies[i], -throughputs[i], i)):
        if not kept or throughputs[index] > throughputs[kept[-1]]:
            kept.append(index)
    return kept


def _scaled(values: Sequence[float], indices: Sequence[int]) -> npt.NDArray[np.float64]:
    taken = np.asarray([values[index] for index in indices], dtype=np.float64)
    return np.asarray((taken - taken[0]) / (taken[-1] - taken[0]))
