"""A tail of queries that wait for each other may have no upper end: what it takes is then said."""

from pathlib import Path

import numpy as np

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
from bakeoff.server.types import ScenarioEvidence
from bakeoff.v1 import (
    CandidateResult,
    EvaluationSpec,
    ObservationBlock,
    Scenario,
    Server,
    ThreadLayout,
)

_LEVEL = 0.95
_SCENARIO = "server:qps=50"
_KEY = f"latency_p99_ms@{_SCENARIO}"
_SPEC = EvaluationSpec(scenarios=[Scenario(server=Server(poisson_qps=50))])
_ROUNDS = 5


def _observed(query_count: int, median_ms: float = 5.0) -> Observations:
    """Fifty queries a second, of which ten in a row take about as long."""
    rng = np.random.default_rng(query_count)
    runs = np.repeat(rng.lognormal(0, 0.3, -(-query_count // 10)), 10)[:query_count]
    latencies_ns = (1e6 * median_ms * runs).astype(int)
    blocks = [
        ObservationBlock(
            round=number,
            duration_ns=len(part) * 10**9 // 50,
            sample_count=len(part),
            end_to_end_ns=part.tolist(),
        )
        for number, part in enumerate(np.array_split(latencies_ns, _ROUNDS))
    ]
    evidence = ScenarioEvidence(
        scenario=_SCENARIO,
        observations_path=Path("unread"),
        layout=ThreadLayout(),
        positions=(0,) * _ROUNDS,
        start_times_ns=(0,) * _ROUNDS,
        warm_up_settled=True,
    )
    return Observations(evidence, tuple(blocks))


def _decided(constraint: str, *observed: Observations, objective: str = "") -> Decision:
    measured = {f"candidates/c{number}": one for number, one in enumerate(observed)}
    entrants = []
    for name, one in measured.items():
        result = scenario_result(one, _SPEC.scenarios[0], _LEVEL)
        figures = result_figures(CandidateResult(scenarios=[result]))
        entrants.append(Entrant(name, {figure.key: figure for figure in figures}))
    requirements = read_requirements(
        [constraint] if constraint else [],
        [objective or f"min:latency_p50_ms@{_SCENARIO}"],
        metric_ids=["accuracy"],
        scenarios=[_SCENARIO],
        main_metric="accuracy",
    )
    pairing = Pairing(
        {},
        {name: {_SCENARIO: one} for name, one in measured.items()},
        Certainty(_LEVEL, 200, seed=0, margin=0.005),
        _SPEC,
    )
    return select(entrants, requirements, pairing, Rules(_LEVEL, 0.005, "candidates/c0"))


def test_a_bound_on_a_tail_without_upper_end_says_how_much_load_would_give_it_one() -> None:
    """There are thrice the queries that a p99 takes, worth a tenth of their number."""
    decision = _decided(f"{_KEY} <= 50", _observed(1000))

    assert State.UNDECIDED is decision.state
    (finding,) = decision.candidates[0].constraints
    assert Outcome.UNDECIDED is finding.outcome
    assert finding.judged.interval is not None
    assert finding.judged.interval.upper is None
    assert finding.needed is not None
    assert finding.needed.load_s is not None
    words = f"about {finding.needed.load_s:,.0f} s more load on each candidate would give it one."
    assert f"is not told, since its interval has no upper end; {words}" in finding.explanation
    assert finding.needed == decision.needed


def test_with_about_that_much_more_load_the_bound_is_met() -> None:
    needed = _decided(f"{_KEY} <= 50", _observed(1000)).needed
    assert needed is not None
    assert needed.load_s is not None

    decision = _decided(f"{_KEY} <= 50", _observed(1000 + int(1.5 * 50 * needed.load_s)))

    assert State.RECOMMENDED is decision.state


def test_an_objective_on_such_tails_says_how_much_load_would_give_them_an_end() -> None:
    decision = _decided("", _observed(1000), _observed(1010), objective=f"min:{_KEY}")

    assert State.UNDECIDED is decision.state
    assert decision.needed is not None
    assert f"{decision.needed.load_s:,.0f} s more load on each candidate would decide" in (
        decision.summary
    )


def test_a_tail_without_upper_end_is_behind_one_that_surely_ends_before_it_begins() -> None:
    """What is missing is no reason to leave open what the other ends tell."""
    fast = _observed(20_000, median_ms=0.5)

    decision = _decided("", fast, _observed(1000), objective=f"min:{_KEY}")

    assert (State.RECOMMENDED, "candidates/c0") == (decision.state, decision.recommended)
