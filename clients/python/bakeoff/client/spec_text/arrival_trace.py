"""Arrivals as they were recorded, from a file."""

import re
from decimal import Decimal
from pathlib import Path

from bakeoff import v1
from bakeoff.client.errors import InvalidOptionError

FEWEST_ARRIVALS = 2
MOST_ARRIVALS = 400_000

_TIME = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,18})?")
_NS_PER_S = 10**9
_LONGEST_NS = 365 * 24 * 3600 * _NS_PER_S


def read_arrival_trace(path: Path) -> v1.ArrivalTrace:
    """The arrivals of a text file: one time a line, in seconds, ascending.

    Since when they are counted does not matter: seconds since 1970 do, and so do seconds since
    the first. Empty lines are skipped. Raises InvalidOptionError for a file that cannot be read,
    for what is no such time, for fewer than 2 or more than 400,000 of them, and for more than
    a year.
    """
    try:
        times_ns = _times_ns(path)
    except (OSError, UnicodeDecodeError) as failure:
        message = f"trace: {str(path)!r} cannot be read: {failure}."
        raise InvalidOptionError(message) from failure
    if not FEWEST_ARRIVALS <= len(times_ns) <= MOST_ARRIVALS:
        message = (
            f"trace: {str(path)!r} must hold {FEWEST_ARRIVALS} to {MOST_ARRIVALS:,} times of "
            f"arrival, got {len(times_ns):,}."
        )
        raise InvalidOptionError(message)
    span_ns = times_ns[-1] - times_ns[0]
    if span_ns > _LONGEST_NS:
        message = (
            f"trace: {str(path)!r} must hold a year at most, in seconds, got "
            f"{span_ns / _NS_PER_S:,.0f} s."
        )
        raise InvalidOptionError(message)
    return v1.ArrivalTrace(offsets_ns=[time_ns - times_ns[0] for time_ns in times_ns])


def _times_ns(path: Path) -> list[int]:
    times_ns: list[int] = []
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            text = line.strip()
            if not text:
                continue
            time_ns = _time_ns(text, path, number)
            if times_ns and time_ns < times_ns[-1]:
                message = (
                    f"trace: line {number} of {str(path)!r} must hold a time that is not before "
                    f"the last one's, got {text!r}. Times of arrival are wanted, not gaps."
                )
                raise InvalidOptionError(message)
            times_ns.append(time_ns)
    return times_ns


def _time_ns(text: str, path: Path, number: int) -> int:
    if _TIME.fullmatch(text) is None:
        message = (
            f"trace: line {number} of {str(path)!r} must hold a time in seconds, such as 0.25, "
            f"got {text[:40]!r}."
        )
        raise InvalidOptionError(message)
    # Floats would lose the nanoseconds of times since 1970.
    return int(Decimal(text) * _NS_PER_S)
