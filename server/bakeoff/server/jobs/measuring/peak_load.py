"""The highest rate of arrivals at which a bound on latency holds, candidate by candidate in turn.

Every rate is tried as a `server` scenario of its own. Only the blocks of the last verification
stay in the observations of the scenario; of the other rates the verdicts are kept, so that a
search goes on after a restart where it stood.
"""

import asyncio
import math
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from bakeoff.server.jobs.contender import Contender
from bakeoff.server.jobs.measuring.block import BlockOrder, FoundBlock, measure_block
from bakeoff.server.jobs.measuring.course import Course
from bakeoff.server.jobs.measuring.load_probe import (
    is_hopeless,
    judged,
    probe_message,
    probe_query_counts,
    verification_query_counts,
)
from bakeoff.server.jobs.measuring.observed import ObservedBlocks
from bakeoff.server.jobs.measuring.rate_search import Bracket, NextProbe, next_probe
from bakeoff.server.jobs.measuring.track import Track
from bakeoff.server.statistics import BoundVerdict, min_query_count
from bakeoff.v1 import LatencyBound, LoadProbe, PeakLoadSearch, Scenario, Server, SingleStream

_NS_PER_S: Final = 1e9
# Of the rate of one caller without a pause: near what a queue still bears.
_FIRST_SHARE: Final = 0.7
_FEELING_QUERY_COUNT: Final = 30
# A probe takes at least this part of the shortest time, so that a queue can grow.
_PROBE_DIVISOR: Final = 3
# Rounds of probes are told from those of verifications by their number, and so are their arrivals.
_FIRST_PROBE_ROUND: Final = 1_000


async def search_peak_loads(course: Course) -> None:
    """Search for the peak load of every living candidate, a rate of each in turn."""
    searches = {name: _Search(course, track) for name, track in course.tracks.items()}
    for track in course.living():
        await course.isolated(track.contender, searches[track.contender.name].begin)
    while going := [t for t in course.living() if not searches[t.contender.name].ended]:
        for position, track in enumerate(going):
            search = searches[track.contender.name]
            search.position = position
            await course.isolated(track.contender, search.step)
            course.step_done()


