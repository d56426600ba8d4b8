from collections.abc import Sequence

import numpy as np
import pytest

from bakeoff.server.jobs import gather
from bakeoff.server.report.observations import read_observations
from bakeoff.v1 import (
    Evaluation,
    Prediction,
)

# Enough turns of a loop that one shard takes a good part of a second.
SLOW = 4000
LABELS = ("bird", "fish", "tree")


def answers(predictions: Sequence[Prediction]) -> list[int]:
    return [int(np.argmax(one.classification.values)) for one in predictions]


async def test_candidates_are_predicted_measured_and_reported(workshop, start_engine) -> None:
    """One that cannot be loaded fails with its reason, and the others are not held up."""
    engine = await start_engine(workshop)
    good = workshop.add_candidate("good")
    weak = workshop.add_candidate("weak", wrong_word_share=0.3)
    corrupt = workshop.add_candidate("corrupt", corrupt=True)
    workshop.add_set(300)
    evaluation = workshop.add_evaluation(
        "whole",
        [good, corrupt, weak],
        scenarios=[workshop.offline(), workshop.single_stream(block_count=3)],
    )
    await engine.submit(evaluation)

    seen = [one async for one in engine.changes(evaluation.name)]

    last = seen[-1]
    assert last.state == Evaluation.STATE_SUCCEEDED
    shares = [one.progress.share for one in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    revisions = [one.revision for one in seen]
    assert revisions == sorted(set(revisions))
    assert workshop.store.evaluation(evaluation.name) == last

    assert workshop.reason(workshop.result(last, corrupt).error) == "MODEL_UNPARSEABLE"
    keys = workshop.store.keys(evaluation.spec.evaluation_set)
    truth = [LABELS.index(key.label.class_name) for key in keys]
    right = {
        name: np.mean(np.equal(truth, answers(workshop.store.predictions(evaluation.name, name))))
        for name in (good, weak)
    }
    assert right[good] == 1
    assert 0.3 < right[weak] < 1
    for name, share in right.items():
        accuracy = next(f for f in workshop.result(last, name).quality if f.id == "accuracy")
        assert accuracy.value == pytest.approx(share, abs=1e-12)
    interim = {
        one.candidate: one.figures[0] for one in last.progress.interim_results if one.figures
    }
    assert interim[weak].value == pytest.approx(right[weak])
    assert interim[weak].interval.lower < right[weak] < interim[weak].interval.upper

    for name in (good, weak):
        result = workshop.result(last, name)
        assert not result.HasField("error")
        assert [one.scenario for one in result.scenarios] == ["offline", "single-stream"]
        assert result.prediction_pass.example_count == 300
        assert result.placement.actual_providers == ["CPUExecutionProvider"]
        assert result.memory.readings[0].bytes == result.candidate.size_bytes
        assert all(figure.value > 0 for figure in result.cold_start.figures)
    assert last.report.environment.fingerprint == engine.target("targets/cpu").fingerprint


async def test_blocks_alternate_and_their_order_rotates(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    names = [workshop.add_candidate(name) for name in ("a", "b", "c")]
    workshop.add_set(50)
    evaluation = workshop.add_evaluation(
        "turns", names, scenarios=[workshop.single_stream(block_count=3)]
    )
    await engine.submit(evaluation)
    await workshop.finish(engine, evaluation.name)

    evidence = gather(workshop.store, evaluation.name, evaluation.spec)

    streams = [found.scenarios["single-stream"] for found in evidence.candidates]
    assert [one.positions for one in streams] == [(0, 2, 1), (1, 0, 2), (2, 1, 0)]
    by_time = sorted(
        (start_ns, round_index, index)
        for index, one in enumerate(streams)
        for round_index, start_ns in enumerate(one.start_times_ns)
    )
    assert [index for _, _, index in by_time] == [0, 1, 2, 1, 2, 0, 2, 0, 1]
    for one in streams:
        observed = read_observations(one)
        assert [block.round for block in observed.blocks] == [0, 1, 2]
        assert observed.query_count >= 20
        assert one.layout.caller_count == 1


async def test_further_rounds_run_while_queries_are_missing_and_time_is_left(
    workshop, start_engine
) -> None:
    """Two blocks of a twentieth of the time each cannot hold the queries that are asked for."""
    engine = await start_engine(workshop)
    name = workshop.add_candidate("slow", trip_count=SLOW)
    workshop.add_set(20)
    scenario = workshop.single_stream(min_query_count=100_000)
    scenario.max_duration.FromMilliseconds(300)
    evaluation = workshop.add_evaluation("further", [name], scenarios=[scenario])
    await engine.submit(evaluation)

    last = await workshop.finish(engine, evaluation.name)

    blocks = workshop.result(last, name).scenarios[0].blocks
    assert len(blocks) >= 2
    assert sum(block.duration.ToMilliseconds() for block in blocks) >= 300


async def test_the_layout_of_a_trial_is_recorded(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("good")
    workshop.add_set(200)
    evaluation = workshop.add_evaluation(
        "trial", [name], scenarios=[workshop.offline()], intra_op_thread_count=0, caller_count=0
    )
    await engine.submit(evaluation)

    await workshop.finish(engine, evaluation.name)

    (found,) = gather(workshop.store, evaluation.name, evaluation.spec).candidates
    layout = found.prediction_pass.thread_layout
    assert found.prediction_pass.example_count == 200
    assert layout.trials
    assert layout.intra_op_thread_count >= 1
    assert found.scenarios["offline"].layout == layout


async def test_what_the_batch_changes_is_counted(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    steady = workshop.add_candidate("steady")
    moody = workshop.add_candidate("moody", ending="moody", wrong_word_share=0.3)
    workshop.add_set(120)
    evaluation = workshop.add_evaluation(
        "moods", [steady, moody], batch_sensitivity_example_count=100
    )
    await engine.submit(evaluation)

    last = await workshop.finish(engine, evaluation.name)

    assert workshop.result(last, steady).batch_sensitivity.bit_identical
    found = workshop.result(last, moody).batch_sensitivity
    assert found.example_count == 100
    assert not found.bit_identical
    assert found.max_abs_difference > 0


async def test_a_regression_has_an_interim_figure_too(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("counter", ending="number", wrong_word_share=0.3)
    workshop.add_set(2500, numbers=True)
    evaluation = workshop.add_evaluation(
        "numbers", [name], metrics=["pearson", "mae"], objectives=["max:pearson"]
    )
    await engine.submit(evaluation)

    last = await workshop.finish(engine, evaluation.name)

    (interim,) = last.progress.interim_results[0].figures
    final = next(f for f in workshop.result(last, name).quality if f.id == interim.id)
    assert interim.observation_count == 2500
    assert interim.value == pytest.approx(final.value)


async def test_a_set_without_labels_has_no_interim_figure(workshop, start_engine) -> None:
    engine = await start_engine(workshop)
    name = workshop.add_candidate("good")
    workshop.add_set(10, labelled=False)
    evaluation = workshop.add_evaluation("unlabelled", [name])
    await engine.submit(evaluation)

    last = await workshop.finish(engine, evaluation.name)

    assert not last.progress.interim_results
    assert len(workshop.store.predictions(evaluation.name, name)) == 10
