"""One evaluation from its first process to its report: profile, predict, measure, score."""

import asyncio
from collections.abc import Sequence
from functools import partial

from google.rpc.status_pb2 import Status

from bakeoff.server import errors
from bakeoff.server.jobs.adaptive.bakeoff import run_adaptively
from bakeoff.server.jobs.assignment import Assignment
from bakeoff.server.jobs.contender import Contender
from bakeoff.server.jobs.measuring.course import Step
from bakeoff.server.jobs.measuring.measure import measure
from bakeoff.server.jobs.memory_fit import fit_memory
from bakeoff.server.jobs.predict import predict
from bakeoff.server.jobs.profile import profile
from bakeoff.server.jobs.score import score
from bakeoff.server.status import status_of
from bakeoff.v1 import Progress, Report, Target


async def evaluate(assignment: Assignment) -> Report:
    """Take an evaluation through all its phases, from wherever it stood before a restart.

    A candidate that fails is recorded with its reason, and the others go on. Raises StoreError
    and CapacityError when the store fails, PreconditionError when the machine is not what it was
    when the evaluation began. Cancelling ends all worker processes at once.
    """
    await _check_target(assignment)
    contenders = await asyncio.to_thread(_contenders, assignment)
    try:
        await _Evaluation(assignment, contenders).run()
    except BaseException:  # cancelling too ends the processes
        await asyncio.gather(*(contender.kill_worker() for contender in contenders))
        raise
    await asyncio.gather(*(contender.close_worker() for contender in contenders))
    assignment.progress.begin(Progress.PHASE_SCORE, len(contenders))
    return await asyncio.to_thread(score, assignment.store, assignment.evaluation, assignment.spec)


class _Evaluation:
    """The phases in which models run."""

    def __init__(self, assignment: Assignment, contenders: Sequence[Contender]) -> None:
        self._assignment = assignment
        self._contenders = contenders

    async def run(self) -> None:
        for contender in self._contenders:
            error = await self._assignment.found(Status, candidate=contender.name)
            contender.failed = error is not None
        await self._profile()
        if self._assignment.spec.HasField("adaptive"):
            await run_adaptively(self._assignment, self._contenders, self._isolated)
            return
        await self._predict()
        living = [contender for contender in self._contenders if not contender.failed]
        if living and self._assignment.spec.scenarios:
            await measure(self._assignment, living, self._isolated)

    async def _profile(self) -> None:
        repeat_count = self._assignment.spec.profile_repeat_count
        progress = self._assignment.progress
        progress.begin(Progress.PHASE_PROFILE, repeat_count * len(self._contenders))
        for index, contender in enumerate(self._contenders):
            progress.at_work(contender.name)
            await self._isolated(contender, self._check_bundle)
            before = index * repeat_count
            await self._isolated(contender, partial(_profile, self._assignment, before))
            progress.done(before + repeat_count)

    async def _predict(self) -> None:
        example_count = self._assignment.evaluation_set.example_count
        progress = self._assignment.progress
        progress.begin(Progress.PHASE_PREDICT, example_count * len(self._contenders))
        for index, contender in enumerate(self._contenders):
            progress.at_work(contender.name)
            before = index * example_count
            await self._isolated(contender, partial(_predict, self._assignment, before))
            await self._isolated(contender, partial(fit_memory, self._assignment))
            progress.done(before + example_count)
            if not self._assignment.spec.scenarios:
                await contender.close_worker()

    async def _check_bundle(self, contender: Contender) -> None:
        await asyncio.to_thread(self._assignment.store.verify_bundle, contender.name)

    async def _isolated(self, contender: Contender, step: Step) -> None:
        """Take a step of a candidate, unless it has failed; record its failure if it does now."""
        if contender.failed:
            return
        try:
            await step(contender)
        except (errors.StoreError, errors.CapacityError):
            raise
        except errors.BakeoffError as error:
            contender.failed = True
            await contender.close_worker()
            status = status_of(error)
            await self._assignment.keep(status, candidate=contender.name)
            self._assignment.progress.failure(contender.name, status)


async def _profile(assignment: Assignment, done_before: int, contender: Contender) -> None:
    await profile(assignment, contender, done_before)


async def _predict(assignment: Assignment, done_before: int, contender: Contender) -> None:
    await predict(assignment, contender, done_before)


def _contenders(assignment: Assignment) -> list[Contender]:
    store = assignment.store
    return [
        Contender(assignment, candidate, store.bundle_path(candidate.name))
        for candidate in store.candidates_of(assignment.evaluation)
    ]


async def _check_target(assignment: Assignment) -> None:
    """Keep where the evaluation runs. Raises PreconditionError when that has changed since."""
    earlier = await assignment.found(Target)
    if earlier is None:
        await assignment.keep(assignment.target)
        return
    before, now = earlier.fingerprint.sha256, assignment.target.fingerprint.sha256
    if before != now:
        msg = (
            f"{assignment.target.name} is not what it was when the evaluation began, so that its "
            "figures would not belong together: the machine, its limits or the software have "
            "changed since; ask for the evaluation again"
        )
        raise errors.PreconditionError(msg, fingerprint_before=before, fingerprint_now=now)
