"""Fields of a spec that tell which parts of the set are looked at by themselves."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from bakeoff.server.api.field_ranges import check_count, check_number
from bakeoff.server.api.metric_fields import metric_of_field
from bakeoff.server.errors import ExpressionError, InvalidFieldError
from bakeoff.server.selection import conditions_named
from bakeoff.server.slices import BUCKETS, LabelKind, check_predicate, parse_predicate
from bakeoff.server.tasks import task_named
from bakeoff.v1 import (
    Candidate,
    EvaluationSet,
    EvaluationSpec,
    SliceSettings,
)
from bakeoff.v1 import LabelKind as SetLabelKind

NO_BUCKET: Final = "none"

# The field that asks for conditions, what a message calls it, and the conditions.
Asked: TypeAlias = tuple[str, str, Sequence[str]]

_MOST_COLUMNS: Final = 16
_MOST_PREDICATES: Final = 64
_MOST_METRICS: Final = 8
_MIN_EXAMPLE_COUNTS: Final = (1, 10_000_000)
_DEFAULT_MIN_EXAMPLE_COUNT: Final = 20
_DEFAULT_FALSE_DISCOVERY_RATE: Final = 0.05
_RATES_BELOW: Final = 0.5
_LABEL_KINDS: Final = {
    SetLabelKind.LABEL_KIND_UNSPECIFIED: LabelKind.NONE,
    SetLabelKind.LABEL_KIND_CLASS: LabelKind.CLASSES,
    SetLabelKind.LABEL_KIND_CLASSES: LabelKind.CLASSES,
    SetLabelKind.LABEL_KIND_VALUE: LabelKind.NUMBER,
}


def fill_slices(settings: SliceSettings) -> None:
    """Fills the settings of slices in place, but for their metrics.

    Raises InvalidFieldError or ExpressionError for the first field that cannot be right, whatever
    the set.
    """
    _check_distinct("spec.slices.columns", settings.columns, _MOST_COLUMNS)
    _check_distinct("spec.slices.predicates", settings.predicates, _MOST_PREDICATES)
    _check_distinct("spec.slices.metrics", settings.metrics, _MOST_METRICS)
    for index, text in enumerate(settings.predicates):
        try:
            parse_predicate(text)
        except ExpressionError as error:
            raise _at(index, error) from None
    if not settings.buckets:
        settings.buckets.extend(BUCKETS)
    _check_buckets(settings.buckets)
    settings.min_example_count = settings.min_example_count or _DEFAULT_MIN_EXAMPLE_COUNT
    field = "spec.slices.min_example_count"
    check_count(field, settings.min_example_count, _MIN_EXAMPLE_COUNTS)
    rate = settings.false_discovery_rate or _DEFAULT_FALSE_DISCOVERY_RATE
    settings.false_discovery_rate = rate
    check_number("spec.slices.false_discovery_rate", rate, below=_RATES_BELOW)


def complete_slices(
    spec: EvaluationSpec, candidates: Sequence[Candidate], evaluation_set: EvaluationSet
) -> None:
    """Fills the metrics of slices in place, once columns and conditions fit the set.

    Raises InvalidFieldError, ExpressionError or UnknownFigureError naming what there is.
    """
    settings = spec.slices
    known = sorted(evaluation_set.attribute_names)
    for index, name in enumerate(settings.columns):
        if name not in known:
            field = f"spec.slices.columns[{index}]"
            there_is = f"one of {', '.join(known)}" if known else "left out: the set has none"
            msg = f"{field} must be an attribute of the set, {there_is}; got {name[:160]!r}"
            raise InvalidFieldError(msg, field=field)
    # Those that other fields name are among the predicates too, where nobody wrote them.
    check_conditions_of_constraints("spec.constraints", spec.constraints, evaluation_set)
    _check_conditions(_conditions_of_figures(spec), evaluation_set)
    paths = (f"spec.slices.predicates[{index}]" for index in range(len(settings.predicates)))
    asked = ((path, path, (text,)) for path, text in zip(paths, settings.predicates, strict=True))
    _check_conditions(asked, evaluation_set)
    problem_type = candidates[0].manifest.classification.problem_type
    if not settings.metrics:
        settings.metrics.append(task_named(evaluation_set.task).main_metric(problem_type))
    for index, metric_id in enumerate(settings.metrics):
        metric_of_field(f"spec.slices.metrics[{index}]", metric_id, problem_type)


def check_conditions_of_constraints(
    field: str, constraints: Sequence[str], evaluation_set: EvaluationSet
) -> None:
    """Refuses conditions in constraints that look at what the set does not have.

    `field` is the path of the constraints. Raises ExpressionError naming the constraint.
    """
    asked = (
        (f"{field}[{index}]", f'constraint "{text}"', conditions_named((text,), ()))
        for index, text in enumerate(constraints)
    )
    _check_conditions(asked, evaluation_set)


def _check_distinct(field: str, words: Sequence[str], most: int) -> None:
    if len(words) > most:
        msg = f"{field} must be at most {most}, got {len(words)}"
        raise InvalidFieldError(msg, field=field)
    repeated = sorted({word for word in words if list(words).count(word) > 1})
    if repeated:
        msg = f"{field} must be distinct, got {repeated[0][:160]!r} again"
        raise InvalidFieldError(msg, field=field)


def _check_buckets(buckets: Iterable[str]) -> None:
    names = list(buckets)
    _check_distinct("spec.slices.buckets", names, len(BUCKETS) + 1)
    for index, name in enumerate(names):
        if name not in {*BUCKETS, NO_BUCKET}:
            field = f"spec.slices.buckets[{index}]"
            msg = f"{field} must be one of {', '.join([*BUCKETS, NO_BUCKET])}; got {name[:160]!r}"
            raise InvalidFieldError(msg, field=field)
    if NO_BUCKET in names and len(names) > 1:
        field = "spec.slices.buckets"
        msg = f"{field} must be {NO_BUCKET} alone, or others; got {', '.join(names)}"
        raise InvalidFieldError(msg, field=field)


def _conditions_of_figures(spec: EvaluationSpec) -> Iterator[Asked]:
    """What objectives and the frontier name."""
    for index, text in enumerate(spec.objectives):
        named = conditions_named((), (text,))
        yield f"spec.objectives[{index}]", f'objective "{text}"', named
    for index, text in enumerate(spec.frontier_figures):
        named = conditions_named((), (), (text,))
        yield f"spec.frontier_figures[{index}]", f'figure "{text}"', named


def _check_conditions(asked: Iterable[Asked], evaluation_set: EvaluationSet) -> None:
    known = sorted(evaluation_set.attribute_names)
    label_kind = _LABEL_KINDS[evaluation_set.label_kind]
    for field, subject, conditions in asked:
        for text in conditions:
            try:
                check_predicate(parse_predicate(text), known, label_kind)
            except ExpressionError as error:
                msg = f"{subject}: {error}"
                raise ExpressionError(msg, field=field) from None


def _at(index: int, error: ExpressionError) -> ExpressionError:
    field = f"spec.slices.predicates[{index}]"
    return ExpressionError(f"{field}: {error}", field=field)
