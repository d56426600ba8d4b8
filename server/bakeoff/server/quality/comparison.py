"""Paired comparisons: two candidates on the same examples."""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bakeoff.server.metrics import Metric, metric_named
from bakeoff.server.quality.certainty import Certainty, McNemarTest, ResamplingTest
from bakeoff.server.quality.intervals import named, outcome_cells, over_resamples
from bakeoff.server.quality.paired_samples import (
    paired,
    swappable,
    swapped_difference,
)
from bakeoff.server.statistics import (
    Spread,
    approximate_randomisation,
    exact_mcnemar,
    jackknife_spread,
    mid_p_mcnemar,
    paired_difference,
    sign_flips,
)
from bakeoff.server.statistics.resample_intervals import (
    defined,
    expanded_p_value,
    expanded_percentile,
)
from bakeoff.server.statistics.resampling import Values, generator
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Direction, Interval

EXACT_MCNEMAR = McNemarTest.EXACT.value
MID_P_MCNEMAR = McNemarTest.MID_P.value
PAIRED_BOOTSTRAP = ResamplingTest.PAIRED_BOOTSTRAP.value
APPROXIMATE_RANDOMISATION = ResamplingTest.APPROXIMATE_RANDOMISATION.value
CLUSTER_BOOTSTRAP = "cluster-bootstrap"
CLUSTER_RANDOMISATION = "cluster-randomisation"
CLUSTER_SIGN_FLIP = "cluster-sign-flip"

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
    metric_id: str, candidate: Sample, baseline: Sample, certainty: Certainty
) -> PairedComparison:
    """Compare two candidates of one evaluation set in one metric, example by example.

    Accuracy, under whatever name, and the rate of errors: McNemar's test in the form asked for,
    and Tango's score interval of the difference.

    Every other metric: both are computed on the same resamples, and the interval is the middle of
    their differences, a larger part the less the sample tells. The p-value of the paired bootstrap
    is the share of resamples whose difference lies as far from the observed one as that lies from
    0, counting the observed one, and larger where examples are few. That of approximate
    randomisation comes from swapping the two answers to an example at random. Never below
    1 / (resamples + 1). Where no resample tells them apart the interval is that of a share in which
    no example differs.

    Where examples come in clusters, all of these draw, swap and flip clusters as wholes; accuracy
    is then tested by flipping the sign of what each cluster adds to the difference, and its
    interval is that of the bootstrap. The test and the method say so.

    The same samples and seed give the same comparison.
    Raises UnknownFigureError for an unknown metric.
    """
    metric = metric_named(metric_id)
    candidate, baseline = paired(candidate, baseline)
    found = _values(metric, candidate, baseline, _test(metric, candidate, baseline, certainty))
    if found.difference is None:
        return found
    successes, others = metric.successes(candidate), metric.successes(baseline)
    if successes is None or others is None:
        return _resampled(metric, candidate, baseline, found, certainty)
    found = replace(
        found,
        candidate_only_right_count=int(np.count_nonzero(candidate.right & ~baseline.right)),
        baseline_only_right_count=int(np.count_nonzero(~candidate.right & baseline.right)),
    )
    if certainty.clusters is not None:
        return _resampled(metric, candidate, baseline, found, certainty)
    return _of_successes(successes, others, found, certainty)


def _test(metric: Metric, candidate: Sample, baseline: Sample, certainty: Certainty) -> str:
    is_share = candidate.problem_type in metric.accuracy_for
    swaps = certainty.resampling_test is ResamplingTest.APPROXIMATE_RANDOMISATION
    swaps = swaps and swappable(candidate, baseline)
    if certainty.clusters is not None:
        if is_share:
            return CLUSTER_SIGN_FLIP
        return CLUSTER_RANDOMISATION if swaps else CLUSTER_BOOTSTRAP
    if is_share:
        return certainty.mcnemar_test.value
    return APPROXIMATE_RANDOMISATION if swaps else PAIRED_BOOTSTRAP


def _values(metric: Metric, candidate: Sample, baseline: Sample, test: str) -> PairedComparison:
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


