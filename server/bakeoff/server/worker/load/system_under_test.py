"""What is measured, as a load generator sees it: samples by number, and answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

QueryT = TypeVar("QueryT")
AnswerT = TypeVar("AnswerT")
_AnswerT_co = TypeVar("_AnswerT_co", covariant=True)


class QuerySystem(Protocol[QueryT, _AnswerT_co]):
    """Answers queries as they come. What an answer holds is its own affair."""

    def query(self, sample: int) -> QueryT:
        """Have a sample at hand, as a server has when a request arrives. Not timed."""

    def answer(self, queries: Sequence[QueryT]) -> Sequence[_AnswerT_co | None]:
        """Answer them together: one answer each, in their order; None for what has no answer.

        Called from several threads at a time by the scenario `server`.
        """


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
