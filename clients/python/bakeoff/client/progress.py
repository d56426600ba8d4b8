"""How far a transfer has come."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class TransferProgress:
    """How far a candidate or a set has come on its way to the server.

    `subject` is what a person calls it. While `phase` is "read", `done_count`
    counts examples; while it is "send", bytes. `total_count` is None when it is
    not known.
    """

    subject: str
    phase: Literal["read", "send"]
    done_count: int
    total_count: int | None


# Called from another thread while bytes are sent.
OnTransfer = Callable[[TransferProgress], None]


def unheard(_news: object) -> None:
    """Tells nobody."""
