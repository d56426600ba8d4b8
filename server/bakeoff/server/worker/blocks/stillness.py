"""The worker's own pauses, kept out of a block."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def still() -> Iterator[None]:
    """No collection of garbage: its pause would be told as the candidate's latency."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
