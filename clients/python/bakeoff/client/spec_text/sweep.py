"""Sweeps over batch sizes and threads, such as `batch=1,2,4,8` and `threads=1,2`."""

from collections.abc import Sequence
from itertools import product

from bakeoff import v1
from bakeoff.client.errors import InvalidOptionError
from bakeoff.client.spec_text.quantities import count

SWEPT = ("batch", "threads")


def parse_sweep(texts: Sequence[str]) -> list[v1.Scenario]:
    """A `multi-stream` scenario for each pair of a batch size and a number of threads.

    Each text names one of the two and its values. Without batch sizes a query has one example;
    without threads they are as the spec says. No texts make no scenarios. Raises
    InvalidOptionError.
    """
    if not texts:
        return []
    values: dict[str, list[int]] = {}
    for text in texts:
        name, _, listed = text.partition("=")
        if name not in SWEPT:
            message = f"sweep must be batch=1,2,4 or threads=1,2, got {text!r}."
            raise InvalidOptionError(message)
        if name in values:
            message = f"sweep takes {name} once, got it again with {listed!r}."
            raise InvalidOptionError(message)
        values[name] = [count(name, one.strip()) for one in listed.split(",")]
        if len(set(values[name])) < len(values[name]):
            message = f"sweep: the values of {name} must be distinct, got {listed!r}."
            raise InvalidOptionError(message)
    return [
        v1.Scenario(
            multi_stream=v1.MultiStream(samples_per_query=size), intra_op_thread_count=threads
        )
        for threads, size in product(values.get("threads", [0]), values.get("batch", [1]))
    ]
