"""Fields of an evaluation's spec: what each may hold, and what it holds when nobody says.

Looks at the spec alone. Whether candidates, set, target and figures exist is for `admission`.
"""

import math
from collections.abc import Sequence

from bakeoff.server.errors import InvalidFieldError, InvalidNameError
from bakeoff.server.scenarios import scenario_id
from bakeoff.server.store import CANDIDATES, EVALUATION_SETS, TARGETS, resource_id
from bakeoff.v1 import BatchPolicy, EvaluationSpec, Scenario, StatisticsSettings

DEFAULT_TARGET = f"{TARGETS}/cpu"

_MAX_CANDIDATE_COUNT = 64
_MAX_EXPRESSION_COUNT = 100
_MAX_EXPRESSION_CHARACTERS = 200
_MAX_LABEL_MAPPING_COUNT = 10_000
_MAX_THREAD_COUNT = 1024
_PROFILE_REPEATS = (1, 20)
_DEFAULT_PROFILE_REPEAT_COUNT = 3
_DEFAULT_BATCH_SENSITIVITY_EXAMPLE_COUNT = 1000

_PADDED_TOKENS = (1, 1_000_000)
_BATCH_SIZES = (1, 4096)
_DEFAULT_PADDED_TOKEN_COUNT = 512
_DEFAULT_MAX_BATCH_SIZE = 64

_MIN_LEVEL = 0.5
_DEFAULT_LEVEL = 0.95
_RESAMPLES = (100, 100_000)
_DEFAULT_RESAMPLE_COUNT = 2000
_DEFAULT_EQUIVALENCE_MARGIN = 0.005

_DEFAULT_MIN_DURATION_S = 3
_DEFAULT_MAX_DURATION_S = 60
_LONGEST_DURATION_S = 24 * 3600
_BLOCKS = (1, 1000)
_DEFAULT_BLOCK_COUNT = 5
_MAX_QUERY_COUNT = 10_000_000
_MIN_QUERY_COUNTS = {"offline": 0, "single_stream": 299}


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
    _fill_scenarios(full.scenarios)
    _fill_batch_policy(full.batch_policy)
    _fill_statistics(full.statistics)
    _check_expressions(full)
    _fill_counts(full)
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


def _fill_scenarios(scenarios: Sequence[Scenario]) -> None:
    seen: set[str] = set()
    for index, scenario in enumerate(scenarios):
        field = f"spec.scenarios[{index}]"
        kind = scenario.WhichOneof("kind")
        if kind is None:
            msg = f"{field} must have its kind: one of {', '.join(_MIN_QUERY_COUNTS)}"
            raise InvalidFieldError(msg, field=field)
        if kind in seen:
            msg = f"{field}: {scenario_id(scenario)} must be asked for once"
            raise InvalidFieldError(msg, field=field)
        seen.add(kind)
        _fill_durations(scenario, field)
        scenario.block_count = scenario.block_count or _DEFAULT_BLOCK_COUNT
        _check_range(f"{field}.block_count", scenario.block_count, _BLOCKS)
        scenario.min_query_count = scenario.min_query_count or _MIN_QUERY_COUNTS[kind]
        _check_range(f"{field}.min_query_count", scenario.min_query_count, (0, _MAX_QUERY_COUNT))


def _fill_durations(scenario: Scenario, field: str) -> None:
    if not scenario.HasField("min_duration"):
        scenario.min_duration.FromSeconds(_DEFAULT_MIN_DURATION_S)
        if scenario.HasField("max_duration") and _duration_s(scenario, "max") < (
            _DEFAULT_MIN_DURATION_S
        ):
            scenario.min_duration.CopyFrom(scenario.max_duration)
    if not scenario.HasField("max_duration"):
        scenario.max_duration.FromSeconds(_DEFAULT_MAX_DURATION_S)
        if _duration_s(scenario, "min") > _DEFAULT_MAX_DURATION_S:
            scenario.max_duration.CopyFrom(scenario.min_duration)
    shortest_s, longest_s = _duration_s(scenario, "min"), _duration_s(scenario, "max")
    if not 0 < longest_s <= _LONGEST_DURATION_S:
        msg = (
            f"{field}.max_duration must be above 0 and at most {_LONGEST_DURATION_S} s, got "
            f"{longest_s:g} s"
        )
        raise InvalidFieldError(msg, field=f"{field}.max_duration")
    if not 0 <= shortest_s <= longest_s:
        msg = (
            f"{field}.min_duration must be 0 to max_duration, {longest_s:g} s, got {shortest_s:g} s"
        )
        raise InvalidFieldError(msg, field=f"{field}.min_duration")


