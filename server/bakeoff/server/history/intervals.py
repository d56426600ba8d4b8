"""Where the difference and the ratio of two figures lie that were found independently."""

from bakeoff.server.selection.contrast import around
from bakeoff.server.statistics import mover_difference, mover_ratio
from bakeoff.server.types import Figure, Interval


def difference_interval(figure: Figure, previous: Figure) -> Interval | None:
    """The interval of the later figure less the earlier one, by MOVER.

    None where one has no interval, or the intervals are of unlike levels.
    """
    ours, theirs = around(figure), around(previous)
    if ours is None or theirs is None or ours.level != theirs.level:
        return None
    return mover_difference(figure.value or 0.0, ours, previous.value or 0.0, theirs)


def ratio_interval(figure: Figure, previous: Figure) -> Interval | None:
    """The interval of the later figure over the earlier one, by MOVER.

    None as for a difference, and where one is not above 0.
    """
    ours, theirs = around(figure), around(previous)
    if ours is None or theirs is None or ours.level != theirs.level:
        return None
    value, earlier = figure.value or 0.0, previous.value or 0.0
    return mover_ratio(value, ours, earlier, theirs) if value > 0 and earlier > 0 else None
