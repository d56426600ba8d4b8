"""What is measured, as a load generator sees it: samples by number, and answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

QueryT = TypeVar("QueryT")


class StreamSystem(Protocol[QueryT]):
    """Answers one query at a time."""

    def query(self, sample: int) -> QueryT:
        """Have a sample at hand, as a server has when a request arrives. Not timed."""

    def answer(self, query: QueryT) -> int | None:
        """Answer it. Time in the model alone, in nanoseconds; None when it cannot be answered."""


class BulkSystem(Protocol[QueryT]):
    """Answers many queries together."""

    def query(self, sample: int) -> QueryT:
        """Have a sample at hand. Not timed."""

    def answer_all(self, queries: Sequence[QueryT]) -> int:
        """Answer them all, in whatever order and batches are best. How many were answered."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """When a block may end and when it must.

    It may end when `min_duration_ns` and `min_query_count` are both reached, and must not begin a
    query after `max_duration_ns`.
    """

    min_duration_ns: int
    min_query_count: int
    max_duration_ns: int

    def reached(self, elapsed_ns: int, query_count: int) -> bool:
        """Whether no further query should begin."""
        enough = elapsed_ns >= self.min_duration_ns and query_count >= self.min_query_count
        return enough or elapsed_ns >= self.max_duration_ns
