"""Promises of measuring one block."""

import itertools
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from google.protobuf.proto import parse_length_prefixed

from bakeoff.server.errors import InvalidExampleError, InvalidFieldError
from bakeoff.server.worker.blocks.server import observation
from bakeoff.server.worker.blocks.setting import Handover, Setting
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.load.server import ServerBlock
from bakeoff.server.worker.measure import Measurer
from bakeoff.server.worker.rotation import Rotations
from bakeoff.server.worker.system import QueryAnswer, Run
from bakeoff.v1 import (
    ArrivalTrace,
    DynamicBatching,
    MultiStream,
    ObservationBlock,
    Offline,
    Scenario,
    Server,
    SingleStream,
)
from bakeoff.worker.v1 import Measure, Measured

if TYPE_CHECKING:
    from conftest import Workshop

STAGES = {"tokenise", "copy-in", "run", "copy-out", "decode"}
STREAM = Scenario(single_stream=SingleStream())
MULTI = Scenario(multi_stream=MultiStream(samples_per_query=3))
OFFLINE = Scenario(offline=Offline())
POISSON = Scenario(server=Server(poisson_qps=400))
CONSTANT = Scenario(
    server=Server(constant_qps=400, dynamic_batching=DynamicBatching(max_batch_size=4))
)
SCENARIOS = [STREAM, MULTI, OFFLINE, POISSON]
LONG_NS = 60_000_000_000


class Bench:
    """A measurer, its set and the file of observations."""

    def __init__(self, workshop: "Workshop", texts: list[str]) -> None:
        self.measurer = Measurer(workshop.model(), Rotations())
        self.inputs = workshop.inputs(texts)
        self.observations = workshop.folder / "observations"

    def measure(self, scenario: Scenario, **command: object) -> Measured:
        whole = {"min_query_count": 30, "max_duration_ns": LONG_NS, "caller_count": 2, "seed": 5}
        request = Measure(
            scenario=scenario,
            observations_path=str(self.observations),
            **{**whole, **command},
        )
        return self.measurer.measure(ExampleFile(self.inputs), request)

    def blocks(self) -> list[ObservationBlock]:
        found = []
        with self.observations.open("rb") as file:
            while (block := parse_length_prefixed(ObservationBlock, file)) is not None:
                found.append(block)
        return found


def test_a_stream_writes_every_latency_and_tells_the_rest(workshop: "Workshop") -> None:
    bench = Bench(workshop, workshop.sentences(20))
    measured = bench.measure(STREAM, round=3)
    (block,) = bench.blocks()
    assert ("single-stream", 3, 30) == (block.scenario, block.round, block.sample_count)
    assert [30, 30, 30] == [
        len(block.end_to_end_ns),
        len(block.model_only_ns),
        len(block.example_indices),
    ]
    assert STAGES == {stage.stage for stage in block.stage_times}
    for stage in block.stage_times:
        assert 30 == len(stage.durations_ns)
        assert block.stage_ns[stage.stage] == sum(stage.durations_ns)
    assert (30, block.token_count) == (len(block.token_counts), sum(block.token_counts))
    for field in ("end_to_end_ns", "model_only_ns", "example_indices", "token_counts"):
        block.ClearField(field)
    block.ClearField("stage_times")
    assert block == measured.block


def test_a_query_of_several_examples_is_one_run(workshop: "Workshop") -> None:
    bench = Bench(workshop, workshop.sentences(20))
    measured = bench.measure(MULTI, min_query_count=6)
    (block,) = bench.blocks()
    assert ("multi-stream:n=3", 18) == (block.scenario, block.sample_count)
    assert [6, 6, 6] == [
        len(block.end_to_end_ns),
        len(block.example_indices),
        len(block.token_counts),
    ]
    assert 18 < block.token_count <= block.padded_token_count
    assert sum(block.token_counts) == block.token_count
    assert block.stage_ns["run"] == sum(block.model_only_ns)
    assert [] == list(measured.block.end_to_end_ns)


def test_a_query_goes_on_without_the_examples_that_cannot_be_encoded(workshop: "Workshop") -> None:
    bench = Bench(workshop, ["w1", "x" * 1_000_001, "w2"])
    bench.measure(MULTI, min_query_count=4)
    (block,) = bench.blocks()
    assert (8, 4) == (block.sample_count, len(block.end_to_end_ns))


def test_a_block_is_named_as_the_command_says(workshop: "Workshop") -> None:
    bench = Bench(workshop, ["w1"])
    bench.measure(MULTI, min_query_count=1, scenario_id="multi-stream:n=3,threads=2")
    assert ["multi-stream:n=3,threads=2"] == [block.scenario for block in bench.blocks()]


