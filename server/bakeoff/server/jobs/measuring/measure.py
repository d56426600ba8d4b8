"""MEASURE: scenario by scenario, all candidates within each, as long as the time budget lets."""

import time
from collections.abc import Sequence

from google.protobuf.duration_pb2 import Duration
from google.protobuf.struct_pb2 import ListValue
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.jobs.assignment import Assignment
from bakeoff.server.jobs.contender import Contender
from bakeoff.server.jobs.machine.environment import (
    energy_of,
    environment_of,
    load_average,
    merged,
    suspicions,
)
from bakeoff.server.jobs.measuring.course import Course, Isolation, RoundLook
from bakeoff.server.jobs.measuring.interleaving import interleave
from bakeoff.server.jobs.measuring.peak_load import search_peak_loads
from bakeoff.server.jobs.measuring.time_budget import Bounds, allotted_ns
from bakeoff.server.jobs.measuring.track import Track
from bakeoff.server.scenarios import PEAK_LOAD, kind_of, scenario_id
from bakeoff.v1 import (
    Environment,
    Progress,
    Scenario,
    ScenarioResult,
    Validity,
)


async def measure(
    assignment: Assignment,
    contenders: Sequence[Contender],
    isolated: Isolation,
    after_round: RoundLook | None = None,
) -> None:
    """Measure every scenario that was not measured before, each over the candidates in play.

    After a restart, or when a candidate comes back into play, a scenario is measured of those that
    lack it alone. `after_round` looks at what each round has shown.
    """
    scenarios = assignment.spec.scenarios
    blocks_of_candidate = sum(scenario.block_count for scenario in scenarios)
    assignment.progress.begin(Progress.PHASE_MEASURE, blocks_of_candidate * len(contenders))
    done_before = 0
    # Scenarios after the one at hand may have been measured of others before.
    spent_ns = sum([await _spent_ns(assignment, scenario_id(one)) for one in scenarios])
    for index, scenario in enumerate(scenarios):
        name = scenario_id(scenario)
        environment = await assignment.found(Environment, scenario=name)
        lacking = await _lacking(assignment, contenders, name, environment)
        if lacking:
            allotted = _allotted_ns(assignment, lacking, scenarios[index:], spent_ns)
            bounds = Bounds.of(scenario, allotted)
            course = Course(
                assignment, isolated, scenario, name, bounds, done_before, after_round=after_round
            )
            begun_ns = time.monotonic_ns()
            environment = await _measure_scenario(course, lacking, environment)
            taken_ns = time.monotonic_ns() - begun_ns
            spent_ns += taken_ns
            await _keep_spent(assignment, name, taken_ns)
        if environment is None:
            continue
        done_before += scenario.block_count * len(contenders)
        assignment.progress.done(done_before)


async def _lacking(
    assignment: Assignment,
    contenders: Sequence[Contender],
    scenario: str,
    environment: Environment | None,
) -> list[Contender]:
    """Candidates in play that are to be measured in a scenario.

    Without an environment it was not measured to its end, and all begin anew.
    """
    in_play = [contender for contender in contenders if contender.in_play]
    if environment is None:
        return in_play
    results = [
        await assignment.found(ScenarioResult, candidate=contender.name, scenario=scenario)
        for contender in in_play
    ]
    return [one for one, result in zip(in_play, results, strict=True) if result is None]


async def _spent_ns(assignment: Assignment, scenario: str) -> int:
    """Time that was spent on a scenario so far, without what passed in between."""
    spent = await assignment.found(Duration, scenario=scenario)
    return 0 if spent is None else spent.ToNanoseconds()


async def _keep_spent(assignment: Assignment, scenario: str, taken_ns: int) -> None:
    spent = Duration()
    spent.FromNanoseconds(await _spent_ns(assignment, scenario) + taken_ns)
    await assignment.keep(spent, scenario=scenario)


def _allotted_ns(
    assignment: Assignment,
    contenders: Sequence[Contender],
    scenarios: Sequence[Scenario],
    spent_ns: int,
) -> int | None:
    """Time of each candidate in the first of the scenarios; None without a time budget."""
    if not assignment.spec.HasField("time_budget"):
        return None
    left_ns = assignment.spec.time_budget.ToNanoseconds() - spent_ns
    in_play = sum(contender.in_play for contender in contenders)
    return allotted_ns(left_ns, in_play, scenarios)


async def _measure_scenario(
    course: Course, contenders: Sequence[Contender], earlier: Environment | None
) -> Environment:
    """Measure one scenario over candidates, from its first block to its findings.

    `earlier` is what the machine was like when others were measured in it.
    """
    start_time, load_average_start = _now(), load_average()
    for contender in contenders:
        await course.isolated(contender, course.prepare)
    if kind_of(course.name) == PEAK_LOAD:
        await search_peak_loads(course)
    else:
        await interleave(course)
    for track in course.living():
        await _keep(course, track)
    conditions = [c for track in course.tracks.values() for c in track.conditions]
    environment = environment_of(conditions, start_time, _now(), load_average_start, load_average())
    if earlier is not None:
        environment = merged([earlier, environment], course.assignment.target.fingerprint)
    await course.assignment.keep(environment, scenario=course.name)
    return environment


async def _keep(course: Course, track: Track) -> None:
    settled = track.first is not None and track.first.warm_up_settled
    reasons = suspicions(track.conditions, track.sample_times_s, warm_up_settled=settled)
    result = ScenarioResult(
        scenario=course.name,
        settings=course.scenario,
        blocks=track.blocks,
        thread_layout=track.layout,
        validity=Validity(reasons=reasons),
    )
    if track.conditions:
        result.energy.CopyFrom(energy_of(track.conditions, track.sample_count))
    shortfalls = ListValue()
    shortfalls.extend(track.shortfalls)
    for finding in (track.first, shortfalls, result):
        if finding is not None:
            await course.assignment.keep(
                finding, candidate=track.contender.name, scenario=course.name
            )


def _now() -> Timestamp:
    now = Timestamp()
    now.FromNanoseconds(time.time_ns())
    return now
