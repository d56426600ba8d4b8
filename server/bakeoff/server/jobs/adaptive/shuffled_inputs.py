"""The inputs of a set in a random order, so that what is seen first stands for the whole."""

import random
from collections.abc import Sequence
from pathlib import Path

from bakeoff.server.store.delimited import read_messages, write_messages
from bakeoff.v1 import UnlabelledExample


def random_order(example_count: int, seed: int) -> tuple[int, ...]:
    """Positions in the set, each once, in an order that follows from the seed alone."""
    order = list(range(example_count))
    # Python promises the same order from the same seed in every version.
    random.Random(seed).shuffle(order)  # noqa: S311 - drawn to be fair, not to be secret
    return tuple(order)


def write_shuffled(inputs_path: Path, order: Sequence[int], path: Path) -> None:
    """Write the examples in that order, each with its index in the set. Blocks.

    The file is whole or not there; one that is there already is kept.
    """
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    examples = list(read_messages(inputs_path, UnlabelledExample))
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    write_messages(unfinished, (examples[index] for index in order))
    unfinished.replace(path)
