"""From one version of a model to the next."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from bakeoff.server.history.points import Point


class Step(NamedTuple):
    """The first evaluation of a version, and the last one before it of the version before."""

    previous: Point
    point: Point


def steps_of(points: Sequence[Point]) -> list[Step]:
    """Steps between versions, in the order in which the versions first came.

    `points` are the oldest first. A version is set against the one that came before it: its first
    point against the last point of that version which is not younger, so that two versions in one
    evaluation are set against each other there. A version that comes again makes no step. Points
    that something disturbed are passed over; points under loads that were asked for otherwise make
    no step either, and an older one is then taken.
    """
    usable = [point for point in points if not point.is_disturbed]
    first_of: dict[str, Point] = {}
    for point in usable:
        first_of.setdefault(point.source_sha256, point)
    versions = [one for one in dict.fromkeys(p.source_sha256 for p in points) if one in first_of]
    steps: list[Step] = []
    for before, version in pairwise(versions):
        point = first_of[version]
        earlier = [
            other
            for other in usable
            if other.source_sha256 == before
            and other.create_time_ns <= point.create_time_ns
            and other.load_sha256 == point.load_sha256
        ]
        if earlier:
            steps.append(Step(earlier[-1], point))
    return steps
