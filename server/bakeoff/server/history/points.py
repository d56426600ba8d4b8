"""Figures of a model in one evaluation after another."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from google.protobuf.message import Message

from bakeoff.server.history.likeness import disturbed_scenarios
from bakeoff.server.history.wanted_figures import WantedFigures
from bakeoff.server.report.messages import result_figures
from bakeoff.server.types import Figure
from bakeoff.v1 import CandidateResult, Fingerprint, Report


@dataclass(frozen=True, slots=True)
class Point:
    """A figure of a candidate in one evaluation; its value is known.

    `source_sha256` tells the version of the model. `load_sha256` is over how load was asked for
    beyond the id of the scenario; empty for a figure without scenario. `is_disturbed` tells that
    something disturbed the measurement.
    """

    evaluation: str
    candidate: str
    source_sha256: str
    create_time_ns: int
    figure: Figure
    load_sha256: str = ""
    is_disturbed: bool = False

    @property
    def value(self) -> float:
        """Value of the figure."""
        if self.figure.value is None:
            message = f"a point must have a value; {self.figure.key} of {self.candidate} has none"
            raise ValueError(message)
        return self.figure.value


class SeriesKey(NamedTuple):
    """What all points of a series have in common."""

    variant: str
    evaluation_set_sha256: str
    fingerprint_sha256: str
    figure: str


@dataclass(frozen=True, slots=True)
class Series:
    """One figure of one variant on one set and one kind of machine, the oldest point first."""

    key: SeriesKey
    fingerprint: Fingerprint
    points: Sequence[Point]


@dataclass(slots=True)
class _Gathering:
    """A series that is not complete yet."""

    fingerprint: Fingerprint
    points: list[tuple[tuple[int, int], Point]] = field(default_factory=list)
    works: set[str] = field(default_factory=set)


def series_of(
    reports: Iterable[Report],
    model: str,
    wanted: WantedFigures,
    *,
    variant: str = "",
    evaluation_set: str = "",
) -> list[Series]:
    """All series of a source model's name, in the order in which they first come.

    `variant` and `evaluation_set`, a resource name, narrow them down unless empty. What was scored
    anew from the same predictions and observations counts once, as it was found first. Points of
    one report are in the order in which their candidates were registered.
    """
    gathered: dict[SeriesKey, _Gathering] = {}
    for report in reports:
        if evaluation_set and report.evaluation_set.name != evaluation_set:
            continue
        for result in report.candidates:
            manifest = result.candidate.manifest
            is_wanted = not variant or manifest.variant.id == variant
            if manifest.source_model.name == model and is_wanted:
                _gather(gathered, report, result, wanted)
    return [
        Series(key, found.fingerprint, [point for _, point in sorted(found.points, key=_time)])
        for key, found in gathered.items()
    ]


def _gather(
    gathered: dict[SeriesKey, _Gathering],
    report: Report,
    result: CandidateResult,
    wanted: WantedFigures,
) -> None:
    fingerprint = report.environment.fingerprint
    work = _work_sha256(report, result)
    load = _load_sha256(report)
    disturbed = disturbed_scenarios(result)
    time = (report.create_time.ToNanoseconds(), result.candidate.create_time.ToNanoseconds())
    for figure in result_figures(result):
        if figure.value is None or not wanted.has(figure, result.candidate, report):
            continue
        key = SeriesKey(
            result.candidate.manifest.variant.id,
            report.evaluation_set.sha256,
            fingerprint.sha256,
            figure.key,
        )
        found = gathered.setdefault(key, _Gathering(fingerprint))
        if work in found.works:
            continue
        found.works.add(work)
        point = Point(
            evaluation=report.evaluation,
            candidate=result.candidate.name,
            source_sha256=result.candidate.manifest.source_model.sha256,
            create_time_ns=time[0],
            figure=figure,
            load_sha256=load if figure.scenario else "",
            is_disturbed=figure.scenario in disturbed,
        )
        found.points.append((time, point))


def _time(gathered: tuple[tuple[int, int], Point]) -> tuple[int, int]:
    return gathered[0]


def _work_sha256(report: Report, result: CandidateResult) -> str:
    """Tells what a candidate did in one evaluation from what it did in any other.

    Times in nanoseconds are never the same twice; scoring anew leaves them as they are.
    """
    return _sha256(result.candidate, report.environment, result.memory, result.prediction_pass)


def _load_sha256(report: Report) -> str:
    spec = report.spec
    threads = f"{spec.intra_op_thread_count} {spec.caller_count}"
    return hashlib.sha256(_sha256(spec.batch_policy).encode() + threads.encode()).hexdigest()


def _sha256(*messages: Message) -> str:
    digest = hashlib.sha256()
    for message in messages:
        content = message.SerializeToString(deterministic=True)
        digest.update(f"{len(content)} ".encode() + content)
    return digest.hexdigest()
