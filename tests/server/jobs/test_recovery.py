"""An accepted evaluation survives the death of its server, and ends as if undisturbed."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from bakeoff.server.jobs import Engine, gather
from bakeoff.server.jobs.findings import Findings
from bakeoff.server.report.observations import read_observations
from bakeoff.server.store.delimited import read_messages
from bakeoff.v1 import Evaluation, ObservationBlock, PredictionPass, Progress, Target

pytestmark = pytest.mark.usefixtures("unmeasured_processes")

SERVER = Path(__file__).with_name("server_process.py")
# Enough turns of a loop that one shard takes a good part of a second.
SLOW = 4000
EXAMPLE_COUNT = 5000
SHARD_COUNT = 3


async def run_to_end(workshop, name: str) -> Evaluation:
    engine = Engine(workshop.store, workshop.settings)
    await engine.start()
    try:
        async with asyncio.timeout(60):
            async for evaluation in engine.changes(name):
                last = evaluation
    finally:
        await engine.stop()
    return last


async def stop_after_first_shard(workshop, name: str, candidate: str) -> None:
    """Run an engine until a shard is committed and more are missing, then stop it."""
    engine = Engine(workshop.store, workshop.settings)
    await engine.start()
    async with asyncio.timeout(60):
        async for _ in engine.changes(name):
            if workshop.store.shards(name, candidate):
                break
    await engine.stop()


def committed(workshop, name: str, candidate: str) -> dict[int, int]:
    """When the file of each committed shard was written, by its first example."""
    return {
        shard.first_index: shard.path.stat().st_mtime_ns
        for shard in workshop.store.shards(name, candidate)
    }


async def undisturbed(workshop, candidate: str) -> list[bytes]:
    evaluation = workshop.add_evaluation("undisturbed", [candidate])
    assert (await run_to_end(workshop, evaluation.name)).state == Evaluation.STATE_SUCCEEDED
    found = workshop.store.predictions(evaluation.name, candidate)
    return [one.SerializeToString() for one in found]


async def test_a_stopped_engine_leaves_what_the_next_one_takes_up(workshop) -> None:
    slow = workshop.add_candidate("slow", trip_count=SLOW, wrong_word_share=0.2)
    workshop.add_set(EXAMPLE_COUNT)
    evaluation = workshop.add_evaluation("stopped", [slow])
    await stop_after_first_shard(workshop, evaluation.name, slow)
    before = committed(workshop, evaluation.name, slow)
    stopped = workshop.store.evaluation(evaluation.name)

    last = await run_to_end(workshop, evaluation.name)

    assert 0 < len(before) < SHARD_COUNT
    assert stopped.state == Evaluation.STATE_RUNNING
    assert last.state == Evaluation.STATE_SUCCEEDED
    assert last.revision > stopped.revision
    assert last.start_time == stopped.start_time
    after = committed(workshop, evaluation.name, slow)
    assert len(after) == SHARD_COUNT
    assert before == {first: after[first] for first in before}
    found = workshop.store.predictions(evaluation.name, slow)
    assert [one.SerializeToString() for one in found] == await undisturbed(workshop, slow)
    counted = Findings(workshop.store, evaluation.name).get(PredictionPass, candidate=slow)
    assert counted is not None
    assert counted.example_count == EXAMPLE_COUNT


async def test_a_killed_server_takes_its_workers_along_and_loses_nothing(
    make_workshop, tmp_path: Path
) -> None:
    data_dir = tmp_path / "data"
    workshop = make_workshop(data_dir)
    slow = workshop.add_candidate("slow", trip_count=SLOW, wrong_word_share=0.2)
    quick = workshop.add_candidate("quick")
    workshop.add_set(EXAMPLE_COUNT)
    name = workshop.add_evaluation("killed", [slow, quick]).name
    workshop.store.close()

    workers = kill_after_first_shard(data_dir)

    _, alive = psutil.wait_procs(workers, timeout=10)
    assert workers
    assert alive == []
    workshop = make_workshop(data_dir)
    before = committed(workshop, name, slow)
    last = await run_to_end(workshop, name)
    assert 0 < len(before) < SHARD_COUNT
    assert last.state == Evaluation.STATE_SUCCEEDED
    assert not any(result.HasField("error") for result in last.report.candidates)
    after = committed(workshop, name, slow)
    assert before == {first: after[first] for first in before}
    found = workshop.store.predictions(name, slow)
    assert [one.SerializeToString() for one in found] == await undisturbed(workshop, slow)


def kill_after_first_shard(data_dir: Path) -> list[psutil.Process]:
    """Run a server process until a shard is committed, and kill it. Gives its workers."""
    with subprocess.Popen(
        [sys.executable, "-P", str(SERVER), str(data_dir)], stdout=subprocess.PIPE
    ) as server:
        assert server.stdout is not None
        for line in server.stdout:
            told = json.loads(line)
            if sum(told["shards"]) and told["workers"]:
                workers = [psutil.Process(pid) for pid in told["workers"]]
                server.kill()
                return workers
    pytest.fail("the server process ended by itself")


async def test_a_candidate_that_failed_before_a_restart_stays_failed(workshop) -> None:
    corrupt = workshop.add_candidate("corrupt", corrupt=True)
    slow = workshop.add_candidate("slow", trip_count=SLOW)
    workshop.add_set(3000)
    evaluation = workshop.add_evaluation("partly", [corrupt, slow])
    await stop_after_first_shard(workshop, evaluation.name, slow)

    last = await run_to_end(workshop, evaluation.name)

    errors = {one.candidate.name: one.error for one in last.report.candidates}
    assert workshop.reason(errors[corrupt]) == "MODEL_UNPARSEABLE"
    assert not errors[slow].details
    interim = {one.candidate: one for one in last.progress.interim_results}
    assert interim[corrupt].HasField("error")


async def test_a_scenario_that_was_cut_short_is_measured_anew_and_the_others_stay(
    workshop,
) -> None:
    names = [workshop.add_candidate(name) for name in ("a", "b")]
    workshop.add_set(50)
    evaluation = workshop.add_evaluation(
        "cut", names, scenarios=[workshop.offline(), workshop.single_stream(block_count=3)]
    )
    engine = Engine(workshop.store, workshop.settings)
    await engine.start()
    await workshop.reach(
        engine,
        evaluation.name,
        lambda progress: progress.scenario == "single-stream" and progress.done_count > 4,
    )
    await engine.stop()
    offline = {name: offline_file(workshop, evaluation.name, name) for name in names}

    last = await run_to_end(workshop, evaluation.name)

    assert last.state == Evaluation.STATE_SUCCEEDED
    assert offline == {name: offline_file(workshop, evaluation.name, name) for name in names}
    evidence = gather(workshop.store, evaluation.name, evaluation.spec)
    for found in evidence.candidates:
        observed = read_observations(found.scenarios["single-stream"])
        path = found.scenarios["single-stream"].observations_path
        assert [block.round for block in observed.blocks] == [0, 1, 2]
        assert len(list(read_messages(path, ObservationBlock))) == 3
    assert evidence.environment.start_time.ToNanoseconds() > 0


def offline_file(workshop, evaluation: str, candidate: str) -> bytes:
    path: Path = workshop.store.observations_path(evaluation, candidate, "offline")
    return path.read_bytes()


async def test_an_evaluation_does_not_go_on_on_another_machine(workshop) -> None:
    name = workshop.add_candidate("good")
    workshop.add_set(10)
    evaluation = workshop.add_evaluation("moved", [name])
    elsewhere = Target(name="targets/cpu", device="cpu")
    elsewhere.fingerprint.sha256 = "0" * 64
    Findings(workshop.store, evaluation.name).keep(elsewhere)

    last = await run_to_end(workshop, evaluation.name)

    assert last.state == Evaluation.STATE_FAILED
    assert "not what it was" in last.error.message
    assert workshop.reason(last.error) == "FAILED_PRECONDITION"


async def test_an_evaluation_whose_target_has_gone_fails_with_the_cause(workshop) -> None:
    name = workshop.add_candidate("good")
    workshop.add_set(10)
    evaluation = workshop.add_evaluation("gone", [name], target="targets/cuda-9")

    last = await run_to_end(workshop, evaluation.name)

    assert last.state == Evaluation.STATE_FAILED
    assert workshop.reason(last.error) == "NO_SUCH_TARGET"
    assert workshop.store.evaluation(evaluation.name) == last


async def test_evaluations_are_taken_up_in_the_order_in_which_they_came(workshop) -> None:
    name = workshop.add_candidate("good")
    workshop.add_set(10)
    names = [workshop.add_evaluation(one, [name]).name for one in ("c", "a", "b")]
    engine = Engine(workshop.store, workshop.settings)
    await engine.start()
    async with asyncio.timeout(60):
        ended = [[one async for one in engine.changes(each)][-1] for each in names]
    await engine.stop()

    starts = [one.start_time.ToNanoseconds() for one in ended]
    assert starts == sorted(starts)
    assert [one.state for one in ended] == [Evaluation.STATE_SUCCEEDED] * 3
    assert ended[0].end_time.ToNanoseconds() <= starts[1]
    assert {one.progress.phase for one in ended} == {Progress.PHASE_SCORE}
