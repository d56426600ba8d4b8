"""With many candidates a p99 takes more queries; the answer then waits for them, and says so."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bakeoff.server.quality import Certainty
from bakeoff.server.report.measurement import scenario_result
from bakeoff.server.report.messages import result_figures
from bakeoff.server.report.observations import Observations
from bakeoff.server.report.pairing import Pairing
from bakeoff.server.selection import (
    Decision,
    Entrant,
    Outcome,
    Rules,
    State,
    read_requirements,
    select,
)
from bakeoff.server.statistics import min_count_for_quantile
from bakeoff.server.types import ScenarioEvidence
from bakeoff.v1 import (
    CandidateResult,
    EvaluationSpec,
    ObservationBlock,
    Scenario,
    SingleStream,
    ThreadLayout,
)

_LEVEL = 0.95
_CANDIDATES = 20
_ROUNDS = 5
# So many suffice for a p99 at 95 %, and not at what twenty candidates ask for.
_QUERIES = 400
_SPEC = EvaluationSpec(scenarios=[Scenario(single_stream=SingleStream())])


def _observed(median_ms: float, query_count: int, seed: int) -> Observations:
    """Queries of a single stream, ten a second in each round."""
    rng = np.random.default_rng(seed)
    latencies_ns = (1e6 * median_ms * rng.lognormal(0, 0.05, query_count)).astype(int)
    blocks = [
        ObservationBlock(
            round=number,
            duration_ns=len(part) * 10**8,
            sample_count=len(part),
            end_to_end_ns=part.tolist(),
        )
        for number, part in enumerate(np.array_split(latencies_ns, _ROUNDS))
    ]
    evidence = ScenarioEvidence(
        scenario="single-stream",
        observations_path=Path("unread"),
        layout=ThreadLayout(),
        positions=(0,) * _ROUNDS,
        start_times_ns=(0,) * _ROUNDS,
        warm_up_settled=True,
    )
    return Observations(evidence, tuple(blocks))


def _decided(
    constraints: Sequence[str],
    objectives: Sequence[str],
    query_counts: Sequence[int] = (_QUERIES,) * _CANDIDATES,
) -> Decision:
    """An answer among candidates, of which the first is twice as fast as all others."""
    names = [f"candidates/c{number:02}" for number in range(len(query_counts))]
    observed = {
        name: {"single-stream": _observed(5.0 if number == 0 else 10.0, count, number)}
        for number, (name, count) in enumerate(zip(names, query_counts, strict=True))
    }
    entrants = []
    for name in names:
        result = scenario_result(observed[name]["single-stream"], _SPEC.scenarios[0], _LEVEL)
        figures = result_figures(CandidateResult(scenarios=[result]))
        entrants.append(Entrant(name, {figure.key: figure for figure in figures}))
    requirements = read_requirements(
        constraints,
        objectives,
        metric_ids=["accuracy"],
        scenarios=["single-stream"],
        main_metric="accuracy",
    )
    certainty = Certainty(_LEVEL, 200, seed=0, margin=0.005)
    pairing = Pairing({}, observed, certainty, _SPEC)
    return select(entrants, requirements, pairing, Rules(_LEVEL, 0.005, names[-1]))


def _missing_s(candidate_count: int, query_count: int = _QUERIES) -> float:
    """Seconds of load until a p99 has queries enough, at ten a second."""
    level = 1 - (1 - _LEVEL) / candidate_count
    return float(np.ceil((min_count_for_quantile(0.99, level) - query_count) / 10))


@pytest.mark.parametrize("bound", ["latency_p99_ms <= 7", "latency_p99_ms <= 0.7 x baseline"])
def test_a_bound_on_a_p99_of_too_few_queries_says_how_much_more_load_it_takes(bound: str) -> None:
    decision = _decided([bound], ["min:latency_p50_ms"])

    assert (State.UNDECIDED, "candidates/c00") == (decision.state, decision.recommended)
    finding = decision.candidates[0].constraints[0]
    assert Outcome.UNDECIDED is finding.outcome
    assert finding.needed is not None
    assert _missing_s(_CANDIDATES) == finding.needed.load_s
    assert "at the level that the answer asks for it needs" in finding.explanation
    assert "more observations" in finding.explanation
    assert decision.needed is not None
    assert _missing_s(_CANDIDATES) == decision.needed.load_s
    assert f"About {_missing_s(_CANDIDATES):,.0f} s more load on each candidate" in decision.summary


def test_a_p99_that_is_to_be_least_waits_for_queries_as_well() -> None:
    decision = _decided([], ["min:latency_p99_ms"])

    assert State.UNDECIDED is decision.state
    assert decision.needed is not None
    assert _missing_s(_CANDIDATES) == decision.needed.load_s
    words = f"about {_missing_s(_CANDIDATES):,.0f} s more load on each candidate would decide"
    assert words in decision.summary


def test_a_candidate_of_too_few_queries_is_not_taken_to_be_behind() -> None:
    """It is the fast one, of 300 queries, which is enough at 95 %; the other has thousands."""
    decision = _decided([], ["min:latency_p99_ms"], [300, 4000])

    assert (State.UNDECIDED, "candidates/c00") == (decision.state, decision.recommended)
    assert decision.needed is not None
    assert _missing_s(2, 300) == decision.needed.load_s


def test_with_that_much_more_load_it_is_decided() -> None:
    enough = _QUERIES + 10 * int(_missing_s(_CANDIDATES))

    decision = _decided(["latency_p99_ms <= 7"], ["min:latency_p99_ms"], [enough] * _CANDIDATES)

    assert (State.RECOMMENDED, "candidates/c00") == (decision.state, decision.recommended)
