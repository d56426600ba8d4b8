"""One look after each round of load: who surely breaks a bound, or is surely behind."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence

from bakeoff.server.jobs.adaptive.early_stops import stop
from bakeoff.server.jobs.adaptive.rules import Rules
from bakeoff.server.jobs.assignment import Assignment
from bakeoff.server.jobs.contender import Contender, Stop
from bakeoff.server.jobs.measuring.course import Course
from bakeoff.server.jobs.measuring.track import Track
from bakeoff.server.report.measurement import scenario_result
from bakeoff.server.report.messages import result_figures
from bakeoff.server.report.observations import read_observations
from bakeoff.server.scenarios import scenario_id
from bakeoff.server.selection import Objective, Outcome, check_constraint
from bakeoff.server.selection.adaptive import intervals_set_apart
from bakeoff.server.selection.wording import figure_words, short_name, subject
from bakeoff.server.types import Figure, ScenarioEvidence
from bakeoff.v1 import CandidateResult, EarlyStop, EvaluationSpec, Scenario, ScenarioResult

Alike = Callable[[str, str], bool]
"""Whether two candidates are alike in the first objective. Blocks."""


class LoadLooks:
    """Looks at scenarios that a constraint or the deciding objective names.

    Intervals are as sure as the chance of a round asks, so that one that lies beyond a bound, or
    two that do not meet, are proof. Where the first objective is one of quality, only candidates
    that are alike in it are set against each other.
    """

    def __init__(
        self,
        assignment: Assignment,
        contenders: Sequence[Contender],
        rules: Rules,
        alike: Alike,
    ) -> None:
        self._assignment = assignment
        self._contenders = contenders
        self._rules = rules
        self._alike = alike
        # Two intervals can err where one can, so that each has half of the chance.
        self._level = 1 - rules.chance_of_round / 2
        scenarios = assignment.spec.scenarios
        self._last = scenario_id(scenarios[-1]) if scenarios else ""

    async def after_round(self, course: Course) -> None:
        """Stop those that are surely out, unless nothing is left to be spared."""
        tracks = {track.contender.name: track for track in course.living()}
        rounds = [len(track.blocks) for track in tracks.values()]
        is_over = min(rounds, default=0) >= course.bounds.block_count
        if not tracks or not self._names(course.name) or (is_over and course.name == self._last):
            return
        found = await asyncio.to_thread(self._stops, course, tracks)
        for name, reason_and_rival in found.items():
            reason, behind = reason_and_rival
            early_stop = EarlyStop(
                stage=EarlyStop.STAGE_LOAD,
                example_count=self._assignment.evaluation_set.example_count,
                round_count=await self._round_count(tracks[name]),
                reason=reason,
            )
            await stop(self._assignment, tracks[name].contender, Stop(early_stop, behind))
        longest_ns = course.bounds.max_duration_ns
        spare_ns = sum(longest_ns - tracks[name].duration_ns for name in found)
        course.bounds = course.bounds.widened(course.scenario, spare_ns, len(course.living()))

    def _names(self, scenario: str) -> bool:
        """Whether anything is judged in a scenario."""
        bounds = self._rules.load_constraints
        return self._runner_of(scenario) is not None or any(b.scenario == scenario for b in bounds)

    def _runner_of(self, scenario: str) -> Objective | None:
        runner = self._rules.runner
        return runner if runner is not None and runner.scenario == scenario else None

    def _stops(self, course: Course, tracks: Mapping[str, Track]) -> Mapping[str, tuple[str, str]]:
        """Reasons, each with the candidate that is ahead, by candidate."""
        figures = {name: self._figures(course, track) for name, track in tracks.items()}
        found: dict[str, tuple[str, str]] = {}
        for name, of_candidate in figures.items():
            reason = self._broken(course.name, of_candidate)
            if reason:
                found[name] = (reason, "")
        runner = self._runner_of(course.name)
        if runner is not None:
            left = {
                name: of_candidate.get(runner.key)
                for name, of_candidate in figures.items()
                if name not in found
            }
            for name, ahead in self._behind(runner, left).items():
                found[name] = (self._lag(runner, left[name], ahead, left[ahead]), ahead)
        found.pop(self._rules.protected, None)
        return found

    def _broken(self, scenario: str, figures: Mapping[str, Figure]) -> str:
        for bound in self._rules.load_constraints:
            figure = figures.get(bound.key)
            if bound.scenario != scenario or figure is None or figure.interval is None:
                continue
            if check_constraint(bound, figure).outcome is Outcome.VIOLATED:
                name = subject(figure.id, scenario)
                return f"Its {name} is {figure_words(figure)}: it breaks {bound.expression}."
        return ""

    def _behind(self, runner: Objective, figures: Mapping[str, Figure | None]) -> Mapping[str, str]:
        """Candidates that another one is surely ahead of, each with that one."""
        found: dict[str, str] = {}
        for name, figure in figures.items():
            for other, theirs in figures.items():
                ahead = intervals_set_apart(
                    theirs, figure, runner.direction, _tolerated(runner, figure)
                )
                if ahead and self._may_decide(other, name, found):
                    found[name] = other
                    break
        return found

    def _may_decide(self, first: str, second: str, out: Collection[str]) -> bool:
        """Whether the second may be stopped for being behind the first."""
        if first in out or first not in self._rivals():
            return False
        return self._rules.objective is None or self._alike(first, second)

    def _rivals(self) -> Collection[str]:
        return {one.name for one in self._contenders if one.in_play and not one.disqualified}

    def _lag(
        self, runner: Objective, ours: Figure | None, ahead: str, theirs: Figure | None
    ) -> str:
        if ours is None or theirs is None:
            return ""
        name = subject(runner.figure_id, runner.scenario)
        return (
            f"Its {name} is {figure_words(ours)}, and that of {short_name(ahead)} "
            f"{figure_words(theirs)}."
        )

    def _figures(self, course: Course, track: Track) -> Mapping[str, Figure]:
        evidence = ScenarioEvidence(
            scenario=course.name,
            observations_path=track.observations_path,
            layout=track.layout,
            positions=tuple(block.position for block in track.blocks),
            start_times_ns=tuple(block.start_time.ToNanoseconds() for block in track.blocks),
            warm_up_settled=True,
        )
        return usable_figures(evidence, course.scenario, self._assignment.spec, self._level)

    async def _round_count(self, track: Track) -> int:
        """Blocks of a candidate over all scenarios so far."""
        earlier = [
            await self._assignment.found(
                ScenarioResult, candidate=track.contender.name, scenario=scenario_id(scenario)
            )
            for scenario in self._assignment.spec.scenarios
        ]
        return len(track.blocks) + sum(len(one.blocks) for one in earlier if one is not None)


def usable_figures(
    evidence: ScenarioEvidence, settings: Scenario, spec: EvaluationSpec, level: float
) -> Mapping[str, Figure]:
    """Figures of what was measured, by key; nothing is decided by those of an invalid measurement.

    These have neither value nor interval. Blocks.
    """
    result = scenario_result(
        read_observations(evidence),
        settings,
        level,
        traffic=spec.traffic if spec.HasField("traffic") else None,
        pricing=spec.pricing if spec.HasField("pricing") else None,
    )
    return {figure.key: figure for figure in result_figures(CandidateResult(scenarios=[result]))}


def _tolerated(objective: Objective, figure: Figure | None) -> float:
    """Largest difference that counts as alike, in the unit of the figure."""
    tolerance = objective.tolerance
    if tolerance is None or figure is None or figure.value is None:
        return 0.0
    return tolerance.amount * (abs(figure.value) if tolerance.is_share else 1.0)
