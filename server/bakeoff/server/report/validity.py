"""Whether a measurement can be trusted, from what was seen beside it and from its observations."""

from bakeoff.server.report.observations import Observations
from bakeoff.server.selection.unknown import INVALID_MEASUREMENT
from bakeoff.server.selection.wording import counted, quantity
from bakeoff.server.statistics import quantile
from bakeoff.v1 import ScenarioResult, Validity

# Past both, the latencies of a block are partly those of the load generator.
MOST_LATENESS_NS = 1_000_000
MOST_LATENESS_SHARE = 0.1

_NS_PER_MS = 1e6
_TAIL = 0.99


def validity(observations: Observations) -> Validity:
    """INVALID where nothing was observed, queries were given up or the load generator was late."""
    evidence = observations.evidence
    reasons = list(evidence.suspicions)
    if not reasons and not evidence.warm_up_settled:
        reasons.append("The warm-up ended before its windows agreed.")
    faults = [
        *_nothing_observed(observations),
        *_given_up(observations),
        *_lateness(observations),
    ]
    if faults:
        return Validity(state=Validity.STATE_INVALID, reasons=[*faults, *reasons])
    state = Validity.STATE_SUSPECT if reasons else Validity.STATE_VALID
    return Validity(state=state, reasons=reasons)


def is_usable(observations: Observations) -> bool:
    """Whether figures of a measurement may be used at all."""
    return validity(observations).state != Validity.STATE_INVALID


def invalid_reason(result: ScenarioResult) -> str:
    """Why the figures of a measurement must not be used, in short; empty when they may be."""
    is_invalid = result.validity.state == Validity.STATE_INVALID
    return INVALID_MEASUREMENT if is_invalid else ""


def _nothing_observed(observations: Observations) -> list[str]:
    # A search that found no rate has nothing to verify, and tells its reason itself.
    if observations.query_count or observations.evidence.no_rate_reason:
        return []
    return ["No query ended while it was measured."]


def _lateness(observations: Observations) -> list[str]:
    """Lateness at the 99th percentile over all rounds: in one round that may be a single query."""
    late = sorted(ns for block in observations.blocks for ns in block.lateness_ns)
    latencies = sorted(ns for block in observations.blocks for ns in block.end_to_end_ns)
    if not late or not latencies:
        return []
    lateness = quantile(late, _TAIL)
    if lateness <= max(MOST_LATENESS_NS, MOST_LATENESS_SHARE * quantile(latencies, _TAIL)):
        return []
    found = quantity(lateness / _NS_PER_MS, "", "ms")
    reason = (
        f"The load generator was late by {found} at the 99th percentile: more than "
        f"{MOST_LATENESS_NS / _NS_PER_MS:g} ms and a tenth of the latency, so that the latencies "
        "are partly its own."
    )
    return [reason]


def _given_up(observations: Observations) -> list[str]:
    """Queries that still waited when their block was given up: their latencies are too short."""
    # Where none was answered, there is no size of a batch either.
    count = sum(
        len(block.end_to_end_ns) - len(block.batch_sizes)
        for block in observations.blocks
        if block.batch_sizes or not block.sample_count
    )
    if count <= 0:
        return []
    queries = counted(count, "query", "queries")
    reason = (
        f"{queries} had no answer when the block ended: more is offered than the candidate carries."
    )
    return [reason]
