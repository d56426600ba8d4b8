"""Lengths of the caller's own traffic: `32=0.5,128=0.3,512=0.2`, or a file of such pairs."""

import csv
import math
import re
from collections.abc import Iterable
from pathlib import Path

from bakeoff import v1
from bakeoff.client.errors import InvalidOptionError
from bakeoff.client.spec_text.quantities import count

HEADER = ["max_token_count", "weight"]

_PAIRS = re.compile(r"\s*[0-9]+\s*=")
_PAIR_LENGTH = 2


def parse_traffic(text: str) -> v1.TrafficHistogram:
    """The histogram that a text holds, or the file that it names.

    Each bucket is the most tokens of an input and a weight; only the proportions of weights
    matter. In a text they are written `TOKENS=WEIGHT`, parted by commas; in a CSV file they are
    two columns, with or without the names `max_token_count,weight`. Raises InvalidOptionError.
    """
    if _PAIRS.match(text):
        return _histogram(part.split("=") for part in text.split(","))
    path = Path(text)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as failure:
        message = (
            f"traffic must be TOKENS=WEIGHT,... or a file; {text!r} cannot be read: {failure}."
        )
        raise InvalidOptionError(message) from failure
    has_header = bool(rows) and [name.strip() for name in rows[0]] == HEADER
    return _histogram(rows[has_header:])


def _histogram(rows: Iterable[list[str]]) -> v1.TrafficHistogram:
    histogram = v1.TrafficHistogram()
    last = 0
    for row in rows:
        cells = [cell.strip() for cell in row]
        if len(cells) != _PAIR_LENGTH:
            message = f"traffic: a bucket is a number of tokens and a weight, got {cells}."
            raise InvalidOptionError(message)
        most = count("traffic: tokens", cells[0])
        if most <= last:
            message = f"traffic: tokens must ascend from bucket to bucket, got {most} after {last}."
            raise InvalidOptionError(message)
        histogram.max_token_counts.append(most)
        histogram.weights.append(_weight(cells[1]))
        last = most
    if not any(histogram.weights):
        message = "traffic must have at least one bucket of a weight above 0, got none."
        raise InvalidOptionError(message)
    return histogram


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = math.nan
    if not (math.isfinite(weight) and weight >= 0):
        message = f"traffic: a weight must be a number of 0 or more, got {text!r}."
        raise InvalidOptionError(message)
    return weight