def _duration_s(scenario: Scenario, which: str) -> float:
    duration = scenario.min_duration if which == "min" else scenario.max_duration
    return duration.seconds + duration.nanos / 1e9


def _fill_batch_policy(policy: BatchPolicy) -> None:
    kind = policy.WhichOneof("kind")
    if kind == "fixed_size":
        field = "spec.batch_policy.fixed_size.batch_size"
        _check_range(field, policy.fixed_size.batch_size, _BATCH_SIZES)
        return
    budget = policy.token_budget
    budget.padded_token_count = budget.padded_token_count or _DEFAULT_PADDED_TOKEN_COUNT
    budget.max_batch_size = budget.max_batch_size or _DEFAULT_MAX_BATCH_SIZE
    field = "spec.batch_policy.token_budget"
    _check_range(f"{field}.padded_token_count", budget.padded_token_count, _PADDED_TOKENS)
    _check_range(f"{field}.max_batch_size", budget.max_batch_size, _BATCH_SIZES)


def _fill_statistics(statistics: StatisticsSettings) -> None:
    statistics.confidence_level = statistics.confidence_level or _DEFAULT_LEVEL
    if not _MIN_LEVEL < statistics.confidence_level < 1:
        msg = (
            f"spec.statistics.confidence_level must be above {_MIN_LEVEL} and below 1, got "
            f"{statistics.confidence_level:g}"
        )
        raise InvalidFieldError(msg, field="spec.statistics.confidence_level")
    statistics.resample_count = statistics.resample_count or _DEFAULT_RESAMPLE_COUNT
    _check_range("spec.statistics.resample_count", statistics.resample_count, _RESAMPLES)
    margin = statistics.equivalence_margin or _DEFAULT_EQUIVALENCE_MARGIN
    if not (math.isfinite(margin) and margin > 0):
        msg = f"spec.statistics.equivalence_margin must be above 0 and finite, got {margin:g}"
        raise InvalidFieldError(msg, field="spec.statistics.equivalence_margin")
    statistics.equivalence_margin = margin


def _check_expressions(spec: EvaluationSpec) -> None:
    for field, expressions in (
        ("spec.metrics", spec.metrics),
        ("spec.constraints", spec.constraints),
        ("spec.objectives", spec.objectives),
    ):
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
    if len(spec.label_mapping) > _MAX_LABEL_MAPPING_COUNT:
        msg = (
            f"spec.label_mapping may have {_MAX_LABEL_MAPPING_COUNT} entries, got "
            f"{len(spec.label_mapping)}"
        )
        raise InvalidFieldError(msg, field="spec.label_mapping")


def _fill_counts(spec: EvaluationSpec) -> None:
    spec.profile_repeat_count = spec.profile_repeat_count or _DEFAULT_PROFILE_REPEAT_COUNT
    _check_range("spec.profile_repeat_count", spec.profile_repeat_count, _PROFILE_REPEATS)
    if not spec.HasField("batch_sensitivity_example_count"):
        spec.batch_sensitivity_example_count = _DEFAULT_BATCH_SENSITIVITY_EXAMPLE_COUNT
    count = spec.batch_sensitivity_example_count
    _check_range("spec.batch_sensitivity_example_count", count, (0, _MAX_QUERY_COUNT))
    threads = (0, _MAX_THREAD_COUNT)
    _check_range("spec.intra_op_thread_count", spec.intra_op_thread_count, threads)
    _check_range("spec.caller_count", spec.caller_count, threads)


def _check_range(field: str, value: int, allowed: tuple[int, int]) -> None:
    least, most = allowed
    if not least <= value <= most:
        msg = f"{field} must be {least} to {most}, got {value}"
        raise InvalidFieldError(msg, field=field)
