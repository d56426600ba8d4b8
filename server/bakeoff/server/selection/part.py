"""A part of what a metric may be about: one class, or one slice of the set."""

import re
from dataclasses import dataclass
from enum import Enum

from bakeoff.server.metrics import METRICS
from bakeoff.server.selection.reader import Reader

_BRACE = re.compile(r"\{")
_CLOSING_BRACE = re.compile(r"\}")
_EQUALS = re.compile(r"=")
_KIND = re.compile(r"[A-Za-z]+")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_BARE = re.compile(r"[^\s{}'\"](?:[^{}]*[^\s{}])?")
_ESCAPED = re.compile(r"\\(.)")
_TO_ESCAPE = re.compile(r"(['\\])")


class PartKind(Enum):
    """What a part is; the value is the word that names it."""

    CLASS = "class"
    SLICE = "slice"


@dataclass(frozen=True, slots=True)
class Part:
    """A class by its name, or a slice by its id, as reports show them."""

    kind: PartKind
    name: str

    @property
    def text(self) -> str:
        """The part as it is written between braces, quoted where it must be: `class=refund`."""
        bare = _BARE.fullmatch(self.name) is not None
        name = self.name if bare else "'" + _TO_ESCAPE.sub(r"\\\1", self.name) + "'"
        return f"{self.kind.value}={name}"


def read_braces(reader: Reader) -> Part | None:
    """The part between braces that begins here, None where none does.

    Raises ExpressionError, which names the position, what was allowed there, and what came.
    """
    if not reader.take(_BRACE):
        return None
    at = reader.position
    kinds = {kind.value: kind for kind in PartKind}
    kind = kinds.get(reader.take(_KIND))
    if kind is None or not reader.take(_EQUALS):
        reader.refuse("class= or slice=", at)
    at = reader.position
    quoted = reader.take(_QUOTED)
    name = _ESCAPED.sub(r"\1", quoted[1:-1]) if quoted else reader.take(_BARE)
    if not name:
        reader.refuse(f"the name of a {kind.value}, between quotes where it holds braces", at)
    at = reader.position
    if not reader.take(_CLOSING_BRACE):
        reader.refuse("}", at)
    return Part(kind, name)


def read_part(text: str) -> Part:
    """Read a part as its `text` is written."""
    reader = Reader("part", f"{{{text}}}")
    part = read_braces(reader)
    reader.finish("the end")
    if part is None:
        message = f"a part is written class=NAME or slice=NAME; got {text!r}"
        raise ValueError(message)
    return part


def is_quality(key: str) -> bool:
    """Whether a key is that of a metric, over the whole set or of a part."""
    return key.partition("{")[0] in METRICS


def is_of_answers(key: str) -> bool:
    """Whether a key is that of a metric over the whole set, which only answers may leave undefined.

    A cost may be missing because it was badly measured, and a metric of a part because the set has
    too little of that part.
    """
    return key in METRICS


@dataclass(frozen=True, slots=True)
class QualityKey:
    """The key of a metric, taken apart. `part` is None for the whole set."""

    metric_id: str
    part: Part | None

    @classmethod
    def of(cls, key: str) -> "QualityKey | None":
        """The parts of a key; None where it is not that of a metric."""
        metric_id, brace, rest = key.partition("{")
        if metric_id not in METRICS:
            return None
        return cls(metric_id, read_part(rest.removesuffix("}")) if brace else None)
