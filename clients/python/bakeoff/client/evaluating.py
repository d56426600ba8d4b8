"""One evaluation from beginning to end: send what is local, ask, watch, give the report."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from bakeoff import v1
from bakeoff.client.async_evaluations import AsyncEvaluationMethods
from bakeoff.client.candidates import AsyncCandidateMethods, CandidateMethods
from bakeoff.client.errors import (
    BakeoffClientError,
    EvaluationCancelledError,
    EvaluationFailedError,
    InvalidOptionError,
)
from bakeoff.client.evaluation_sets import AsyncEvaluationSetMethods, EvaluationSetMethods
from bakeoff.client.evaluations import EvaluationMethods
from bakeoff.client.names import CANDIDATES, resource_name, target_name
from bakeoff.client.naming import local_bundle, local_set
from bakeoff.client.progress import OnTransfer, unheard
from bakeoff.client.reading import ReadingOptions, Spool
from bakeoff.client.statuses import error_from_status

OnChange = Callable[[v1.Evaluation], None]
SetSource = str | Path | Spool | Iterable[v1.Example]


class EvaluateMethods(CandidateMethods, EvaluationSetMethods, EvaluationMethods):
    """Calls that block."""

    def evaluate(
        self,
        candidates: Sequence[str | Path],
        evaluation_set: SetSource,
        spec: v1.EvaluationSpec | None = None,
        *,
        reading: ReadingOptions | None = None,
        on_transfer: OnTransfer = unheard,
        on_change: OnChange = unheard,
    ) -> v1.Report:
        """Evaluates candidates over a set and gives the report.

        A candidate is the name of a registered one or the folder of a bundle; the
        set is the name of a registered one, a file, a spool, or messages. What is
        local is sent first. `spec` says all the rest; its baseline may be written
        as the candidate was. `on_transfer` hears of uploads, `on_change` of every
        change of the evaluation. When the caller is interrupted, so is the evaluation.

        Raises what uploading and `create_evaluation` raise, EvaluationFailedError
        and EvaluationCancelledError when there is no report.
        """
        whole = self.prepare(
            candidates, evaluation_set, spec, reading=reading, on_transfer=on_transfer
        )
        accepted = self.create_evaluation(whole)
        try:
            for evaluation in self.watch_evaluation(accepted.name):
                accepted = evaluation
                on_change(evaluation)
        except BakeoffClientError:
            raise
        except BaseException:  # an interrupt too cancels what nobody waits for
            with suppress(BakeoffClientError):
                self.cancel_evaluation(accepted.name)
            raise
        return report_of(accepted)

    def prepare(
        self,
        candidates: Sequence[str | Path],
        evaluation_set: SetSource,
        spec: v1.EvaluationSpec | None = None,
        *,
        reading: ReadingOptions | None = None,
        on_transfer: OnTransfer = unheard,
    ) -> v1.EvaluationSpec:
        """Sends what is local and gives the whole spec, ready for `create_evaluation`.

        Takes what `evaluate` takes, and raises what uploading raises.
        """
        held = [self._hold(candidate, on_transfer) for candidate in candidates]
        held_set = self._hold_set(evaluation_set, task_of(held), reading, on_transfer)
        return filled(spec, candidates, held, held_set)

    def _hold(self, candidate: str | Path, on_transfer: OnTransfer) -> v1.Candidate:
        folder = local_bundle(candidate)
        if folder is None:
            return self.get_candidate(str(candidate))
        return self.ensure_candidate(folder, on_progress=on_transfer)

    def _hold_set(
        self,
        source: SetSource,
        task: str,
        reading: ReadingOptions | None,
        on_transfer: OnTransfer,
    ) -> v1.EvaluationSet:
        local = local_set(source) if isinstance(source, (str, Path)) else source
        if local is None:
            return self.get_evaluation_set(str(source))
        return self.upload_evaluation_set(
            local, task=task, reading=reading, on_progress=on_transfer
        )


class AsyncEvaluateMethods(
    AsyncCandidateMethods, AsyncEvaluationSetMethods, AsyncEvaluationMethods
):
    """Calls that are awaited."""

    async def evaluate(
        self,
        candidates: Sequence[str | Path],
        evaluation_set: SetSource,
        spec: v1.EvaluationSpec | None = None,
        *,
        reading: ReadingOptions | None = None,
        on_transfer: OnTransfer = unheard,
        on_change: OnChange = unheard,
    ) -> v1.Report:
        """Evaluates candidates over a set and gives the report.

        A candidate is the name of a registered one or the folder of a bundle; the
        set is the name of a registered one, a file, a spool, or messages. What is
        local is sent first. `spec` says all the rest; its baseline may be written
        as the candidate was. `on_transfer` hears of uploads, `on_change` of every
        change of the evaluation. When the caller is interrupted, so is the evaluation.

        Raises what uploading and `create_evaluation` raise, EvaluationFailedError
        and EvaluationCancelledError when there is no report.
        """
        whole = await self.prepare(
            candidates, evaluation_set, spec, reading=reading, on_transfer=on_transfer
        )
        accepted = await self.create_evaluation(whole)
        try:
            async for evaluation in self.watch_evaluation(accepted.name):
                accepted = evaluation
                on_change(evaluation)
        except BakeoffClientError:
            raise
        except BaseException:  # an interrupt too cancels what nobody waits for
            with suppress(BakeoffClientError):
                await self.cancel_evaluation(accepted.name)
            raise
        return report_of(accepted)

    async def prepare(
        self,
        candidates: Sequence[str | Path],
        evaluation_set: SetSource,
        spec: v1.EvaluationSpec | None = None,
        *,
        reading: ReadingOptions | None = None,
        on_transfer: OnTransfer = unheard,
    ) -> v1.EvaluationSpec:
        """Sends what is local and gives the whole spec, ready for `create_evaluation`.

        Takes what `evaluate` takes, and raises what uploading raises.
        """
        held = [await self._hold(candidate, on_transfer) for candidate in candidates]
        held_set = await self._hold_set(evaluation_set, task_of(held), reading, on_transfer)
        return filled(spec, candidates, held, held_set)

    async def _hold(self, candidate: str | Path, on_transfer: OnTransfer) -> v1.Candidate:
        folder = local_bundle(candidate)
        if folder is None:
            return await self.get_candidate(str(candidate))
        return await self.ensure_candidate(folder, on_progress=on_transfer)

    async def _hold_set(
        self,
        source: SetSource,
        task: str,
        reading: ReadingOptions | None,
        on_transfer: OnTransfer,
    ) -> v1.EvaluationSet:
        local = local_set(source) if isinstance(source, (str, Path)) else source
        if local is None:
            return await self.get_evaluation_set(str(source))
        return await self.upload_evaluation_set(
            local, task=task, reading=reading, on_progress=on_transfer
        )


def task_of(candidates: Sequence[v1.Candidate]) -> str:
    """The task of the first candidate. Raises InvalidOptionError when there is none."""
    if not candidates:
        message = "An evaluation needs at least one candidate, got none."
        raise InvalidOptionError(message)
    return candidates[0].manifest.task


def filled(
    spec: v1.EvaluationSpec | None,
    given: Sequence[str | Path],
    held: Sequence[v1.Candidate],
    evaluation_set: v1.EvaluationSet,
) -> v1.EvaluationSpec:
    """The spec with the names of what the server now holds. The one given is left as it is."""
    whole = v1.EvaluationSpec()
    if spec is not None:
        whole.CopyFrom(spec)
    names = {str(word): candidate.name for word, candidate in zip(given, held, strict=True)}
    del whole.candidates[:]
    whole.candidates.extend(candidate.name for candidate in held)
    whole.evaluation_set = evaluation_set.name
    if whole.baseline:
        whole.baseline = _baseline(whole.baseline, names)
    if whole.target:
        whole.target = target_name(whole.target)
    return whole


def _baseline(word: str, names: Mapping[str, str]) -> str:
    if word in names:
        return names[word]
    if (name := resource_name(CANDIDATES, word)) in names.values():
        return name
    message = f"baseline must be one of the candidates ({', '.join(names)}), got {word!r}."
    raise InvalidOptionError(message)


def report_of(evaluation: v1.Evaluation) -> v1.Report:
    """The report of an evaluation that has ended.

    Raises EvaluationFailedError or EvaluationCancelledError when there is none.
    """
    if evaluation.state == v1.Evaluation.STATE_SUCCEEDED:
        return evaluation.report
    if evaluation.state == v1.Evaluation.STATE_CANCELLED:
        message = f"{evaluation.name} was cancelled."
        raise EvaluationCancelledError(message, evaluation=evaluation)
    cause = error_from_status(evaluation.error)
    message = f"{evaluation.name} failed: {cause.message}"
    raise EvaluationFailedError(message, evaluation=evaluation, reason=cause.reason)
