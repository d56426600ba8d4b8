"""Figures and numbers as text."""

from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff import v1

ABSENT = "-"

# Shares and scores are compared in their third and fourth place.
SHARE_PLACES = 4
SIGNIFICANT_DIGITS = 4

MEBIBYTE = 1024 * 1024


def number_text(value: float, unit: str) -> str:
    """A number in its unit: shares with four places, all else with four digits."""
    if unit == "1":
        return f"{value:.{SHARE_PLACES}f}"
    if abs(value) >= 10**SIGNIFICANT_DIGITS:
        return f"{value:,.0f}"
    return f"{value:.{SIGNIFICANT_DIGITS}g}"


def interval_text(interval: v1.Interval, unit: str) -> str:
    """An interval in brackets. A side that is not bounded is a dash; empty for no interval."""
    if not interval.HasField("lower") and not interval.HasField("upper"):
        return ""
    lower = number_text(interval.lower, unit) if interval.HasField("lower") else ABSENT
    upper = number_text(interval.upper, unit) if interval.HasField("upper") else ABSENT
    return f"[{lower}, {upper}]"


def figure_text(figure: v1.Figure) -> str:
    """The value of a figure with its interval, or why there is none."""
    if not figure.HasField("value"):
        return f"{ABSENT} ({figure.absent_reason})" if figure.absent_reason else ABSENT
    value = number_text(figure.value, figure.unit)
    interval = interval_text(figure.interval, figure.unit)
    return f"{value} {interval}" if interval else value


def difference_text(value: float, unit: str) -> str:
    """A number with its sign."""
    return f"{'+' if value >= 0 else '-'}{number_text(abs(value), unit)}"


def p_text(p_value: float) -> str:
    """A p-value. Small ones are as small as the reader needs to know."""
    smallest = 0.0001
    return f"<{smallest}" if p_value < smallest else f"{p_value:.4f}"


def bytes_text(size_bytes: int) -> str:
    """A size in MiB."""
    return f"{size_bytes / MEBIBYTE:,.1f} MiB"


def time_text(timestamp: Timestamp) -> str:
    """A point in time in UTC, to the second; empty when there is none."""
    if not timestamp.seconds:
        return ""
    return timestamp.ToDatetime().strftime("%Y-%m-%d %H:%M:%S")
