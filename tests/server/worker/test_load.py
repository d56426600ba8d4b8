"""Promises of the load generators, on systems that cost nothing."""

import itertools
from collections.abc import Callable, Sequence

import pytest

from bakeoff.server.worker.load.closed_loop import closed_loop
from bakeoff.server.worker.load.offline import offline
from bakeoff.server.worker.load.system_under_test import Bounds
from bakeoff.server.worker.load.warm_up import (
    MAX_DURATION_NS,
    MAX_WINDOW_COUNT,
    Window,
    warm_up,
)

SECOND_NS = 1_000_000_000


class NullSystem:
    """Answers at once. Samples in `silent` cannot be answered."""

    def __init__(self, silent: Sequence[int] = ()) -> None:
        self.silent = silent
        self.bulks: list[list[int]] = []

    def query(self, sample: int) -> int:
        return sample

    def answer(self, queries: Sequence[int]) -> list[int | None]:
        return [None if query in self.silent else 10 * query for query in queries]

    def answer_all(self, queries: Sequence[int]) -> int:
        self.bulks.append(list(queries))
        return sum(query not in self.silent for query in queries)


def bounds(count: int, max_duration_ns: int = 60 * SECOND_NS) -> Bounds:
    return Bounds(min_duration_ns=0, min_query_count=count, max_duration_ns=max_duration_ns)


@pytest.mark.parametrize(
    ("elapsed_ns", "count", "expected"),
    [
        (0, 0, False),
        (10, 4, False),
        (9, 5, False),
        (10, 5, True),
        (99, 5, True),
        (99, 4, False),
        (100, 0, True),
    ],
)
def test_a_block_ends_when_time_and_count_are_enough_or_time_is_up(
    elapsed_ns: int, count: int, *, expected: bool
) -> None:
    limits = Bounds(min_duration_ns=10, min_query_count=5, max_duration_ns=100)
    assert expected == limits.reached(elapsed_ns, count)


def test_a_stream_has_a_latency_for_each_query_in_order() -> None:
    block = closed_loop(NullSystem(), itertools.cycle([3, 1, 2]), bounds(7))
    assert [3, 1, 2, 3, 1, 2, 3] == block.samples
    assert [[30], [10], [20], [30], [10], [20], [30]] == block.answers
    assert 7 == len(block.end_to_end_ns)
    assert 0 == block.unanswered_count


def test_queries_of_a_stream_do_not_overlap() -> None:
    """Their latencies together fit into the block."""
    block = closed_loop(NullSystem(), itertools.cycle([0]), bounds(5000))
    assert sum(block.end_to_end_ns) <= block.duration_ns
    assert min(block.end_to_end_ns) >= 0


def test_the_rotation_of_a_stream_goes_on_in_the_next_block() -> None:
    samples = itertools.cycle(range(10))
    first = closed_loop(NullSystem(), samples, bounds(4))
    second = closed_loop(NullSystem(), samples, bounds(4))
    assert list(range(8)) == first.samples + second.samples
    assert second.start_ns >= first.start_ns + first.duration_ns


def test_a_sample_that_cannot_be_answered_is_in_no_figure() -> None:
    block = closed_loop(NullSystem(silent=[1]), itertools.cycle([0, 1, 2]), bounds(4))
    assert [0, 2, 0, 2] == block.samples
    assert 1 <= block.unanswered_count <= 2
    assert 4 == len(block.end_to_end_ns) == len(block.answers)


def test_queries_of_several_samples_are_answered_together() -> None:
    block = closed_loop(NullSystem(silent=[2]), itertools.cycle(range(5)), bounds(3), 3)
    assert [0, 3, 1] == block.samples
    assert [[0, 10, None], [30, 40, 0], [10, None, 30]] == block.answers
    assert 3 == len(block.end_to_end_ns)


def test_a_query_with_no_answer_at_all_is_in_no_figure() -> None:
    block = closed_loop(NullSystem(silent=[0, 1]), itertools.cycle(range(4)), bounds(2), 2)
    assert [2, 2] == block.samples
    assert block.unanswered_count >= 1


def test_a_stream_without_any_answer_ends_in_time() -> None:
    block = closed_loop(NullSystem(silent=[0]), itertools.cycle([0]), bounds(1, 1_000_000))
    assert [] == block.samples
    assert block.unanswered_count > 0


def test_no_query_begins_after_the_longest_time() -> None:
    block = closed_loop(NullSystem(), itertools.cycle([0]), bounds(1000, max_duration_ns=1))
    assert [0] == block.samples


def test_the_generator_itself_costs_little_beside_a_query(
    record_property: Callable[[str, object], None],
) -> None:
    """What a null system is told to take is the floor of every latency; it is recorded."""
    block = closed_loop(NullSystem(), itertools.cycle([0]), bounds(20_000))
    floor_ns = sorted(block.end_to_end_ns)[len(block.end_to_end_ns) // 2]
    record_property("single_stream_floor_ns", floor_ns)
    assert 20_000 == len(block.end_to_end_ns)


def test_offline_offers_passes_until_the_bounds_are_reached() -> None:
    system = NullSystem()
    block = offline(system, itertools.cycle(range(5)), bounds(7), pass_sample_count=3)
    assert [[0, 1, 2], [3, 4, 0], [1, 2, 3]] == system.bulks
    assert 9 == block.sample_count


def test_offline_counts_what_was_answered() -> None:
    system = NullSystem(silent=[2])
    block = offline(system, itertools.cycle(range(3)), bounds(4), pass_sample_count=3)
    assert (2, 4) == (len(system.bulks), block.sample_count)


def test_offline_begins_no_pass_after_the_longest_time() -> None:
    system = NullSystem()
    block = offline(system, itertools.cycle(range(3)), bounds(1000, 1), pass_sample_count=3)
    assert (1, 3) == (len(system.bulks), block.sample_count)


def windows_of(durations_ns: Sequence[int]) -> "itertools.cycle[Window]":
    return itertools.cycle([Window(query_count=10, duration_ns=one) for one in durations_ns])


def test_a_warm_up_ends_when_three_windows_agree() -> None:
    windows = iter([Window(10, one) for one in (900, 500, 300, 210, 200, 205, 999)])
    found = warm_up(windows.__next__)
    assert (True, 60) == (found.settled, found.query_count)
    assert pytest.approx(10 / 205 * 1e9) == found.rates_per_s[-1]
    assert Window(10, 999) == next(windows)


def test_two_windows_that_agree_are_not_enough() -> None:
    windows = iter([Window(10, one) for one in (100, 100, 300, 300, 300)])
    assert 5 == len(warm_up(windows.__next__).rates_per_s)


def test_a_warm_up_that_never_agrees_is_bounded_in_number() -> None:
    found = warm_up(windows_of([100, 200]).__next__)
    assert (False, MAX_WINDOW_COUNT) == (found.settled, len(found.rates_per_s))


def test_a_warm_up_that_never_agrees_is_bounded_in_time() -> None:
    found = warm_up(windows_of([MAX_DURATION_NS // 4, MAX_DURATION_NS // 3]).__next__)
    assert (False, 4) == (found.settled, len(found.rates_per_s))


def test_three_windows_run_however_long_they_take() -> None:
    found = warm_up(windows_of([MAX_DURATION_NS]).__next__)
    assert (True, 3) == (found.settled, len(found.rates_per_s))
