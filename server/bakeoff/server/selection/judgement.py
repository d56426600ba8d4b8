"""What became of a constraint on one candidate."""

from dataclasses import dataclass
from enum import Enum

from bakeoff.server.selection.expression import Constraint
from bakeoff.server.selection.needed import NOTHING, Needed, Weight
from bakeoff.server.types import Figure, Interval


class Outcome(Enum):
    """What became of a constraint."""

    MET = "met"
    VIOLATED = "violated"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Judged:
    """What is set against the bound of a constraint: a figure, a difference or a ratio.

    `value` and `interval` are of that; `limit` is the bound in the unit of the figure, None where
    the baseline that it depends on is not known. `is_baseline` says that the candidate is set
    against itself. `absent_reason` tells why there is no value.
    """

    value: float | None = None
    interval: Interval | None = None
    limit: float | None = None
    weight: Weight = NOTHING
    baseline_value: float | None = None
    is_baseline: bool = False
    absent_reason: str = ""


@dataclass(frozen=True, slots=True)
class ConstraintFinding:
    """A constraint on one candidate.

    `figure` is None when the candidate has none such. `slack` is how far it keeps within the bound,
    in its unit, negative beyond it; None where it is not known. `excess` is how far the value lies
    beyond the bound, as a share of the bound (of 1 where the bound is 0); None unless the
    constraint is violated by a known value. `needed` is about how much more would decide an open
    one. `explanation` is one sentence.
    """

    constraint: Constraint
    outcome: Outcome
    figure: Figure | None
    judged: Judged
    slack: float | None
    excess: float | None
    needed: Needed | None
    explanation: str
