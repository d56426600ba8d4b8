"""Adaptive bake-offs through a real engine: who is stopped, who comes back, what is left."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from google.protobuf.duration_pb2 import Duration

from bakeoff.server.jobs import Engine
from bakeoff.server.jobs.adaptive.shuffled_inputs import random_order, write_shuffled
from bakeoff.server.jobs.findings import Findings
from bakeoff.server.store.delimited import read_messages
from bakeoff.v1 import (
    AdaptiveSettings,
    CandidateSelection,
    EarlyStop,
    Environment,
    Evaluation,
    Progress,
    Selection,
    StatisticsSettings,
    UnlabelledExample,
)

from .conftest import Workshop

pytestmark = pytest.mark.usefixtures("unmeasured_processes")

StartEngine = Callable[..., Awaitable[Engine]]

EXAMPLE_COUNT = 600
ADAPTIVE = AdaptiveSettings(error_rate=0.05, look_count=5)
# Identical answers are told to be alike within this, by 600 examples.
STATISTICS = StatisticsSettings(
    confidence_level=0.95, resample_count=200, seed=1, equivalence_margin=0.02
)
# Turns of a loop that make a query take many times as long.
SLOW = 3000


@pytest.fixture
def examples(workshop: Workshop) -> str:
    return workshop.add_set(EXAMPLE_COUNT)


async def _run(
    workshop: Workshop,
    start_engine: StartEngine,
    candidates: list[str],
    name: str = "one",
    **fields: object,
) -> Evaluation:
    wanted = {"adaptive": ADAPTIVE, "statistics": STATISTICS} | fields
    evaluation = workshop.add_evaluation(name, candidates, **wanted)
    engine = await start_engine(workshop)
    await engine.submit(evaluation)
    ended = await workshop.finish(engine, evaluation.name)
    await engine.stop()
    assert Evaluation.STATE_SUCCEEDED == ended.state
    return ended


async def _run_with_a_restart(
    workshop: Workshop, start_engine: StartEngine, candidates: list[str]
) -> Evaluation:
    """Stop the engine in the midst of the looks, and let another one take up the work."""
    evaluation = workshop.add_evaluation(
        "cut", candidates, adaptive=ADAPTIVE, statistics=STATISTICS
    )
    first = await start_engine(workshop)
    await first.submit(evaluation)
    await workshop.reach(
        first,
        evaluation.name,
        lambda progress: (
            progress.phase == Progress.PHASE_PREDICT and progress.done_count > EXAMPLE_COUNT
        ),
    )
    await first.stop()
    second = await start_engine(workshop)
    return await workshop.finish(second, evaluation.name)


def _selection(evaluation: Evaluation, candidate: str) -> CandidateSelection:
    found = evaluation.report.selection.candidates
    return next(one for one in found if one.candidate == candidate)


@pytest.mark.usefixtures("examples")
async def test_a_candidate_far_behind_is_stopped_early_and_after_a_restart_alike(
    workshop: Workshop, start_engine: StartEngine
) -> None:
    """It has no figures over the whole set, its reason is told, and the others are as ever."""
    good, bad = workshop.add_candidate("good"), workshop.add_candidate("bad", wrong_word_share=0.6)
    twin = workshop.add_candidate("twin")
    ended = await _run(workshop, start_engine, [good, bad, twin])
    stop = workshop.result(ended, bad).early_stop
    assert EarlyStop.STAGE_PREDICTION == stop.stage
    assert 0 < stop.example_count < EXAMPLE_COUNT
    assert "over the whole set it would be behind" in stop.reason
    assert [] == list(workshop.result(ended, bad).quality)
    assert f"It was stopped early. {stop.reason}" == _selection(ended, bad).why_not
    assert "1 of 3 candidates was stopped early." in ended.report.selection.summary
    for candidate in (good, twin):
        assert not workshop.result(ended, candidate).HasField("early_stop")
        assert EXAMPLE_COUNT == workshop.result(ended, candidate).example_counts.total
    spent = ended.report.adaptive
    assert 2 * EXAMPLE_COUNT + stop.example_count == spent.predicted_example_count
    assert 3 * EXAMPLE_COUNT == spent.full_example_count
    again = await _run_with_a_restart(workshop, start_engine, [good, bad, twin])
    assert ended.report.adaptive == again.report.adaptive
    for candidate in (good, bad, twin):
        before, after = workshop.result(ended, candidate), workshop.result(again, candidate)
        assert (before.early_stop, before.quality) == (after.early_stop, after.quality)


@pytest.mark.usefixtures("examples")
async def test_a_candidate_in_play_is_found_as_the_full_measurement_finds_it(
    workshop: Workshop, start_engine: StartEngine
) -> None:
    """Predictions are stored in the order of the set, whatever order they were made in."""
    pair = [workshop.add_candidate("a", wrong_word_share=0.2), workshop.add_candidate("b")]
    adaptive = await _run(workshop, start_engine, pair)
    full = await _run(workshop, start_engine, pair, "two", adaptive=None)
    assert not full.report.HasField("adaptive")
    store = workshop.store
    for candidate in pair:
        if not workshop.result(adaptive, candidate).HasField("early_stop"):
            assert store.predictions(full.name, candidate) == store.predictions(
                adaptive.name, candidate
            )
            assert workshop.result(full, candidate).quality == (
                workshop.result(adaptive, candidate).quality
            )


@pytest.mark.usefixtures("examples")
async def test_a_candidate_that_breaks_a_bound_on_quality_is_stopped_for_good(
    workshop: Workshop, start_engine: StartEngine
) -> None:
    bad = workshop.add_candidate("bad", wrong_word_share=0.6)
    ended = await _run(workshop, start_engine, [bad], constraints=["accuracy>=0.9"])
    stop = workshop.result(ended, bad).early_stop
    assert stop.example_count < EXAMPLE_COUNT
    assert "it would be in breach of accuracy>=0.9" in stop.reason
    assert Selection.STATE_NONE_QUALIFIES == ended.report.selection.state


@pytest.mark.usefixtures("examples")
async def test_a_candidate_that_breaks_a_bound_on_size_predicts_nothing(
    workshop: Workshop, start_engine: StartEngine
) -> None:
    good = workshop.add_candidate("good")
    ended = await _run(workshop, start_engine, [good], constraints=["bundle_mib<=0.0001"])
    stop = workshop.result(ended, good).early_stop
    assert 0 == stop.example_count
    assert "it must be at most" in stop.reason


@pytest.mark.usefixtures("examples")
async def test_who_is_behind_one_that_breaks_a_bound_under_load_comes_back(
    workshop: Workshop, start_engine: StartEngine
) -> None:
    """The slow one is stopped for good; the other one answers the rest of the set, and wins."""
    slow = workshop.add_candidate("slow", trip_count=SLOW)
    poor = workshop.add_candidate("poor", wrong_word_share=0.6)
    ended = await _run(
        workshop,
        start_engine,
        [slow, poor],
        constraints=["latency_p50_ms<=0.7"],
        scenarios=[workshop.single_stream(min_query_count=40, block_count=3)],
    )
    stop = workshop.result(ended, slow).early_stop
    assert EarlyStop.STAGE_LOAD == stop.stage
    assert "it breaks latency_p50_ms<=0.7" in stop.reason
    back = workshop.result(ended, poor)
    assert not back.HasField("early_stop")
    assert EXAMPLE_COUNT == back.example_counts.total
    assert 3 == len(back.scenarios[0].blocks)
    assert poor == ended.report.selection.recommended


@pytest.mark.usefixtures("examples")
async def test_time_between_two_turns_of_a_scenario_is_not_spent(
    workshop: Workshop, start_engine: StartEngine
) -> None:
    """One carries its load; the other comes back, answers the rest of the set, and carries its."""
    slow = workshop.add_candidate("slow", trip_count=SLOW)
    poor = workshop.add_candidate("poor", wrong_word_share=0.6)
    ended = await _run(
        workshop,
        start_engine,
        [slow, poor],
        constraints=["latency_p50_ms<=0.7"],
        scenarios=[workshop.single_stream(min_query_count=40, block_count=3)],
        time_budget=Duration(seconds=600),
    )
    findings = Findings(workshop.store, ended.name)
    spent = findings.get(Duration, scenario="single-stream")
    environment = findings.get(Environment, scenario="single-stream")
    assert spent is not None
    assert environment is not None
    start_ns, end_ns = (
        moment.ToNanoseconds() for moment in (environment.start_time, environment.end_time)
    )
    blocks = workshop.result(ended, poor).scenarios[0].blocks
    loaded_ns = sum(block.duration.ToNanoseconds() for block in blocks)
    assert loaded_ns < spent.ToNanoseconds() < end_ns - start_ns


@pytest.mark.usefixtures("examples")
async def test_who_is_behind_one_that_the_report_disqualifies_comes_back(
    workshop: Workshop, start_engine: StartEngine
) -> None:
    """Bounds relative to the baseline are judged at the end; till then its lead counts."""
    base = workshop.add_candidate("base", wrong_word_share=0.7)
    slow = workshop.add_candidate("slow", trip_count=SLOW)
    middling = workshop.add_candidate("middling", wrong_word_share=0.4)
    ended = await _run(
        workshop,
        start_engine,
        [base, slow, middling],
        constraints=["latency_p50_ms <= 3 x baseline"],
        scenarios=[workshop.single_stream(min_query_count=40, block_count=3)],
    )
    assert not workshop.result(ended, slow).HasField("early_stop")
    assert EXAMPLE_COUNT == workshop.result(ended, base).example_counts.total
    assert not workshop.result(ended, middling).HasField("early_stop")
    assert middling == ended.report.selection.recommended


@pytest.mark.usefixtures("examples")
async def test_of_two_that_are_alike_the_slower_one_carries_no_more_load(
    workshop: Workshop, start_engine: StartEngine
) -> None:
    fast, slow = workshop.add_candidate("fast"), workshop.add_candidate("slow", trip_count=SLOW)
    ended = await _run(
        workshop,
        start_engine,
        [fast, slow],
        objectives=["max:accuracy", "min:latency_p50_ms"],
        scenarios=[workshop.single_stream(min_query_count=40, block_count=4)],
    )
    stop = workshop.result(ended, slow).early_stop
    assert EarlyStop.STAGE_LOAD == stop.stage
    assert 0 < stop.round_count < 4
    assert EXAMPLE_COUNT == stop.example_count
    assert fast == ended.report.selection.recommended
    spent = ended.report.adaptive
    assert (4 + stop.round_count, 8) == (spent.measured_block_count, spent.full_block_count)


def test_the_random_order_holds_every_example_once_and_follows_from_the_seed() -> None:
    order = random_order(1000, 3)
    assert list(range(1000)) == sorted(order)
    assert (order, True) == (random_order(1000, 3), order != random_order(1000, 4))


def test_the_first_looks_at_a_set_that_is_sorted_by_class_see_every_class() -> None:
    """Of ten classes of a hundred, the first sixty-four examples hold each."""
    classes = {index // 100 for index in random_order(1000, 0)[:64]}
    assert set(range(10)) == classes


def test_shuffled_inputs_keep_their_index_in_the_set(workshop: Workshop, tmp_path: Path) -> None:
    name = workshop.add_set(50)
    order = random_order(50, 1)
    path = tmp_path / "shuffled" / "inputs"
    write_shuffled(workshop.store.inputs_path(name), order, path)
    assert list(order) == [one.index for one in read_messages(path, UnlabelledExample)]
