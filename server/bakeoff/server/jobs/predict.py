"""PREDICT: every example once, shard by shard; committed shards outlive a crash."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bakeoff.server.jobs.assignment import Assignment
from bakeoff.server.jobs.contender import Contender
from bakeoff.server.jobs.interim import InterimScore
from bakeoff.server.jobs.sensitivity import batch_sensitivity
from bakeoff.v1 import (
    BatchPolicy,
    BatchSensitivity,
    FixedSize,
    Placement,
    PredictionPass,
    ThreadLayout,
)
from bakeoff.worker.v1 import ChooseLayout, Command, Inspect, Predict, Predicted, Progressed

SHARD_EXAMPLE_COUNT = 2048
"""Examples of a shard, but for the last: batches are formed within one."""


async def predict(assignment: Assignment, contender: Contender, done_before: int) -> None:
    """Predict what is not committed yet, then the first examples again, one by one.

    `done_before` counts the examples of the phase that belong to earlier candidates. The worker
    process stays, with the bundle loaded.
    """
    await _Prediction(assignment, contender, done_before).run()


async def ready(assignment: Assignment, contender: Contender) -> ThreadLayout:
    """Load the bundle, prove where it runs, and give the layout of passes not timed by the query.

    The layout of the spec, or that of a trial, which is made once an evaluation.
    """
    spec = assignment.spec
    layout = await assignment.found(ThreadLayout, candidate=contender.name)
    if layout is None:
        layout = given_layout(
            spec.intra_op_thread_count, spec.caller_count, assignment.usable_cpu_count
        )
    thread_count = assignment.usable_cpu_count if layout is None else layout.intra_op_thread_count
    await contender.load(thread_count)
    if await assignment.found(Placement, candidate=contender.name) is None:
        event = await contender.request(Command(inspect=Inspect()), assignment.deadlines.load_s())
        await assignment.keep(event.inspected.placement, candidate=contender.name)
    if layout is None:
        layout = await _chosen_layout(assignment, contender)
    await assignment.keep(layout, candidate=contender.name)
    return layout


def given_layout(
    intra_op_thread_count: int, caller_count: int, usable_cpu_count: int
) -> ThreadLayout | None:
    """Complete a layout of which one number or both are given; None when neither is (0)."""
    if not intra_op_thread_count and not caller_count:
        return None
    return ThreadLayout(
        intra_op_thread_count=intra_op_thread_count or max(1, usable_cpu_count // caller_count),
        caller_count=caller_count or max(1, usable_cpu_count // intra_op_thread_count),
    )


@dataclass(frozen=True, slots=True)
class PredictionOrder:
    """What is to be predicted: `examples` by their position in a file of inputs, and where to."""

    inputs_path: Path
    examples: range
    policy: BatchPolicy
    caller_count: int
    output_path: Path


async def predict_range(
    assignment: Assignment,
    contender: Contender,
    order: PredictionOrder,
    on_done: Callable[[int], None],
) -> Predicted:
    """Have examples predicted that follow one another. The bundle is loaded.

    `on_done` is told how many are done. The output is whole or not there. Raises what
    `Contender.request` raises.
    """

    def on_progress(progressed: Progressed) -> None:
        on_done(progressed.done_count)

    event = await contender.request(
        Command(
            predict=Predict(
                inputs_path=str(order.inputs_path),
                first_index=order.examples.start,
                example_count=len(order.examples),
                batch_policy=order.policy,
                caller_count=order.caller_count,
                output_path=str(order.output_path),
            )
        ),
        assignment.deadlines.predict_s(len(order.examples)),
        on_progress,
    )
    return event.predicted


def add_to_pass(pass_: PredictionPass, predicted: Predicted, elapsed_ns: int) -> None:
    """Count a shard in, which took so long."""
    elapsed = timedelta(microseconds=elapsed_ns / 1000)
    pass_.duration.FromTimedelta(pass_.duration.ToTimedelta() + elapsed)
    pass_.example_count += predicted.example_count
    pass_.batch_count += predicted.batch_count
    pass_.token_count += predicted.token_count
    pass_.padded_token_count += predicted.padded_token_count


async def predict_one_by_one(assignment: Assignment, contender: Contender, folder: Path) -> None:
    """Predict the first examples again in batches of one, and count what changes.

    All predictions are committed; `folder` is that of the candidate.
    """
    name, policy = contender.name, assignment.spec.batch_policy
    example_count = assignment.evaluation_set.example_count
    count = min(assignment.spec.batch_sensitivity_example_count, example_count)
    alone = BatchPolicy(fixed_size=FixedSize(batch_size=1))
    if not count or policy == alone:
        return
    if await assignment.found(BatchSensitivity, candidate=name) is not None:
        return
    layout = await ready(assignment, contender)
    path = folder / "one-by-one"
    order = PredictionOrder(assignment.inputs_path, range(count), alone, layout.caller_count, path)
    await predict_range(assignment, contender, order, lambda _: None)
    found = await asyncio.to_thread(
        batch_sensitivity,
        assignment.store.prediction_slice(assignment.evaluation, name, 0, count),
        path,
        contender.candidate.manifest,
        policy,
    )
    await assignment.keep(found, candidate=name)
    await asyncio.to_thread(path.unlink)


async def _chosen_layout(assignment: Assignment, contender: Contender) -> ThreadLayout:
    command = Command(
        choose_layout=ChooseLayout(
            inputs_path=str(assignment.inputs_path),
            batch_policy=assignment.spec.batch_policy,
            usable_cpu_count=assignment.usable_cpu_count,
        )
    )
    async with assignment.stillness:
        event = await contender.request(command, assignment.deadlines.layout_s())
    contender.took_layout(event.layout_chosen.layout)
    return event.layout_chosen.layout


class _Prediction:
    """The prediction pass of one candidate."""

    def __init__(self, assignment: Assignment, contender: Contender, done_before: int) -> None:
        self._assignment = assignment
        self._contender = contender
        self._done_before = done_before
        self._example_count = assignment.evaluation_set.example_count
        self._folder = assignment.folder / "predictions" / contender.name.rpartition("/")[2]
        self._interim = InterimScore(assignment, contender.candidate)
        self._pass = PredictionPass()
        self._pass_marked_ns = 0

    async def run(self) -> None:
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        missing = await self._missing()
        if missing:
            layout = await ready(self._assignment, self._contender)
            await self._predict_shards(missing, layout)
        await predict_one_by_one(self._assignment, self._contender, self._folder)
        self._assignment.progress.done(self._done_before + self._example_count)

    async def _missing(self) -> list[range]:
        """Ranges of examples that no committed shard holds; those that are count as done."""
        name = self._contender.name
        shards = await asyncio.to_thread(
            self._assignment.store.shards, self._assignment.evaluation, name
        )
        committed = {(first_index, count) for first_index, _, _, count in shards}
        missing: list[range] = []
        for first in range(0, self._example_count, SHARD_EXAMPLE_COUNT):
            examples = range(first, min(first + SHARD_EXAMPLE_COUNT, self._example_count))
            if (first, len(examples)) in committed:
                await self._tell_interim(examples)
            else:
                missing.append(examples)
        earlier = await self._assignment.found(PredictionPass, candidate=name)
        if earlier is not None:
            self._pass = earlier
        return missing

    async def _predict_shards(self, missing: Sequence[range], layout: ThreadLayout) -> None:
        """Predict shard after shard; while one is committed, the worker predicts the next."""
        self._pass.thread_layout.CopyFrom(layout)
        self._pass_marked_ns = time.monotonic_ns()
        commit: asyncio.Task[None] | None = None
        try:
            for examples in missing:
                path = self._folder / f"{examples.start:012d}"
                predicted = await self._predict(examples, layout, path)
                if commit is not None:
                    await commit
                commit = asyncio.create_task(self._commit(examples, path, predicted))
            if commit is not None:
                await commit
        finally:
            if commit is not None:
                await asyncio.wait({commit})

    async def _predict(self, examples: range, layout: ThreadLayout, path: Path) -> Predicted:
        assignment, before = self._assignment, self._done_before + examples.start
        order = PredictionOrder(
            assignment.inputs_path,
            examples,
            assignment.spec.batch_policy,
            layout.caller_count,
            path,
        )
        return await predict_range(
            assignment,
            self._contender,
            order,
            lambda done_count: assignment.progress.done(before + done_count),
        )

    async def _commit(self, examples: range, path: Path, predicted: Predicted) -> None:
        assignment, name = self._assignment, self._contender.name
        await asyncio.to_thread(
            assignment.store.commit_shard,
            assignment.evaluation,
            name,
            examples.start,
            path,
            predicted.sha256,
            predicted.example_count,
        )
        self._count(predicted)
        await assignment.keep(self._pass, candidate=name)
        await self._tell_interim(examples)
        assignment.progress.done(self._done_before + examples.stop)

    def _count(self, predicted: Predicted) -> None:
        now_ns = time.monotonic_ns()
        add_to_pass(self._pass, predicted, now_ns - self._pass_marked_ns)
        self._pass_marked_ns = now_ns

    async def _tell_interim(self, examples: range) -> None:
        figure = await asyncio.to_thread(self._interim.after, examples)
        if figure is not None:
            self._assignment.progress.figure(self._contender.name, figure)
