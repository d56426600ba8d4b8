"""What numbers and durations of a request may be; an error names the field and what is allowed."""

import math
from typing import Final

from google.protobuf.duration_pb2 import Duration

from bakeoff.server.errors import InvalidFieldError

LONGEST_DURATION_S: Final = 24 * 3600
_NS_PER_S: Final = 1_000_000_000


def check_count(field: str, value: int, allowed: tuple[int, int]) -> None:
    """Raises InvalidFieldError unless a whole number lies between two, both of them allowed."""
    least, most = allowed
    if not least <= value <= most:
        msg = f"{field} must be {least} to {most}, got {value}"
        raise InvalidFieldError(msg, field=field)


def check_number(field: str, value: float, *, below: float = math.inf) -> None:
    """Raises InvalidFieldError unless a number is above 0 and below another, or finite."""
    if not 0 < value < below:
        bound = "finite" if math.isinf(below) else f"below {below:g}"
        msg = f"{field} must be above 0 and {bound}, got {value:g}"
        raise InvalidFieldError(msg, field=field)


def check_duration(field: str, value: Duration, longest_s: float = LONGEST_DURATION_S) -> None:
    """Raises InvalidFieldError unless a duration is above 0 and not longer than is sensible."""
    length_s = duration_s(value)
    if not 0 < length_s <= longest_s:
        msg = f"{field} must be above 0 and at most {longest_s:g} s, got {length_s:g} s"
        raise InvalidFieldError(msg, field=field)


def duration_s(duration: Duration) -> float:
    """Seconds of a duration that may be out of every range."""
    return duration.seconds + duration.nanos / _NS_PER_S
