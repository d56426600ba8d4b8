"""PREDICT, adaptively: every candidate in play up to a look, then who is surely out, and on."""

import asyncio
import time
from collections.abc import Sequence
from functools import partial

from bakeoff.server.jobs.adaptive.answers import Answers
from bakeoff.server.jobs.adaptive.early_stops import keep, stop, take_up_again
from bakeoff.server.jobs.adaptive.look import Look
from bakeoff.server.jobs.adaptive.rules import Rules
from bakeoff.server.jobs.adaptive.shuffled_inputs import random_order, write_shuffled
from bakeoff.server.jobs.assignment import Assignment
from bakeoff.server.jobs.contender import Contender
from bakeoff.server.jobs.measuring.course import Isolation
from bakeoff.server.jobs.memory_fit import fit_memory
from bakeoff.server.jobs.predict import (
    PredictionOrder,
    add_to_pass,
    predict_one_by_one,
    predict_range,
    ready,
)
from bakeoff.server.tasks import task_named
from bakeoff.v1 import PredictionPass, Progress

_INPUTS_FILE = "inputs-in-random-order"


class AdaptivePrediction:
    """The prediction pass of all candidates, look by look, in one random order for all of them."""

    def __init__(
        self,
        assignment: Assignment,
        contenders: Sequence[Contender],
        isolated: Isolation,
        rules: Rules,
    ) -> None:
        self._assignment = assignment
        self._contenders = contenders
        self._isolated = isolated
        self._rules = rules
        self._example_count = assignment.evaluation_set.example_count
        self._order = random_order(self._example_count, assignment.spec.statistics.seed)
        self._inputs_path = assignment.folder / _INPUTS_FILE
        self._answers: dict[str, Answers] = {}
        task = task_named(assignment.evaluation_set.task)
        head = contenders[0].candidate.manifest.classification
        self._shown = task.main_metric(head.problem_type)
        self._keys = assignment.store.keys(assignment.evaluation_set.name)

    async def run(self) -> None:
        """Predict all that are in play to the end of the set, or until they are out."""
        assignment = self._assignment
        total_count = self._example_count * len(self._contenders)
        assignment.progress.begin(Progress.PHASE_PREDICT, total_count)
        await asyncio.to_thread(
            write_shuffled, assignment.inputs_path, self._order, self._inputs_path
        )
        for contender in self._contenders:
            self._answers[contender.name] = await asyncio.to_thread(
                Answers, assignment, contender, self._order, self._rules.looks
            )
        await self._look_by_look()
        while await take_up_again(assignment, self._contenders):
            await self._look_by_look()
        for contender in self._contenders:
            await keep(assignment, contender)
        assignment.progress.done(total_count)

    def tidy(self) -> None:
        """Remove what only predicting needs. Blocks."""
        self._inputs_path.unlink(missing_ok=True)

    def alike(self, first: str, second: str) -> bool:
        """Whether two candidates that were predicted to the end are alike in the first objective.

        Blocks.
        """
        look = self._look([first, second], self._example_count)
        return look.alike(first, second)

    async def _look_by_look(self) -> None:
        for count in self._rules.looks:
            await take_up_again(self._assignment, self._contenders)
            for contender in self._contenders:
                if contender.in_play:
                    self._assignment.progress.at_work(contender.name)
                    await self._isolated(contender, partial(self._predict_to, count))
            # Those that have seen everything, with no load ahead, have nothing left to spare.
            if count < self._example_count or self._assignment.spec.scenarios:
                await self._stop_those_out(count)
        for contender in self._contenders:
            if contender.in_play:
                await self._isolated(contender, self._finish)

    async def _predict_to(self, count: int, contender: Contender) -> None:
        """Predict what a look sees and the one before it did not."""
        answers = self._answers[contender.name]
        missing = await asyncio.to_thread(answers.missing, count)
        if missing:
            await self._predict_shards(contender, answers, missing)
        if count == self._example_count:
            await asyncio.to_thread(answers.commit)

    async def _predict_shards(
        self, contender: Contender, answers: Answers, missing: Sequence[range]
    ) -> None:
        assignment = self._assignment
        layout = await ready(assignment, contender)
        counted = await assignment.found(PredictionPass, candidate=contender.name)
        counted = counted or PredictionPass(thread_layout=layout)
        for shard in missing:
            begin_ns = time.monotonic_ns()
            order = PredictionOrder(
                self._inputs_path,
                shard,
                assignment.spec.batch_policy,
                layout.caller_count,
                answers.path(shard),
            )
            on_done = partial(self._tell_done, self._done_count())
            predicted = await predict_range(assignment, contender, order, on_done)
            add_to_pass(counted, predicted, time.monotonic_ns() - begin_ns)
            await assignment.keep(counted, candidate=contender.name)
            answers.predicted_count = shard.stop
            assignment.progress.done(self._done_count())

    def _tell_done(self, done_before: int, done_count: int) -> None:
        self._assignment.progress.done(done_before + done_count)

    def _done_count(self) -> int:
        """Units of progress that are done; a candidate that is out has none left."""
        return sum(
            self._answers[one.name].predicted_count if one.in_play else self._example_count
            for one in self._contenders
        )

    async def _stop_those_out(self, count: int) -> None:
        in_play = {one.name: one for one in self._contenders if one.in_play}
        look = await asyncio.to_thread(self._look, list(in_play), count)
        for name, figure in (await asyncio.to_thread(look.figures, self._shown)).items():
            self._assignment.progress.figure(name, figure)
        for name, found in (await asyncio.to_thread(look.stops)).items():
            await stop(self._assignment, in_play[name], found)

    def _look(self, names: Sequence[str], count: int) -> Look:
        keys = [self._keys[index] for index in sorted(self._order[:count])]
        samples = {name: self._answers[name].sample(self._keys, count) for name in names}
        rivals = {one.name for one in self._contenders if one.in_play and not one.disqualified}
        return Look(self._rules, self._assignment.spec, samples, keys, rivals)

    async def _finish(self, contender: Contender) -> None:
        """Do what comes once all is predicted."""
        assignment, answers = self._assignment, self._answers[contender.name]
        await predict_one_by_one(assignment, contender, answers.folder)
        await fit_memory(assignment, contender)
        if not assignment.spec.scenarios:
            await contender.close_worker()
