"""By which rules a recommendation is made."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """How surely is decided, what counts as alike, and against what.

    `level` is that of the intervals that are reported, 1 less the stated rate of a wrong
    recommendation. `margin` is the largest difference of a metric that counts as alike. `baseline`
    is the candidate that relative bounds are set against. `family_size` is the number of tests
    among which the rate is divided.

    A recommendation is wrong when the candidate breaks a constraint, or when another one that
    qualifies surpasses it on the first objective by more than the margin. Let C be the best of
    those that truly qualify, of k candidates and m constraints. To be wrong, one of at most k - 1
    others must be taken to keep a bound that it breaks, or to hold against C where it does not; or
    C itself must be taken to break one of m bounds that it keeps. Each such error is on one side of
    an interval, so that intervals of the level 1 - (1 - level) / max(k, m) let all of them together
    happen in at most 1 - level of evaluations, by Bonferroni's inequality. Where no candidate
    qualifies, the same holds of the k that must not be taken to.
    """

    level: float
    margin: float
    baseline: str
    family_size: int = 1

    @property
    def error_rate(self) -> float:
        """Stated rate of a wrong recommendation."""
        # 1 - 0.95 is a hair more than 0.05.
        return round(1 - self.level, 12)

    @property
    def level_of_tests(self) -> float:
        """Level of each interval that a recommendation rests on."""
        return 1 - self.error_rate / self.family_size
