"""An adaptive bake-off: predict look by look, measure round by round, stop who is surely out."""

import asyncio
from collections.abc import Sequence

from bakeoff.server.jobs.adaptive.early_stops import restore, stop, take_up_again
from bakeoff.server.jobs.adaptive.load import LoadLooks
from bakeoff.server.jobs.adaptive.prediction import AdaptivePrediction
from bakeoff.server.jobs.adaptive.rules import Rules
from bakeoff.server.jobs.assignment import Assignment
from bakeoff.server.jobs.contender import Contender, Stop
from bakeoff.server.jobs.measuring.course import Isolation
from bakeoff.server.jobs.measuring.measure import measure
from bakeoff.server.jobs.score import score
from bakeoff.server.report.memory import memory_figures
from bakeoff.server.report.messages import figure_value
from bakeoff.server.selection import Outcome, check_constraint
from bakeoff.v1 import ColdStart, ConstraintResult, EarlyStop, MemoryLedger


async def run_adaptively(
    assignment: Assignment, contenders: Sequence[Contender], isolated: Isolation
) -> None:
    """Predict and measure candidates that were profiled, until each is done or surely out.

    A candidate that is behind another one waits: it goes on where it stood if that one turns out to
    break a bound, or fails. Takes up after a restart where it stood. Raises what `measure` raises.
    """
    rules = Rules.of(assignment.spec, assignment.evaluation_set.example_count)
    await restore(assignment, contenders)
    for contender in contenders:
        await _judge_profile(assignment, contender, rules)
    prediction = await asyncio.to_thread(
        AdaptivePrediction, assignment, contenders, isolated, rules
    )
    looks = LoadLooks(assignment, contenders, rules, prediction.alike)
    while True:
        await prediction.run()
        in_play = [contender for contender in contenders if contender.in_play]
        if in_play and assignment.spec.scenarios:
            await measure(assignment, in_play, isolated, looks.after_round)
        await _disqualify(assignment, contenders)
        if not await take_up_again(assignment, contenders):
            break
    await asyncio.to_thread(prediction.tidy)


async def _disqualify(assignment: Assignment, contenders: Sequence[Contender]) -> None:
    """Mark those that the report would find to break a bound, where anybody is behind another."""
    if not any(one.stop is not None and one.stop.behind for one in contenders):
        return
    report = await asyncio.to_thread(
        score, assignment.store, assignment.evaluation, assignment.spec
    )
    violated = {
        found.candidate
        for found in report.selection.candidates
        if any(one.outcome == ConstraintResult.OUTCOME_VIOLATED for one in found.constraints)
    }
    for contender in contenders:
        contender.disqualified = contender.in_play and contender.name in violated


async def _judge_profile(assignment: Assignment, contender: Contender, rules: Rules) -> None:
    """Stop a candidate that breaks a bound on memory or cold start, which is measured in full."""
    if not contender.in_play:
        return
    ledger = await assignment.found(MemoryLedger, candidate=contender.name)
    cold_start = await assignment.found(ColdStart, candidate=contender.name)
    found = list(memory_figures(contender.candidate, ledger))
    if cold_start is not None:
        found += [figure_value(figure) for figure in cold_start.figures]
    figures = {figure.key: figure for figure in found}
    for bound in rules.profile_constraints:
        finding = check_constraint(bound, figures.get(bound.key))
        if finding.outcome is Outcome.VIOLATED and contender.name != rules.protected:
            early_stop = EarlyStop(stage=EarlyStop.STAGE_PREDICTION, reason=finding.explanation)
            await stop(assignment, contender, Stop(early_stop))
            return
