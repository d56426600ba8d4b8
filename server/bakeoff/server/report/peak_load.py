"""The highest rate of arrivals at which a bound on latency holds."""

from collections.abc import Sequence

from bakeoff.server.report.observations import END_TO_END
from bakeoff.server.statistics import LoadedBlock, rate_limit_interval
from bakeoff.server.types import Direction, Figure, Interval, ScenarioEvidence
from bakeoff.v1 import LatencyVerdict, LoadProbe, PeakLoadSearch


def peak_figure(evidence: ScenarioEvidence, level: float) -> Figure:
    """The rate that was verified last, if it held; absent with the reason otherwise.

    Its interval is found from all rates that were tried, and holds it.
    """
    peak = _peak(evidence)
    return Figure(
        id="peak_qps",
        value=None if peak is None else peak.qps,
        observation_count=0 if peak is None else peak.verdict.query_count,
        unit="1/s",
        direction=Direction.HIGHER_IS_BETTER,
        method="bisection, verified by early stopping",
        interval=None if peak is None else _interval(evidence.probes, peak, level),
        scenario=evidence.scenario,
        boundary=END_TO_END,
        absent_reason=_absent_reason(evidence) if peak is None else "",
    )


def peak_load_search(evidence: ScenarioEvidence) -> PeakLoadSearch:
    """All rates that were tried, in their order."""
    return PeakLoadSearch(
        probes=evidence.probes,
        absent_reason=_absent_reason(evidence) if _peak(evidence) is None else "",
    )


def _peak(evidence: ScenarioEvidence) -> LoadProbe | None:
    if evidence.no_rate_reason:
        return None
    held = [
        probe
        for probe in evidence.probes
        if probe.verification and probe.verdict.outcome == LatencyVerdict.OUTCOME_VALID
    ]
    return held[-1] if held else None


def _interval(probes: Sequence[LoadProbe], peak: LoadProbe, level: float) -> Interval | None:
    blocks = [
        LoadedBlock(probe.qps, query_count, slow_count)
        for probe in probes
        for query_count, slow_count in zip(
            probe.block_query_counts, probe.block_over_bound_counts, strict=True
        )
    ]
    return rate_limit_interval(blocks, peak.qps, 1 - peak.verdict.bound.quantile, level)


def _absent_reason(evidence: ScenarioEvidence) -> str:
    return evidence.no_rate_reason or "no rate was verified"
