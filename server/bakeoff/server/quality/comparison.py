"""Paired comparisons: two candidates on the same examples."""

import math
from dataclasses import dataclass, replace

import numpy as np

from bakeoff.server.metrics import Metric, metric_named
from bakeoff.server.quality.intervals import outcome_cells
from bakeoff.server.statistics import exact_mcnemar, paired_difference
from bakeoff.server.statistics.bootstrap import distribution
from bakeoff.server.statistics.resample_intervals import defined, percentile
from bakeoff.server.statistics.resampling import Values, Weights, generator
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Direction, Interval

EXACT_MCNEMAR = "exact-mcnemar"
PAIRED_BOOTSTRAP = "paired-bootstrap"

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class PairedComparison:
    """A candidate against a baseline in one metric, on the examples that both were scored on.

    `difference` is candidate minus baseline. `deviation` is the standard deviation of the
    difference times the root of the number of examples: what one example adds.
    Values are None where the metric is not defined, and interval, p-value and deviation where it
    cannot be tested; `absent_reason` says why.
    """

    metric_id: str
    direction: Direction
    example_count: int
    test: str
    candidate_value: float | None = None
    baseline_value: float | None = None
    difference: float | None = None
    interval: Interval | None = None
    p_value: float | None = None
    deviation: float | None = None
    candidate_only_right_count: int | None = None
    baseline_only_right_count: int | None = None
    absent_reason: str = ""


def compare(
    metric_id: str,
    candidate: Sample,
    baseline: Sample,
    *,
    level: float,
    resamples: int,
    seed: int,
) -> PairedComparison:
    """Compare two candidates of one evaluation set in one metric, example by example.

    Accuracy, under whatever name: McNemar's exact test, and Tango's score interval of the
    difference. Every other metric: both are computed on the same resamples; the interval is the
    middle of their differences, and the p-value the share of resamples whose difference lies as
    far from the observed one as that lies from 0, counting the observed one: never below
    1 / (resamples + 1). Where no resample tells them apart the interval is that of a share in
    which no example differs. The same samples and seed give the same comparison.
    Raises UnknownFigureError for an unknown metric.
    """
    metric = metric_named(metric_id)
    candidate, baseline = _paired(candidate, baseline)
    if candidate.problem_type in metric.accuracy_for:
        return _compare_right(metric, candidate, baseline, level)
    return _compare_resampled(
        metric, candidate, baseline, level=level, resamples=resamples, seed=seed
    )


def _paired(candidate: Sample, baseline: Sample) -> tuple[Sample, Sample]:
    """Return both samples on the examples that both were scored on."""
    if np.array_equal(candidate.indices, baseline.indices):
        return candidate, baseline
    _, rows, baseline_rows = np.intersect1d(
        candidate.indices, baseline.indices, assume_unique=True, return_indices=True
    )
    return candidate.take(rows), baseline.take(baseline_rows)


def _compare_right(
    metric: Metric, candidate: Sample, baseline: Sample, level: float
) -> PairedComparison:
    comparison = _compare_values(metric, candidate, baseline, EXACT_MCNEMAR)
    if comparison.difference is None:
        return comparison
    right, baseline_right = candidate.right, baseline.right
    ahead = int(np.count_nonzero(right & ~baseline_right))
    behind = int(np.count_nonzero(~right & baseline_right))
    size = candidate.size
    variance = (ahead + behind) / size - ((ahead - behind) / size) ** 2
    return replace(
        comparison,
        interval=paired_difference(ahead, behind, size, level),
        p_value=exact_mcnemar(ahead, behind),
        deviation=math.sqrt(max(variance, 0.0)),
        candidate_only_right_count=ahead,
        baseline_only_right_count=behind,
    )


def _compare_resampled(
    metric: Metric,
    candidate: Sample,
    baseline: Sample,
    *,
    level: float,
    resamples: int,
    seed: int,
) -> PairedComparison:
    comparison = _compare_values(metric, candidate, baseline, PAIRED_BOOTSTRAP)
    observed = comparison.difference
    if observed is None:
        return comparison
    cells = outcome_cells(metric, candidate, baseline)
    of_candidate = metric.over(candidate.take(cells.rows))
    of_baseline = metric.over(baseline.take(cells.rows))

    def difference(weights: Weights) -> Values:
        return np.asarray(of_candidate(weights) - of_baseline(weights))

    drawn = defined(distribution(difference, cells, resamples, generator(seed, metric.id)))
    if drawn is None:
        return replace(
            comparison, absent_reason="not defined on more than a tenth of the resamples"
        )
    values = (comparison.candidate_value or 0.0, comparison.baseline_value or 0.0)
    rounding = _ROUNDING * max(abs(value) for value in values)
    if np.abs(drawn).max() <= rounding:
        interval: Interval | None = paired_difference(0, 0, candidate.size, level)
    else:
        interval = percentile(drawn, level)
    far = np.abs(drawn - observed) >= abs(observed) - rounding
    return replace(
        comparison,
        interval=interval,
        p_value=(1 + int(np.count_nonzero(far))) / (1 + len(drawn)),
        deviation=float(drawn.std()) * math.sqrt(candidate.size),
    )


def _compare_values(
    metric: Metric, candidate: Sample, baseline: Sample, test: str
) -> PairedComparison:
    """Return the comparison as far as it goes without a test."""
    value, baseline_value = metric.value(candidate), metric.value(baseline)
    reason = metric.absent_reason(candidate) or metric.absent_reason(baseline)
    return PairedComparison(
        metric_id=metric.id,
        direction=metric.direction,
        example_count=candidate.size,
        test=test,
        candidate_value=value,
        baseline_value=baseline_value,
        difference=None if value is None or baseline_value is None else value - baseline_value,
        absent_reason=reason,
    )
