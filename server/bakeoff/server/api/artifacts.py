"""Files that an evaluation has made, piece by piece."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias, TypeVar

from bakeoff.server.api.threads import in_thread
from bakeoff.server.errors import InvalidFieldError, NotFoundError, WrongStateError
from bakeoff.server.report import (
    render_comparison_html,
    render_comparison_markdown,
    render_html,
    render_json,
    render_markdown,
    render_model_card,
    render_summary,
)
from bakeoff.server.scenarios import scenario_id
from bakeoff.server.store import CANDIDATES, Store, resource_id, store_failures
from bakeoff.v1 import Evaluation, ReadArtifactRequest, Report

_PIECE_BYTES = 256 * 1024
_RenderedReport = ReadArtifactRequest.RenderedReport
_ComparisonRenderer: TypeAlias = "Callable[[Sequence[Report]], str]"

_RENDERERS: "Mapping[_RenderedReport.Format.ValueType, Callable[[Report], str]]" = MappingProxyType(
    {
        _RenderedReport.FORMAT_HTML: render_html,
        _RenderedReport.FORMAT_MARKDOWN: render_markdown,
        _RenderedReport.FORMAT_JSON: render_json,
        _RenderedReport.FORMAT_MARKDOWN_SUMMARY: render_summary,
        _RenderedReport.FORMAT_MODEL_CARD: render_model_card,
    }
)
_COMPARISON_RENDERERS: "Mapping[_RenderedReport.Format.ValueType, _ComparisonRenderer]" = (
    MappingProxyType(
        {
            _RenderedReport.FORMAT_HTML: render_comparison_html,
            _RenderedReport.FORMAT_MARKDOWN: render_comparison_markdown,
        }
    )
)
_MOST_OTHERS = 16
_Input = TypeVar("_Input")


class Artifacts:
    """Reads what evaluations have made."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def read(self, request: ReadArtifactRequest) -> AsyncIterator[bytes]:
        """Pieces of the file that is asked for, at most 256 KiB each.

        Raises NotFoundError, WrongStateError when there is no report yet, InvalidFieldError.
        """
        evaluation = await asyncio.to_thread(self._store.evaluation, request.name)
        kind = request.WhichOneof("artifact")
        if kind == "rendered_report":
            pieces = self._rendered(evaluation, request.rendered_report.format)
        elif kind == "rendered_comparison":
            pieces = self._compared(evaluation, request.rendered_comparison)
        elif kind == "observations":
            pieces = self._observations(evaluation, request.observations)
        else:
            msg = "artifact must be rendered_report, rendered_comparison or observations, got none"
            raise InvalidFieldError(msg, field="artifact")
        async for piece in pieces:
            yield piece

    async def _rendered(
        self, evaluation: Evaluation, wanted: "_RenderedReport.Format.ValueType"
    ) -> AsyncIterator[bytes]:
        render = _renderer(_RENDERERS, wanted, "rendered_report.format")
        for piece in _pieces(await asyncio.to_thread(render, _report(evaluation))):
            yield piece

    async def _compared(
        self, evaluation: Evaluation, wanted: ReadArtifactRequest.RenderedComparison
    ) -> AsyncIterator[bytes]:
        render = _renderer(_COMPARISON_RENDERERS, wanted.format, "rendered_comparison.format")
        names = (evaluation.name, *wanted.evaluations)
        if not 1 <= len(wanted.evaluations) <= _MOST_OTHERS or len(set(names)) < len(names):
            msg = (
                f"rendered_comparison.evaluations must hold 1 to {_MOST_OTHERS} evaluations, each "
                f"once and none of them {evaluation.name}, got {len(wanted.evaluations)}"
            )
            raise InvalidFieldError(msg, field="rendered_comparison.evaluations")
        found = await asyncio.to_thread(
            lambda: [_report(self._store.evaluation(name)) for name in wanted.evaluations]
        )
        for piece in _pieces(await asyncio.to_thread(render, [_report(evaluation), *found])):
            yield piece

    async def _observations(
        self, evaluation: Evaluation, wanted: ReadArtifactRequest.Observations
    ) -> AsyncIterator[bytes]:
        path = await asyncio.to_thread(self._observations_path, evaluation, wanted)
        with store_failures():
            file = await asyncio.to_thread(path.open, "rb")
        try:
            with store_failures():
                while piece := await in_thread(file.read, _PIECE_BYTES):
                    yield piece
        finally:
            file.close()

    def _observations_path(
        self, evaluation: Evaluation, wanted: ReadArtifactRequest.Observations
    ) -> Path:
        resource_id(CANDIDATES, wanted.candidate, "observations.candidate")
        if wanted.candidate not in evaluation.spec.candidates:
            msg = f"{wanted.candidate} is not a candidate of {evaluation.name}"
            raise NotFoundError(msg, name=wanted.candidate)
        measured = [scenario_id(scenario) for scenario in evaluation.spec.scenarios]
        if wanted.scenario not in measured:
            msg = (
                f"observations.scenario must be one that {evaluation.name} measures, "
                f"{', '.join(measured) or 'of which there is none'}; got {wanted.scenario[:80]!r}"
            )
            raise InvalidFieldError(msg, field="observations.scenario")
        path = self._store.observations_path(evaluation.name, wanted.candidate, wanted.scenario)
        if not path.is_file():
            msg = (
                f"there are no observations of {wanted.candidate} in {wanted.scenario}: it failed "
                "before, or has not come to it yet"
            )
            raise NotFoundError(msg, name=wanted.candidate)
        return path


def _renderer(
    known: "Mapping[_RenderedReport.Format.ValueType, Callable[[_Input], str]]",
    wanted: "_RenderedReport.Format.ValueType",
    field: str,
) -> "Callable[[_Input], str]":
    if wanted not in known:
        formats = ", ".join(_RenderedReport.Format.Name(one) for one in known)
        msg = f"{field} must be one of {formats}, got {wanted}"
        raise InvalidFieldError(msg, field=field)
    return known[wanted]


def _report(evaluation: Evaluation) -> Report:
    if not evaluation.HasField("report"):
        state = Evaluation.State.Name(evaluation.state)
        msg = f"{evaluation.name} has no report: it is {state}"
        raise WrongStateError(msg, name=evaluation.name, state=state)
    return evaluation.report


def _pieces(text: str) -> Iterator[bytes]:
    content = text.encode()
    for start in range(0, len(content), _PIECE_BYTES):
        yield content[start : start + _PIECE_BYTES]
