"""How far a candidate lies from a reference: by difference and by ratio, with their intervals."""

import math
from dataclasses import dataclass, replace

import numpy as np

from bakeoff.server.metrics import Metric, metric_named
from bakeoff.server.quality.certainty import Certainty
from bakeoff.server.quality.comparison import compare
from bakeoff.server.quality.intervals import named, over_resamples
from bakeoff.server.quality.paired_samples import paired
from bakeoff.server.statistics import jackknife_spread, paired_difference, paired_ratio
from bakeoff.server.statistics.resample_intervals import defined, expanded_percentile, percentile
from bakeoff.server.statistics.resampling import Values
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Interval

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Relation:
    """A candidate's value less, or over, a reference's, on the examples that both were scored on.

    `deviation` is what one example adds to the uncertainty: the standard error times the root of
    the number of examples; of a ratio, that of its logarithm. What is not defined or not known is
    None, and `absent_reason` says why.
    """

    metric_id: str
    example_count: int
    value: float | None = None
    interval: Interval | None = None
    deviation: float | None = None
    absent_reason: str = ""


def difference_to(
    metric_id: str, candidate: Sample, reference: Sample, certainty: Certainty
) -> Relation:
    """Return candidate less reference, for a bound such as `accuracy >= baseline - 0.5pt`.

    The interval is that of `compare`, at the level of `certainty`.
    Raises UnknownFigureError for an unknown metric.
    """
    found = compare(metric_id, candidate, reference, certainty)
    return Relation(
        metric_id=metric_id,
        example_count=found.example_count,
        value=found.difference,
        interval=found.interval,
        deviation=found.deviation,
        absent_reason=found.absent_reason,
    )


def ratio_to(
    metric_id: str, candidate: Sample, reference: Sample, certainty: Certainty
) -> Relation:
    """Return candidate over reference, for a bound such as `error_rate <= 1.2 x baseline`.

    The rate of errors, and accuracy under whatever name: the score interval of the ratio of two
    paired shares. Every other metric, and examples in clusters: the middle of the ratios over
    resamples that are the same for both; no interval where the reference comes to 0 or less on
    more than a tenth of them.
    Raises UnknownFigureError for an unknown metric.
    """
    metric = metric_named(metric_id)
    candidate, reference = paired(candidate, reference)
    value, other = metric.value(candidate), metric.value(reference)
    known = Relation(metric_id=metric_id, example_count=candidate.size)
    if value is None or other is None:
        reason = metric.absent_reason(candidate) or metric.absent_reason(reference)
        return replace(known, absent_reason=reason)
    if other > 0:
        known = replace(known, value=value / other)
    else:
        known = replace(known, absent_reason=f"{metric_id} of the reference is {other:g}")
    ours, theirs = metric.successes(candidate), metric.successes(reference)
    if ours is None or theirs is None or certainty.clusters is not None:
        return _resampled(metric, candidate, reference, known, certainty)
    first_only = int(np.count_nonzero(ours & ~theirs))
    second_only = int(np.count_nonzero(~ours & theirs))
    both = int(np.count_nonzero(ours & theirs))
    deviation = None
    if first_only + both and second_only + both:
        discordant = (first_only + second_only) / ((first_only + both) * (second_only + both))
        deviation = math.sqrt(discordant * candidate.size)
    return replace(
        known,
        interval=paired_ratio(first_only, second_only, both, candidate.size, certainty.level),
        deviation=deviation,
    )


def _resampled(
    metric: Metric, candidate: Sample, reference: Sample, known: Relation, certainty: Certainty
) -> Relation:
    resamples = over_resamples(metric, certainty, candidate, reference)
    drawn = defined(_ratio(*resamples.values(certainty.resample_count)))
    if drawn is None:
        reason = f"{metric.id} of the reference is 0 or less on more than a tenth of the resamples"
        return replace(known, absent_reason=known.absent_reason or reason)
    level, reference_value = certainty.level, metric.value(reference) or 0.0
    if known.value is None or not reference_value:
        interval = percentile(drawn, level)
    elif np.abs(drawn - 1).max() > _ROUNDING:
        pair, standing = resamples.left_out(certainty.resample_count)
        interval = _of_ratios(drawn, known.value, level, _ratio(*pair), standing)
    else:
        interval = _alike(reference_value, resamples.cells.unit_count, level)
    return replace(
        known,
        interval=named(interval, certainty),
        deviation=_log_deviation(drawn) * math.sqrt(candidate.size),
    )


def _ratio(ours: Values, theirs: Values) -> Values:
    """Return the first over the second; NaN where that is 0 or less."""
    return np.divide(ours, theirs, out=np.full_like(ours, np.nan), where=theirs > 0)


def _of_ratios(
    drawn: Values, value: float, level: float, left_out: Values, standing: Values
) -> Interval | None:
    """Return the middle of the ratios, found on the scale of logarithms where all have one."""
    known = left_out[np.isfinite(left_out)]
    if value <= 0 or (drawn <= 0).any() or (known <= 0).any():
        return percentile(drawn, level)
    spread = jackknife_spread(np.log(left_out), standing)
    found = expanded_percentile(np.log(drawn), math.log(value), level, spread)
    if found is None or found.lower is None or found.upper is None:
        return None
    return replace(found, lower=math.exp(found.lower), upper=math.exp(found.upper))


def _alike(reference_value: float, units: int, level: float) -> Interval:
    """Return the interval where all ratios are 1: that of a share in which none differs."""
    alike = paired_difference(0, 0, units, level)
    return replace(
        alike,
        lower=max(1 + (alike.lower or 0.0) / reference_value, 0.0),
        upper=1 + (alike.upper or 0.0) / reference_value,
    )


def _log_deviation(drawn: Values) -> float:
    """Return the standard deviation of the logarithms of the ratios that have one."""
    return float(np.log(drawn[drawn > 0]).std()) if (drawn > 0).any() else 0.0
