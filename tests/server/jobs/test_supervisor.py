import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from bakeoff.server import errors
from bakeoff.server.jobs.supervisor import WorkerLaunch, WorkerProcess
from bakeoff.worker.v1 import Command, Inspect, Progressed

FAKE_WORKER = Path(__file__).with_name("fake_worker.py")
COMMAND = Command(inspect=Inspect())
LONG_S = 30.0

Start = Callable[..., Awaitable[WorkerProcess]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts fake workers; none may be left at the end."""
    started: list[WorkerProcess] = []

    async def start_one(behaviour: str, memory_limit_bytes: int = 0) -> WorkerProcess:
        command = (sys.executable, "-P", str(FAKE_WORKER), behaviour)
        launch = WorkerLaunch(tmp_path / "home", memory_limit_bytes, command)
        started.append(await WorkerProcess.start(launch))
        return started[-1]

    yield start_one
    for worker in started:
        await worker.close()
        assert not psutil.pid_exists(worker.pid)


async def test_a_command_gives_progress_and_then_the_event_that_ends_it(start: Start) -> None:
    worker = await start("answer")
    seen: list[Progressed] = []

    event = await worker.request(COMMAND, LONG_S, seen.append)

    assert event.WhichOneof("kind") == "inspected"
    assert [one.done_count for one in seen] == [1, 2]
    assert worker.alive


async def test_a_worker_answers_one_command_after_another(start: Start) -> None:
    worker = await start("answer")
    await worker.request(COMMAND, LONG_S)

    event = await worker.request(COMMAND, LONG_S)

    assert event.WhichOneof("kind") == "inspected"


async def test_a_second_command_at_a_time_is_refused(start: Start) -> None:
    worker = await start("hang")
    first = asyncio.create_task(worker.request(COMMAND, LONG_S))
    await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="one command at a time"):
        await worker.request(COMMAND, LONG_S)

    first.cancel()
    await asyncio.wait({first})


async def test_a_failure_is_raised_as_the_class_of_its_reason_and_the_worker_lives(
    start: Start,
) -> None:
    worker = await start("fail")

    with pytest.raises(errors.TokenizerModelMismatchError, match="does not fit") as caught:
        await worker.request(COMMAND, LONG_S)

    assert dict(caught.value.metadata) == {"fact": "known"}
    assert worker.alive


async def test_an_unknown_reason_fails_the_candidate_and_is_logged_with_the_last_output(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    worker = await start("fail-strangely")

    with pytest.raises(errors.CandidateError) as caught:
        await worker.request(COMMAND, LONG_S)
    with caplog.at_level(logging.WARNING):
        await worker.close()

    assert type(caught.value) is errors.CandidateError
    assert "did not foresee" in caplog.text


@pytest.mark.parametrize("behaviour", ["send-garbage", "send-empty-event", "announce-too-much"])
async def test_a_worker_that_breaks_the_protocol_is_ended(start: Start, behaviour: str) -> None:
    worker = await start(behaviour)

    with pytest.raises(errors.WorkerCrashedError, match="not an event during inspect"):
        await worker.request(COMMAND, LONG_S)

    assert not worker.alive


async def test_an_exit_is_told_with_its_status(start: Start) -> None:
    worker = await start("exit")

    with pytest.raises(errors.WorkerCrashedError, match="status 3 during inspect") as caught:
        await worker.request(COMMAND, LONG_S)

    assert caught.value.metadata["exit_status"] == "3"


async def test_a_crash_is_told_with_its_signal(start: Start) -> None:
    worker = await start("kill-itself")

    with pytest.raises(errors.WorkerCrashedError, match="SIGSEGV during inspect") as caught:
        await worker.request(COMMAND, LONG_S)

    assert caught.value.metadata["signal"] == "SIGSEGV"


async def test_a_worker_that_died_before_a_command_is_told_as_a_crash(start: Start) -> None:
    worker = await start("answer")
    psutil.Process(worker.pid).kill()

    with pytest.raises(errors.WorkerCrashedError, match="SIGKILL"):
        await worker.request(COMMAND, LONG_S)


async def test_a_failed_allocation_is_told_as_a_lack_of_memory(start: Start) -> None:
    worker = await start("run-out-of-memory", memory_limit_bytes=10**9)

    with pytest.raises(errors.WorkerOutOfMemoryError, match="at most 1000000000 bytes"):
        await worker.request(COMMAND, LONG_S)


async def test_a_worker_that_closes_its_socket_and_stays_is_ended(start: Start) -> None:
    worker = await start("close-and-stay")

    with pytest.raises(errors.WorkerCrashedError, match="closed its socket"):
        await worker.request(COMMAND, LONG_S)

    assert not worker.alive


async def test_a_worker_that_hangs_is_ended_at_the_deadline_whatever_it_ignores(
    start: Start,
) -> None:
    worker = await start("hang")

    with pytest.raises(errors.WorkerDeadlineError, match="inspect within 1 s"):
        await worker.request(COMMAND, 1.0)

    assert not worker.alive


async def test_a_cancelled_request_ends_its_worker(start: Start) -> None:
    worker = await start("hang")
    request = asyncio.create_task(worker.request(COMMAND, LONG_S))
    await asyncio.sleep(0.2)

    request.cancel()
    await asyncio.wait({request})

    assert request.cancelled()
    assert not worker.alive


async def test_a_worker_that_does_not_end_by_itself_is_made_to(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bakeoff.server.jobs.supervisor._CLOSE_GRACE_S", 0.1)
    worker = await start("answer-and-stay")
    await worker.request(COMMAND, LONG_S)

    await worker.close()

    assert not worker.alive


async def test_a_cancelled_close_ends_its_worker(start: Start) -> None:
    worker = await start("answer-and-stay")
    await worker.request(COMMAND, LONG_S)
    closing = asyncio.create_task(worker.close())
    await asyncio.sleep(0.1)

    closing.cancel()
    await asyncio.wait({closing})

    assert closing.cancelled()
    assert not worker.alive


async def test_a_worker_that_the_kernel_killed_for_memory_is_told_as_such(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel's counter cannot be raised by a test: its reading is replaced."""
    worker = await start("answer")
    monkeypatch.setattr("bakeoff.server.jobs.supervisor._oom_kill_counts", lambda: (10**9, 10**9))
    psutil.Process(worker.pid).kill()

    with pytest.raises(errors.WorkerOutOfMemoryError, match=r"out of memory during .*SIGKILL"):
        await worker.request(COMMAND, LONG_S)


async def test_output_without_end_does_not_hold_a_worker_up(start: Start) -> None:
    worker = await start("chatter")

    event = await worker.request(COMMAND, LONG_S)

    assert event.WhichOneof("kind") == "inspected"


async def test_no_secret_of_the_server_reaches_a_worker(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAKEOFF_TOKEN_FILE", "/hush")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    worker = await start("tell-environment")

    with pytest.raises(errors.CandidateError) as caught:
        await worker.request(COMMAND, LONG_S)

    variables = json.loads(caught.value.message)
    assert "hush" not in caught.value.message
    assert variables["OMP_NUM_THREADS"] == "1"
    assert Path(variables["HOME"]).name == "home"


async def test_a_worker_is_told_how_much_memory_it_may_have(start: Start) -> None:
    worker = await start("tell-arguments", memory_limit_bytes=123_456)

    with pytest.raises(errors.CandidateError) as caught:
        await worker.request(COMMAND, LONG_S)

    arguments = json.loads(caught.value.message)
    assert arguments[arguments.index("--memory-limit-bytes") + 1] == "123456"


async def test_a_worker_dumps_no_core(start: Start) -> None:
    worker = await start("answer")

    limit = psutil.Process(worker.pid).rlimit(psutil.RLIMIT_CORE)

    assert limit == (0, 0)


async def test_the_real_worker_answers_and_ends_by_itself(tmp_path: Path) -> None:
    worker = await WorkerProcess.start(WorkerLaunch(tmp_path / "home"))

    with pytest.raises(errors.InvalidFieldError, match="must be loaded first"):
        await worker.request(COMMAND, LONG_S)
    await worker.close()

    assert not worker.alive
    assert worker._process.returncode == 0


async def test_a_command_that_is_no_program_is_an_error_and_leaves_nothing_open(
    tmp_path: Path,
) -> None:
    before = psutil.Process().num_fds()

    with pytest.raises(FileNotFoundError):
        await WorkerProcess.start(WorkerLaunch(tmp_path / "home", command=("/no/such/program",)))

    assert psutil.Process().num_fds() == before
