"""One worker process: started, asked, watched, ended.

A worker dies with the thread that started it, so workers are started from the thread of the
event loop, which lives as long as the server.
"""

import asyncio
import contextlib
import logging
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Self

from google.protobuf.message import DecodeError

from bakeoff.server import errors
from bakeoff.server.jobs.machine.cgroup import ControlGroup
from bakeoff.server.jobs.worker_environment import make_home, worker_environment
from bakeoff.worker.v1 import Command, Event, Failed, Progressed

_LOG = logging.getLogger(__name__)

_WORKER_COMMAND: Final = (sys.executable, "-P", "-m", "bakeoff.server.worker")
_LENGTH_BYTES: Final = 4
_FRAME_LIMIT_BYTES: Final = 64 * 1024 * 1024
_STDERR_TAIL_BYTES: Final = 16 * 1024
# How long a worker may take to end by itself, and then after it was asked to.
_CLOSE_GRACE_S: Final = 5.0
_TERMINATE_GRACE_S: Final = 1.0
# What the C++ and Python runtimes print when an allocation fails.
_OUT_OF_MEMORY_MARKS: Final = (b"bad_alloc", b"MemoryError", b"Cannot allocate memory")


@dataclass(frozen=True, slots=True)
class WorkerLaunch:
    """How a worker process is started.

    `home_path` is a private folder, its home and working directory. `memory_limit_bytes` bounds
    its address space; 0 sets no bound, as a CUDA device needs. `command` is what is run, to
    which the socket and the bound are added.
    """

    home_path: Path
    memory_limit_bytes: int = 0
    command: tuple[str, ...] = _WORKER_COMMAND


