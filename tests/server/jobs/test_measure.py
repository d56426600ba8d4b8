from google.protobuf.duration_pb2 import Duration

from bakeoff.server.jobs.interleaving import order_in_round
from bakeoff.server.jobs.time_budget import Bounds
from bakeoff.v1 import Scenario, SingleStream


def test_the_order_of_candidates_rotates_from_round_to_round() -> None:
    rounds = [order_in_round(["A", "B", "C"], index) for index in range(4)]

    assert rounds == [["A", "B", "C"], ["B", "C", "A"], ["C", "A", "B"], ["A", "B", "C"]]


def test_nobody_has_no_order() -> None:
    assert order_in_round([], 3) == []


def test_time_and_queries_are_divided_over_the_blocks() -> None:
    scenario = Scenario(
        single_stream=SingleStream(),
        min_duration=Duration(seconds=3),
        max_duration=Duration(seconds=60),
        min_query_count=299,
        block_count=5,
    )
    bounds = Bounds.of(scenario)

    assert bounds.block_min_duration_ns == 600_000_000
    assert bounds.block_max_duration_ns == 12_000_000_000
    assert bounds.block_min_query_count == 60
