"""Fields of an evaluation's spec: what each may hold, and what it holds when nobody says.

Looks at the spec alone. Whether candidates, set, target and figures exist is for `admission`.
"""

import math
from collections.abc import Sequence

from bakeoff.server import batch_defaults
from bakeoff.server.api.adaptive_fields import fill_adaptive
from bakeoff.server.api.deployment_fields import check_deployment
from bakeoff.server.api.field_ranges import check_count, check_duration
from bakeoff.server.api.scenario_fields import fill_scenarios
from bakeoff.server.api.slice_fields import fill_slices
from bakeoff.server.errors import InvalidFieldError, InvalidNameError
from bakeoff.server.selection import conditions_named
from bakeoff.server.store import CANDIDATES, EVALUATION_SETS, TARGETS, resource_id
from bakeoff.v1 import BatchPolicy, EvaluationSpec, StatisticsSettings

DEFAULT_TARGET = f"{TARGETS}/cpu"

_MAX_CANDIDATE_COUNT = 64
_MAX_EXPRESSION_COUNT = 100
_MAX_EXPRESSION_CHARACTERS = 800
_FRONTIER_FIGURES = (2, 8)
_MAX_LABEL_MAPPING_COUNT = 10_000
_MAX_THREAD_COUNT = 1024
_PROFILE_REPEATS = (1, 20)
_DEFAULT_PROFILE_REPEAT_COUNT = 3
_DEFAULT_BATCH_SENSITIVITY_EXAMPLE_COUNT = 1000

_PADDED_TOKENS = (1, 1_000_000)
_BATCH_SIZES = (1, 4096)

_MIN_LEVEL = 0.5
_DEFAULT_LEVEL = 0.95
_RESAMPLES = (100, 100_000)
_DEFAULT_RESAMPLE_COUNT = 2000
_DEFAULT_EQUIVALENCE_MARGIN = 0.005

_MAX_EXAMPLE_COUNT = 10_000_000
_LONGEST_TIME_BUDGET_S = 30 * 24 * 3600


def filled(spec: EvaluationSpec) -> EvaluationSpec:
    """The spec with its defaults filled in, but for metrics and objectives.

    Raises InvalidFieldError or InvalidNameError for the first field that cannot be right.
    """
    full = EvaluationSpec()
    full.CopyFrom(spec)
    _check_names(full)
    full.target = full.target or DEFAULT_TARGET
    full.baseline = full.baseline or full.candidates[0]
    if full.baseline not in full.candidates:
        msg = f"spec.baseline must be one of spec.candidates, got {full.baseline[:160]!r}"
        raise InvalidFieldError(msg, field="spec.baseline")
    fill_scenarios(full.scenarios)
    _fill_batch_policy(full.batch_policy)
    fill_statistics(full.statistics, "spec.statistics")
    _check_expressions(full)
    _ask_for_conditions(full)
    _fill_counts(full)
    check_deployment(full)
    fill_slices(full.slices)
    fill_adaptive(full)
    if full.HasField("time_budget"):
        check_duration("spec.time_budget", full.time_budget, _LONGEST_TIME_BUDGET_S)
    return full


def _check_names(spec: EvaluationSpec) -> None:
    count = len(spec.candidates)
    if not 1 <= count <= _MAX_CANDIDATE_COUNT:
        msg = f"spec.candidates must be 1 to {_MAX_CANDIDATE_COUNT}, got {count}"
        raise InvalidFieldError(msg, field="spec.candidates")
    for index, candidate in enumerate(spec.candidates):
        resource_id(CANDIDATES, candidate, f"spec.candidates[{index}]")
    repeated = {name for name in spec.candidates if list(spec.candidates).count(name) > 1}
    if repeated:
        msg = f"spec.candidates must be distinct, got {', '.join(sorted(repeated))} again"
        raise InvalidFieldError(msg, field="spec.candidates")
    resource_id(EVALUATION_SETS, spec.evaluation_set, "spec.evaluation_set")
    if spec.target and not spec.target.startswith(f"{TARGETS}/"):
        msg = f"spec.target must be '{TARGETS}/' and then an id, got {spec.target[:160]!r}"
        raise InvalidNameError(msg, field="spec.target")


def _fill_batch_policy(policy: BatchPolicy) -> None:
    kind = policy.WhichOneof("kind")
    if kind == "fixed_size":
        field = "spec.batch_policy.fixed_size.batch_size"
        check_count(field, policy.fixed_size.batch_size, _BATCH_SIZES)
        return
    budget = policy.token_budget
    budget.padded_token_count = budget.padded_token_count or batch_defaults.PADDED_TOKEN_COUNT
    budget.max_batch_size = budget.max_batch_size or batch_defaults.MAX_BATCH_SIZE
    field = "spec.batch_policy.token_budget"
    check_count(f"{field}.padded_token_count", budget.padded_token_count, _PADDED_TOKENS)
    check_count(f"{field}.max_batch_size", budget.max_batch_size, _BATCH_SIZES)


