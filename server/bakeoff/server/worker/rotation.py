"""The order in which examples are taken: seeded, each once before any comes again."""

from collections.abc import Iterator

import numpy as np


class Rotations:
    """One order for each scenario; each goes on where its last block ended."""

    def __init__(self) -> None:
        self._running: dict[tuple[str, int, int], Iterator[int]] = {}

    def of(self, scenario: str, example_count: int, seed: int) -> Iterator[int]:
        """Positions 0 to `example_count` - 1 in a seeded order, over and over, without end."""
        key = (scenario, example_count, seed)
        if key not in self._running:
            self._running[key] = _endless(example_count, seed)
        return self._running[key]


def _endless(example_count: int, seed: int) -> Iterator[int]:
    order = np.random.default_rng(seed).permutation(example_count).tolist()
    while True:
        yield from order
