"""From everything that an evaluation found to its report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.metrics import distinct_metrics
from bakeoff.server.quality import Certainty, decisions
from bakeoff.server.report.abstention import abstention
from bakeoff.server.report.adaptive import adaptive_summary
from bakeoff.server.report.answers_under_load import AnswerKey
from bakeoff.server.report.certainty import certainty
from bakeoff.server.report.comparison import comparisons
from bakeoff.server.report.cost_ratios import cost_ratio
from bakeoff.server.report.flips import flips
from bakeoff.server.report.load_curve import load_curve
from bakeoff.server.report.measurement import scenario_result
from bakeoff.server.report.memory import memory_figures
from bakeoff.server.report.messages import (
    figure_message,
    result_figures,
    selection_message,
)
from bakeoff.server.report.observations import Observations, read_observations
from bakeoff.server.report.pairing import Pairing
from bakeoff.server.report.quality import (
    class_results,
    confusion_matrix,
    example_counts,
    quality_figures,
)
from bakeoff.server.report.references import references
from bakeoff.server.report.reliability import reliability_bins
from bakeoff.server.report.slices import drawn_slices, fill_slices, parts_of
from bakeoff.server.report.validity import is_usable
from bakeoff.server.report.warnings import caveat, warnings
from bakeoff.server.report.wrong_answers import wrong_answers
from bakeoff.server.scenarios import scenario_id
from bakeoff.server.selection import (
    Entrant,
    QualityKey,
    Rules,
    extras_of,
    known_parts,
    read_requirements,
    select,
)
from bakeoff.server.tasks import Sample, Task, task_named
from bakeoff.server.tasks.classification_head import REGRESSION
from bakeoff.server.types import CandidateEvidence, Evidence
from bakeoff.v1 import CandidateResult, CostRatio, Report, ScenarioResult


@dataclass(frozen=True, slots=True)
class _Scoring:
    """What the parts of a report share.

    `samples` holds every candidate with predictions; `scored` only those that were given every
    example, so that their figures are over the whole set.
    """

    evidence: Evidence
    certainty: Certainty
    metric_ids: tuple[str, ...]
    samples: Mapping[str, Sample]
    scored: Mapping[str, Sample]
    observations: Mapping[str, Mapping[str, Observations]]

    @property
    def references(self) -> Mapping[str, str]:
        """What each candidate that was scored is compared with, example by example."""
        spec = self.evidence.spec
        found = [one for one in self.evidence.candidates if one.candidate.name in self.scored]
        return references(found, spec.baseline or spec.candidates[0])

    @property
    def usable(self) -> Mapping[str, Mapping[str, Observations]]:
        """Observations without those of invalid measurements."""
        return {
            name: {scenario: found for scenario, found in measured.items() if is_usable(found)}
            for name, measured in self.observations.items()
        }


def assemble(evidence: Evidence, *, create_time: Timestamp, bakeoff_version: str) -> Report:
    """Score, compare, select and explain.

    The same evidence gives the same report, to the last byte of its deterministic serialisation.
    A candidate with an error stays in the report with what was found of it, and is not selected.
    Raises ExpressionError or UnknownFigureError for a spec that was not checked.
    """
    spec = evidence.spec
    task = task_named(evidence.evaluation_set.task)
    scoring = _scoring(evidence, task)
    drawn = drawn_slices(evidence, scoring.scored)
    pairing = Pairing(
        scoring.scored,
        scoring.usable,
        scoring.certainty,
        spec,
        parts=parts_of(evidence, scoring.scored, drawn),
    )
    baseline = spec.baseline or spec.candidates[0]
    problem_type = evidence.candidates[0].candidate.manifest.classification.problem_type
    compared = distinct_metrics(scoring.metric_ids, problem_type)
    report = Report(
        evaluation=evidence.evaluation,
        spec=spec,
        evaluation_set=evidence.evaluation_set,
        target=evidence.target,
        environment=evidence.environment,
        candidates=[_result(scoring, found) for found in evidence.candidates],
        comparisons=comparisons(pairing, spec.candidates, baseline, compared),
        cost_ratios=_cost_ratios(scoring, baseline),
        flips=flips(scoring.scored, scoring.references, evidence),
        adaptive=adaptive_summary(evidence),
        create_time=create_time,
        bakeoff_version=bakeoff_version,
    )
    report.warnings.extend(warnings(report, evidence.candidates))
    fill_slices(
        report,
        evidence,
        drawn,
        scoring.scored,
        scoring.references,
        certainty=scoring.certainty,
    )
    requirements = read_requirements(
        spec.constraints,
        spec.objectives,
        metric_ids=scoring.metric_ids,
        scenarios=[scenario_id(scenario) for scenario in spec.scenarios],
        main_metric=task.main_metric(problem_type),
        extras=extras_of(spec),
        frontier_figures=spec.frontier_figures,
        parts=known_parts(spec, _classes(evidence), evidence.evaluation_set),
    )
    _fill_part_figures(report, pairing, requirements.part_keys)
    entrants = [_entrant(result) for result in report.candidates]
    figures = {entrant.candidate: entrant.figures for entrant in entrants}
    decision = select(
        entrants,
        requirements,
        replace(pairing, figures=figures),
        Rules(scoring.certainty.level, scoring.certainty.margin, baseline),
    )
    report.selection.CopyFrom(selection_message(decision))
    return report


def _classes(evidence: Evidence) -> list[str]:
    """Classes that candidates answer; none for regression."""
    heads = [found.candidate.manifest.classification for found in evidence.candidates]
    return [label for head in heads if head.problem_type != REGRESSION for label in head.labels]


def _fill_part_figures(report: Report, pairing: Pairing, keys: Sequence[str]) -> None:
    """Write the figures of classes and slices that are named for every candidate."""
    named = [quality for key in keys if (quality := QualityKey.of(key)) is not None]
    for result in report.candidates:
        result.part_figures.extend(
            figure_message(
                pairing.levels.parts.figure(quality, result.candidate.name, pairing.certainty)
            )
            for quality in named
        )


def _scoring(evidence: Evidence, task: Task) -> _Scoring:
    samples = {
        found.candidate.name: task.sample(
            evidence.keys,
            found.predictions,
            found.candidate.manifest.classification,
            evidence.spec.label_mapping,
        )
        for found in evidence.candidates
        if found.predictions
    }
    scored = {
        found.candidate.name: samples[found.candidate.name]
        for found in evidence.candidates
        if found.predictions and len(found.predictions) == len(evidence.keys)
    }
    return _Scoring(
        evidence=evidence,
        certainty=certainty(evidence.spec.statistics, evidence.keys).sharing(scored.values()),
        metric_ids=_metric_ids(evidence, task),
        samples=samples,
        scored=scored,
        observations={
            found.candidate.name: {
                name: read_observations(scenario) for name, scenario in found.scenarios.items()
            }
            for found in evidence.candidates
        },
    )


def _metric_ids(evidence: Evidence, task: Task) -> tuple[str, ...]:
    if evidence.spec.metrics:
        return tuple(evidence.spec.metrics)
    heads = [found.candidate.manifest.classification for found in evidence.candidates]
    fitting = (task.default_metrics(head.problem_type, len(head.labels)) for head in heads)
    return tuple(dict.fromkeys(metric_id for ids in fitting for metric_id in ids))


def _result(scoring: _Scoring, found: CandidateEvidence) -> CandidateResult:
    scenarios = _scenarios(scoring, found)
    result = CandidateResult(
        candidate=found.candidate,
        error=found.error,
        prediction_pass=found.prediction_pass,
        scenarios=scenarios,
        load_curve=load_curve(scenarios),
        cold_start=found.cold_start,
        memory=found.memory,
        memory_fit=found.memory_fit,
        early_stop=found.early_stop,
        placement=found.placement,
        batch_sensitivity=found.batch_sensitivity,
        cost=[figure_message(f) for f in memory_figures(found.candidate, found.memory)],
    )
    name = found.candidate.name
    if name in scoring.samples:
        result.example_counts.CopyFrom(example_counts(scoring.samples[name]))
    if name in scoring.scored:
        result.MergeFrom(_quality(scoring, scoring.scored[name]))
    return result


def _quality(scoring: _Scoring, sample: Sample) -> CandidateResult:
    decided = decisions(sample, scoring.certainty.clusters_of(sample))
    level = scoring.certainty.level
    return CandidateResult(
        quality=[
            figure_message(figure)
            for figure in quality_figures(sample, scoring.metric_ids, scoring.certainty)
        ],
        classes=class_results(sample, scoring.certainty),
        confusion_matrix=confusion_matrix(sample),
        reliability_bins=reliability_bins(decided, level),
        abstention=abstention(decided, level),
        wrong_answers=wrong_answers(sample, scoring.evidence),
    )


def _scenarios(scoring: _Scoring, found: CandidateEvidence) -> list[ScenarioResult]:
    measured = scoring.observations[found.candidate.name]
    spec = scoring.evidence.spec
    key = _answer_key(scoring, found) if found.candidate.name in scoring.scored else None
    return [
        scenario_result(
            measured[name],
            settings,
            scoring.certainty.level,
            traffic=spec.traffic if spec.HasField("traffic") else None,
            pricing=spec.pricing if spec.HasField("pricing") else None,
            answer_key=key,
        )
        for settings in spec.scenarios
        if (name := scenario_id(settings)) in measured
    ]


def _answer_key(scoring: _Scoring, found: CandidateEvidence) -> AnswerKey | None:
    head = found.candidate.manifest.classification
    if head.problem_type == REGRESSION:
        return None  # no answer is right or wrong
    return AnswerKey(
        task=task_named(scoring.evidence.evaluation_set.task),
        head=head,
        sample=scoring.scored[found.candidate.name],
        is_labelled=np.array([key.HasField("label") for key in scoring.evidence.keys]),
        clusters=scoring.certainty.clusters,
    )


def _cost_ratios(scoring: _Scoring, baseline: str) -> list[CostRatio]:
    usable = scoring.usable
    of_baseline = usable.get(baseline, {})
    ratios = [
        cost_ratio(name, baseline, measured[scenario], theirs, scoring.certainty.level)
        for name, measured in usable.items()
        if name != baseline
        for scenario, theirs in of_baseline.items()
        if scenario in measured
    ]
    return [ratio for ratio in ratios if ratio is not None]


def _entrant(result: CandidateResult) -> Entrant:
    failure = ""
    if result.HasField("error"):
        failure = result.error.message or "no reason was given"
    stopped_early = not failure and result.HasField("early_stop")
    return Entrant(
        candidate=result.candidate.name,
        figures={figure.key: figure for figure in result_figures(result)},
        failure=result.early_stop.reason if stopped_early else failure,
        caveat=caveat(result),
        stopped_early=stopped_early,
    )
