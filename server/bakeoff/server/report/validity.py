"""Whether a measurement can be trusted, from what was seen beside it and from its observations."""

from bakeoff.server.report.observations import Observations
from bakeoff.server.selection.wording import quantity
from bakeoff.server.statistics import quantile
from bakeoff.v1 import ObservationBlock, ScenarioResult, Validity

# Past both, the latencies of a block are partly those of the load generator.
MOST_LATENESS_NS = 1_000_000
MOST_LATENESS_SHARE = 0.1

_NS_PER_MS = 1e6
_TAIL = 0.99


def validity(observations: Observations) -> Validity:
    """INVALID where nothing was observed or the load generator was late; else SUSPECT or VALID."""
    evidence = observations.evidence
    reasons = list(evidence.suspicions)
    if not reasons and not evidence.warm_up_settled:
        reasons.append("The warm-up ended before its windows agreed.")
    faults = [*_nothing_observed(observations), *_lateness(observations)]
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
    return "the measurement is invalid" if is_invalid else ""


def _nothing_observed(observations: Observations) -> list[str]:
    # A search that found no rate has nothing to verify, and tells its reason itself.
    if observations.query_count or observations.evidence.no_rate_reason:
        return []
    return ["No query ended while it was measured."]


def _lateness(observations: Observations) -> list[str]:
    late = [lateness for block in observations.blocks if (lateness := _excess_ns(block))]
    if not late:
        return []
    worst = quantity(max(late) / _NS_PER_MS, "", "ms")
    reason = (
        f"The load generator was late by {worst} at the 99th percentile of a round: more than "
        f"{MOST_LATENESS_NS / _NS_PER_MS:g} ms and a tenth of the latency, so that the latencies "
        "are partly its own."
    )
    return [reason]


def _excess_ns(block: ObservationBlock) -> float:
    """Lateness of a block at the 99th percentile where it passes the bound; else 0."""
    if not block.lateness_ns or not block.end_to_end_ns:
        return 0.0
    lateness = quantile(sorted(block.lateness_ns), _TAIL)
    latency = quantile(sorted(block.end_to_end_ns), _TAIL)
    passes = lateness > MOST_LATENESS_NS and lateness > MOST_LATENESS_SHARE * latency
    return lateness if passes else 0.0
