"""Slices by the confidence of the baseline."""

from itertools import pairwise

import numpy as np

from bakeoff.server.slices.bucket import Bucket
from bakeoff.server.slices.ranges import cuts
from bakeoff.server.slices.slice import Kind, Slice, Sliceable

_SHARES = (0.25, 0.5, 0.75)
_SHOWN_DIGITS = 4


def draw(source: Sliceable) -> list[Slice]:
    """Return ranges of the probability that the baseline gives to its answer, a quarter in each.

    Over the examples that it was scored on. None without a baseline that was scored, without
    probabilities, where several classes may apply, and when it is as sure of all.
    """
    sample = source.samples.get(source.baseline)
    if sample is None or sample.confidence is None:
        return []
    # Rounded as they are shown, so that a range holds just what its title says.
    confidence = np.round(sample.confidence, _SHOWN_DIGITS)
    ends = cuts(confidence, _SHARES)
    if len(ends) < 2:  # noqa: PLR2004 - one range is the whole set
        return []
    found = []
    for before, end in pairwise([-1.0, *ends]):
        inside = (confidence > before) & (confidence <= end)
        members = np.zeros(source.examples.count, dtype=np.bool_)
        members[sample.indices[inside]] = True
        first, last = f"{confidence[inside].min():.4f}", f"{end:.4f}"
        title = f"confidence {first} to {last}" if first != last else f"confidence {first}"
        found.append(Slice(f"confidence:{first}-{last}", Kind.CONFIDENCE, title, members))
    return found


BUCKET = Bucket(name="confidence", draw=draw)
