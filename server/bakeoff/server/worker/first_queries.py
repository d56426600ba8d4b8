"""The first queries of a model just loaded: one twice, then one of another shape twice."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bakeoff.server.errors import InvalidExampleError
from bakeoff.server.worker.encoding import Encoded, Unencodable
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.model import Answering
from bakeoff.v1 import UnlabelledExample

# Examples looked at for one of another shape: a set that has none is not encoded whole.
_LOOKED_AT_COUNT: Final = 64


@dataclass(frozen=True, slots=True)
class Query:
    """One example alone, and its time from text to answer in nanoseconds."""

    encoded: Encoded
    duration_ns: int


@dataclass(frozen=True, slots=True)
class Twice:
    """The same query two times, one after the other."""

    first: Query
    again: Query


@dataclass(frozen=True, slots=True)
class FirstQueries:
    """The very first query, and the first of another length; None where none was found.

    A graph that takes texts as they are knows no length, and so meets one shape alone.
    """

    start: Twice
    new_shape: Twice | None

    def batches(self) -> Iterator[list[Encoded]]:
        """What the graph was given, in order."""
        for twice in (self.start, self.new_shape):
            if twice is not None:
                yield [twice.first.encoded]
                yield [twice.again.encoded]


def first_queries(model: Answering, examples: ExampleFile) -> FirstQueries:
    """Run a model that has answered nothing yet.

    The first example that can be encoded; then the longest of another length, out of examples at
    even steps over the sizes of the set. Raises `InvalidExampleError` when no example can be
    encoded, and what the model raises.
    """
    start = _start(model, examples)
    return FirstQueries(start, _new_shape(model, examples, start.first.encoded.length))


def _start(model: Answering, examples: ExampleFile) -> Twice:
    for position in range(len(examples)):
        found = _twice(model, examples[position])
        if found is not None:
            return found
    message = "no example of the set became an input of the graph"
    raise InvalidExampleError(message)


def _new_shape(model: Answering, examples: ExampleFile, known_length: int) -> Twice | None:
    for position in reversed(examples.spread(_LOOKED_AT_COUNT)):
        example = examples[position]
        # Encoded once before: what the tokenizer keeps of a text is no matter of shape.
        encoded = model.encoder.encode([example.text])[0]
        if isinstance(encoded, Unencodable) or encoded.length == known_length:
            continue
        found = _twice(model, example)
        if found is not None:
            return found
    return None


def _twice(model: Answering, example: UnlabelledExample) -> Twice | None:
    first = _query(model, example)
    again = None if first is None else _query(model, example)
    return None if first is None or again is None else Twice(first, again)


def _query(model: Answering, example: UnlabelledExample) -> Query | None:
    begin_ns = time.perf_counter_ns()
    encoded = model.encoder.encode([example.text])[0]
    if isinstance(encoded, Unencodable):
        return None
    model.answer([encoded])
    return Query(encoded, time.perf_counter_ns() - begin_ns)
