"""Scenarios of every kind from their settings to the evidence, with real workers."""

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.jobs import gather
from bakeoff.server.jobs.findings import Findings
from bakeoff.server.report.observations import read_observations
from bakeoff.server.types import ScenarioEvidence
from bakeoff.v1 import (
    DynamicBatching,
    Environment,
    Evaluation,
    LatencyBound,
    LatencyVerdict,
    LoadProbe,
    MultiStream,
    Offline,
    PeakLoad,
    PeakLoadSearch,
    Scenario,
    Server,
    SingleStream,
    Soak,
)

pytestmark = pytest.mark.usefixtures("unmeasured_processes")

SHORT = {"min_duration": Duration(nanos=90_000_000), "max_duration": Duration(seconds=2)}
# Enough turns of a loop that one example takes a few milliseconds.
SLOW = 2000


def scenario(**fields: object) -> Scenario:
    return Scenario(**{"block_count": 3, "min_query_count": 3, **SHORT, **fields})


def peak_load(max_latency: Duration, quantile: float = 0.9, **fields: object) -> Scenario:
    bound = LatencyBound(quantile=quantile, max_latency=max_latency)
    search = PeakLoad(bound=bound, relative_resolution=0.05)
    return scenario(peak_load=search, **fields)


async def measured(workshop, engine, name: str, **fields: object) -> dict[str, ScenarioEvidence]:
    """Run an evaluation of one candidate; its evidence by scenario."""
    evaluation = workshop.add_evaluation("measured", [name], **fields)
    return await finished(workshop, engine, evaluation)


async def finished(workshop, engine, evaluation: Evaluation) -> dict[str, ScenarioEvidence]:
    await engine.submit(evaluation)
    last = await workshop.finish(engine, evaluation.name)
    assert last.state == Evaluation.STATE_SUCCEEDED, last.error.message
    (found,) = gather(workshop.store, evaluation.name, evaluation.spec).candidates
    assert found.error is None
    return dict(found.scenarios)


async def test_scenarios_are_told_apart_by_their_settings(workshop, start_engine) -> None:
    """Each has observations of its own, under its own id, threads and callers."""
    engine = await start_engine(workshop)
    name = workshop.add_candidate("good")
    workshop.add_set(50)
    batching = DynamicBatching(max_batch_size=4, max_delay=Duration(nanos=2_000_000))
    found = await measured(
        workshop,
        engine,
        name,
        scenarios=[
            scenario(server=Server(poisson_qps=100)),
            scenario(server=Server(constant_qps=200, dynamic_batching=batching), caller_count=2),
            scenario(multi_stream=MultiStream(samples_per_query=4)),
            scenario(single_stream=SingleStream(), intra_op_thread_count=2),
            scenario(offline=Offline(), intra_op_thread_count=2, caller_count=3),
        ],
    )

    layouts = {
        key: (one.layout.intra_op_thread_count, one.layout.caller_count)
        for key, one in found.items()
    }
    assert layouts == {
        "server:qps=100": (1, 1),
        "server:qps=200,arrivals=constant,batch=4,delay=2ms,callers=2": (1, 2),
        "multi-stream:n=4": (1, 1),
        "single-stream:threads=2": (2, 1),
        "offline:threads=2,callers=3": (2, 3),
    }
    for key, one in found.items():
        blocks = read_observations(one).blocks
        assert [block.round for block in blocks] == [0, 1, 2]
        assert {block.scenario for block in blocks} == {key}
        assert one.shortfalls == ()
        assert one.energy is not None
        assert one.energy.HasField("joules") != bool(one.energy.absent_reason)