def _of_successes(
    successes: npt.NDArray[np.bool_],
    others: npt.NDArray[np.bool_],
    found: PairedComparison,
    certainty: Certainty,
) -> PairedComparison:
    first_only = int(np.count_nonzero(successes & ~others))
    second_only = int(np.count_nonzero(~successes & others))
    size = found.example_count
    variance = (first_only + second_only) / size - ((first_only - second_only) / size) ** 2
    mid_p = certainty.mcnemar_test is McNemarTest.MID_P
    return replace(
        found,
        interval=paired_difference(first_only, second_only, size, certainty.level),
        p_value=(mid_p_mcnemar if mid_p else exact_mcnemar)(first_only, second_only),
        deviation=math.sqrt(max(variance, 0.0)),
    )


def _resampled(
    metric: Metric,
    candidate: Sample,
    baseline: Sample,
    found: PairedComparison,
    certainty: Certainty,
) -> PairedComparison:
    resamples = over_resamples(metric, certainty, candidate, baseline)
    ours, theirs = resamples.values(certainty.resample_count)
    drawn = defined(ours - theirs)
    if drawn is None:
        return replace(found, absent_reason="not defined on more than a tenth of the resamples")
    values = (found.candidate_value or 0.0, found.baseline_value or 0.0)
    rounding = _ROUNDING * max(abs(value) for value in values)
    spread: Spread | None = None
    if np.abs(drawn).max() <= rounding:
        interval: Interval | None = paired_difference(
            0, 0, resamples.cells.unit_count, certainty.level
        )
    else:
        (ours, theirs), standing = resamples.left_out(certainty.resample_count)
        spread = jackknife_spread(ours - theirs, standing)
        interval = expanded_percentile(drawn, found.difference or 0.0, certainty.level, spread)
    return replace(
        found,
        interval=named(interval, certainty),
        p_value=_p_value(metric, (candidate, baseline), found, certainty, (drawn, spread)),
        deviation=float(drawn.std()) * math.sqrt(candidate.size),
    )


def _p_value(
    metric: Metric,
    pair: tuple[Sample, Sample],
    found: PairedComparison,
    certainty: Certainty,
    resampled: tuple[Values, Spread | None],
) -> float:
    """Return the p-value of the test that `found` names, by bootstrap differences and their spread.

    Where no resample of the bootstrap lies as far out, Student's t tells how far that is.
    """
    observed = found.difference or 0.0
    count = certainty.resample_count
    rng = generator(certainty.seed, f"{metric.id} {found.test}")
    if found.test == CLUSTER_SIGN_FLIP:
        return sign_flips(_cluster_sums(metric, pair, certainty), count, rng)
    if found.test in {APPROXIMATE_RANDOMISATION, CLUSTER_RANDOMISATION}:
        cells = outcome_cells(metric, certainty, *pair)
        swapped = swapped_difference(metric, *pair, cells)
        return approximate_randomisation(swapped, cells, observed, count, rng)
    values = (found.candidate_value or 0.0, found.baseline_value or 0.0)
    rounding = _ROUNDING * max(abs(value) for value in values)
    drawn, spread = resampled
    far = np.abs(drawn - observed) >= abs(observed) - rounding
    clusters = certainty.clusters_of(pair[0])
    units = found.example_count if clusters is None else len(np.unique(clusters))
    least = 1 / (1 + len(drawn))
    p_value = expanded_p_value(least * (1 + int(np.count_nonzero(far))), units)
    if far.any() or spread is None:
        return p_value
    return min(p_value, max(spread.p_value(observed), least))


def _cluster_sums(
    metric: Metric, pair: tuple[Sample, Sample], certainty: Certainty
) -> npt.NDArray[np.float64]:
    """Return what the first counts more than the second in each cluster, [g]."""
    candidate, baseline = pair
    ours, theirs = metric.successes(candidate), metric.successes(baseline)
    clusters = certainty.clusters_of(candidate)
    if ours is None or theirs is None or clusters is None:
        message = f"signs are flipped for shares in clusters; got {metric.id}"
        raise ValueError(message)
    _, places = np.unique(clusters, return_inverse=True)
    gains = ours.astype(np.float64) - theirs
    return np.asarray(np.bincount(places, weights=gains), dtype=np.float64)
