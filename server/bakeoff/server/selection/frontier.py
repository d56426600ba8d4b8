"""The frontier: candidates that no other one beats in every respect."""

from collections.abc import Iterable, Mapping, Sequence

from bakeoff.server.selection.costs import leading_costs
from bakeoff.server.types import Direction, Figure


def frontier_figures(quality_key: str, figures: Iterable[Mapping[str, Figure]]) -> tuple[str, ...]:
    """Keys of the figures that span the frontier: quality, then the first cost known."""
    known = dict.fromkeys(
        key for of_one in figures for key, figure in of_one.items() if figure.value is not None
    )
    return (quality_key, *leading_costs(known)[:1])


def frontier(
    points: Mapping[str, Sequence[float]], directions: Sequence[Direction]
) -> frozenset[str]:
    """Names whose point no other point dominates.

    A point dominates another when it is no worse in every coordinate and better in one. Equal
    points do not dominate each other.
    """
    signs = [1.0 if way is Direction.HIGHER_IS_BETTER else -1.0 for way in directions]
    gains = {
        name: tuple(sign * value for sign, value in zip(signs, point, strict=True))
        for name, point in points.items()
    }
    return frozenset(
        name
        for name, gain in gains.items()
        if not any(_dominates(other, gain) for other in gains.values())
    )


def _dominates(first: tuple[float, ...], second: tuple[float, ...]) -> bool:
    return first != second and all(a >= b for a, b in zip(first, second, strict=True))