async def test_queries_of_several_examples_are_counted_as_queries(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("good")
    workshop.add_set(50)
    many = scenario(multi_stream=MultiStream(samples_per_query=7), min_query_count=60)
    evaluation = workshop.add_evaluation("many", [name], scenarios=[many])
    await engine.submit(evaluation)

    last = await workshop.finish(engine, evaluation.name)

    (found,) = workshop.result(last, name).scenarios
    assert sum(block.query_count for block in found.blocks) >= 60


async def test_a_time_budget_cuts_all_scenarios_and_says_what_it_did_not_suffice_for(
    workshop, start_engine
) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("slow", trip_count=SLOW)
    workshop.add_set(20)
    long = {"max_duration": Duration(seconds=600), "min_query_count": 1_000_000}
    found = await measured(
        workshop,
        engine,
        name,
        time_budget=Duration(nanos=600_000_000),
        scenarios=[
            scenario(single_stream=SingleStream(), **long),
            scenario(multi_stream=MultiStream(samples_per_query=2), **long),
        ],
    )

    for one in found.values():
        blocks = read_observations(one).blocks
        assert len(blocks) >= 3
        (told,) = one.shortfalls
        assert "of at least 1,000,000 queries" in told
        assert "that the time budget left" in told


async def test_measuring_goes_on_until_the_interval_is_as_narrow_as_wanted(
    workshop, start_engine
) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("good")
    workshop.add_set(20)
    evaluation = workshop.add_evaluation(
        "precise",
        [name],
        scenarios=[
            scenario(single_stream=SingleStream(), min_query_count=0, relative_precision=0.999)
        ],
    )
    found = await finished(workshop, engine, evaluation)

    (one,) = found.values()
    latencies = read_observations(one).latencies_ns("end-to-end")
    assert one.shortfalls == ()
    # A p99 has no interval below.
    assert len(latencies) >= 299


async def test_a_precision_that_is_not_reached_is_told(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("slow", trip_count=SLOW)
    workshop.add_set(20)
    found = await measured(
        workshop,
        engine,
        name,
        scenarios=[
            scenario(
                offline=Offline(),
                max_duration=Duration(nanos=400_000_000),
                min_query_count=0,
                relative_precision=1e-9,
            )
        ],
    )

    (one,) = found.values()
    assert len(one.positions) >= 3
    (told,) = one.shortfalls
    assert "The wanted precision of ±0.0% was not reached in 0.4 s" in told


async def test_a_peak_load_is_searched_verified_and_told(workshop, start_engine) -> None:
    """Observations are those of the verification alone, in blocks as of any scenario."""
    engine = await start_engine(workshop)
    names = [workshop.add_candidate("quick"), workshop.add_candidate("slow", trip_count=SLOW)]
    workshop.add_set(50)
    wanted = peak_load(Duration(nanos=50_000_000), max_duration=Duration(seconds=1))
    evaluation = workshop.add_evaluation("peak", names, scenarios=[wanted])
    await engine.submit(evaluation)
    last = await workshop.finish(engine, evaluation.name)
    assert last.state == Evaluation.STATE_SUCCEEDED, last.error.message

    evidence = gather(workshop.store, evaluation.name, evaluation.spec)

    for candidate in evidence.candidates:
        (found,) = candidate.scenarios.values()
        assert found.scenario == "peak-load:p90=50ms"
        assert found.probes
        final = found.probes[-1]
        held = final.verification and final.verdict.outcome == LatencyVerdict.OUTCOME_VALID
        assert held == (found.no_rate_reason == "")
        for one in found.probes:
            verdict = one.verdict
            assert sum(one.block_query_counts) == verdict.query_count
            assert sum(one.block_over_bound_counts) == verdict.over_bound_count
        if any(one.verification for one in found.probes):
            blocks = read_observations(found).blocks
            assert [block.round for block in blocks] == list(range(len(blocks)))
            queries = sum(len(block.end_to_end_ns) for block in blocks)
            assert (
                queries == [one for one in found.probes if one.verification][-1].verdict.query_count
            )
    scratch = workshop.store.evaluation_path(evaluation.name) / "probes"
    assert list(scratch.iterdir()) == []


async def test_a_bound_below_the_time_of_one_query_holds_at_no_rate(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("slow", trip_count=SLOW)
    workshop.add_set(20)

    found = await measured(workshop, engine, name, scenarios=[peak_load(Duration(nanos=1_000))])

    (one,) = found.values()
    assert one.no_rate_reason.startswith("One query at a time passes the bound already: ")
    assert one.probes == ()
    assert one.positions == ()
    assert read_observations(one).blocks == ()


async def test_a_search_goes_on_after_a_restart_where_it_stood(workshop, start_engine) -> None:
    """Of what was found before, only a verification is made anew."""
    engine = await start_engine(workshop)
    name = workshop.add_candidate("quick")
    workshop.add_set(20)
    wanted = peak_load(Duration(seconds=5), max_duration=Duration(seconds=20))
    evaluation = workshop.add_evaluation("resumed", [name], scenarios=[wanted])
    valid = LatencyVerdict(outcome=LatencyVerdict.OUTCOME_VALID, query_count=44)
    failed = LatencyVerdict(outcome=LatencyVerdict.OUTCOME_INVALID, query_count=44)
    before = [LoadProbe(qps=200, verdict=valid), LoadProbe(qps=208, verdict=failed)]
    check = LoadProbe(qps=200, verification=True, verdict=valid)
    Findings(workshop.store, evaluation.name).keep(
        PeakLoadSearch(probes=[*before, check]), candidate=name, scenario="peak-load:p90=5000ms"
    )

    found = await finished(workshop, engine, evaluation)

    (one,) = found.values()
    assert list(one.probes[:2]) == before
    assert [(probe.qps, probe.verification) for probe in one.probes[2:]] == [(200, True)]
    assert one.no_rate_reason == ""
    assert len(one.positions) >= 3
    assert {block.scenario for block in read_observations(one).blocks} == {one.scenario}


async def test_a_soak_reads_memory_all_along(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("good")
    workshop.add_set(20)
    soak = scenario(soak=Soak(reading_interval=Duration(nanos=10_000_000)))

    found = await measured(workshop, engine, name, scenarios=[soak])

    blocks = read_observations(found["soak"]).blocks
    assert len(blocks) == 3
    assert all(block.memory_samples for block in blocks)


async def test_time_that_was_spent_before_a_restart_is_taken_off_the_budget(
    workshop, start_engine
) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("good")
    workshop.add_set(20)
    evaluation = workshop.add_evaluation(
        "spent",
        [name],
        time_budget=Duration(seconds=100),
        scenarios=[
            scenario(offline=Offline()),
            scenario(single_stream=SingleStream(), min_query_count=1_000_000),
        ],
    )
    environment = Environment(
        start_time=Timestamp(seconds=1_000_000), end_time=Timestamp(seconds=1_000_200)
    )
    findings = Findings(workshop.store, evaluation.name)
    findings.keep(Duration(seconds=200), scenario="offline")
    findings.keep(environment, scenario="offline")

    found = await finished(workshop, engine, evaluation)

    (told,) = found["single-stream"].shortfalls
    assert told.endswith("were measured in the 0.15 s that the time budget left.")
