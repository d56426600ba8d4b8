"""Whether bounds on latency were held, by the rule of LoadGen's early stopping."""

from bakeoff.server.report.observations import END_TO_END, Observations
from bakeoff.server.statistics import latency_verdict
from bakeoff.v1 import LatencyVerdict, Scenario

_NS_PER_MS = 1e6


def latency_verdicts(observations: Observations, settings: Scenario) -> list[LatencyVerdict]:
    """A verdict on each bound of a scenario, in their order."""
    ordered = observations.latencies_ns(END_TO_END)
    verdicts = []
    for bound in settings.latency_bounds:
        found = latency_verdict(ordered, bound.quantile, bound.max_latency.ToNanoseconds())
        conservative = found.conservative_latency_ns
        verdicts.append(
            LatencyVerdict(
                bound=bound,
                outcome=(
                    LatencyVerdict.OUTCOME_VALID if found.held else LatencyVerdict.OUTCOME_INVALID
                ),
                query_count=found.query_count,
                over_bound_count=found.over_bound_count,
                allowed_over_bound_count=found.allowed_over_bound_count,
                conservative_latency_ms=(
                    None if conservative is None else conservative / _NS_PER_MS
                ),
                more_queries_needed=found.more_queries_needed,
            )
        )
    return verdicts
