"""Which parts of the set are looked at by themselves."""

from typing import Any

import click

from bakeoff import v1

COLUMN_PREFIX = "column:"
NO_BUCKET = "none"

SLICE_OPTIONS = (
    click.option(
        "--slice",
        "slices",
        multiple=True,
        metavar="column:NAME|CONDITION",
        help="A part of the set to look at by itself: each value of an attribute column, or a "
        "condition such as 'source == \"web\" and length > 64'; may be repeated.",
    ),
    click.option(
        "--slice-bucket",
        "slice_buckets",
        multiple=True,
        metavar="NAME",
        help="Automatic parts to look at: attribute, length, class, confidence, difficulty or "
        "none; may be repeated.  [default: all]",
    ),
    click.option(
        "--slice-metric",
        "slice_metrics",
        multiple=True,
        metavar="METRIC",
        help="Metric to find in each part; may be repeated.  [default: the task's main metric]",
    ),
    click.option(
        "--slice-min-examples",
        type=click.IntRange(min=1),
        help="Examples that a part must have to be looked at.  [default: 20]",
    ),
    click.option(
        "--false-discovery-rate",
        type=click.FloatRange(0, 0.5, min_open=True, max_open=True),
        help="Share of false ones among the parts that are said to be broken or improved.  "
        "[default: 0.05]",
    ),
    click.option("--no-slices", is_flag=True, help="Look at no part of the set by itself."),
)


def fill_slices(spec: v1.EvaluationSpec, settings: dict[str, Any]) -> None:
    """Takes what these options say out of the settings, into the spec."""
    asked, buckets = settings.pop("slices"), settings.pop("slice_buckets")
    metrics = settings.pop("slice_metrics")
    least = settings.pop("slice_min_examples")
    rate = settings.pop("false_discovery_rate")
    given = {
        "slice": asked,
        "slice-bucket": buckets,
        "slice-metric": metrics,
        "slice-min-examples": least,
        "false-discovery-rate": rate,
    }
    if settings.pop("no_slices"):
        for name, value in given.items():
            if value:
                message = f"--no-slices leaves no room for --{name}."
                raise click.UsageError(message)
        spec.slices.buckets.append(NO_BUCKET)
        return
    if not any(given.values()):
        return
    for text in asked:
        if text.startswith(COLUMN_PREFIX):
            spec.slices.columns.append(text.removeprefix(COLUMN_PREFIX))
        else:
            spec.slices.predicates.append(text)
    spec.slices.buckets.extend(buckets)
    spec.slices.metrics.extend(metrics)
    spec.slices.min_example_count = least or 0
    spec.slices.false_discovery_rate = rate or 0.0
