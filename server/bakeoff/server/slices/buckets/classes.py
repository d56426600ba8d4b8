"""Slices by true class."""

from collections import Counter

import numpy as np

from bakeoff.server.slices.bucket import Bucket
from bakeoff.server.slices.slice import Kind, Slice, Sliceable

_MOST_CLASSES = 100


def draw(source: Sliceable) -> list[Slice]:
    """Return a slice for each class that is a label, the most frequent first, at most 100.

    An example of several classes belongs to the slice of each. None where labels are numbers.
    """
    labels = [
        label if isinstance(label, frozenset) else frozenset() for label in source.examples.labels
    ]
    frequent = Counter(name for label in labels for name in label)
    ordered = sorted(frequent, key=lambda name: (-frequent[name], name))[:_MOST_CLASSES]
    return [
        Slice(
            id=f"class:{name}",
            kind=Kind.CLASS,
            title=f"class {name}",
            members=np.fromiter((name in label for label in labels), np.bool_, len(labels)),
        )
        for name in ordered
    ]


BUCKET = Bucket(name="class", draw=draw)