def fill_statistics(statistics: StatisticsSettings, field: str) -> None:
    """Fills the defaults in, in place.

    `field` is the path of the settings. Raises InvalidFieldError for the first that is not allowed.
    """
    statistics.confidence_level = statistics.confidence_level or _DEFAULT_LEVEL
    if not _MIN_LEVEL < statistics.confidence_level < 1:
        msg = (
            f"{field}.confidence_level must be above {_MIN_LEVEL} and below 1, got "
            f"{statistics.confidence_level:g}"
        )
        raise InvalidFieldError(msg, field=f"{field}.confidence_level")
    statistics.resample_count = statistics.resample_count or _DEFAULT_RESAMPLE_COUNT
    check_count(f"{field}.resample_count", statistics.resample_count, _RESAMPLES)
    margin = statistics.equivalence_margin or _DEFAULT_EQUIVALENCE_MARGIN
    if not (math.isfinite(margin) and margin > 0):
        msg = f"{field}.equivalence_margin must be above 0 and finite, got {margin:g}"
        raise InvalidFieldError(msg, field=f"{field}.equivalence_margin")
    statistics.equivalence_margin = margin
    statistics.mcnemar_test = statistics.mcnemar_test or StatisticsSettings.MC_NEMAR_TEST_EXACT
    if statistics.mcnemar_test not in StatisticsSettings.McNemarTest.values():
        msg = f"{field}.mcnemar_test must be exact or mid-p, got {statistics.mcnemar_test}"
        raise InvalidFieldError(msg, field=f"{field}.mcnemar_test")
    statistics.resampling_test = (
        statistics.resampling_test or StatisticsSettings.RESAMPLING_TEST_PAIRED_BOOTSTRAP
    )
    if statistics.resampling_test not in StatisticsSettings.ResamplingTest.values():
        msg = (
            f"{field}.resampling_test must be paired bootstrap or approximate randomisation, got "
            f"{statistics.resampling_test}"
        )
        raise InvalidFieldError(msg, field=f"{field}.resampling_test")


def check_group(statistics: StatisticsSettings, attribute_names: Sequence[str], field: str) -> None:
    """Refuses a column of groups that the set does not have.

    `field` is the path of the settings. Raises InvalidFieldError.
    """
    group = statistics.group_attribute
    if group and group not in attribute_names:
        columns = ", ".join(attribute_names) or "none"
        msg = (
            f"{field}.group_attribute must be an attribute of the set, which has {columns}; got "
            f"{group[:160]!r}"
        )
        raise InvalidFieldError(msg, field=f"{field}.group_attribute")


def check_expressions(field: str, expressions: Sequence[str]) -> None:
    """Raises InvalidFieldError for too many expressions, or one that is too long."""
    if len(expressions) > _MAX_EXPRESSION_COUNT:
        msg = f"{field} must be at most {_MAX_EXPRESSION_COUNT}, got {len(expressions)}"
        raise InvalidFieldError(msg, field=field)
    for index, expression in enumerate(expressions):
        if len(expression) > _MAX_EXPRESSION_CHARACTERS:
            msg = (
                f"{field}[{index}] may have {_MAX_EXPRESSION_CHARACTERS} characters, got "
                f"{len(expression)}"
            )
            raise InvalidFieldError(msg, field=f"{field}[{index}]")


def _check_expressions(spec: EvaluationSpec) -> None:
    for field, expressions in (
        ("spec.metrics", spec.metrics),
        ("spec.constraints", spec.constraints),
        ("spec.objectives", spec.objectives),
        ("spec.frontier_figures", spec.frontier_figures),
    ):
        check_expressions(field, expressions)
    _check_frontier(spec.frontier_figures)
    if len(spec.label_mapping) > _MAX_LABEL_MAPPING_COUNT:
        msg = (
            f"spec.label_mapping may have {_MAX_LABEL_MAPPING_COUNT} entries, got "
            f"{len(spec.label_mapping)}"
        )
        raise InvalidFieldError(msg, field="spec.label_mapping")


def _ask_for_conditions(spec: EvaluationSpec) -> None:
    """A condition that a constraint, an objective or the frontier names becomes a slice."""
    named = conditions_named(spec.constraints, spec.objectives, spec.frontier_figures)
    asked = set(spec.slices.predicates)
    spec.slices.predicates.extend(name for name in named if name not in asked)


def _check_frontier(figures: Sequence[str]) -> None:
    """A single figure spans no frontier; of many, every candidate is on it."""
    fewest, most = _FRONTIER_FIGURES
    if figures and not fewest <= len(figures) <= most:
        msg = f"spec.frontier_figures must be {fewest} to {most}, or none, got {len(figures)}"
        raise InvalidFieldError(msg, field="spec.frontier_figures")


def _fill_counts(spec: EvaluationSpec) -> None:
    spec.profile_repeat_count = spec.profile_repeat_count or _DEFAULT_PROFILE_REPEAT_COUNT
    check_count("spec.profile_repeat_count", spec.profile_repeat_count, _PROFILE_REPEATS)
    if not spec.HasField("batch_sensitivity_example_count"):
        spec.batch_sensitivity_example_count = _DEFAULT_BATCH_SENSITIVITY_EXAMPLE_COUNT
    count = spec.batch_sensitivity_example_count
    check_count("spec.batch_sensitivity_example_count", count, (0, _MAX_EXAMPLE_COUNT))
    threads = (0, _MAX_THREAD_COUNT)
    check_count("spec.intra_op_thread_count", spec.intra_op_thread_count, threads)
    check_count("spec.caller_count", spec.caller_count, threads)
