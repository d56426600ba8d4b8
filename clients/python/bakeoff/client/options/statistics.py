"""How certainty is stated."""

from typing import Any

import click

from bakeoff import v1

_MC_NEMAR_TESTS = {
    "exact": v1.StatisticsSettings.MC_NEMAR_TEST_EXACT,
    "mid-p": v1.StatisticsSettings.MC_NEMAR_TEST_MID_P,
}
_RESAMPLING_TESTS = {
    "paired-bootstrap": v1.StatisticsSettings.RESAMPLING_TEST_PAIRED_BOOTSTRAP,
    "approximate-randomisation": (v1.StatisticsSettings.RESAMPLING_TEST_APPROXIMATE_RANDOMISATION),
}

STATISTICS_OPTIONS = (
    click.option("--seed", type=click.IntRange(min=0), help="Seed of every random choice."),
    click.option(
        "--confidence",
        type=click.FloatRange(0.5, 1, min_open=True, max_open=True),
        help="Level of every interval.  [default: 0.95]",
    ),
    click.option(
        "--resamples",
        type=click.IntRange(100, 100_000),
        help="Bootstrap resamples.  [default: 2000]",
    ),
    click.option(
        "--margin",
        type=click.FloatRange(min=0, min_open=True),
        help="Largest difference of a metric that counts as alike.  [default: 0.005]",
    ),
    click.option(
        "--group",
        metavar="COLUMN",
        help="Column of the set that groups examples which belong together, such as those of one "
        "document: groups are resampled and compared as wholes.",
    ),
    click.option(
        "--mcnemar",
        type=click.Choice(list(_MC_NEMAR_TESTS)),
        help="Test of two accuracies.  [default: exact]",
    ),
    click.option(
        "--resampling-test",
        type=click.Choice(list(_RESAMPLING_TESTS)),
        help="Test of any other metric.  [default: paired-bootstrap]",
    ),
)


def fill_statistics(spec: v1.EvaluationSpec, settings: dict[str, Any]) -> None:
    """Takes what these options say out of the settings, into the spec."""
    statistics = spec.statistics
    statistics.seed = settings.pop("seed") or 0
    statistics.confidence_level = settings.pop("confidence") or 0.0
    statistics.resample_count = settings.pop("resamples") or 0
    statistics.equivalence_margin = settings.pop("margin") or 0.0
    statistics.group_attribute = settings.pop("group") or ""
    mcnemar, resampling = settings.pop("mcnemar"), settings.pop("resampling_test")
    if mcnemar:
        statistics.mcnemar_test = _MC_NEMAR_TESTS[mcnemar]
    if resampling:
        statistics.resampling_test = _RESAMPLING_TESTS[resampling]