class WorkerProcess:
    """One worker process that answers one command at a time."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        start_ns: int,
        memory_limit_bytes: int,
    ) -> None:
        self.start_ns = start_ns
        self._process = process
        self._reader = reader
        self._writer = writer
        self._memory_limit_bytes = memory_limit_bytes
        self._oom_kills_at_start = _oom_kill_counts()
        self._stderr_tail = bytearray()
        self._stderr_task = asyncio.create_task(self._drain_stderr())
        self._busy = False
        self._unexplained = False

    @classmethod
    async def start(cls, launch: WorkerLaunch) -> Self:
        """Start a worker process; it reads commands as soon as it can.

        `start_ns` of the result is when it was started, on CLOCK_MONOTONIC.
        """
        make_home(launch.home_path)
        ours, theirs = socket.socketpair()
        try:
            start_ns = time.monotonic_ns()
            process = await asyncio.create_subprocess_exec(
                *launch.command,
                "--fd",
                str(theirs.fileno()),
                "--memory-limit-bytes",
                str(launch.memory_limit_bytes),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
                env=worker_environment(launch.home_path),
                cwd=launch.home_path,
                start_new_session=True,
            )
        except BaseException:  # cancelling too must leave nothing open
            ours.close()
            raise
        finally:
            theirs.close()
        # Set from here and not in the child before exec: Python code between fork and exec can
        # deadlock in a process that has threads. No command has been sent yet.
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(process.pid, resource.RLIMIT_CORE, (0, 0))
        try:
            reader, writer = await asyncio.open_connection(sock=ours)
        except BaseException:  # cancelling too must leave nothing open
            ours.close()
            process.kill()
            raise
        return cls(process, reader, writer, start_ns, launch.memory_limit_bytes)

    @property
    def pid(self) -> int:
        """Id of the process, which leads a process group of its own."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process has not ended."""
        return self._process.returncode is None

    async def request(
        self,
        command: Command,
        deadline_s: float,
        on_progress: Callable[[Progressed], None] | None = None,
    ) -> Event:
        """Send a command and wait for the event that ends it.

        A `Failed` event is raised as the class of its reason, and the worker lives. A worker
        that ends, breaks the protocol or passes the deadline is killed and raised as
        WorkerCrashedError, WorkerOutOfMemoryError or WorkerDeadlineError. Cancelling kills it.
        """
        if self._busy:
            msg = "a worker answers one command at a time"
            raise RuntimeError(msg)
        self._busy = True
        doing = _doing(command)
        try:
            async with asyncio.timeout(deadline_s):
                event = await self._exchange(command, on_progress)
        except TimeoutError:
            await self._terminate()
            self._log_end(doing)
            msg = f"the worker process did not finish {doing} within {deadline_s:g} s"
            raise errors.WorkerDeadlineError(
                msg, command=doing, deadline_s=f"{deadline_s:g}"
            ) from None
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise await self._ended(doing) from error
        except _ProtocolError as error:
            await self.kill()
            self._log_end(doing)
            msg = f"the worker process sent what is not an event during {doing}"
            raise errors.WorkerCrashedError(msg, command=doing) from error
        except asyncio.CancelledError:
            await self.kill()
            raise
        finally:
            self._busy = False
        if event.WhichOneof("kind") == "failed":
            self._unexplained = event.failed.reason not in error_classes()
            raise error_of(event.failed)
        return event

    async def close(self) -> None:
        """Let the process end by itself, and make it end if it does not. Safe to repeat."""
        self._writer.close()
        try:
            async with asyncio.timeout(_CLOSE_GRACE_S):
                await self._process.wait()
        except TimeoutError:
            await self._terminate()
        except asyncio.CancelledError:
            await self.kill()
            raise
        await self._reap()
        if self._unexplained:
            self._log_end("an error that it did not foresee")

    async def kill(self) -> None:
        """End the process group at once. Safe to repeat."""
        self._signal(signal.SIGKILL)
        await self._process.wait()
        await self._reap()

    async def _exchange(
        self, command: Command, on_progress: Callable[[Progressed], None] | None
    ) -> Event:
        body = command.SerializeToString()
        self._writer.write(len(body).to_bytes(_LENGTH_BYTES, "big") + body)
        await self._writer.drain()
        while True:
            event = await self._read_event()
            if event.WhichOneof("kind") != "progressed":
                return event
            if on_progress is not None:
                on_progress(event.progressed)

    async def _read_event(self) -> Event:
        size_bytes = int.from_bytes(await self._reader.readexactly(_LENGTH_BYTES), "big")
        if size_bytes > _FRAME_LIMIT_BYTES:
            msg = f"a frame of {size_bytes} bytes is over {_FRAME_LIMIT_BYTES}"
            raise _ProtocolError(msg)
        body = await self._reader.readexactly(size_bytes)
        try:
            event = Event.FromString(body)
        except DecodeError as error:
            msg = "a frame holds no event"
            raise _ProtocolError(msg) from error
        if event.WhichOneof("kind") is None:
            msg = "a frame holds an empty event"
            raise _ProtocolError(msg)
        return event

    async def _ended(self, doing: str) -> errors.CandidateError:
        """Tell why a process ended whose socket did."""
        try:
            async with asyncio.timeout(_TERMINATE_GRACE_S):
                await self._process.wait()
        except TimeoutError:
            await self.kill()
            self._log_end(doing)
            return errors.WorkerCrashedError(
                f"the worker process closed its socket during {doing}", command=doing
            )
        await self._reap()
        self._log_end(doing)
        status = self._process.returncode
        if status is not None and status < 0:
            how = _signal_name(-status)
            if self._ran_out_of_memory(-status):
                limit = self._memory_limit_bytes
                bound = f" of at most {limit} bytes" if limit else ""
                return errors.WorkerOutOfMemoryError(
                    f"the worker process ran out of memory{bound} during {doing} ({how})",
                    command=doing,
                    signal=how,
                )
            return errors.WorkerCrashedError(
                f"the worker process was ended by {how} during {doing}", command=doing, signal=how
            )
        return errors.WorkerCrashedError(
            f"the worker process exited with status {status} during {doing}",
            command=doing,
            exit_status=str(status),
        )

    def _ran_out_of_memory(self, signal_number: int) -> bool:
        if signal_number == signal.SIGKILL:
            return any(
                now > before
                for before, now in zip(self._oom_kills_at_start, _oom_kill_counts(), strict=True)
            )
        return signal_number == signal.SIGABRT and any(
            mark in self._stderr_tail for mark in _OUT_OF_MEMORY_MARKS
        )

    async def _terminate(self) -> None:
        self._signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_TERMINATE_GRACE_S):
                await self._process.wait()
        await self.kill()

    def _signal(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    async def _reap(self) -> None:
        await self._stderr_task
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    async def _drain_stderr(self) -> None:
        stderr = self._process.stderr
        if stderr is None:
            return
        while chunk := await stderr.read(_STDERR_TAIL_BYTES):
            self._stderr_tail += chunk
            del self._stderr_tail[:-_STDERR_TAIL_BYTES]

    def _log_end(self, doing: str) -> None:
        _LOG.warning(
            "worker process %d ended with status %s during %s; last output:\n%s",
            self.pid,
            self._process.returncode,
            doing,
            self._stderr_tail.decode(errors="replace"),
        )


class _ProtocolError(Exception):
    """A worker sent what is not an event."""


def error_of(failed: Failed) -> errors.BakeoffError:
    """Make the error of the class whose reason a worker names; CandidateError if none has it."""
    error = error_classes().get(failed.reason, errors.CandidateError)(failed.message)
    error.metadata = dict(failed.metadata)
    return error


@cache
def error_classes() -> Mapping[str, type[errors.BakeoffError]]:
    """Every class of error by its reason."""
    return {kind.reason: kind for kind in _descendants(errors.BakeoffError)}


def _descendants(kind: type[errors.BakeoffError]) -> Iterator[type[errors.BakeoffError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)


def _doing(command: Command) -> str:
    return (command.WhichOneof("kind") or "nothing").replace("_", " ")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _oom_kill_counts() -> tuple[int, int]:
    """Kills for want of memory so far: in this control group, and on this host."""
    host_count = 0
    with contextlib.suppress(OSError):
        for line in Path("/proc/vmstat").read_text(encoding="ascii").splitlines():
            if line.startswith("oom_kill "):
                host_count = int(line.split()[1])
    return ControlGroup().oom_kill_count() or 0, host_count
