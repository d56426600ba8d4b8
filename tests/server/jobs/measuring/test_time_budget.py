"""What a time budget leaves to each scenario, and how its time is cut into blocks."""

from google.protobuf.duration_pb2 import Duration

from bakeoff.server.jobs.measuring.time_budget import Bounds, allotted_ns
from bakeoff.v1 import Offline, Scenario, SingleStream

SECOND = 1_000_000_000


def scenario(min_s: int = 3, max_s: int = 60, block_count: int = 5) -> Scenario:
    return Scenario(
        offline=Offline(),
        min_duration=Duration(seconds=min_s),
        max_duration=Duration(seconds=max_s),
        block_count=block_count,
    )


def test_time_and_queries_are_divided_over_the_blocks() -> None:
    bounds = Bounds.of(
        Scenario(
            single_stream=SingleStream(),
            min_duration=Duration(seconds=3),
            max_duration=Duration(seconds=60),
            min_query_count=299,
            block_count=5,
        )
    )

    assert bounds.block_min_duration_ns == 600_000_000
    assert bounds.block_max_duration_ns == 12 * SECOND
    assert bounds.block_min_query_count == 60
    assert not bounds.cut_by_budget


def test_a_budget_cuts_the_longest_time_and_the_shortest_with_it() -> None:
    bounds = Bounds.of(scenario(min_s=3), 2 * SECOND)

    assert (bounds.min_duration_ns, bounds.max_duration_ns) == (2 * SECOND, 2 * SECOND)
    assert bounds.cut_by_budget


def test_a_budget_beyond_the_longest_time_cuts_nothing() -> None:
    assert Bounds.of(scenario(), 100 * SECOND) == Bounds.of(scenario())


def test_every_scenario_gets_its_shortest_time_and_a_share_of_the_rest() -> None:
    scenarios = [scenario(min_s=3), scenario(min_s=3), scenario(min_s=60)]

    assert allotted_ns(300 * SECOND, 1, scenarios) == (3 + (300 - 66) / 3) * SECOND


def test_a_budget_that_is_too_short_is_shared_by_what_is_wanted() -> None:
    scenarios = [scenario(min_s=3), scenario(min_s=9)]

    assert allotted_ns(8 * SECOND, 2, scenarios) == 1 * SECOND
    assert allotted_ns(8 * SECOND, 2, scenarios[::-1]) == 3 * SECOND


def test_what_a_scenario_does_not_use_comes_to_the_next() -> None:
    scenarios = [scenario(min_s=3)] * 2
    first_ns = allotted_ns(20 * SECOND, 1, scenarios)

    assert first_ns == 10 * SECOND
    assert allotted_ns(20 * SECOND - 4 * SECOND, 1, scenarios[1:]) == 16 * SECOND


def test_a_scenario_is_measured_a_little_even_when_the_budget_is_spent() -> None:
    assert allotted_ns(-1, 1, [scenario(block_count=3)]) == 150_000_000
    assert allotted_ns(0, 1, [scenario(min_s=0, block_count=3)]) == 150_000_000


def test_what_a_stopped_candidate_leaves_over_goes_to_those_that_are_left() -> None:
    bounds = Bounds.of(scenario(max_s=60), 10 * SECOND)

    widened = bounds.widened(scenario(max_s=60), 8 * SECOND, 2)

    assert widened == Bounds.of(scenario(max_s=60), 14 * SECOND)


def test_no_time_is_left_over_beyond_the_longest_of_the_scenario() -> None:
    bounds = Bounds.of(scenario(max_s=60), 50 * SECOND)

    assert bounds.widened(scenario(max_s=60), 40 * SECOND, 1) == Bounds.of(scenario(max_s=60))


def test_without_a_budget_that_cuts_nothing_is_shared_out() -> None:
    bounds = Bounds.of(scenario())

    assert bounds.widened(scenario(), 40 * SECOND, 2) == bounds
