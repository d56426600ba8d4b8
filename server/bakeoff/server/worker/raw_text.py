"""Texts go into the graph as they are."""

from collections.abc import Sequence

import numpy as np

from bakeoff.server.errors import InvalidExampleError
from bakeoff.server.worker.encoding import TOO_LONG, Encoded, Unencodable, too_long
from bakeoff.server.worker.transport import Arrays
from bakeoff.v1 import RawText, TextInput

_PAIR = Unencodable(InvalidExampleError.reason)


class RawTextEncoder:
    """Puts single texts into one input of strings. A pair has no place in it."""

    def __init__(self, settings: RawText) -> None:
        self._input_name = settings.input_name
        self._column = settings.column

    def encode(self, texts: Sequence[TextInput]) -> list[Encoded | Unencodable]:
        """Each text as it is; each takes the same of a batch's budget."""
        return [self._encoded(text) for text in texts]

    def collate(self, batch: Sequence[Encoded]) -> Arrays:
        """An array of strings, shape [batch] or [batch, 1]."""
        values = np.empty(len(batch), dtype=np.object_)
        values[:] = [item.content for item in batch]
        return {self._input_name: values.reshape(-1, 1) if self._column else values}

    def probe(self, length: int, *, largest_id: bool) -> Encoded:
        """A text of `length` words. There are no ids, so `largest_id` changes nothing."""
        del largest_id
        return Encoded(
            content=" ".join(["probe"] * length), length=1, token_count=0, truncated=False
        )

    def _encoded(self, text: TextInput) -> Encoded | Unencodable:
        if too_long(text):
            return TOO_LONG
        if text.HasField("text_pair"):
            return _PAIR
        return Encoded(content=text.text, length=1, token_count=0, truncated=False)
