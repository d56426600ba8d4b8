"""A weighted objective is one figure, found of others at rates of exchange that do not move."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from bakeoff.server.errors import ExpressionError
from bakeoff.server.selection import (
    Decision,
    Entrant,
    Objective,
    Related,
    Relation,
    State,
    Term,
    Tolerance,
    Weight,
    known_figures,
    parse_objective,
    read_requirements,
    resolve_objective,
)
from bakeoff.server.types import Direction, Interval

Make = Callable[..., Entrant]
Choose = Callable[..., Decision]

KNOWN = known_figures(["accuracy", "log_loss"], ["server:qps=50", "offline"])
_UTILITY = "max:accuracy - 0.01*latency_p99_ms"
_LATENCY = "latency_p99_ms@single-stream"


def test_terms_carry_their_sign_their_weight_and_their_scenario() -> None:
    text = "max:accuracy - 0.002*latency_p99_ms@server - 1e-4 x host_peak_mib within 0.5pt"

    found = resolve_objective(parse_objective(text), KNOWN)

    expected = Objective(
        text,
        "utility",
        "",
        Direction.HIGHER_IS_BETTER,
        (
            Term(1.0, "accuracy", ""),
            Term(-0.002, "latency_p99_ms", "server:qps=50"),
            Term(-1e-4, "host_peak_mib", ""),
        ),
        Tolerance(0.005, "1"),
    )
    assert expected == found
    assert ("accuracy", "latency_p99_ms@server:qps=50", "host_peak_mib") == found.figure_keys


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("max:accuracy + 2*latency_p99_ms", "when it is lower; write - 2*latency_p99_ms"),
        ("min:host_peak_mib + 9*accuracy", "when it is higher; write - 9*accuracy"),
        ("max:accuracy - 2*accuracy", "higher; write + 2*accuracy"),
        ("max:accuracy + 2*accuracy", "each figure may stand once; got accuracy again"),
    ],
)
def test_a_term_that_asks_for_the_worse_is_refused_with_the_right_sign(
    text: str, remedy: str
) -> None:
    with pytest.raises(ExpressionError) as caught:
        resolve_objective(parse_objective(text), KNOWN)

    assert remedy in caught.value.message


@pytest.mark.parametrize(
    ("text", "tolerance"),
    [
        ("max:accuracy within 0.5pt", Tolerance(0.005, "1")),
        ("max:accuracy within 0.01", Tolerance(0.01, "1")),
        ("min:latency_p99_ms within 2ms", Tolerance(2.0, "ms")),
        ("min:latency_p99_ms within 0.1s", Tolerance(100.0, "ms")),
        ("min:latency_p99_ms within 5%", Tolerance(0.05, is_share=True)),
    ],
)
def test_a_tolerance_is_in_the_unit_of_its_figure_or_a_share(
    text: str, tolerance: Tolerance
) -> None:
    found = resolve_objective(parse_objective(text), KNOWN)

    assert found.tolerance is not None
    assert pytest.approx(tolerance.amount) == found.tolerance.amount
    assert (tolerance.unit, tolerance.is_share) == (found.tolerance.unit, found.tolerance.is_share)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max:accuracy within", "expected a finite number such as 0.005 at character 20"),
        ("max:accuracy within -1", "expected a number that is not below 0 at character 21"),
        ("max:accuracy within 5%", 'accuracy takes pt or no unit; got "%"'),
        ("max:2 accuracy", "expected * or x at character 7"),
        ("max:0*accuracy", "expected a weight other than 0 at character 5"),
        ("max:accuracy -", "expected the id of a figure such as accuracy at character 15"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_was_allowed(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        resolve_objective(parse_objective(text), KNOWN)

    assert message in caught.value.message


def test_several_weighted_objectives_have_names_of_their_own() -> None:
    found = read_requirements(
        [],
        ["max:accuracy - 0.01*bundle_mib", "min:2*bundle_mib"],
        metric_ids=["accuracy"],
        scenarios=[],
        main_metric="accuracy",
    )

    assert ["utility", "utility.2"] == [objective.key for objective in found.objectives]
    assert "accuracy" == found.quality_key


def _drawn(accuracy: float, latency_ms: float, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        "accuracy": accuracy + 0.002 * rng.standard_normal(2000),
        _LATENCY: latency_ms + 0.05 * rng.standard_normal(2000),
    }


def test_the_utility_decides_and_is_told_with_its_interval(
    choose: Choose, make_entrant: Make
) -> None:
    """Candidate b is 6 points better and 8 ms slower: at a point a millisecond, a wins."""
    draws = {"a": _drawn(0.80, 2, seed=1), "b": _drawn(0.86, 10, seed=2)}

    decision = choose(
        make_entrant("a", 0.80, 2),
        make_entrant("b", 0.86, 10),
        objectives=[_UTILITY],
        drawn={key: {name: draws[name][key] for name in draws} for key in ("accuracy", _LATENCY)},
    )

    assert (State.RECOMMENDED, "candidates/a") == (decision.state, decision.recommended)
    utility = decision.candidates[0].objectives[0]
    assert ("utility", f"accuracy - 0.01*{_LATENCY}") == (utility.id, utility.method)
    assert pytest.approx(0.78) == utility.value
    assert utility.interval is not None
    assert utility.interval.lower is not None
    assert 0.77 < utility.interval.lower < 0.78
    expected = (
        "Its utility of 0.760 is 0.020 lower than the 0.780 of a (beyond what resampling allows)."
    )
    assert expected == decision.candidates[1].why_not


def test_utilities_whose_difference_may_be_none_are_not_told_apart(
    choose: Choose, make_entrant: Make
) -> None:
    rng = np.random.default_rng(3)
    noisy = {name: 0.82 + 0.05 * rng.standard_normal(2000) for name in "ab"}

    decision = choose(
        make_entrant("a", 0.80, 2),
        make_entrant("b", 0.84, 4),
        objectives=[_UTILITY],
        drawn={"accuracy": noisy, _LATENCY: {"a": np.full(2000, 2.0), "b": np.full(2000, 4.0)}},
    )

    assert State.UNDECIDED is decision.state
    assert "Utility is not told apart by resampling" in decision.summary


@pytest.mark.parametrize(("reach", "state"), [(0.03, State.UNDECIDED), (0.004, State.RECOMMENDED)])
def test_candidates_that_no_resample_tells_apart_are_as_alike_as_their_terms_show(
    choose: Choose, make_entrant: Make, reach: float, state: State
) -> None:
    """They answer alike: of few examples that does not prove them within half a point."""
    alike = Related(0.0, Interval(-reach, reach, 0.975, "tango-score"), Weight(example_count=100))
    latency = np.full(2000, 2.0)

    decision = choose(
        make_entrant("a", 0.84, 2),
        make_entrant("b", 0.84, 2),
        objectives=[_UTILITY],
        drawn={
            "accuracy": dict.fromkeys("ab", np.full(2000, 0.84)),
            _LATENCY: dict.fromkeys("ab", latency),
        },
        related={(name, Relation.DIFFERENCE): alike for name in "ab"},
    )

    assert state is decision.state


def test_utilities_that_some_resample_leaves_undefined_are_not_told_apart(
    choose: Choose, make_entrant: Make
) -> None:
    """Their values alone prove nothing."""
    drawn = {name: np.full(2000, value) for name, value in (("a", 0.84), ("b", 0.90))}
    drawn["b"][7] = np.nan

    decision = choose(
        make_entrant("a", 0.84, 2),
        make_entrant("b", 0.90, 2),
        objectives=[_UTILITY],
        drawn={"accuracy": drawn, _LATENCY: dict.fromkeys("ab", np.full(2000, 2.0))},
    )

    assert State.UNDECIDED is decision.state


def _unsure(*, fixed_mib: bool = True) -> dict[str, dict[str, np.ndarray]]:
    """Draws of two candidates that differ by a point of utility, known to about two."""
    rng = np.random.default_rng(4)

    def around(value: float, spread: float) -> np.ndarray:
        return value + spread * rng.standard_normal(4000)

    mib = 0.0 if fixed_mib else 5.0
    return {
        "accuracy": {"a": around(0.84, 0.01), "b": around(0.84, 0.01)},
        _LATENCY: {"a": around(2.0, 0.5), "b": around(3.0, 0.5)},
        "host_peak_mib": {"a": around(90, mib), "b": around(90, mib)},
    }


_BOTH = "max:accuracy - 0.01*latency_p99_ms - 1e-3*host_peak_mib"


def test_what_would_decide_between_utilities_is_more_of_all_that_they_rest_on(
    choose: Choose, make_entrant: Make
) -> None:
    """Examples and load by one factor; a size that has no spread asks for nothing."""
    weights = {"accuracy": Weight(example_count=1000), _LATENCY: Weight(load_s=30.0)}
    entrants = [make_entrant("a", 0.84, 2, 90), make_entrant("b", 0.84, 3, 90)]

    decision = choose(*entrants, objectives=[_BOTH], drawn=_unsure(), weights=weights)

    assert State.UNDECIDED is decision.state
    needed = decision.needed
    assert needed is not None
    assert needed.examples is not None
    assert needed.load_s is not None
    # The difference, 1 point, may be 3.5 lower; with a margin of half a point it must shrink to
    # 1.5: about five and a half times the evidence.
    spread = 2 * (0.01**2 + 0.005**2)
    level = 1 - 0.05 / 2
    reach = float(stats.norm.ppf((1 + level) / 2)) * spread**0.5
    times = (reach / (0.01 + 0.005)) ** 2
    assert pytest.approx(1000 * (times - 1), rel=0.15) == needed.examples
    assert pytest.approx(needed.examples / 1000, abs=0.05) == needed.load_s / 30
    words = f"{needed.examples:,} more examples and {needed.load_s:,.0f} s more load"
    assert words in decision.summary


def test_so_much_more_evidence_decides_between_utilities(
    choose: Choose, make_entrant: Make
) -> None:
    weights = {"accuracy": Weight(example_count=1000), _LATENCY: Weight(load_s=30.0)}
    entrants = [make_entrant("a", 0.84, 2, 90), make_entrant("b", 0.84, 3, 90)]
    drawn = _unsure()
    needed = choose(*entrants, objectives=[_BOTH], drawn=drawn, weights=weights).needed
    assert needed is not None
    assert needed.examples is not None
    # A tenth more, since medians of draws are not those of their differences.
    narrowed = (1.1 * (1 + needed.examples / 1000)) ** -0.5
    narrower = {
        key: {name: np.median(of) + narrowed * (of - np.median(of)) for name, of in found.items()}
        for key, found in drawn.items()
    }

    decision = choose(*entrants, objectives=[_BOTH], drawn=narrower, weights=weights)

    assert (State.RECOMMENDED, "candidates/a") == (decision.state, decision.recommended)


def test_a_spread_that_nothing_narrows_is_named_instead(choose: Choose, make_entrant: Make) -> None:
    weights = {"accuracy": Weight(example_count=1000), _LATENCY: Weight(load_s=30.0)}

    decision = choose(
        make_entrant("a", 0.84, 2, 90),
        make_entrant("b", 0.84, 3, 90),
        objectives=[_BOTH],
        drawn=_unsure(fixed_mib=False),
        weights=weights,
    )

    assert State.UNDECIDED is decision.state
    assert decision.needed is None
    expected = "; neither more examples nor more load would narrow host_peak_mib."
    assert expected in decision.summary


def test_a_candidate_without_one_of_the_figures_has_no_utility(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(make_entrant("a", 0.80, 2), make_entrant("b", 0.9), objectives=[_UTILITY])

    lacking = decision.candidates[1].objectives[0]
    assert (None, f"{_LATENCY} is not known") == (lacking.value, lacking.absent_reason)
    assert "candidates/a" == decision.recommended


def test_figures_within_the_tolerance_leave_the_choice_to_the_next_objective(
    choose: Choose, make_entrant: Make
) -> None:
    """Latencies of 4.0 and 4.1 ms, each known to a twentieth: alike within 1 ms, not within 2 %."""
    entrants = [make_entrant("a", 0.80, 4.0), make_entrant("b", 0.86, 4.1)]

    wide = choose(*entrants, objectives=["min:latency_p99_ms within 1ms", "max:accuracy"])
    narrow = choose(*entrants, objectives=["min:latency_p99_ms", "max:accuracy"])

    assert (State.RECOMMENDED, "candidates/b") == (wide.state, wide.recommended)
    assert State.UNDECIDED is narrow.state
    assert "p99 latency is alike within 1.00 ms" in wide.summary
