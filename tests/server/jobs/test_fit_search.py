"""The largest size that fits is found, in few trials, however memory grows."""

from collections.abc import Callable

import pytest

from bakeoff.server.jobs.fit_search import Fit, next_size

MIB = 2**20


def search(
    peak_bytes: Callable[[int], int | None], limit_bytes: int, first: int = 1, most: int = 1024
) -> tuple[Fit, list[int]]:
    """Try sizes until the search ends; what it found, and the sizes in their order."""
    peaks: dict[int, int | None] = {}
    while (size := next_size(peaks, limit_bytes, first, most)) is not None:
        assert size not in peaks
        assert 1 <= size <= most
        peaks[size] = peak_bytes(size)
    return Fit.of(peaks, limit_bytes), list(peaks)


@pytest.mark.parametrize("largest", [1, 2, 3, 7, 8, 9, 100, 777, 1023])
@pytest.mark.parametrize("first", [1, 50])
def test_the_largest_size_is_found_where_memory_grows_by_the_size(largest: int, first: int) -> None:
    fit, tried = search(lambda size: (300 + 3 * size) * MIB, (300 + 3 * largest) * MIB, first)

    assert fit == Fit(largest, largest + 1)
    assert len(tried) <= 8


def test_the_largest_size_is_found_where_memory_grows_in_steps() -> None:
    """An arena takes twice as much whenever it is full."""

    def peak_bytes(size: int) -> int:
        return (200 + 2 ** (size * 5).bit_length()) * MIB

    fit, tried = search(peak_bytes, 800 * MIB)

    assert fit == Fit(102, 103)
    assert len(tried) <= 20


def test_the_largest_size_is_found_where_processes_die_of_the_next() -> None:
    fit, tried = search(lambda size: size * MIB if size <= 300 else None, 2000 * MIB)

    assert fit == Fit(300, 301)
    assert len(tried) <= 20


def test_the_largest_size_is_found_where_memory_grows_by_its_square() -> None:
    """So attention takes memory by the length of the input."""
    fit, tried = search(lambda size: (100 + size**2) * MIB, 100_000 * MIB, first=20, most=512)

    assert fit == Fit(316, 317)
    assert len(tried) <= 12


def test_nothing_fits_where_a_single_one_does_not() -> None:
    fit, tried = search(lambda size: 10 * size * MIB, 5 * MIB)

    assert fit == Fit(0, 1)
    assert tried == [1]


def test_what_lies_below_the_first_is_looked_for_when_that_does_not_fit() -> None:
    fit, _ = search(lambda size: size * MIB, 5 * MIB, first=64)

    assert fit == Fit(5, 6)


def test_the_search_ends_at_the_most_that_is_to_be_tried() -> None:
    fit, tried = search(lambda _: MIB, 5 * MIB, most=1000)

    assert fit == Fit(1000, None)
    assert tried[-1] == 1000


def test_no_trial_goes_far_beyond_the_limit_where_memory_grows_by_the_size() -> None:
    """Doubling without looking could take twice the memory that there is."""
    limit_bytes = 1000 * MIB
    _, tried = search(lambda size: 90 * size * MIB, limit_bytes)

    assert max(tried) * 90 * MIB < 1.2 * limit_bytes


def test_a_size_that_fits_above_one_that_does_not_is_not_counted() -> None:
    assert Fit.of({4: 10, 8: 30, 16: 15}, 20) == Fit(4, 8)
