"""Evaluations in the background: accepted, queued, run, watched, cancelled, taken up again."""

import asyncio
import logging
import shutil
import time
import uuid
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

from google.rpc.status_pb2 import Status

from bakeoff.server import errors
from bakeoff.server.jobs.assignment import Assignment
from bakeoff.server.jobs.board import Board, Change, has_ended
from bakeoff.server.jobs.deadlines import Deadlines
from bakeoff.server.jobs.evaluation import evaluate
from bakeoff.server.jobs.findings import Findings
from bakeoff.server.jobs.lane import Lane
from bakeoff.server.jobs.progress import ProgressMeter
from bakeoff.server.jobs.supervisor import WorkerLaunch, WorkerProcess
from bakeoff.server.jobs.targets import Targets, discover
from bakeoff.server.settings import Settings
from bakeoff.server.status import internal_status, status_of
from bakeoff.server.store import Store
from bakeoff.v1 import Evaluation, Manifest, Progress, Report, Target
from bakeoff.worker.v1 import Command, Inspect, Load

_LOG = logging.getLogger(__name__)

_WORKER_HOME = "workers"
_CPU = "cpu"
_CPU_TARGET = "targets/cpu"


class Engine:
    """Runs evaluations, one at a time on each target.

    Every method belongs to the thread of one event loop, but for `current`.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._home_path = settings.data_dir.absolute() / _WORKER_HOME
        self._board = Board(store)
        self._targets = Targets(())
        self._lanes: dict[str, Lane] = {}
        self._cancelling = asyncio.Lock()
        self._cancellations: set[asyncio.Task[Evaluation]] = set()
        # Held while something is timed, so that what can wait does.
        self._stillness = asyncio.Lock()

    async def start(self) -> None:
        """Try the devices of this machine, and take up what had not ended.

        An evaluation whose target is there no longer fails with the cause.
        """
        # What workers that were killed have left behind.
        await asyncio.to_thread(shutil.rmtree, self._home_path, ignore_errors=True)
        self._targets = await discover(self._home_path)
        for target in self._targets.all:
            if target.available:
                self._lanes[target.name] = Lane(self._run)
            else:
                _LOG.info("%s cannot be used: %s", target.name, target.unavailable_reason)
        for evaluation in await asyncio.to_thread(self._store.unfinished_evaluations):
            try:
                await self.submit(evaluation)
            except errors.PreconditionError as error:
                self._board.add(evaluation)
                await self._end(evaluation.name, partial(_failed, status_of(error)))

    async def submit(self, evaluation: Evaluation) -> None:
        """Put a stored evaluation that has not ended into the queue of its target, once.

        Raises NoSuchTargetError or ProviderUnavailableError.
        """
        target = self._targets.usable(evaluation.spec.target or _CPU_TARGET)
        if evaluation.name not in self._board:
            self._board.add(evaluation)
            self._lanes[target.name].add(evaluation.name)

    async def cancel(self, name: str) -> Evaluation:
        """End an evaluation that is queued or running; its worker processes are gone then.

        One that was cancelled before stays as it is. Raises NotFoundError, and WrongStateError
        when it has ended in another way.
        """
        # A caller that gives up does not stop what it asked for half way.
        cancellation = asyncio.create_task(self._cancel(name))
        self._cancellations.add(cancellation)
        cancellation.add_done_callback(self._cancellations.discard)
        return await asyncio.shield(cancellation)

    def changes(self, name: str, since_revision: int = 0) -> AsyncIterator[Evaluation]:
        """Give an evaluation once it is beyond a revision, then on change, until it has ended.

        Changes that come faster than the reader reads are joined; the last one is always given.
        The messages must not be altered. Raises NotFoundError.
        """
        return self._board.changes(name, since_revision)

    def current(self, name: str) -> Evaluation:
        """Give an evaluation with live progress, not to be altered. Blocks; any thread may call.

        Raises NotFoundError.
        """
        return self._board.current(name)

    async def stop(self) -> None:
        """End all work. What had not ended is taken up again at the next start."""
        if self._cancellations:
            await asyncio.wait(self._cancellations)
        await asyncio.gather(*(lane.stop() for lane in self._lanes.values()))
        await self._board.close()

    def targets(self) -> list[Target]:
        """All devices of this server, those that cannot be used among them."""
        return list(self._targets.all)

    def target(self, name: str) -> Target:
        """One device of this server. Raises NoSuchTargetError naming those that there are."""
        return self._targets.named(name)

    def usable_target(self, name: str) -> Target:
        """A device that evaluations can run on.

        Raises NoSuchTargetError, and ProviderUnavailableError with the cause.
        """
        return self._targets.usable(name)

    def ready(self) -> bool:
        """Whether evaluations that are accepted now will be run."""
        return bool(self._lanes) and all(lane.alive for lane in self._lanes.values())

    async def inspect_bundle(self, bundle_path: Path, manifest: Manifest) -> None:
        """Load a bundle on the processor and run it once, in a process of its own.

        `bundle_path` is absolute. Waits while an evaluation times something. Raises the error
        that says what is wrong.
        """
        deadline_s = self._settings.inspect_deadline_s
        load = Load(
            bundle_path=str(bundle_path),
            manifest=manifest,
            device=_CPU,
            intra_op_thread_count=1,
        )
        async with self._stillness:
            worker = await WorkerProcess.start(self._launch(_CPU))
            try:
                await worker.request(Command(load=load), deadline_s)
                await worker.request(Command(inspect=Inspect()), deadline_s)
            finally:
                await worker.close()

    async def _cancel(self, name: str) -> Evaluation:
        async with self._cancelling:
            evaluation = await asyncio.to_thread(self.current, name)
            if not has_ended(evaluation):
                lane = self._lanes[evaluation.spec.target or _CPU_TARGET]
                if not lane.withdraw(name):
                    await lane.interrupt(name)
                evaluation = await asyncio.to_thread(self.current, name)
            if not has_ended(evaluation):
                evaluation = await self._end(name, _cancelled)
        if evaluation.state != Evaluation.STATE_CANCELLED:
            state = Evaluation.State.Name(evaluation.state).removeprefix("STATE_")
            msg = f"{name} has ended already: it is {state}, and cannot be cancelled"
            raise errors.WrongStateError(msg, name=name, state=state)
        return evaluation

    async def _run(self, name: str) -> None:
        """Run one evaluation to its end, and tell how it ended.

        Cancelled, it tells nothing: who cancels knows whether it is to go on later.
        """
        try:
            evaluation = await self._board.settle(name, _running)
            report = await evaluate(await asyncio.to_thread(self._assignment, evaluation))
            await self._board.settle(name, partial(_succeeded, report))
        except errors.BakeoffError as error:
            await self._end(name, partial(_failed, status_of(error)))
        except Exception as error:  # noqa: BLE001 - the edge: one evaluation must not stop the lane
            error_id = uuid.uuid4().hex
            _LOG.error("unexpected error %s in %s", error_id, name, exc_info=error)
            await self._end(name, partial(_failed, internal_status(error_id)))

    def _assignment(self, evaluation: Evaluation) -> Assignment:
        name, spec = evaluation.name, evaluation.spec
        target = self._targets.usable(spec.target or _CPU_TARGET)
        evaluation_set = self._store.evaluation_set_of(name)

        def publish(progress: Progress) -> None:
            self._board.post(name, lambda changed: changed.progress.CopyFrom(progress))

        return Assignment(
            evaluation=name,
            spec=spec,
            evaluation_set=evaluation_set,
            inputs_path=self._store.inputs_path(evaluation_set.name),
            target=target,
            store=self._store,
            findings=Findings(self._store, name),
            launch=self._launch(target.device),
            deadlines=Deadlines(self._settings.worker_deadline_s),
            progress=ProgressMeter(publish, evaluation.progress, measures=bool(spec.scenarios)),
            stillness=self._stillness,
        )

    def _launch(self, device: str) -> WorkerLaunch:
        limit = self._settings.worker_memory_limit_bytes
        # CUDA reserves far more addresses than memory.
        bound = limit if device == _CPU else 0
        return WorkerLaunch(home_path=self._home_path, memory_limit_bytes=bound)

    async def _end(self, name: str, change: Change) -> Evaluation:
        """Store how an evaluation ended; if that fails, show it, and let the next start go on."""
        try:
            return await self._board.settle(name, change)
        except errors.BakeoffError as error:
            _LOG.error("the end of %s was not stored: %s", name, error)
            return self._board.abandon(name, change)


def _running(evaluation: Evaluation) -> None:
    evaluation.state = Evaluation.STATE_RUNNING
    if not evaluation.HasField("start_time"):
        evaluation.start_time.FromNanoseconds(time.time_ns())


def _succeeded(report: Report, evaluation: Evaluation) -> None:
    evaluation.state = Evaluation.STATE_SUCCEEDED
    evaluation.report.CopyFrom(report)
    evaluation.progress.share = 1.0
    evaluation.progress.done_count = evaluation.progress.total_count
    evaluation.end_time.FromNanoseconds(time.time_ns())


def _failed(error: Status, evaluation: Evaluation) -> None:
    evaluation.state = Evaluation.STATE_FAILED
    evaluation.error.CopyFrom(error)
    evaluation.end_time.FromNanoseconds(time.time_ns())


def _cancelled(evaluation: Evaluation) -> None:
    evaluation.state = Evaluation.STATE_CANCELLED
    evaluation.end_time.FromNanoseconds(time.time_ns())
