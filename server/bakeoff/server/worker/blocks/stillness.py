"""The worker's own pauses, kept out of a block."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def still(switch_interval_s: float | None = None) -> Iterator[None]:
    """No collection of garbage: its pause would be told as the candidate's latency.

    `switch_interval_s` is how long a thread may keep the interpreter while another wants it.
    """
    switch_interval_before_s = sys.getswitchinterval()
    gc.collect()
    gc.disable()
    if switch_interval_s is not None:
        sys.setswitchinterval(switch_interval_s)
    try:
        yield
    finally:
        sys.setswitchinterval(switch_interval_before_s)
        gc.enable()
