"""What holds of every answer, whatever the evidence."""

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bakeoff.server.selection import Decision, Entrant, Outcome, Standing, State

# Few distinct values, so that ties, draws and missing figures are common.
_SKETCHES = st.lists(
    st.tuples(
        st.sampled_from([None, 0.80, 0.802, 0.806, 0.85, 0.9]),
        st.sampled_from([None, 1.0, 1.05, 4.0, 19.9, 40.0]),
        st.sampled_from([None, 60.0, 61.0, 90.0]),
        st.sampled_from(["", "", "", "it crashed"]),
    ),
    min_size=1,
    max_size=6,
)
_STANDINGS = st.dictionaries(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), st.sampled_from(Standing)
)


@given(sketches=_SKETCHES, said=_STANDINGS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_every_answer_keeps_its_promises(
    choose: Callable[..., Decision],
    make_entrant: Callable[..., Entrant],
    sketches: list[tuple[float | None, float | None, float | None, str]],
    said: dict[tuple[str, str], Standing],
) -> None:
    """Ranks are gapless, the failed and violating have none, and the reasons are never missing."""
    entrants = [
        make_entrant(name, accuracy, p99_ms, peak_mib, failure=failure)
        for name, (accuracy, p99_ms, peak_mib, failure) in zip("abcdef", sketches, strict=False)
    ]

    decision = choose(*entrants, constraints=["latency_p99_ms<=20"], said=said)

    qualified = [
        found.candidate
        for entrant, found in zip(entrants, decision.candidates, strict=True)
        if not entrant.failure
        and all(one.outcome is not Outcome.VIOLATED for one in found.constraints)
    ]
    ranks = {one.candidate: one.rank for one in decision.candidates if one.rank is not None}
    assert set(qualified) == set(ranks)
    assert list(range(1, len(qualified) + 1)) == sorted(ranks.values())
    assert (State.NONE_QUALIFIES is decision.state) == (not qualified)
    assert [decision.recommended] * bool(qualified) == [n for n, rank in ranks.items() if rank == 1]
    for found in decision.candidates:
        assert (found.candidate == decision.recommended) == (not found.why_not)
    if decision.state is State.RECOMMENDED:
        leader = next(c for c in decision.candidates if c.candidate == decision.recommended)
        assert all(one.outcome is Outcome.MET for one in leader.constraints)
    assert {one.candidate for one in decision.candidates if one.on_frontier} <= set(qualified)
    assert decision.summary.endswith(".")
