"""The frontier holds exactly the candidates that no other one dominates."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bakeoff.server.selection import frontier
from bakeoff.server.types import Direction

HIGHER, LOWER = Direction.HIGHER_IS_BETTER, Direction.LOWER_IS_BETTER

# Few distinct values, so that ties are common.
_POINTS = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3),
    st.tuples(*[st.integers(0, 5).map(float)] * 3),
    max_size=12,
)
_DIRECTIONS = st.tuples(*[st.sampled_from([HIGHER, LOWER])] * 3)


def _is_no_worse(a: float, b: float, direction: Direction) -> bool:
    return a >= b if direction is HIGHER else a <= b


def _dominated(
    point: Sequence[float], others: list[Sequence[float]], directions: Sequence[Direction]
) -> bool:
    for other in others:
        no_worse = [_is_no_worse(o, p, d) for o, p, d in zip(other, point, directions, strict=True)]
        better = [
            not _is_no_worse(p, o, d) for o, p, d in zip(other, point, directions, strict=True)
        ]
        if all(no_worse) and any(better):
            return True
    return False


@given(_POINTS, _DIRECTIONS)
def test_the_frontier_is_what_brute_force_finds(
    points: dict[str, tuple[float, ...]], directions: tuple[Direction, ...]
) -> None:
    everyone: list[Sequence[float]] = list(points.values())
    expected = {
        name for name, point in points.items() if not _dominated(point, everyone, directions)
    }

    assert expected == frontier(points, directions)


def test_equal_points_share_the_frontier() -> None:
    points = {"a": (0.9, 5.0), "b": (0.9, 5.0), "c": (0.8, 6.0)}

    assert {"a", "b"} == frontier(points, [HIGHER, LOWER])
