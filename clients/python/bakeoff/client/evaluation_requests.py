"""Requests about evaluations, the same for calls that block and calls that are awaited."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bakeoff import v1
from bakeoff.client.names import CANDIDATES, EVALUATION_SETS, EVALUATIONS, resource_name

ReportFormat = Literal["html", "markdown", "json", "summary", "model-card"]
ComparisonFormat = Literal["html", "markdown"]

_Rendered = v1.ReadArtifactRequest.RenderedReport

REPORT_FORMATS: dict[str, _Rendered.Format.ValueType] = {
    "html": _Rendered.FORMAT_HTML,
    "markdown": _Rendered.FORMAT_MARKDOWN,
    "json": _Rendered.FORMAT_JSON,
    "summary": _Rendered.FORMAT_MARKDOWN_SUMMARY,
    "model-card": _Rendered.FORMAT_MODEL_CARD,
}


@dataclass(frozen=True)
class RenderedReport:
    """The report: `html`, `markdown` or `json`.

    Or of it a `summary` for a pull request, or the section on evaluation of a `model-card`.
    """

    format: ReportFormat = "html"


@dataclass(frozen=True)
class Observations:
    """Raw observations of a candidate in a scenario.

    A file of `ObservationBlock` messages, each preceded by its length.
    """

    candidate: str
    scenario: str


@dataclass(frozen=True)
class RenderedComparison:
    """The report beside those of other evaluations, 1 to 16, on one page."""

    evaluations: Sequence[str]
    format: ComparisonFormat = "html"


Artifact = RenderedReport | RenderedComparison | Observations


def create_request(
    spec: v1.EvaluationSpec, evaluation_id: str, *, validate_only: bool
) -> v1.CreateEvaluationRequest:
    """Asks for an evaluation, under a request id of its own."""
    return v1.CreateEvaluationRequest(
        spec=spec,
        evaluation_id=evaluation_id,
        request_id=str(uuid.uuid4()),
        validate_only=validate_only,
    )


def rescore_request(
    name: str, spec: v1.EvaluationSpec, evaluation_id: str
) -> v1.RescoreEvaluationRequest:
    """Asks for other answers from what is stored, under a request id of its own."""
    return v1.RescoreEvaluationRequest(
        name=resource_name(EVALUATIONS, name),
        spec=spec,
        evaluation_id=evaluation_id,
        request_id=str(uuid.uuid4()),
    )


def compare_request(
    name: str,
    against: str,
    pairs: Mapping[str, str],
    constraints: Sequence[str],
    statistics: v1.StatisticsSettings | None,
) -> v1.CompareEvaluationsRequest:
    """Asks for a comparison with an earlier evaluation."""
    return v1.CompareEvaluationsRequest(
        name=resource_name(EVALUATIONS, name),
        against=resource_name(EVALUATIONS, against),
        pairs=[
            v1.CandidatePair(
                candidate=resource_name(CANDIDATES, candidate),
                baseline=resource_name(CANDIDATES, baseline),
            )
            for candidate, baseline in pairs.items()
        ],
        constraints=constraints,
        statistics=statistics,
    )


def history_request(
    model: str,
    variant: str,
    evaluation_set: str,
    figures: Sequence[str],
    statistics: v1.StatisticsSettings | None,
) -> v1.GetModelHistoryRequest:
    """Asks how a model went from version to version."""
    return v1.GetModelHistoryRequest(
        model=model,
        variant=variant,
        evaluation_set=resource_name(EVALUATION_SETS, evaluation_set) if evaluation_set else "",
        figures=figures,
        statistics=statistics,
    )


def list_request(
    states: Sequence[v1.Evaluation.State.ValueType], page_token: str
) -> v1.ListEvaluationsRequest:
    """Asks for a page of evaluations."""
    return v1.ListEvaluationsRequest(states=states, page_token=page_token)


def predictions_request(
    name: str, candidate: str, page_token: str, *, wrong_only: bool
) -> v1.ListPredictionsRequest:
    """Asks for a page of predictions."""
    return v1.ListPredictionsRequest(
        name=resource_name(EVALUATIONS, name),
        candidate=resource_name(CANDIDATES, candidate),
        page_token=page_token,
        wrong_only=wrong_only,
    )


def read_request(name: str, artifact: Artifact) -> v1.ReadArtifactRequest:
    """Asks for a file."""
    request = v1.ReadArtifactRequest(name=resource_name(EVALUATIONS, name))
    if isinstance(artifact, RenderedReport):
        request.rendered_report.format = REPORT_FORMATS[artifact.format]
    elif isinstance(artifact, RenderedComparison):
        names = [resource_name(EVALUATIONS, other) for other in artifact.evaluations]
        request.rendered_comparison.evaluations.extend(names)
        request.rendered_comparison.format = REPORT_FORMATS[artifact.format]
    else:
        request.observations.candidate = resource_name(CANDIDATES, artifact.candidate)
        request.observations.scenario = artifact.scenario
    return request
