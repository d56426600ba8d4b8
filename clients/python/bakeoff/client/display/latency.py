"""Latency in tables: against its bounds, by the length of the input, by stage."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from bakeoff import v1
from bakeoff.client.display.console import table
from bakeoff.client.display.figures import ABSENT, figure_text, number_text
from bakeoff.client.display.validity import INVALID, is_invalid, withheld
from bakeoff.client.names import id_of

BUCKET_FIGURES = ("latency_p50_ms", "latency_p90_ms", "latency_p99_ms")

OUTCOMES = {
    v1.LatencyVerdict.OUTCOME_VALID: ("held", "green"),
    v1.LatencyVerdict.OUTCOME_INVALID: ("not held", "red"),
}


def latency_verdicts(report: v1.Report) -> RenderableType | None:
    """Whether each bound on latency was held."""
    made = table(
        *("candidate", "scenario", "bound", "outcome", "over bound", "allowed", "queries"),
        "safe estimate",
        title="Bounds on latency, each judged at 99 % confidence",
        numbers=("over bound", "allowed", "queries", "safe estimate"),
    )
    for name, found in scenarios(report):
        for verdict in found.latency_verdicts:
            estimate = (
                f"{number_text(verdict.conservative_latency_ms, 'ms')} ms"
                if verdict.HasField("conservative_latency_ms") and not is_invalid(found)
                else ABSENT
            )
            made.add_row(
                name,
                found.scenario,
                bound_text(verdict.bound),
                outcome_text(found, verdict),
                f"{verdict.over_bound_count:,}",
                f"{verdict.allowed_over_bound_count:,}",
                f"{verdict.query_count:,}",
                estimate,
            )
    return made if made.row_count else None


def length_buckets(report: v1.Report, *, details: bool) -> RenderableType | None:
    """Latency by the length of the input: with details, or where the caller's traffic is known."""
    with_traffic = report.spec.HasField("traffic")
    traffic = ("of traffic",) if with_traffic else ()
    made = table(
        *("candidate", "scenario", "tokens", "of queries", *traffic, "p50 ms", "p90 ms", "p99 ms"),
        title="Latency by length",
        numbers=("tokens", "of queries", *traffic, "p50 ms", "p90 ms", "p99 ms"),
    )
    for name, found in scenarios(report) if details or with_traffic else ():
        for bucket in found.length_buckets:
            by_id = {
                figure.id: withheld(figure) if is_invalid(found) else figure
                for figure in bucket.figures
            }
            made.add_row(
                name,
                found.scenario,
                _tokens_text(bucket),
                f"{bucket.query_share:.1%}",
                *[_share_of_traffic(bucket) for _ in traffic],
                *[figure_text(by_id.get(one, v1.Figure())) for one in BUCKET_FIGURES],
            )
    return made if made.row_count else None


def stages(report: v1.Report) -> RenderableType | None:
    """Time of each stage for one query."""
    made = table(
        *("candidate", "scenario", "stage", "mean ms", "p50 ms", "p99 ms"),
        title="Time of each stage",
        numbers=("mean ms", "p50 ms", "p99 ms"),
    )
    for name, found in scenarios(report):
        for stage in found.stages:
            made.add_row(
                name,
                f"{found.scenario} ({INVALID})" if is_invalid(found) else found.scenario,
                stage.stage,
                number_text(stage.mean_ms, "ms"),
                number_text(stage.p50_ms, "ms") if stage.HasField("p50_ms") else ABSENT,
                number_text(stage.p99_ms, "ms") if stage.HasField("p99_ms") else ABSENT,
            )
    return made if made.row_count else None


def scenarios(report: v1.Report) -> Iterator[tuple[str, v1.ScenarioResult]]:
    """What was measured, with the id of its candidate."""
    for result in report.candidates:
        for found in result.scenarios:
            yield id_of(result.candidate.name), found


def bound_text(bound: v1.LatencyBound) -> str:
    """A bound on latency, such as `p99<=20ms`."""
    return f"p{bound.quantile * 100:.10g}<={bound.max_latency.ToNanoseconds() / 1e6:.10g}ms"


def outcome_text(found: v1.ScenarioResult, verdict: v1.LatencyVerdict) -> Text:
    """Whether a bound was held, or how many more queries could show that it is.

    An invalid measurement shows neither.
    """
    if is_invalid(found):
        return Text(INVALID, "red")
    over_share = verdict.over_bound_count / max(verdict.query_count, 1)
    if (
        verdict.outcome == v1.LatencyVerdict.OUTCOME_INVALID
        and verdict.more_queries_needed
        # Beyond it the observed quantile itself is over the bound.
        and over_share <= 1 - verdict.bound.quantile
    ):
        return Text(f"needs {verdict.more_queries_needed:,} more queries", "yellow")
    return Text(*OUTCOMES.get(verdict.outcome, (ABSENT, "")))


def _tokens_text(bucket: v1.LengthBucket) -> str:
    if bucket.min_token_count == bucket.max_token_count:
        return f"{bucket.min_token_count}"
    return f"{bucket.min_token_count}-{bucket.max_token_count}"


def _share_of_traffic(bucket: v1.LengthBucket) -> str:
    return f"{bucket.traffic_share:.1%}" if bucket.HasField("traffic_share") else ABSENT