class _Search:
    """The search for one candidate. `position` is its place among those that still search."""

    def __init__(self, course: Course, track: Track) -> None:
        self.ended = False
        self.position = 0
        self._course = course
        self._track = track
        self._settings = course.scenario.peak_load
        # With fewer, no rate could hold.
        self._fewest_queries = max(
            course.bounds.min_query_count, min_query_count(0, self._settings.bound.quantile)
        )
        self._found = PeakLoadSearch()
        self._first_qps = 0.0
        self._next_probe_round = _FIRST_PROBE_ROUND
        self._verified_before = False
        self._cut_short = False
        self._warm_kinds: set[str | None] = set()
        name = track.contender.name.rpartition("/")[2]
        self._scratch_path = course.assignment.folder / "probes" / name

    async def begin(self, contender: Contender) -> None:
        """Take up an earlier search, or feel out with single queries where to begin."""
        earlier = await self._course.assignment.found(
            PeakLoadSearch, candidate=contender.name, scenario=self._course.name
        )
        if earlier is not None:
            # The observations of a verification begin anew, and so does it.
            self._found.probes.extend(probe for probe in earlier.probes if not probe.verification)
        await asyncio.to_thread(self._scratch_path.parent.mkdir, parents=True, exist_ok=True)
        verdict, rate_per_s = await self._feel_out()
        self._first_qps = self._found.probes[0].qps if self._found.probes else rate_per_s
        if is_hopeless(verdict):
            await self._end(
                f"One query at a time passes the bound already: {verdict.over_bound_count:,} of "
                f"{verdict.query_count:,} took longer."
            )

    async def step(self, contender: Contender) -> None:
        """Try one more rate, or end the search."""
        self._course.assignment.progress.at_work(contender.name, self._course.name)
        self._cut_short = self._is_hurried()
        chosen = next_probe(
            self._found.probes,
            self._first_qps,
            self._settings.relative_resolution,
            hurried=self._cut_short,
        )
        # One verification is made in any case, and further ones while there is time.
        if chosen is None or (self._verified_before and self._left_ns() <= 0):
            await self._end(self._no_rate_reason())
            return
        looks = await (self._verify(chosen.qps) if chosen.verification else self._try(chosen.qps))
        self._found.probes.append(looks.message(chosen))
        await self._keep()

    async def _feel_out(self) -> tuple[BoundVerdict, float]:
        """Warm up and send queries one at a time; their verdict, and a rate to begin with."""
        looks = _Looks(self._scratch_path, self._settings.bound)
        found = await self._measure(
            Scenario(single_stream=SingleStream()), looks.path, _FEELING_QUERY_COUNT
        )
        self._track.first = found.measured
        rate_per_s = found.measured.block.sample_count / found.duration_ns * _NS_PER_S
        return await asyncio.to_thread(looks.verdict), _FIRST_SHARE * rate_per_s

    async def _try(self, qps: float) -> "_Looks":
        """Offer a rate until it is clear whether the bound holds, or the time is out."""
        looks = _Looks(self._scratch_path, self._settings.bound)
        counts = probe_query_counts(self._fewest_queries, qps)
        verdict = await asyncio.to_thread(looks.verdict)
        for query_count in counts:
            await self._measure(self._server(qps), looks.path, query_count - verdict.query_count)
            verdict = await asyncio.to_thread(looks.verdict)
            if verdict.held or is_hopeless(verdict) or self._left_ns() <= 0:
                break
        return looks

    async def _verify(self, qps: float) -> "_Looks":
        """Offer the winner for longer, in blocks that are the observations of the scenario."""
        track, block_count = self._track, self._course.bounds.block_count
        track.forget_blocks()
        self._verified_before = True
        looks = _Looks(track.observations_path, self._settings.bound)
        counts = verification_query_counts(self._winner_query_count(qps), block_count)
        verdict = await asyncio.to_thread(looks.verdict)
        for round_index, query_count in enumerate(counts):
            whole = round_index >= block_count
            if whole and (verdict.held or self._left_ns() <= 0):
                break
            wanted = query_count - verdict.query_count
            found = await self._measure(self._server(qps), looks.path, wanted, round_index)
            track.take(found, round_index, self.position)
            verdict = await asyncio.to_thread(looks.verdict)
            if is_hopeless(verdict):
                break
        return looks

    async def _measure(
        self, scenario: Scenario, path: Path, query_count: int, round_index: int | None = None
    ) -> FoundBlock:
        """Measure a block; one without a round is no part of a verification."""
        track, bounds = self._track, self._course.bounds
        kind = scenario.WhichOneof("kind")
        shortest_ns = bounds.block_min_duration_ns
        if round_index is None:
            round_index = self._next_probe_round
            self._next_probe_round += 1
            shortest_ns = bounds.min_duration_ns // _PROBE_DIVISOR
        order = BlockOrder(
            scenario=scenario,
            scenario_id=self._course.name,
            caller_count=track.layout.caller_count,
            round_index=round_index,
            min_duration_ns=shortest_ns,
            # What is begun when the time is nearly out may still end.
            max_duration_ns=max(self._left_ns(), bounds.block_max_duration_ns),
            min_query_count=max(query_count, 1),
            observations_path=path,
            warm_up=kind not in self._warm_kinds,
        )
        found = await measure_block(self._course.assignment, track.contender, order)
        self._warm_kinds.add(kind)
        track.duration_ns += found.duration_ns
        return found

    def _server(self, qps: float) -> Scenario:
        scenario = Scenario(server=Server(poisson_qps=qps))
        if self._settings.HasField("dynamic_batching"):
            scenario.server.dynamic_batching.CopyFrom(self._settings.dynamic_batching)
        return scenario

    def _winner_query_count(self, qps: float) -> int:
        """As many queries as it took to see that a rate holds, and no fewer than are asked for."""
        seen = [probe.verdict.query_count for probe in self._found.probes if probe.qps == qps]
        return max(self._fewest_queries, *seen)

    def _left_ns(self) -> int:
        return self._course.bounds.max_duration_ns - self._track.duration_ns

    def _is_hurried(self) -> bool:
        """Whether another probe would take the time that the verification needs."""
        held_qps = Bracket.of(self._found.probes).held_qps
        if held_qps == 0:
            return self._left_ns() <= 0
        bounds = self._course.bounds
        probe_ns = max(
            bounds.min_duration_ns / _PROBE_DIVISOR, self._fewest_queries / held_qps * _NS_PER_S
        )
        check_ns = max(
            bounds.min_duration_ns, self._winner_query_count(held_qps) / held_qps * _NS_PER_S
        )
        return self._left_ns() < probe_ns + check_ns

    def _no_rate_reason(self) -> str:
        bracket = Bracket.of(self._found.probes)
        if bracket.verified:
            return ""
        if self._cut_short:
            spent_s = self._track.duration_ns / _NS_PER_S
            return f"No rate that holds the bound was found and verified in {spent_s:.3g} s."
        return f"Even {bracket.failed_qps:.3g} arrivals a second do not hold the bound."

    async def _end(self, no_rate_reason: str) -> None:
        bracket = Bracket.of(self._found.probes)
        if bracket.verified and self._cut_short:
            among = (
                f"above {bracket.held_qps:.4g}"
                if math.isinf(bracket.failed_qps)
                else f"between {bracket.held_qps:.4g} and {bracket.failed_qps:.4g}"
            )
            self._track.shortfalls.append(f"Rates {among} arrivals a second were not tried.")
        self._found.absent_reason = no_rate_reason
        self.ended = True
        await self._keep()
        await asyncio.to_thread(self._scratch_path.unlink, missing_ok=True)

    async def _keep(self) -> None:
        await self._course.assignment.keep(
            self._found, candidate=self._track.contender.name, scenario=self._course.name
        )


class _Looks:
    """Looks at the latencies of a rate as they come in. The file is emptied first."""

    def __init__(self, path: Path, bound: LatencyBound) -> None:
        path.write_bytes(b"")
        self.path = path
        self._bound = bound
        self._observed = ObservedBlocks(path)
        self._latencies_ns: list[npt.NDArray[np.int64]] = []

    def verdict(self) -> BoundVerdict:
        """Judge by all queries so far. Blocks."""
        for block in self._observed.added():
            self._latencies_ns.append(np.asarray(block.end_to_end_ns, dtype=np.int64))
        return judged(self._latencies_ns, self._bound)

    def message(self, tried: NextProbe) -> LoadProbe:
        """What was seen at a rate, as it is stored."""
        return probe_message(
            tried.qps, self._latencies_ns, self._bound, verification=tried.verification
        )
