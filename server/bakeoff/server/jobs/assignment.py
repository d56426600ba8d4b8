"""One evaluation on one target: what its phases share."""

import asyncio
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from google.protobuf.message import Message

from bakeoff.server.jobs.deadlines import Deadlines
from bakeoff.server.jobs.findings import Findings
from bakeoff.server.jobs.progress import ProgressMeter
from bakeoff.server.jobs.supervisor import WorkerLaunch
from bakeoff.server.store import Store
from bakeoff.v1 import EvaluationSet, EvaluationSpec, Target

_MessageT = TypeVar("_MessageT", bound=Message)


@dataclass(frozen=True, slots=True)
class Assignment:
    """What an evaluation is to find, where, and by what means.

    `spec` has its defaults filled in. `inputs_path` holds the set's inputs without labels.
    `stillness` is held while something is timed: whoever holds it disturbs nobody.
    """

    evaluation: str
    spec: EvaluationSpec
    evaluation_set: EvaluationSet
    inputs_path: Path
    target: Target
    store: Store
    findings: Findings
    launch: WorkerLaunch
    deadlines: Deadlines
    progress: ProgressMeter
    stillness: asyncio.Lock

    @property
    def usable_cpu_count(self) -> int:
        """Whole processors that a worker may use, at least 1."""
        return max(1, math.floor(self.target.fingerprint.usable_cpu_count))

    @property
    def folder(self) -> Path:
        """Folder that the evaluation writes to."""
        return self.store.evaluation_path(self.evaluation)

    async def found(
        self,
        message_type: type[_MessageT],
        *,
        candidate: str = "",
        scenario: str = "",
    ) -> _MessageT | None:
        """Give an earlier finding; None when there is none."""
        return await asyncio.to_thread(
            self.findings.get, message_type, candidate=candidate, scenario=scenario
        )

    async def keep(self, message: Message, *, candidate: str = "", scenario: str = "") -> None:
        """Keep a finding."""
        await asyncio.to_thread(self.findings.keep, message, candidate=candidate, scenario=scenario)
