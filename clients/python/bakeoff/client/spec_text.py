"""Scenarios and batch policies as a person writes them.

offline
single-stream:min_duration=5s,min_query_count=1000
token-budget=512
token-budget=512,max_batch_size=32
fixed=32
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from bakeoff import v1
from bakeoff.client.errors import InvalidOptionError

# A new scenario is a line here.
SCENARIOS: Mapping[str, Callable[[], v1.Scenario]] = {
    "offline": lambda: v1.Scenario(offline=v1.Offline()),
    "single-stream": lambda: v1.Scenario(single_stream=v1.SingleStream()),
}

DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}

_DURATIONS = ("min_duration", "max_duration")
_COUNTS = ("min_query_count", "block_count")


def parse_scenario(text: str) -> v1.Scenario:
    """The scenario that a text asks for. Raises InvalidOptionError."""
    name, _, settings = text.partition(":")
    if name not in SCENARIOS:
        message = f"scenario must be one of {', '.join(SCENARIOS)}, got {name!r}."
        raise InvalidOptionError(message)
    scenario = SCENARIOS[name]()
    for key, value in _pairs(settings, "scenario", (*_DURATIONS, *_COUNTS)):
        if key in _DURATIONS:
            getattr(scenario, key).FromTimedelta(_duration(key, value))
        else:
            setattr(scenario, key, _count(key, value))
    return scenario


def parse_batch_policy(text: str) -> v1.BatchPolicy:
    """The batch policy that a text asks for. Raises InvalidOptionError."""
    name = text.partition("=")[0]
    if name == "token-budget":
        pairs = dict(_pairs(text, "batch", ("token-budget", "max_batch_size")))
        return v1.BatchPolicy(
            token_budget=v1.TokenBudget(
                padded_token_count=_count(name, pairs[name]),
                max_batch_size=_count("max_batch_size", pairs.get("max_batch_size", "0"), least=0),
            )
        )
    if name == "fixed":
        pairs = dict(_pairs(text, "batch", ("fixed",)))
        return v1.BatchPolicy(fixed_size=v1.FixedSize(batch_size=_count(name, pairs[name])))
    message = f"batch must be token-budget=TOKENS or fixed=EXAMPLES, got {text!r}."
    raise InvalidOptionError(message)


def _pairs(text: str, subject: str, keys: tuple[str, ...]) -> list[tuple[str, str]]:
    pairs = []
    for part in text.split(",") if text else []:
        key, equals, value = part.strip().partition("=")
        if key not in keys or not equals:
            message = f"{subject} takes {', '.join(f'{one}=...' for one in keys)}; got {part!r}."
            raise InvalidOptionError(message)
        pairs.append((key, value))
    return pairs


def _duration(key: str, text: str) -> timedelta:
    match = DURATION.fullmatch(text)
    if match is None:
        message = f"{key} must be a duration such as 500ms, 5s or 2m, got {text!r}."
        raise InvalidOptionError(message)
    return timedelta(seconds=float(match[1]) * SECONDS[match[2]])


def _count(key: str, text: str, least: int = 1) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= 2**31 - 1:
        message = f"{key} must be a whole number of {least} or more, got {text!r}."
        raise InvalidOptionError(message)
    return int(text)
