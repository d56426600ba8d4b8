"""Numbers with their units: durations, sizes, shares, rates, counts, quantiles."""

import re
from decimal import Decimal

from google.protobuf.duration_pb2 import Duration

from bakeoff import v1
from bakeoff.client.errors import InvalidOptionError

QUANTILE = re.compile(r"p([0-9]{1,2}(?:\.[0-9]{1,9})?)")

_NUMBER = r"[0-9]{1,18}(?:\.[0-9]{1,18})?"
_DURATION = re.compile(rf"({_NUMBER})(us|ms|s|m|h)")
_NS = {"us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_LONGEST_NS = 365 * 24 * _NS["h"]

_SIZE = re.compile(rf"({_NUMBER})\s?([kMGT]B|[KMGT]iB)")
_BYTES = {
    **{f"{prefix}B": 1000**power for power, prefix in enumerate("kMGT", start=1)},
    **{f"{prefix}iB": 1024**power for power, prefix in enumerate("KMGT", start=1)},
}
_MOST_BYTES = 2**63 - 1

_MOST_COUNT = 2**31 - 1


def parse_duration(name: str, text: str) -> Duration:
    """A duration such as 500ms, 5s or 2m. Raises InvalidOptionError, which names `name`."""
    match = _DURATION.fullmatch(text)
    duration_ns = int(Decimal(match[1]) * _NS[match[2]]) if match else _LONGEST_NS + 1
    if duration_ns > _LONGEST_NS:
        message = (
            f"{name} must be a duration such as 500ms, 5s or 2m, a year at most, got {text!r}."
        )
        raise InvalidOptionError(message)
    duration = Duration()
    duration.FromNanoseconds(duration_ns)
    return duration


def parse_size(name: str, text: str) -> int:
    """Bytes of a size such as 512MiB or 2GB. Raises InvalidOptionError, which names `name`."""
    match = _SIZE.fullmatch(text)
    size_bytes = int(Decimal(match[1]) * _BYTES[match[2]]) if match else 0
    if not 1 <= size_bytes <= _MOST_BYTES:
        message = f"{name} must be a size such as 512MiB, 1GiB or 2GB, got {text!r}."
        raise InvalidOptionError(message)
    return size_bytes


def count(name: str, text: str, least: int = 1) -> int:
    """A whole number that fits into 31 bits. Raises InvalidOptionError, which names `name`."""
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= _MOST_COUNT:
        message = f"{name} must be a whole number of {least} or more, got {text!r}."
        raise InvalidOptionError(message)
    return int(text)


def rate(name: str, text: str) -> float:
    """A number a second, above 0. Raises InvalidOptionError, which names `name`."""
    value = float(text) if re.fullmatch(_NUMBER, text) else 0.0
    if value <= 0:
        message = f"{name} must be a number a second, above 0, such as 50 or 0.5, got {text!r}."
        raise InvalidOptionError(message)
    return value


def share(name: str, text: str) -> float:
    """A part of the whole, above 0 and below 1. Raises InvalidOptionError, which names `name`."""
    match = re.fullmatch(rf"({_NUMBER})(%?)", text)
    value = float(Decimal(match[1]) / (100 if match[2] else 1)) if match else 0.0
    if not 0 < value < 1:
        message = f"{name} must be a share such as 5% or 0.05, above 0 and below 1, got {text!r}."
        raise InvalidOptionError(message)
    return value


def latency_bound(name: str, quantile: str, duration: str) -> v1.LatencyBound:
    """A bound from its two halves, as `p99` and `20ms`.

    Raises InvalidOptionError, which names `name`.
    """
    match = QUANTILE.fullmatch(quantile)
    value = float(Decimal(match[1]) / 100) if match else 0.0
    if value <= 0:
        message = (
            f"{name} must bound a quantile between p0 and p100, such as p99 or p99.9, got "
            f"{quantile!r}."
        )
        raise InvalidOptionError(message)
    bound = v1.LatencyBound(quantile=value, max_latency=parse_duration(name, duration))
    if not bound.max_latency.ToNanoseconds():
        message = f"{name} must bound latency by more than 0, got {duration!r}."
        raise InvalidOptionError(message)
    return bound