def test_arrivals_write_what_became_of_each_query(workshop: "Workshop") -> None:
    bench = Bench(workshop, workshop.sentences(20))
    measured = bench.measure(CONSTANT, min_query_count=40, round=1)
    (block,) = bench.blocks()
    assert ("server:qps=400,arrivals=constant,batch=4", 1, 40) == (
        block.scenario,
        block.round,
        block.sample_count,
    )
    assert [number * 2_500_000 for number in range(40)] == list(block.scheduled_ns)
    assert pytest.approx(400) == block.offered_qps == measured.block.offered_qps
    per_query = (
        block.end_to_end_ns,
        block.model_only_ns,
        block.example_indices,
        block.lateness_ns,
        block.batch_sizes,
        block.token_counts,
    )
    assert [40] * 6 == [len(values) for values in per_query]
    assert min(block.lateness_ns) >= 0
    assert {1, 2, 3, 4} >= set(block.batch_sizes)
    assert STAGES == {stage.stage for stage in block.stage_times}
    assert [] == list(measured.block.lateness_ns) + list(measured.block.batch_sizes)


def test_a_latency_counts_from_the_scheduled_arrival(workshop: "Workshop") -> None:
    """It holds the lateness of the generator and every stage of the run."""
    bench = Bench(workshop, workshop.sentences(20))
    bench.measure(CONSTANT, min_query_count=40)
    (block,) = bench.blocks()
    for number, latency_ns in enumerate(block.end_to_end_ns):
        stages_ns = sum(stage.durations_ns[number] for stage in block.stage_times)
        assert block.lateness_ns[number] + stages_ns <= latency_ns


def test_queries_that_were_given_up_have_a_latency_and_no_run(workshop: "Workshop") -> None:
    """Their number is the difference of the lists; nothing is made up for them."""
    bench = Bench(workshop, ["w1", "w2"])
    command = Measure(scenario=POISSON)
    setting = Setting(workshop.model(), ExampleFile(bench.inputs), Rotations(), command, Handover())
    run = Run(1, 2, 3, 4, 5, 6, 8, 2)
    first, second = np.array([[0.25, 0.75], [1.0, -1.0]], np.float32)
    block = ServerBlock(
        start_ns=0,
        duration_ns=900,
        samples=[0, 1, 0],
        scheduled_ns=[0, 10, 20],
        lateness_ns=[1, 1, 1],
        end_to_end_ns=[500, 490, 880],
        answers=[QueryAnswer(run, 2, first), QueryAnswer(run, 4, second), None],
        unanswered_count=0,
        offered_count=3,
        offered_ns=30,
    )
    observed = observation(setting, block)
    assert [500, 490, 880] == list(observed.end_to_end_ns)
    assert ([2, 2], [3, 3], [2, 4]) == (
        list(observed.batch_sizes),
        list(observed.model_only_ns),
        list(observed.token_counts),
    )
    assert [0.25, 0.75, 1.0, -1.0] == list(observed.output_values)[:4]
    assert [True, True] == np.isnan(observed.output_values[4:]).tolist()
    assert (2, 6, 8) == (
        observed.sample_count,
        observed.token_count,
        observed.padded_token_count,
    )
    assert {"tokenise": 1, "copy-in": 2, "run": 3, "copy-out": 4, "decode": 5} == observed.stage_ns


def test_every_candidate_is_offered_the_same_arrivals(workshop: "Workshop") -> None:
    """Another round, another stretch of the process; the examples go on in their order."""
    benches = [Bench(workshop, workshop.sentences(20)) for _ in range(2)]
    for bench in benches:
        for number in range(2):
            bench.measure(POISSON, min_query_count=15, max_duration_ns=10**9, round=number)
    first, second, again, second_again = benches[0].blocks()
    assert (first.scheduled_ns, first.example_indices) == (
        again.scheduled_ns,
        again.example_indices,
    )
    assert second.scheduled_ns == second_again.scheduled_ns != first.scheduled_ns
    assert list(range(20)) == sorted([*first.example_indices, *second.example_indices][:20])


