"""One candidate of a running evaluation, and the worker process that holds it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bakeoff.server.jobs.assignment import Assignment
from bakeoff.server.jobs.supervisor import WorkerProcess
from bakeoff.v1 import Candidate, EarlyStop, ThreadLayout
from bakeoff.worker.v1 import Command, Event, Load, Loaded, Progressed


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a candidate is measured no further.

    `behind` names the candidate that it is behind, and with which it comes back if that one falls;
    empty when it breaks a bound itself.
    """

    early_stop: EarlyStop
    behind: str = ""


class Contender:
    """A candidate with at most one worker process at a time.

    `stop` says why it is out of play. A candidate that was measured in full and breaks a bound is
    `disqualified`: nobody is stopped for being behind it.
    """

    def __init__(self, assignment: Assignment, candidate: Candidate, bundle_path: Path) -> None:
        self.candidate = candidate
        self.failed = False
        self.stop: Stop | None = None
        self.disqualified = False
        self._assignment = assignment
        self._bundle_path = bundle_path
        self._worker: WorkerProcess | None = None
        self._thread_count = 0

    @property
    def name(self) -> str:
        """Resource name of the candidate."""
        return self.candidate.name

    @property
    def in_play(self) -> bool:
        """Whether it is predicted and measured on."""
        return not self.failed and self.stop is None

    @property
    def worker_pid(self) -> int:
        """Id of the worker process. Only while there is one."""
        return self._present().pid

    @property
    def worker_start_ns(self) -> int:
        """When the worker process was started, on CLOCK_MONOTONIC. Only while there is one."""
        return self._present().start_ns

    def load_command(self, intra_op_thread_count: int) -> Load:
        """Say what the worker is to load, under so many threads."""
        return Load(
            bundle_path=str(self._bundle_path),
            manifest=self.candidate.manifest,
            device=self._assignment.target.device,
            intra_op_thread_count=intra_op_thread_count,
        )

    async def start_worker(self) -> None:
        """Start a fresh worker process, in place of the one there is."""
        await self.close_worker()
        self._worker = await WorkerProcess.start(self._assignment.launch)

    async def load(self, intra_op_thread_count: int) -> Loaded | None:
        """Have the bundle loaded under so many threads. None when it is already."""
        if self._worker is None:
            await self.start_worker()
        if self._thread_count == intra_op_thread_count:
            return None
        command = Command(load=self.load_command(intra_op_thread_count))
        event = await self.request(command, self._assignment.deadlines.load_s())
        self._thread_count = intra_op_thread_count
        return event.loaded

    def took_layout(self, layout: ThreadLayout) -> None:
        """Note that the worker has loaded the bundle under a layout that it chose."""
        self._thread_count = layout.intra_op_thread_count

    async def request(
        self,
        command: Command,
        deadline_s: float,
        on_progress: Callable[[Progressed], None] | None = None,
    ) -> Event:
        """Send a command to the worker, as `WorkerProcess.request`."""
        return await self._present().request(command, deadline_s, on_progress)

    async def close_worker(self) -> None:
        """Let the worker process end, if there is one."""
        worker, self._worker, self._thread_count = self._worker, None, 0
        if worker is not None:
            await worker.close()

    async def kill_worker(self) -> None:
        """End the worker process at once, if there is one."""
        worker, self._worker, self._thread_count = self._worker, None, 0
        if worker is not None:
            await worker.kill()

    def _present(self) -> WorkerProcess:
        if self._worker is None:
            msg = f"{self.name} has no worker process"
            raise RuntimeError(msg)
        return self._worker
