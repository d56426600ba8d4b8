"""A cursor over an expression, which says where and why it cannot be read on."""

import math
import re
from typing import NoReturn

from bakeoff.server.errors import ExpressionError

_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"\S+")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_LONGEST_SHOWN = 200
_LONGEST_WORD_SHOWN = 40


class Reader:
    """A cursor over an expression of a kind, such as `constraint`."""

    def __init__(self, kind: str, text: str) -> None:
        self._kind = kind
        self._text = text
        self.position = 0
        self.take(_SPACE)

    def take(self, pattern: re.Pattern[str]) -> str:
        """What the pattern matches here, with the spaces after it passed over; else nothing."""
        match = pattern.match(self._text, self.position)
        if match is None:
            return ""
        space = _SPACE.match(self._text, match.end())
        self.position = match.end() if space is None else space.end()
        return match.group()

    def number(self, allowed: str) -> float:
        """The finite number that stands here. Raises ExpressionError when none does."""
        at = self.position
        digits = self.take(_NUMBER)
        if not digits or not math.isfinite(float(digits)):
            self.refuse(allowed, at)
        return float(digits)

    @property
    def at_number(self) -> bool:
        """Whether a number stands here."""
        return _NUMBER.match(self._text, self.position) is not None

    def finish(self, allowed: str) -> None:
        """Raise ExpressionError unless everything is read."""
        if self.position < len(self._text):
            self.refuse(allowed, self.position)

    def refuse(self, allowed: str, position: int) -> NoReturn:
        """Raise ExpressionError: at a position, from 0, stands something that is not allowed."""
        match = _WORD.match(self._text, position)
        came = f'"{match.group()[:_LONGEST_WORD_SHOWN]}"' if match else "the end"
        message = (
            f'{self._kind} "{self._text[:_LONGEST_SHOWN]}": expected {allowed} at character '
            f"{position + 1}; got {came}"
        )
        raise ExpressionError(message)
