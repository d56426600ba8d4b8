"""The slices of a set: those that were asked for, and those that it allows by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bakeoff.server.slices.buckets import BUCKETS
from bakeoff.server.slices.columns import column_slices
from bakeoff.server.slices.predicate import Predicate, predicate_slice
from bakeoff.server.slices.slice import Slice, Sliceable


@dataclass(frozen=True, slots=True)
class SliceChoice:
    """Which slices are wanted: columns, conditions, and buckets by their names."""

    columns: Sequence[str]
    predicates: Sequence[Predicate]
    buckets: Sequence[str]
    min_example_count: int


@dataclass(frozen=True, slots=True)
class Slicing:
    """Slices that are looked at, and those that are too small.

    `left_out` tells of those among the latter that were asked for, each in a sentence.
    """

    slices: tuple[Slice, ...]
    left_out: tuple[str, ...]
    too_small: tuple[Slice, ...] = ()


def slices_of(source: Sliceable, choice: SliceChoice) -> Slicing:
    """All slices of the choice with enough examples: columns, conditions, then buckets.

    A column that is asked for and fit for a bucket as well is drawn once.
    """
    asked = list(_asked(source, choice))
    drawn = [found for name in choice.buckets for found in BUCKETS[name].draw(source)]
    distinct = {found.id: found for found in (*drawn, *asked)}
    ordered = dict.fromkeys(found.id for found in (*asked, *drawn))
    least = choice.min_example_count
    return Slicing(
        slices=tuple(
            distinct[identity] for identity in ordered if distinct[identity].example_count >= least
        ),
        left_out=tuple(_too_small(found, least) for found in asked if found.example_count < least),
        too_small=tuple(found for found in distinct.values() if found.example_count < least),
    )


def _asked(source: Sliceable, choice: SliceChoice) -> Iterator[Slice]:
    for name in choice.columns:
        yield from column_slices(source.examples, name)
    for predicate in choice.predicates:
        yield predicate_slice(predicate, source.examples)


def _too_small(found: Slice, least: int) -> str:
    count = found.example_count
    return (
        f'The slice "{found.title}" holds {count} {"example" if count == 1 else "examples"} and is '
        f"not looked at: it takes {least}."
    )
