import asyncio

import pytest

from bakeoff.server import errors
from bakeoff.server.jobs import Engine
from bakeoff.v1 import (
    Evaluation,
    Manifest,
)

# Enough turns of a loop that one shard takes a good part of a second.
SLOW = 4000


async def test_a_cancelled_evaluation_frees_its_worker_and_its_target(
    workshop, start_engine
) -> None:
    engine = await start_engine(workshop)
    slow = workshop.add_candidate("slow", trip_count=SLOW)
    quick = workshop.add_candidate("quick")
    workshop.add_set(4000)
    first = workshop.add_evaluation("first", [slow])
    second = workshop.add_evaluation("second", [quick])
    await engine.submit(first)
    await engine.submit(second)
    await workshop.reach_prediction(engine, first.name, slow, done_count=1)
    (worker,) = workshop.workers()

    cancelled = await engine.cancel(first.name)

    assert cancelled.state == Evaluation.STATE_CANCELLED
    assert not worker.is_running()
    assert workshop.store.evaluation(first.name).state == Evaluation.STATE_CANCELLED
    assert (await workshop.finish(engine, second.name)).state == Evaluation.STATE_SUCCEEDED


async def test_a_queued_evaluation_is_cancelled_at_once_and_never_runs(
    workshop, start_engine
) -> None:
    engine = await start_engine(workshop)
    slow = workshop.add_candidate("slow", trip_count=SLOW)
    workshop.add_set(2100)
    running = workshop.add_evaluation("running", [slow])
    queued = workshop.add_evaluation("queued", [slow])
    await engine.submit(running)
    await engine.submit(queued)
    await workshop.reach(engine, running.name, lambda progress: progress.share > 0)

    cancelled = await engine.cancel(queued.name)

    assert cancelled.state == Evaluation.STATE_CANCELLED
    assert not cancelled.HasField("start_time")
    assert (await engine.cancel(queued.name)).state == Evaluation.STATE_CANCELLED
    assert engine.current(running.name).state == Evaluation.STATE_RUNNING


async def test_two_who_cancel_at_a_time_both_see_it_cancelled(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    slow = workshop.add_candidate("slow", trip_count=SLOW)
    workshop.add_set(2100)
    evaluation = workshop.add_evaluation("both", [slow])
    await engine.submit(evaluation)
    await workshop.reach(engine, evaluation.name, lambda progress: progress.share > 0)

    found = await asyncio.gather(engine.cancel(evaluation.name), engine.cancel(evaluation.name))

    assert [one.state for one in found] == [Evaluation.STATE_CANCELLED] * 2


async def test_a_caller_who_gives_up_still_gets_it_cancelled(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    slow = workshop.add_candidate("slow", trip_count=SLOW)
    workshop.add_set(2100)
    evaluation = workshop.add_evaluation("given-up", [slow])
    await engine.submit(evaluation)
    await workshop.reach(engine, evaluation.name, lambda progress: progress.share > 0)

    asked = asyncio.create_task(engine.cancel(evaluation.name))
    await asyncio.sleep(0)
    asked.cancel()
    await asyncio.wait({asked})
    await engine.stop()

    assert asked.cancelled()
    assert workshop.store.evaluation(evaluation.name).state == Evaluation.STATE_CANCELLED


async def test_what_has_ended_cannot_be_cancelled(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("good")
    workshop.add_set(10)
    evaluation = workshop.add_evaluation("over", [name])
    await engine.submit(evaluation)
    await workshop.finish(engine, evaluation.name)

    with pytest.raises(errors.WrongStateError, match="it is SUCCEEDED"):
        await engine.cancel(evaluation.name)
    with pytest.raises(errors.NotFoundError):
        await engine.cancel("evaluations/none")


async def test_a_target_that_cannot_be_used_is_refused_with_the_cause(
    workshop, start_engine
) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("good")
    workshop.add_set(10)
    evaluation = workshop.add_evaluation("elsewhere", [name], target="targets/tpu")

    with pytest.raises(errors.NoSuchTargetError, match="must be one of targets/cpu"):
        await engine.submit(evaluation)
    with pytest.raises(errors.NoSuchTargetError, match="must be one of targets/cpu"):
        engine.usable_target("targets/tpu")


async def test_a_slow_reader_of_changes_gets_the_latest(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("good")
    workshop.add_set(10)
    evaluation = workshop.add_evaluation("watched", [name])
    await engine.submit(evaluation)
    changes = engine.changes(evaluation.name)
    first = await anext(changes)
    await workshop.finish(engine, evaluation.name)

    rest = [one async for one in changes]

    assert first.state in {Evaluation.STATE_QUEUED, Evaluation.STATE_RUNNING}
    assert [one.state for one in rest] == [Evaluation.STATE_SUCCEEDED]
    assert [one async for one in engine.changes(evaluation.name, rest[0].revision)] == rest


async def test_changes_of_what_is_not_there_are_an_error(workshop, start_engine) -> None:
    engine = await start_engine(workshop)

    with pytest.raises(errors.NotFoundError):
        await anext(engine.changes("evaluations/none"))


async def test_a_bundle_is_inspected_in_a_process_of_its_own(workshop, start_engine) -> None:
    good = workshop.add_candidate("good")
    corrupt = workshop.add_candidate("corrupt", corrupt=True)
    engine = await start_engine(workshop)
    store = workshop.store

    await engine.inspect_bundle(store.bundle_path(good), store.candidate(good).manifest)
    with pytest.raises(errors.UnparseableModelError):
        await engine.inspect_bundle(store.bundle_path(corrupt), store.candidate(corrupt).manifest)
    other = Manifest()
    other.CopyFrom(store.candidate(good).manifest)
    other.outputs[0].name = other.classification.output_name = "scores"
    with pytest.raises(errors.SignatureMismatchError):
        await engine.inspect_bundle(store.bundle_path(good), other)

    assert workshop.workers() == []


async def test_an_engine_is_ready_from_its_start_to_its_stop(workshop) -> None:
    engine = Engine(workshop.store, workshop.settings)
    assert not engine.ready()

    await engine.start()
    assert engine.ready()
    assert engine.targets()[0].name == "targets/cpu"

    await engine.stop()
    assert not engine.ready()
