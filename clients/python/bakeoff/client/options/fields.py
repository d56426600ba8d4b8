"""Which option fills which field of a request, so that an error can name what was typed."""

import re
from collections.abc import Mapping

# By the path of the field, without the place in a list.
OPTIONS: Mapping[str, str] = {
    "constraints": "--constraint",
    "evaluation_set": "--set",
    "figures": "--figure",
    "pairs": "--pair",
    "spec.adaptive.error_rate": "--adaptive-error",
    "spec.adaptive.look_count": "--adaptive-looks",
    "spec.baseline": "--baseline",
    "spec.batch_policy": "--batch",
    "spec.batch_sensitivity_example_count": "--sensitivity-examples",
    "spec.candidates": "--candidate",
    "spec.constraints": "--constraint",
    "spec.evaluation_set": "--set",
    "spec.frontier_figures": "--frontier",
    "spec.label_mapping": "--label-map",
    "spec.metrics": "--metric",
    "spec.objectives": "--objective",
    "spec.profile_repeat_count": "--profile-repeats",
    "spec.scenarios": "--scenario",
    "spec.slices.buckets": "--slice-bucket",
    "spec.slices.columns": "--slice",
    "spec.slices.false_discovery_rate": "--false-discovery-rate",
    "spec.slices.metrics": "--slice-metric",
    "spec.slices.min_example_count": "--slice-min-examples",
    "spec.slices.predicates": "--slice",
    "spec.statistics.confidence_level": "--confidence",
    "spec.statistics.equivalence_margin": "--margin",
    "spec.statistics.group_attribute": "--group",
    "spec.statistics.resample_count": "--resamples",
    "spec.target": "--target",
    "spec.time_budget": "--budget",
    "variant": "--variant",
}

# A whole path, since what goes on after it is another field. A name that is a word of the language
# too is a field only where a message begins with what it must be.
_FIELD = re.compile(
    r"\b(?:spec(?:\.[a-z_]+)+(?:\[\d+\])?|(?:constraints|figures|pairs)\[\d+\])(?![\w\[]|\.\w)"
    r"|\A(?:evaluation_set|variant)(?= must be )"
)
_PLACE = re.compile(r"\[\d+\]$")


def option_of(field: str) -> str:
    """The option that fills a field such as `spec.metrics[0]`; the field itself where none does."""
    return OPTIONS.get(_PLACE.sub("", field), field)


def in_options(message: str) -> str:
    """A message with each field that it names under the name of its option."""
    return _FIELD.sub(lambda found: option_of(found[0]), message)
