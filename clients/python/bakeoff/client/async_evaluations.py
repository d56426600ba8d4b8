"""Evaluations: what a client asks of them, with calls that are awaited."""

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import grpc

from bakeoff import v1
from bakeoff.client.evaluation_requests import (
    Artifact,
    Observations,
    compare_request,
    create_request,
    history_request,
    list_request,
    predictions_request,
    read_request,
    rescore_request,
)
from bakeoff.client.names import EVALUATIONS, resource_name
from bakeoff.client.observation_blocks import BlockReader
from bakeoff.client.paging import all_items_async
from bakeoff.client.transport import AsyncTransport
from bakeoff.client.watching import Watch, broken, ended_early
from bakeoff.v1.evaluation_service_pb2_grpc import EvaluationServiceStub

if TYPE_CHECKING:
    from bakeoff.v1.evaluation_service_pb2_grpc import EvaluationServiceAsyncStub


class AsyncEvaluationMethods:
    """Calls that are awaited."""

    _transport: AsyncTransport

    @cached_property
    def _evaluations(self) -> "EvaluationServiceAsyncStub":
        return EvaluationServiceStub(self._transport.channel)

    async def create_evaluation(
        self, spec: v1.EvaluationSpec, evaluation_id: str = "", *, validate_only: bool = False
    ) -> v1.Evaluation:
        """Asks for an evaluation, which then runs on its own.

        Safe to repeat: every try carries the same request id. With `validate_only`
        the answer is the evaluation as it would be. Raises InvalidArgumentError,
        NotFoundError and FailedPreconditionError for a spec that cannot be run,
        ResourceExhaustedError when too many wait.
        """
        request = create_request(spec, evaluation_id, validate_only=validate_only)
        return (await self._transport.ask(self._evaluations.CreateEvaluation, request)).evaluation

    async def get_evaluation(self, name: str) -> v1.Evaluation:
        """One evaluation, by its name or id, with its report when it has one.

        Raises NotFoundError.
        """
        request = v1.GetEvaluationRequest(name=resource_name(EVALUATIONS, name))
        return (await self._transport.ask(self._evaluations.GetEvaluation, request)).evaluation

    def list_evaluations(
        self, states: Sequence[v1.Evaluation.State.ValueType] = ()
    ) -> AsyncIterator[v1.Evaluation]:
        """Evaluations in these states, or all, the newest first, without reports."""
        return all_items_async(
            lambda token: self._transport.ask(
                self._evaluations.ListEvaluations, list_request(states, token)
            ),
            lambda page: page.evaluations,
        )

    async def cancel_evaluation(self, name: str) -> v1.Evaluation:
        """Ends an evaluation that waits or runs. Raises WrongStateError when it has ended."""
        request = v1.CancelEvaluationRequest(name=resource_name(EVALUATIONS, name))
        return (await self._transport.ask(self._evaluations.CancelEvaluation, request)).evaluation

    async def delete_evaluation(self, name: str) -> None:
        """Removes an evaluation that has ended. Raises WrongStateError while it runs."""
        request = v1.DeleteEvaluationRequest(name=resource_name(EVALUATIONS, name))
        await self._transport.ask(self._evaluations.DeleteEvaluation, request, repeatable=False)

    async def rescore_evaluation(
        self, name: str, spec: v1.EvaluationSpec, evaluation_id: str = ""
    ) -> v1.Evaluation:
        """Answers other metrics, constraints or objectives from what is stored.

        Gives a new evaluation with its report; no model runs. Raises WrongStateError
        for an evaluation that has not succeeded.
        """
        request = rescore_request(name, spec, evaluation_id)
        return (
            await self._transport.ask(self._evaluations.RescoreEvaluation, request, scores=True)
        ).evaluation

    async def regenerate_report(self, name: str) -> v1.RegenerateReportResponse:
        """The report made anew from what is stored, and whether it is the stored one.

        Nothing is stored and no model runs. Raises WrongStateError for an evaluation
        without a report, FailedPreconditionError when its set is no longer there.
        """
        request = v1.RegenerateReportRequest(name=resource_name(EVALUATIONS, name))
        return await self._transport.ask(self._evaluations.RegenerateReport, request, scores=True)

    async def compare_evaluations(
        self,
        name: str,
        against: str,
        *,
        pairs: Mapping[str, str] | None = None,
        constraints: Sequence[str] = (),
        statistics: v1.StatisticsSettings | None = None,
    ) -> v1.EvaluationComparison:
        """One evaluation set against an earlier one, from what is stored.

        `pairs` are candidates, each with the one of the earlier evaluation that it is
        judged by; without them those of the same source model and variant are paired.
        Raises WrongStateError for an evaluation without a report.
        """
        request = compare_request(name, against, pairs or {}, constraints, statistics)
        answer = await self._transport.ask(
            self._evaluations.CompareEvaluations, request, scores=True
        )
        return answer.comparison

    async def get_model_history(
        self,
        model: str,
        *,
        variant: str = "",
        evaluation_set: str = "",
        figures: Sequence[str] = (),
        statistics: v1.StatisticsSettings | None = None,
    ) -> v1.ModelHistory:
        """How the figures of a source model went from version to version.

        `model` is its name as manifests give it; `figures` are ids, with or without
        scenario. Raises NotFoundError when no evaluation that has succeeded is of it, or
        none of those holds what is asked for.
        """
        request = history_request(model, variant, evaluation_set, figures, statistics)
        answer = await self._transport.ask(self._evaluations.GetModelHistory, request, scores=True)
        return answer.history

    async def watch_evaluation(
        self, name: str, since_revision: int = 0
    ) -> AsyncIterator[v1.Evaluation]:
        """The evaluation now and after each change, until it has ended.

        Goes on by itself after a broken connection, without repeating what was
        seen. The last message carries the report, if there is one. Raises
        NotFoundError, and UnavailableError when the server stays away.
        """
        watch = Watch(name, since_revision)
        attempts = self._transport.attempts(repeatable=True, timeout_s=None)
        while not watch.ended:
            stream = self._evaluations.WatchEvaluation(
                watch.request(), metadata=self._transport.connection.metadata
            )
            try:
                async for answer in stream:
                    attempts.succeeded()
                    watch.saw(answer.evaluation)
                    yield answer.evaluation
                if not watch.ended:
                    await self._transport.pause(attempts, ended_early())
            except grpc.RpcError as failure:
                await self._transport.pause(attempts, broken(failure))
            finally:
                stream.cancel()

    def list_predictions(
        self, name: str, candidate: str, *, wrong_only: bool = False
    ) -> AsyncIterator[v1.PredictionRecord]:
        """What one candidate answered, in the order of the set; pages are fetched as needed."""
        return all_items_async(
            lambda token: self._transport.ask(
                self._evaluations.ListPredictions,
                predictions_request(name, candidate, token, wrong_only=wrong_only),
            ),
            lambda page: page.predictions,
        )

    async def read_artifact(self, name: str, artifact: Artifact) -> AsyncIterator[bytes]:
        """A file that an evaluation has made, piece by piece: a report or raw observations.

        Raises NotFoundError when there is no such file.
        """
        answers = self._transport.read(self._evaluations.ReadArtifact, read_request(name, artifact))
        async for answer in answers:
            yield answer.data

    async def read_observations(
        self, name: str, candidate: str, scenario: str
    ) -> AsyncIterator[v1.ObservationBlock]:
        """Raw observations of a candidate in a scenario, block by block in the order they ran.

        `scenario` is its id, such as `server:qps=50`. Raises NotFoundError when there are none.
        """
        reader = BlockReader()
        async for piece in self.read_artifact(name, Observations(candidate, scenario)):
            for block in reader.read(piece):
                yield block
        reader.end()
