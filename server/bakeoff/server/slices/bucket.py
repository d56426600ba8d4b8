"""What a bucket is: slices that are drawn without being asked for one by one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bakeoff.server.slices.slice import Slice, Sliceable


@dataclass(frozen=True, slots=True)
class Bucket:
    """Automatic slices of one sort, known by a name.

    `draw` gives none where the set or the answers do not allow any.
    """

    name: str
    draw: Callable[[Sliceable], Sequence[Slice]]