def test_a_trace_goes_on_in_the_next_block(workshop: "Workshop") -> None:
    bench = Bench(workshop, ["w1"])
    gaps_ms = [1, 2, 3, 4, 5]
    offsets_ms = [0, *itertools.accumulate(gaps_ms)]
    trace = ArrivalTrace(offsets_ns=[offset * 10**6 for offset in offsets_ms])
    scenario = Scenario(server=Server(trace=trace))
    for number in range(3):
        bench.measure(scenario, min_query_count=4, round=number)
    # The trace begins again after a gap of mean length, 3 ms.
    expected = [[0, 1, 3, 6], [0, 5, 8, 9], [0, 3, 7, 12]]
    assert expected == [
        [offset_ns // 10**6 for offset_ns in block.scheduled_ns] for block in bench.blocks()
    ]


def test_the_stages_are_timed_within_the_latency(workshop: "Workshop") -> None:
    """Directly, not by subtraction: together they stay below the whole."""
    bench = Bench(workshop, workshop.sentences(20))
    bench.measure(STREAM)
    (block,) = bench.blocks()
    assert STAGES == set(block.stage_ns)
    assert sum(block.stage_ns.values()) <= sum(block.end_to_end_ns) <= block.duration_ns
    assert sum(block.model_only_ns) == block.stage_ns["run"]
    assert all(
        model_ns <= whole_ns
        for model_ns, whole_ns in zip(block.model_only_ns, block.end_to_end_ns, strict=True)
    )


def test_a_stream_takes_each_example_once_before_any_again(workshop: "Workshop") -> None:
    """In a seeded order, over the blocks."""
    bench = Bench(workshop, workshop.sentences(20))
    for number in range(4):
        bench.measure(STREAM, min_query_count=10, round=number)
    taken = [index for block in bench.blocks() for index in block.example_indices]
    assert list(range(20)) == sorted(taken[:20])
    assert taken[:20] == taken[20:]
    assert taken[:20] != list(range(20))


def test_another_seed_gives_another_order(workshop: "Workshop") -> None:
    bench = Bench(workshop, workshop.sentences(20))
    for seed in (1, 2, 1):
        bench.measure(STREAM, min_query_count=20, seed=seed)
    first, second, again = (list(block.example_indices) for block in bench.blocks())
    assert first == again
    assert first != second


def test_offline_counts_samples_and_padding(workshop: "Workshop") -> None:
    bench = Bench(workshop, workshop.sentences(200))
    measured = bench.measure(OFFLINE, min_query_count=100, round=2)
    (block,) = bench.blocks()
    assert block == measured.block
    assert ("offline", 2) == (block.scenario, block.round)
    assert block.sample_count >= 100
    assert STAGES == set(block.stage_ns)
    assert 0 < block.token_count <= block.padded_token_count
    assert [] == list(block.end_to_end_ns)


def test_each_scenario_has_its_own_rotation(workshop: "Workshop") -> None:
    bench = Bench(workshop, workshop.sentences(20))
    bench.measure(OFFLINE, min_query_count=5)
    bench.measure(STREAM, min_query_count=20)
    _, stream = bench.blocks()
    assert list(range(20)) == sorted(stream.example_indices)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=["stream", "multi", "offline", "server"])
def test_a_warm_up_is_told_and_in_no_observation(workshop: "Workshop", scenario: Scenario) -> None:
    bench = Bench(workshop, workshop.sentences(20))
    cold = bench.measure(scenario, min_query_count=5)
    warm = bench.measure(scenario, min_query_count=5, warm_up=True)
    assert (0, False) == (cold.warm_up_query_count, cold.warm_up_settled)
    assert warm.warm_up_query_count > 0
    assert 20 >= bench.blocks()[0].sample_count


def test_examples_that_cannot_be_encoded_are_measured_around(workshop: "Workshop") -> None:
    bench = Bench(workshop, ["w1", "x" * 1_000_001, "w2"])
    bench.measure(STREAM, min_query_count=4)
    bench.measure(OFFLINE, min_query_count=4)
    stream, offline = bench.blocks()
    assert {0, 2} == set(stream.example_indices)
    assert 0 == offline.sample_count % 2


@pytest.mark.parametrize("scenario", SCENARIOS, ids=["stream", "multi", "offline", "server"])
def test_a_set_without_any_input_cannot_be_measured(
    workshop: "Workshop", scenario: Scenario
) -> None:
    bench = Bench(workshop, ["x" * 1_000_001])
    with pytest.raises(InvalidExampleError, match="no example of the set"):
        bench.measure(scenario, max_duration_ns=50_000_000)
    assert not bench.observations.exists()


@pytest.mark.parametrize(
    ("scenario", "command", "said"),
    [
        (STREAM, {"max_duration_ns": 0}, "max_duration_ns must be positive, got 0"),
        (OFFLINE, {"caller_count": 0}, "caller_count must be at least 1, got 0"),
        (
            Scenario(multi_stream=MultiStream()),
            {},
            "samples_per_query must be at least 1, got 0",
        ),
        (POISSON, {"caller_count": 0}, "caller_count must be at least 1, got 0"),
        (Scenario(server=Server()), {}, "arrivals must be poisson_qps, .* got none"),
        (Scenario(server=Server(poisson_qps=0)), {}, "poisson_qps must be above 0"),
        (Scenario(server=Server(constant_qps=math.inf)), {}, "constant_qps must be .* finite"),
        (
            Scenario(server=Server(trace=ArrivalTrace(offsets_ns=[0, 0]))),
            {},
            "2 arrivals or more, from 0 to some later time, got 2 from 0",
        ),
        (
            Scenario(server=Server(poisson_qps=1, dynamic_batching=DynamicBatching())),
            {},
            "max_batch_size must be at least 1, got 0",
        ),
        (Scenario(), {}, "scenario must be one of offline, single_stream, .*, got none"),
    ],
)
def test_an_impossible_block_is_refused(
    workshop: "Workshop", scenario: Scenario, command: dict[str, int], said: str
) -> None:
    with pytest.raises(InvalidFieldError, match=said):
        Bench(workshop, ["w1"]).measure(scenario, **command)


def test_a_damaged_set_is_refused(workshop: "Workshop", tmp_path: Path) -> None:
    bench = Bench(workshop, ["w1"])
    bench.inputs = tmp_path / "empty"
    bench.inputs.touch()
    with pytest.raises(InvalidExampleError, match="no examples"):
        bench.measure(STREAM)
