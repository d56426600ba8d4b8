"""How two candidates stand to each other on one figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import combinations
from typing import Protocol

from bakeoff.server.types import Direction, Figure

# Costs that differ by less than this are alike: nobody chooses by it.
ALIKE_SHARE = 0.02


class Standing(Enum):
    """How the first of a pair stands to the second."""

    AHEAD = "ahead"
    BEHIND = "behind"
    ALIKE = "alike"
    UNTOLD = "untold"


_OPPOSITES = {Standing.AHEAD: Standing.BEHIND, Standing.BEHIND: Standing.AHEAD}


class Basis(Enum):
    """What a contrast rests on."""

    PAIRED_TEST = "paired test"
    PAIRED_ROUNDS = "paired rounds"
    INTERVALS = "intervals"
    VALUES = "values"


@dataclass(frozen=True, slots=True)
class Contrast:
    """The first candidate set against the second on one figure.

    `difference` is first minus second, in the unit of the figure. `p_value` is corrected for the
    number of pairs. `margin` is the largest difference that counts as alike. `more_examples_needed`
    is about how many more would decide. Each is None where it is not known or has no meaning.
    """

    standing: Standing
    basis: Basis
    difference: float | None = None
    p_value: float | None = None
    margin: float | None = None
    more_examples_needed: int | None = None

    def reversed(self) -> "Contrast":
        """The second candidate set against the first."""
        return replace(
            self,
            standing=_OPPOSITES.get(self.standing, self.standing),
            difference=None if self.difference is None else -self.difference,
        )


class PairedEvidence(Protocol):
    """What is known of pairs of candidates beyond their figures."""

    def contrasts(
        self, figure_key: str, pairs: Sequence[tuple[str, str]]
    ) -> Sequence[Contrast | None]:
        """A contrast for each pair, None where nothing paired is known.

        The pairs are one family: p-values are corrected for their number.
        """


def contrast_figures(first: Figure | None, second: Figure | None, direction: Direction) -> Contrast:
    """Two figures set apart by their intervals, or by their values where one has no interval.

    Disjoint intervals set apart; overlapping ones do not tell. Values that differ by less than
    `ALIKE_SHARE` are alike. A figure that is not known is behind one that is.
    """
    if first is None or first.value is None or second is None or second.value is None:
        return Contrast(_standing_of_known(first, second), Basis.VALUES)
    apart = first.value - second.value
    gain = apart if direction is Direction.HIGHER_IS_BETTER else -apart
    by_sign = Standing.AHEAD if gain > 0 else Standing.BEHIND
    if first.interval is None or second.interval is None:
        scale = max(abs(first.value), abs(second.value))
        standing = Standing.ALIKE if abs(apart) <= ALIKE_SHARE * scale else by_sign
        return Contrast(standing, Basis.VALUES, apart)
    low, high = (first, second) if first.value < second.value else (second, first)
    if _below(low, high):
        return Contrast(by_sign, Basis.INTERVALS, apart)
    return Contrast(Standing.UNTOLD, Basis.INTERVALS, apart)


def _below(low: Figure, high: Figure) -> bool:
    upper = None if low.interval is None else low.interval.upper
    lower = None if high.interval is None else high.interval.lower
    return upper is not None and lower is not None and upper < lower


def _standing_of_known(first: Figure | None, second: Figure | None) -> Standing:
    first_known = first is not None and first.value is not None
    second_known = second is not None and second.value is not None
    if first_known == second_known:
        return Standing.UNTOLD
    return Standing.AHEAD if first_known else Standing.BEHIND


class ContrastTable:
    """Every pair of candidates on one figure, first against second and the other way round."""

    def __init__(
        self,
        figure_key: str,
        direction: Direction,
        figures: Mapping[str, Figure | None],
        evidence: PairedEvidence,
    ) -> None:
        pairs = list(combinations(figures, 2))
        paired = evidence.contrasts(figure_key, pairs)
        self._contrasts: dict[tuple[str, str], Contrast] = {}
        for (first, second), known in zip(pairs, paired, strict=True):
            contrast = known or contrast_figures(figures[first], figures[second], direction)
            self._contrasts[first, second] = contrast
            self._contrasts[second, first] = contrast.reversed()

    def contrast(self, first: str, second: str) -> Contrast:
        """The first candidate set against the second."""
        return self._contrasts[first, second]
