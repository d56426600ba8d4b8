"""How examples are put into batches. Pure: the same lengths give the same batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from bakeoff.server import batch_defaults
from bakeoff.server.errors import InvalidFieldError
from bakeoff.v1 import BatchPolicy

# Examples that are sorted by length together: memory stays bounded, batches stay even.
WINDOW_EXAMPLE_COUNT: Final = 2048


@dataclass(frozen=True, slots=True)
class TokenBudgetPolicy:
    """Examples of like length, until the padded size would pass `padded_token_count`.

    An example longer than the budget is a batch of its own.
    """

    padded_token_count: int
    max_batch_size: int

    sorts_by_length: ClassVar[bool] = True
    # Enough to fill a batch with what comes later.
    held_back_count: ClassVar[int] = 64

    @property
    def window_example_count(self) -> int:
        """Examples that may share a batch."""
        return WINDOW_EXAMPLE_COUNT

    def batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Positions of each batch, the longest examples first."""
        order = sorted(range(len(lengths)), key=lambda position: -lengths[position])
        batch: list[int] = []
        width = 0
        for position in order:
            full = len(batch) == self.max_batch_size
            if batch and (full or (len(batch) + 1) * width > self.padded_token_count):
                yield batch
                batch = []
            if not batch:
                width = lengths[position]
            batch.append(position)
        if batch:
            yield batch


@dataclass(frozen=True, slots=True)
class FixedSizePolicy:
    """`batch_size` examples in the order of the set; the last batch may have fewer."""

    batch_size: int

    sorts_by_length: ClassVar[bool] = False
    held_back_count: ClassVar[int] = 1

    @property
    def window_example_count(self) -> int:
        """Examples that may share a batch: whole batches of them."""
        return self.batch_size * max(1, WINDOW_EXAMPLE_COUNT // self.batch_size)

    def batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Positions of each batch, in the order of the set."""
        for start in range(0, len(lengths), self.batch_size):
            yield list(range(start, min(start + self.batch_size, len(lengths))))


Policy = TokenBudgetPolicy | FixedSizePolicy


def policy_from(message: BatchPolicy) -> Policy:
    """Policy with its defaults filled in.

    Raises `InvalidFieldError` when a number is negative, or a batch has no example.
    """
    if message.WhichOneof("kind") == "fixed_size":
        batch_size = message.fixed_size.batch_size
        if batch_size < 1:
            text = f"fixed_size.batch_size must be at least 1, got {batch_size}"
            raise InvalidFieldError(text)
        return FixedSizePolicy(batch_size)
    budget = message.token_budget
    if budget.padded_token_count < 0 or budget.max_batch_size < 0:
        text = (
            "token_budget.padded_token_count and token_budget.max_batch_size must not be negative, "
            f"got {budget.padded_token_count} and {budget.max_batch_size}"
        )
        raise InvalidFieldError(text)
    return TokenBudgetPolicy(
        padded_token_count=budget.padded_token_count or batch_defaults.PADDED_TOKEN_COUNT,
        max_batch_size=budget.max_batch_size or batch_defaults.MAX_BATCH_SIZE,
    )
