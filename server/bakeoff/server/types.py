"""Values of the domain, shared by the rooms of the server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from google.rpc.status_pb2 import Status

from bakeoff.v1 import (
    BatchSensitivity,
    Candidate,
    ColdStart,
    EarlyStop,
    Energy,
    Environment,
    EvaluationSet,
    EvaluationSpec,
    ExampleKey,
    LoadProbe,
    MemoryFit,
    MemoryLedger,
    Placement,
    Prediction,
    PredictionPass,
    Target,
    TextInput,
    ThreadLayout,
)


class Direction(Enum):
    """Which way a figure is better."""

    HIGHER_IS_BETTER = "higher"
    LOWER_IS_BETTER = "lower"


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval of confidence; a bound of None is not bounded.

    `level` is between 0 and 1; `method` names how it was found, such as `wilson`.
    """

    lower: float | None
    upper: float | None
    level: float
    method: str


def figure_key(figure_id: str, scenario: str, part: str) -> str:
    """Id of a figure, with `{part}` and `@scenario` where it has them."""
    of_part = f"{figure_id}{{{part}}}" if part else figure_id
    return f"{of_part}@{scenario}" if scenario else of_part


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is reported, with what is needed to trust it.

    `value` is None when it is undefined or unknown; `absent_reason` then says why. `part` names the
    class or the slice that it is about, such as `class=refund`, and is empty for the whole set.
    """

    id: str
    value: float | None
    observation_count: int
    unit: str
    direction: Direction | None
    method: str
    interval: Interval | None = None
    scenario: str = ""
    boundary: str = ""
    absent_reason: str = ""
    part: str = ""

    @property
    def key(self) -> str:
        """What tells it from the other figures of its candidate."""
        return figure_key(self.id, self.scenario, self.part)


@dataclass(frozen=True, slots=True)
class ScenarioEvidence:
    """What was measured of one candidate in one scenario.

    `observations_path` is a file of `ObservationBlock` messages, each preceded by its length;
    `positions` gives the position of the candidate within each round, in the order of rounds;
    `start_times_ns` the Unix time at which each block began. `shortfalls` tells what the time did
    not suffice for, one sentence each.

    Where the highest rate was searched for, `probes` are the rates that were tried, in their order,
    and the observations are those of the last verification; `no_rate_reason` tells why no rate is
    known to hold the bound, and is empty when one is.
    """

    scenario: str
    observations_path: Path
    layout: ThreadLayout
    positions: tuple[int, ...]
    start_times_ns: tuple[int, ...]
    warm_up_settled: bool
    suspicions: tuple[str, ...] = ()
    shortfalls: tuple[str, ...] = ()
    energy: Energy | None = None
    probes: tuple[LoadProbe, ...] = ()
    no_rate_reason: str = ""


@dataclass(frozen=True, slots=True)
class CandidateEvidence:
    """Everything that was found of one candidate, before it is scored.

    `error` tells why there is nothing, or only a part, and `early_stop` why it was measured no
    further. `predictions` are in the order of the set.
    """

    candidate: Candidate
    error: Status | None
    predictions: Sequence[Prediction] = ()
    prediction_pass: PredictionPass | None = None
    batch_sensitivity: BatchSensitivity | None = None
    cold_start: ColdStart | None = None
    memory: MemoryLedger | None = None
    memory_fit: MemoryFit | None = None
    placement: Placement | None = None
    scenarios: Mapping[str, ScenarioEvidence] = field(default_factory=dict)
    early_stop: EarlyStop | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that an evaluation found, from which its report follows.

    The same evidence and seed give the same report. `keys` and `texts` are in the order of the set.
    """

    evaluation: str
    spec: EvaluationSpec
    evaluation_set: EvaluationSet
    target: Target
    environment: Environment
    keys: Sequence[ExampleKey]
    texts: Sequence[TextInput]
    candidates: Sequence[CandidateEvidence]
