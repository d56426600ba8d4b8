"""How many more examples would decide."""

import math

import pytest

from bakeoff.server.statistics import (
    examples_for_bound,
    examples_for_share,
    paired_difference,
    paired_ratio,
    wilson,
)


@pytest.mark.parametrize(("successes", "n", "bound"), [(880, 1000, 0.87), (86, 100, 0.9)])
def test_a_share_with_that_many_more_examples_leaves_its_bound_out(
    successes: int, n: int, bound: float
) -> None:
    """And with a tenth fewer it does not."""
    more = examples_for_share(successes, n, bound, level=0.95)
    assert more is not None

    def leaves_out(count: int) -> bool:
        found = wilson(round(successes / n * count), count, 0.95)
        assert found.lower is not None
        assert found.upper is not None
        return not found.lower <= bound <= found.upper

    assert not leaves_out(n)
    assert leaves_out(math.ceil(1.05 * (n + more)))
    assert not leaves_out(int(0.9 * (n + more)))


def test_a_paired_difference_with_that_many_more_examples_leaves_its_bound_out() -> None:
    first_only, second_only, n, bound = 30, 40, 2000, -0.012
    difference = (first_only - second_only) / n
    deviation = math.sqrt((first_only + second_only) / n - difference**2)
    more = examples_for_bound(difference, deviation, n // 4, bound, level=0.95)
    assert more is not None
    scale = (n // 4 + more) / n
    for factor, leaves_out in ((1.1, True), (0.9, False)):
        counts = [round(count * scale * factor) for count in (first_only, second_only, n)]
        lower = paired_difference(counts[0], counts[1], counts[2], 0.95).lower
        assert lower is not None
        assert leaves_out == (lower > bound)


def test_a_paired_ratio_with_that_many_more_examples_leaves_its_bound_out() -> None:
    """In logarithms."""
    first_only, second_only, both, n, limit = 30, 28, 100, 2000, 1.2
    first, second = first_only + both, second_only + both
    deviation = math.sqrt(n * (first_only + second_only) / (first * second))
    more = examples_for_bound(math.log(first / second), deviation, 200, math.log(limit), level=0.95)
    assert more is not None
    scale = (200 + more) / n
    for factor, leaves_out in ((1.2, True), (0.8, False)):
        counts = [round(count * scale * factor) for count in (first_only, second_only, both, n)]
        upper = paired_ratio(counts[0], counts[1], counts[2], counts[3], 0.95).upper
        assert upper is not None
        assert leaves_out == (upper < limit)


def test_what_is_decided_still_asks_for_one_more() -> None:
    """The count is never 0 or less."""
    assert 1 == examples_for_bound(0.5, 0.1, 10_000, 0.1, level=0.95)
    assert 1 == examples_for_share(900, 1000, 0.5, level=0.95)


def test_an_estimate_on_its_bound_is_never_told_from_it() -> None:
    assert examples_for_bound(0.2, 0.1, 100, 0.2, level=0.95) is None
    assert examples_for_share(90, 100, 0.9, level=0.95) is None


def test_what_does_not_deviate_gives_no_count() -> None:
    assert examples_for_bound(0.2, 0.0, 100, 0.1, level=0.95) is None
