"""Objectives of a service, such as `p99<=20ms`."""

import re

from bakeoff import v1
from bakeoff.client.errors import InvalidOptionError
from bakeoff.client.spec_text.quantities import latency_bound

_SLO = re.compile(r"\s*(p[0-9.]+)\s*<=\s*(\S+)\s*")


def parse_slo(text: str) -> v1.Scenario:
    """The search for the highest load at which a bound such as `p99<=20ms` holds.

    Raises InvalidOptionError.
    """
    match = _SLO.fullmatch(text)
    if match is None:
        message = f"slo must be a bound on latency such as 'p99<=20ms', got {text!r}."
        raise InvalidOptionError(message)
    return v1.Scenario(peak_load=v1.PeakLoad(bound=latency_bound("slo", match[1], match[2])))
