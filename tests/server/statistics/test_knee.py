"""The knee of a curve of throughput and latency."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakeoff.server.statistics import knee

# The same examples in every run, however slow the machine.
STEADY = settings(derandomize=True, deadline=None)
CURVE = [(10.0, 1.0), (20.0, 1.1), (30.0, 1.3), (36.0, 2.0), (38.0, 5.0), (39.0, 12.0)]
POSITIVE = st.floats(0.1, 1000)


def test_the_knee_is_where_latency_begins_to_soar() -> None:
    assert 3 == knee(*zip(*CURVE, strict=True))


def test_the_knee_of_a_queue_is_where_the_slope_is_that_of_the_chord() -> None:
    """Latency of M/M/1 at load u is 1 / (1 - u); its slope 1 / (1 - u)^2."""
    loads = np.linspace(0, 0.99, 991)
    latencies = 1 / (1 - loads)
    chord = (latencies[-1] - latencies[0]) / (loads[-1] - loads[0])
    found = knee(list(loads), list(latencies))
    assert found is not None
    assert pytest.approx(1 - 1 / np.sqrt(chord), abs=1e-3) == loads[found]


def test_beaten_points_are_passed_over() -> None:
    """Batches too large: less throughput at more latency."""
    beaten = [*CURVE, (25.0, 13.0), (30.0, 1.4), (5.0, 1.0)]
    assert 3 == knee(*zip(*beaten, strict=True))


@STEADY
@given(st.lists(st.tuples(POSITIVE, POSITIVE), max_size=12), POSITIVE, POSITIVE, st.randoms())
def test_neither_units_nor_order_matter(
    points: list[tuple[float, float]], scale: float, latency_scale: float, shuffler
) -> None:
    found = knee([x for x, _ in points], [y for _, y in points])
    # Points that lie below the chord by like distances may change places by rounding.
    distances = _distances(points)
    if found is None:
        assert not any(distance > 1e-6 for distance in distances.values())
        return
    assert pytest.approx(max(distances.values()), abs=1e-9) == distances[points[found]]
    moved = list(points)
    shuffler.shuffle(moved)
    again = knee([scale * x for x, _ in moved], [latency_scale * y for _, y in moved])
    assert again is not None
    assert pytest.approx(distances[points[found]], abs=1e-9) == distances[moved[again]]


def _distances(points: list[tuple[float, float]]) -> dict[tuple[float, float], float]:
    """Distance of each unbeaten point below the chord, in scaled units."""
    unbeaten = sorted(
        {
            (x, y)
            for x, y in points
            if not any((p >= x and q <= y) and (p, q) != (x, y) for p, q in points)
        }
    )
    if len(unbeaten) < 3:
        return {}
    (left, low), (right, high) = unbeaten[0], unbeaten[-1]
    return {(x, y): (x - left) / (right - left) - (y - low) / (high - low) for x, y in unbeaten}


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(1.0, 1.0)],
        [(1.0, 1.0), (2.0, 2.0)],
        [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)],
        [(1.0, 1.0), (2.0, 3.0), (3.0, 4.0)],
        [(5.0, 1.0), (4.0, 2.0), (3.0, 3.0)],
        [(2.0, 2.0), (2.0, 2.0), (2.0, 2.0)],
    ],
    ids=["none", "one", "two", "straight", "above the line", "one beats all", "all alike"],
)
def test_a_curve_without_a_bend_has_no_knee(points: list[tuple[float, float]]) -> None:
    assert knee([x for x, _ in points], [y for _, y in points]) is None


def test_as_many_latencies_as_throughputs_are_wanted() -> None:
    with pytest.raises(ValueError, match="must be of one length; got 2 and 1"):
        knee([1.0, 2.0], [1.0])
