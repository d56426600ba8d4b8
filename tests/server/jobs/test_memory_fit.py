"""What fits a given memory, with real workers and a graph whose memory is known."""

from bakeoff.server.jobs import gather, memory_fit
from bakeoff.server.jobs.supervisor import WorkerLaunch, WorkerProcess
from bakeoff.v1 import Candidate, Evaluation, MemoryFit, Prediction
from bakeoff.worker.v1 import Command, Load, TryBatch

MIB = 2**20
LIMIT_BYTES = 220 * MIB


async def fitted(workshop, engine, name: str, **fields: object) -> MemoryFit | None:
    evaluation = workshop.add_evaluation("fit", [name], **fields)
    await engine.submit(evaluation)
    last = await workshop.finish(engine, evaluation.name)
    assert last.state == Evaluation.STATE_SUCCEEDED, last.error.message
    (found,) = gather(workshop.store, evaluation.name, evaluation.spec).candidates
    assert found.error is None
    return found.memory_fit


async def peak_bytes(workshop, name: str, batch_size: int, token_count: int) -> int:
    """Peak of a process that runs one batch, asked for directly."""
    candidate: Candidate = workshop.store.candidate(name)
    load = Load(
        bundle_path=str(workshop.store.bundle_path(name)),
        manifest=candidate.manifest,
        device="cpu",
        intra_op_thread_count=1,
    )
    worker = await WorkerProcess.start(WorkerLaunch(workshop.settings.data_dir / "home"))
    try:
        await worker.request(Command(load=load), 60)
        command = Command(try_batch=TryBatch(batch_size=batch_size, token_count=token_count))
        return (await worker.request(command, 60)).batch_tried.peak_bytes
    finally:
        await worker.close()


def token_counts(predictions: list[Prediction]) -> list[int]:
    return sorted(one.token_count for one in predictions)


async def test_the_largest_batch_fits_and_the_next_does_not(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("roomy", ending="roomy")
    workshop.add_set(21)

    fit = await fitted(workshop, engine, name, fit_memory_bytes=LIMIT_BYTES)

    assert fit is not None
    lengths = token_counts(workshop.store.predictions("evaluations/fit", name))
    assert [point.token_count for point in fit.points] == sorted({lengths[10], lengths[-1]})
    assert fit.limit_bytes == LIMIT_BYTES
    assert fit.method == "VmHWM of loading and running"
    assert fit.absent_reason == ""
    assert fit.max_token_count == 64
    for point in fit.points:
        assert not point.bounded_by_trial
        assert 8 <= point.max_batch_size <= 40
        assert point.peak_bytes <= LIMIT_BYTES
    point = fit.points[0]
    # Peaks of like processes differ by less than an example takes.
    next_bytes = await peak_bytes(workshop, name, point.max_batch_size + 2, point.token_count)
    assert next_bytes > LIMIT_BYTES


async def test_trials_that_take_long_end_the_search_of_their_own_length_alone(
    workshop, start_engine, monkeypatch
) -> None:
    monkeypatch.setattr(memory_fit, "_LONG_TRIAL_S", 0.0)
    engine = await start_engine(workshop)
    name = workshop.add_candidate("good")
    workshop.add_set(21)

    fit = await fitted(workshop, engine, name, fit_memory_bytes=1024 * MIB)

    assert fit is not None
    lengths = token_counts(workshop.store.predictions("evaluations/fit", name))
    assert len({lengths[10], lengths[-1]}) == 2
    assert [point.token_count for point in fit.points] == [lengths[10], lengths[-1]]
    assert [point.max_batch_size for point in fit.points] == [1, 1]
    assert all(point.bounded_by_trial and point.peak_bytes for point in fit.points)
    assert not fit.HasField("max_token_count")


async def test_where_not_even_one_fits_its_peak_is_told(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("good")
    workshop.add_set(5)

    fit = await fitted(workshop, engine, name, fit_memory_bytes=MIB)

    assert fit is not None
    assert {point.max_batch_size for point in fit.points} == {0}
    assert all(point.peak_bytes > MIB for point in fit.points)
    assert not fit.HasField("max_token_count")


async def test_more_memory_than_there_is_cannot_be_tried(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("good")
    workshop.add_set(5)

    fit = await fitted(workshop, engine, name, fit_memory_bytes=2**49)

    assert fit is not None
    assert "less than the 524,288.0 GiB that were given" in fit.absent_reason
    assert not fit.points


async def test_nothing_is_tried_where_no_memory_is_given(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("good")
    workshop.add_set(5)

    assert await fitted(workshop, engine, name) is None
