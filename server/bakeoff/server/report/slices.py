"""Parts of the set that are looked at by themselves, in a report."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from bakeoff.server import slices
from bakeoff.server.metrics import distinct_metrics
from bakeoff.server.quality import Certainty
from bakeoff.server.report.messages import figure_message, interval_message
from bakeoff.server.report.parts import Parts
from bakeoff.server.report.quality import quality_figures
from bakeoff.server.tasks import Sample, task_named
from bakeoff.server.types import Evidence, Figure
from bakeoff.v1 import (
    EvaluationSpec,
    ExampleKey,
    Report,
    Slice,
    SliceDelta,
    SliceResult,
    SliceSettings,
    TextInput,
)

_DEFAULT_MIN_EXAMPLE_COUNT = 20
_DEFAULT_RATE = 0.05
_NO_BUCKET = "none"
_KINDS = {
    slices.Kind.COLUMN: Slice.KIND_COLUMN,
    slices.Kind.PREDICATE: Slice.KIND_PREDICATE,
    slices.Kind.LENGTH: Slice.KIND_LENGTH,
    slices.Kind.CLASS: Slice.KIND_CLASS,
    slices.Kind.CONFIDENCE: Slice.KIND_CONFIDENCE,
    slices.Kind.DIFFICULTY: Slice.KIND_DIFFICULTY,
}
_OUTCOMES = {
    slices.Outcome.BROKEN: SliceDelta.OUTCOME_BROKEN,
    slices.Outcome.IMPROVED: SliceDelta.OUTCOME_IMPROVED,
    slices.Outcome.NOT_TOLD: SliceDelta.OUTCOME_NOT_TOLD,
}


def drawn_slices(
    evidence: Evidence, scored: Mapping[str, Sample], conditions: Sequence[str] = ()
) -> slices.Slicing:
    """Draw the slices that a spec asks for, and those of more conditions.

    `scored` holds the candidates that were scored on the whole set. None without any.
    """
    if not scored:
        return slices.Slicing((), ())
    baseline = evidence.spec.baseline or evidence.spec.candidates[0]
    source = slices.Sliceable(_examples(evidence.keys, evidence.texts), scored, baseline)
    return slices.slices_of(source, _choice(evidence.spec.slices, conditions))


def parts_of(evidence: Evidence, scored: Mapping[str, Sample], drawn: slices.Slicing) -> Parts:
    """What is known of classes and of slices that were drawn."""
    return Parts(
        samples=scored,
        slices={found.id: found for found in (*drawn.slices, *drawn.too_small)},
        least_example_count=_choice(evidence.spec.slices).min_example_count,
        label_mapping=evidence.spec.label_mapping,
    )


def fill_slices(
    report: Report,
    evidence: Evidence,
    drawn: slices.Slicing,
    scored: Mapping[str, Sample],
    references: Mapping[str, str],
    *,
    certainty: Certainty,
) -> None:
    """Write slices, quality in each, deltas and what was left out into a report.

    `scored` holds the candidates that were scored on the whole set; `references` says with which
    of them each is compared. Nothing without any.
    """
    if not scored:
        return
    settings = evidence.spec.slices
    metric_ids = _metric_ids(evidence.spec, evidence.evaluation_set.task, scored)
    report.slices.extend(_slice_message(found) for found in drawn.slices)
    for result in report.candidates:
        sample = scored.get(result.candidate.name)
        if sample is not None:
            result.slices.extend(
                _result(found, sample, metric_ids, certainty) for found in drawn.slices
            )
    deltas = slices.slice_deltas(
        drawn.slices,
        scored,
        references,
        metric_ids,
        certainty=certainty,
        rate=settings.false_discovery_rate or _DEFAULT_RATE,
    )
    report.slice_deltas.extend(_delta_message(found) for found in deltas)
    report.warnings.extend(drawn.left_out)


def _examples(keys: Sequence[ExampleKey], texts: Sequence[TextInput]) -> slices.Examples:
    names = sorted({name for key in keys for name in key.attributes})
    return slices.Examples(
        ids=[key.id for key in keys],
        lengths=np.array([len(text.text) + len(text.text_pair) for text in texts], dtype=np.int64),
        labels=[_label(key) for key in keys],
        columns={name: [key.attributes.get(name) or None for key in keys] for name in names},
    )


def _label(key: ExampleKey) -> slices.ClassNames | float | None:
    kind = key.label.WhichOneof("kind")
    if kind == "class_name":
        return frozenset({key.label.class_name})
    if kind == "class_names":
        return frozenset(key.label.class_names.names)
    return key.label.value if kind == "value" else None


def _choice(settings: SliceSettings, conditions: Sequence[str] = ()) -> slices.SliceChoice:
    buckets = settings.buckets or slices.BUCKETS
    predicates = dict.fromkeys((*settings.predicates, *conditions))
    return slices.SliceChoice(
        columns=settings.columns,
        predicates=[slices.parse_predicate(text) for text in predicates],
        buckets=[name for name in buckets if name != _NO_BUCKET],
        min_example_count=settings.min_example_count or _DEFAULT_MIN_EXAMPLE_COUNT,
    )


def _metric_ids(spec: EvaluationSpec, task: str, scored: Mapping[str, Sample]) -> tuple[str, ...]:
    """Metrics of the slices. None under two names: the family would count it twice."""
    problem_type = next(iter(scored.values())).problem_type
    asked = spec.slices.metrics or [task_named(task).main_metric(problem_type)]
    return distinct_metrics(asked, problem_type)


def _result(
    found: slices.Slice, sample: Sample, metric_ids: Sequence[str], certainty: Certainty
) -> SliceResult:
    part = found.of(sample)
    figures = quality_figures(part, metric_ids, certainty)
    if not found.has_intervals:
        figures = [_bare(figure) for figure in figures]
    return SliceResult(
        slice=found.id,
        example_count=part.size,
        figures=[figure_message(figure) for figure in figures],
    )


def _bare(figure: Figure) -> Figure:
    """A figure without its interval, where the answers themselves say which examples count."""
    return replace(figure, interval=None)


def _slice_message(found: slices.Slice) -> Slice:
    return Slice(
        id=found.id,
        kind=_KINDS[found.kind],
        title=found.title,
        example_count=found.example_count,
    )


def _delta_message(delta: slices.SliceDelta) -> SliceDelta:
    found = delta.comparison
    return SliceDelta(
        candidate=delta.candidate,
        reference=delta.reference,
        slice=delta.slice_id,
        figure_id=found.metric_id,
        example_count=found.example_count,
        candidate_value=found.candidate_value,
        reference_value=found.baseline_value,
        difference=found.difference,
        interval=None if found.interval is None else interval_message(found.interval),
        p_value=found.p_value,
        adjusted_p_value=delta.adjusted_p_value,
        test=found.test,
        outcome=_OUTCOMES[delta.outcome],
    )
