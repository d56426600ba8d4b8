import signal

import pytest

from bakeoff.server import errors
from bakeoff.v1 import (
    Evaluation,
)

# Enough turns of a loop that one shard takes seconds.
SLOW = 12000


async def test_killing_a_worker_fails_its_candidate_and_leaves_the_others(
    workshop, start_engine
) -> None:
    engine = await start_engine(workshop)
    names = [
        workshop.add_candidate("first"),
        workshop.add_candidate("victim", trip_count=SLOW),
        workshop.add_candidate("last"),
    ]
    workshop.add_set(2500)
    evaluation = workshop.add_evaluation("kill", names)
    await engine.submit(evaluation)
    await workshop.reach_prediction(engine, evaluation.name, names[1], done_count=2501)
    (worker,) = workshop.workers()

    worker.kill()
    last = await workshop.finish(engine, evaluation.name)

    assert last.state == Evaluation.STATE_SUCCEEDED
    error = workshop.result(last, names[1]).error
    assert workshop.reason(error) == "WORKER_CRASHED"
    assert "SIGKILL" in error.message
    assert "predict" in error.message
    for name in (names[0], names[2]):
        assert not workshop.result(last, name).HasField("error")
        assert len(workshop.store.predictions(evaluation.name, name)) == 2500
    failed = next(one for one in last.progress.interim_results if one.candidate == names[1])
    assert failed.error == error


async def test_a_worker_that_hangs_fails_its_candidate_at_the_deadline(
    workshop, start_engine
) -> None:
    engine = await start_engine(workshop, worker_deadline_s=6.0)
    # Slow enough to be caught while it predicts, fast enough to be profiled before the deadline.
    names = [workshop.add_candidate("hung", trip_count=SLOW // 2), workshop.add_candidate("sound")]
    workshop.add_set(2100)
    evaluation = workshop.add_evaluation("hang", names)
    await engine.submit(evaluation)
    await workshop.reach_prediction(engine, evaluation.name, names[0], done_count=1)
    (worker,) = workshop.workers()

    worker.send_signal(signal.SIGSTOP)
    last = await workshop.finish(engine, evaluation.name)

    assert workshop.reason(workshop.result(last, names[0]).error) == "WORKER_DEADLINE"
    assert not workshop.result(last, names[1]).HasField("error")


async def test_a_failure_while_measuring_keeps_the_quality(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    names = [workshop.add_candidate("victim"), workshop.add_candidate("sound")]
    workshop.add_set(100)
    evaluation = workshop.add_evaluation(
        "late", names, scenarios=[workshop.offline(), workshop.single_stream(block_count=3)]
    )
    await engine.submit(evaluation)
    await workshop.reach(
        engine, evaluation.name, lambda progress: progress.scenario == "single-stream"
    )

    workshop.workers()[0].kill()
    last = await workshop.finish(engine, evaluation.name)

    victim = workshop.result(last, names[0])
    assert workshop.reason(victim.error) == "WORKER_CRASHED"
    assert [one.scenario for one in victim.scenarios] == ["offline"]
    assert next(f for f in victim.quality if f.id == "accuracy").value == 1
    sound = workshop.result(last, names[1])
    assert [one.scenario for one in sound.scenarios] == ["offline", "single-stream"]


async def test_a_bundle_that_changed_in_the_store_is_not_run(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("good")
    workshop.add_set(10)
    evaluation = workshop.add_evaluation("changed", [name])
    graph = workshop.store.bundle_path(name) / "model.onnx"
    graph.chmod(0o600)
    graph.write_bytes(graph.read_bytes() + b"\0")
    await engine.submit(evaluation)

    last = await workshop.finish(engine, evaluation.name)

    assert workshop.reason(workshop.result(last, name).error) == "BUNDLE_DIGEST_MISMATCH"


async def test_a_candidate_that_asks_for_too_much_memory_fails_alone(
    workshop, start_engine
) -> None:
    engine = await start_engine(workshop, worker_memory_limit_bytes=4 * 1024**3)
    names = [workshop.add_candidate("wasteful", ending="wasteful"), workshop.add_candidate("sound")]
    workshop.add_set(10)
    evaluation = workshop.add_evaluation("waste", names)
    await engine.submit(evaluation)

    last = await workshop.finish(engine, evaluation.name)

    assert workshop.reason(workshop.result(last, names[0]).error) == "WORKER_OUT_OF_MEMORY"
    assert not workshop.result(last, names[1]).HasField("error")


async def test_an_error_that_nobody_foresaw_is_told_by_its_id_alone(
    workshop, start_engine, caplog: pytest.LogCaptureFixture
) -> None:
    """No spec that was checked asks for no blocks."""
    engine = await start_engine(workshop)
    name = workshop.add_candidate("good")
    workshop.add_set(10)
    evaluation = workshop.add_evaluation(
        "strange", [name], scenarios=[workshop.single_stream(block_count=0)]
    )
    await engine.submit(evaluation)

    last = await workshop.finish(engine, evaluation.name)

    assert last.state == Evaluation.STATE_FAILED
    assert workshop.reason(last.error) == "INTERNAL"
    assert "ZeroDivisionError" not in last.error.message
    assert "ZeroDivisionError" in caplog.text
    assert engine.ready()


async def test_an_end_that_cannot_be_stored_is_shown_and_found_again_later(
    workshop, start_engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("good")
    workshop.add_set(10)
    evaluation = workshop.add_evaluation("unstored", [name])

    def save(changed: Evaluation) -> None:
        if changed.state != Evaluation.STATE_RUNNING:
            msg = "the disk is gone"
            raise errors.StoreError(msg)

    with monkeypatch.context() as patched:
        patched.setattr(workshop.store, "save_evaluation", save)
        await engine.submit(evaluation)
        shown = await workshop.finish(engine, evaluation.name)
        await engine.stop()
    next_engine = await start_engine(workshop)
    last = await workshop.finish(next_engine, evaluation.name)

    assert shown.state == Evaluation.STATE_FAILED
    assert workshop.reason(shown.error) == "STORE_UNAVAILABLE"
    assert last.state == Evaluation.STATE_SUCCEEDED


async def test_progress_that_cannot_be_stored_does_not_end_an_evaluation(
    workshop, start_engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("slow", trip_count=SLOW)
    workshop.add_set(2100)
    evaluation = workshop.add_evaluation("hiccup", [name])
    store_it = workshop.store.save_evaluation
    refused: list[float] = []

    def save(changed: Evaluation) -> None:
        if changed.state == Evaluation.STATE_RUNNING and changed.progress.share > 0:
            refused.append(changed.progress.share)
            msg = "the disk is busy"
            raise errors.StoreError(msg)
        store_it(changed)

    monkeypatch.setattr(workshop.store, "save_evaluation", save)
    await engine.submit(evaluation)
    last = await workshop.finish(engine, evaluation.name)

    assert refused
    assert last.state == Evaluation.STATE_SUCCEEDED
