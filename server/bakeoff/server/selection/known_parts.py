"""The classes and slices that constraints and objectives may name, as far as they are known."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from bakeoff.server.errors import ExpressionError, UnknownFigureError
from bakeoff.server.metrics.per_class import CLASS_METRICS
from bakeoff.server.selection.expression import parse_constraint, parse_figure, parse_objective
from bakeoff.server.selection.part import Part, PartKind, read_part
from bakeoff.server.selection.wording import joined
from bakeoff.server.slices import BUCKETS, parse_predicate, written
from bakeoff.v1 import EvaluationSet, EvaluationSpec

_SHOWN = 8
_OF_LENGTH = re.compile(r"length:\d+-\d+")


@dataclass(frozen=True, slots=True)
class KnownParts:
    """What figures may be about.

    `classes` are names for those of the candidates, `set_classes` for those of the set.
    `conditions` are written as they are asked for; `columns` are those whose values may be slices;
    `buckets` are the names of automatic slices that are wanted. `metric_ids` are metrics that
    slices may have besides those of the whole set.
    """

    classes: tuple[str, ...] = ()
    set_classes: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()
    metric_ids: tuple[str, ...] = ()

    def check_class(self, subject: str, part: Part) -> None:
        """Raise UnknownFigureError, with what comes closest, for a class that there is not."""
        if not self.classes:
            message = f"{subject}: these candidates answer no classes"
            raise UnknownFigureError(message)
        if part.name not in self.classes:
            _refuse(subject, "class", part.name, self.classes)

    def check_slice(self, subject: str, part: Part, *, is_absolute: bool) -> None:
        """Raise UnknownFigureError or ExpressionError for a slice that nothing can be asked of.

        `is_absolute` says that candidates are not set against each other in it.
        """
        kind, colon, _ = part.name.partition(":")
        if colon and kind in BUCKETS and part.name not in self.conditions:
            self._check_automatic(subject, kind, part.name, is_absolute=is_absolute)
        elif part.name not in self.conditions and not self._is_of_column(part.name):
            _refuse(subject, "slice", part.name, self._written())

    def _check_automatic(self, subject: str, kind: str, name: str, *, is_absolute: bool) -> None:
        if kind == "difficulty":
            message = (
                f"{subject}: right and wrong answers draw the slices of difficulty: figures in "
                "them have no intervals, and nothing can be asked of them"
            )
            raise ExpressionError(message)
        if kind == "confidence" and not is_absolute:
            message = (
                f"{subject}: the baseline draws the slices of confidence, so that candidates are "
                "not set against each other in them; ask for a bound that is a number"
            )
            raise ExpressionError(message)
        if kind not in self.buckets:
            message = f'{subject}: the slices "{kind}" are not among the buckets of this evaluation'
            raise UnknownFigureError(message)
        if kind == "class":
            of_classes = [f"class:{one}" for one in self.set_classes]
            if name not in of_classes:
                _refuse(subject, "slice", name, of_classes)
        elif kind == "length" and _OF_LENGTH.fullmatch(name) is None:
            message = (
                f'{subject}: a slice of lengths is written as in reports, such as "length:33-64"; '
                f'got "{name}"'
            )
            raise UnknownFigureError(message)

    def _is_of_column(self, name: str) -> bool:
        return any(name.startswith(f"{written(column)}=") for column in self.columns)

    def _written(self) -> list[str]:
        """Slices as they may be written; values of columns and ranges are not known before."""
        automatic = {
            "class": [f"class:{one}" for one in self.set_classes],
            "length": ["length:FROM-TO"],
            "confidence": ["confidence:FROM-TO"],
        }
        return [
            *self.conditions,
            *(f"{written(column)}=VALUE" for column in self.columns),
            *(name for bucket in self.buckets for name in automatic.get(bucket, ())),
        ]


def check_metric_of_class(subject: str, figure_id: str, part: Part) -> None:
    """Raise UnknownFigureError for a figure that is not found of single classes."""
    if figure_id not in CLASS_METRICS:
        hint = f"of the examples of that class write {figure_id}{{slice=class:{part.name}}}"
        message = (
            f"{subject}: {figure_id} is not found of a class, {joined(list(CLASS_METRICS))} are; "
            f"{hint}"
        )
        raise UnknownFigureError(message)


def known_parts(
    spec: EvaluationSpec, classes: Iterable[str], evaluation_set: EvaluationSet
) -> KnownParts:
    """What a spec lets figures be about; `classes` are those that candidates answer.

    A class may be named as the set calls it, too, where that name is mapped.
    """
    buckets = tuple(spec.slices.buckets) or tuple(BUCKETS)
    columns = list(spec.slices.columns)
    if "attribute" in buckets:
        columns += evaluation_set.attribute_names
    own = dict.fromkeys(classes)
    mapped = (theirs for theirs, ours in sorted(spec.label_mapping.items()) if ours in own)
    return KnownParts(
        classes=tuple(dict.fromkeys((*own, *mapped))),
        set_classes=tuple(one.label for one in evaluation_set.label_counts),
        conditions=tuple(spec.slices.predicates),
        columns=tuple(dict.fromkeys(columns)),
        buckets=buckets,
        metric_ids=tuple(spec.slices.metrics),
    )


def conditions_named(
    constraints: Iterable[str], objectives: Iterable[str], frontier_figures: Iterable[str] = ()
) -> list[str]:
    """Conditions that these expressions name as slices, in their order.

    Raises ExpressionError for an expression that cannot be read.
    """
    read = [parse_objective(text) for text in objectives]
    texts = [
        *(parse_constraint(text).part for text in constraints),
        *(objective.part for objective in read),
        *(term.part for objective in read for term in objective.terms),
        *(parse_figure(text).part_text for text in frontier_figures),
    ]
    parts = [read_part(text) for text in dict.fromkeys(texts) if text]
    slices = [part.name for part in parts if part.kind is PartKind.SLICE]
    return [name for name in slices if _is_condition(name)]


def _is_condition(name: str) -> bool:
    try:
        parse_predicate(name)
    except ExpressionError:
        return False
    return True


def _refuse(subject: str, what: str, name: str, there_are: Sequence[str]) -> NoReturn:
    close = difflib.get_close_matches(name, there_are, n=3) or [
        one for one in there_are if one.endswith("=VALUE") and one.removesuffix("VALUE") in name
    ]
    if close:
        found = f"did you mean {joined(close[:3], 'or')}?"
    elif there_are:
        more = len(there_are) - _SHOWN
        shown = [*there_are[:_SHOWN], *([f"{more} more"] if more > 0 else [])]
        found = f"there is {joined(shown)}"
    else:
        found = "there is none"
    message = f'{subject}: there is no {what} "{name}"; {found}'
    raise UnknownFigureError(message)
