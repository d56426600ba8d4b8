"""How examples become inputs of a graph: the seam that each kind of preprocessing fills."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from numpy.typing import NDArray

from bakeoff.server.errors import TextTooLongError
from bakeoff.v1 import TextInput

LONGEST_TEXT_CHARACTERS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Encoded:
    """One example, ready to be put into a batch.

    `length` is what it takes of a batch's budget; `token_count` is 0 where the graph itself
    tokenises; `content` is known to its encoder alone.
    """

    content: Any
    length: int
    token_count: int
    truncated: bool


@dataclass(frozen=True, slots=True)
class Unencodable:
    """One example that cannot become an input, and the reason."""

    reason: str


class Encoder(Protocol):
    """Turns examples into inputs of a graph. Safe to call from many threads at a time."""

    def encode(self, texts: Sequence[TextInput]) -> list[Encoded | Unencodable]:
        """Each text by itself; the others of the call change nothing."""

    def collate(self, batch: Sequence[Encoded]) -> Mapping[str, NDArray[Any]]:
        """Arrays for the inputs of the graph, padded to the longest of the batch."""

    def probe(self, length: int, *, largest_id: bool) -> Encoded:
        """An example of `length` tokens that no text need make, for trying the graph.

        With `largest_id`, of the largest token id there is.
        """


def too_long(text: TextInput) -> bool:
    """Whether a text, or the second of a pair, is longer than any text may be."""
    return len(text.text) > LONGEST_TEXT_CHARACTERS or len(text.text_pair) > LONGEST_TEXT_CHARACTERS


TOO_LONG: Final = Unencodable(TextTooLongError.reason)
