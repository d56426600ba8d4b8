"""Fields of a spec that tell of the deployment: its traffic, its memory, what it costs."""

import math
from typing import Final

from bakeoff.server.api.field_ranges import check_count, check_number
from bakeoff.server.errors import InvalidFieldError
from bakeoff.v1 import EvaluationSpec, Pricing, TrafficHistogram

_BUCKETS: Final = (1, 1000)
_TOKENS: Final = (1, 1_000_000)
_LARGEST_MEMORY_BYTES: Final = 2**50


def check_deployment(spec: EvaluationSpec) -> None:
    """Raises InvalidFieldError for the first field of the deployment that cannot be right."""
    check_count("spec.fit_memory_bytes", spec.fit_memory_bytes, (0, _LARGEST_MEMORY_BYTES))
    if spec.HasField("traffic"):
        _check_traffic(spec.traffic)
    if spec.HasField("pricing"):
        _check_pricing(spec.pricing)


def _check_traffic(traffic: TrafficHistogram) -> None:
    field = "spec.traffic.max_token_counts"
    edges = list(traffic.max_token_counts)
    least, most = _BUCKETS
    if not least <= len(edges) <= most:
        msg = f"{field} must be {least} to {most} buckets, got {len(edges)}"
        raise InvalidFieldError(msg, field=field)
    for index, edge in enumerate(edges):
        check_count(f"{field}[{index}]", edge, _TOKENS)
        if index and edge <= edges[index - 1]:
            msg = f"{field} must ascend, got {edge} after {edges[index - 1]}"
            raise InvalidFieldError(msg, field=field)
    field = "spec.traffic.weights"
    if len(traffic.weights) != len(edges):
        msg = f"{field} must be one for each of {len(edges)} buckets, got {len(traffic.weights)}"
        raise InvalidFieldError(msg, field=field)
    for index, weight in enumerate(traffic.weights):
        if not 0 <= weight < math.inf:
            msg = f"{field}[{index}] must not be negative, and finite, got {weight:g}"
            raise InvalidFieldError(msg, field=f"{field}[{index}]")
    if not any(traffic.weights):
        msg = f"{field} must hold one above 0, got none"
        raise InvalidFieldError(msg, field=field)


def _check_pricing(pricing: Pricing) -> None:
    check_number("spec.pricing.price_per_hour_usd", pricing.price_per_hour_usd)
    wanted = pricing.wanted_samples_per_s
    if not 0 <= wanted < math.inf:
        msg = f"spec.pricing.wanted_samples_per_s must not be negative, and finite, got {wanted:g}"
        raise InvalidFieldError(msg, field="spec.pricing.wanted_samples_per_s")
