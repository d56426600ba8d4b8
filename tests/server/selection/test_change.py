"""What would have to change for a candidate is told by what more evidence would show."""

from collections.abc import Callable
from dataclasses import replace

from bakeoff.server.selection import Decision, Entrant, Weight
from bakeoff.server.types import Figure

_P99 = "latency_p99_ms@single-stream"


def test_equal_values_would_be_shown_alike_and_not_told_apart(
    choose: Callable[..., Decision],
    make_entrant: Callable[..., Entrant],
    make_figure: Callable[..., Figure],
) -> None:
    """8.75 ms each, give or take 0.2 ms: their difference is bounded by 0.28 ms, 2 % are 0.175."""

    def with_p99(name: str, value: float) -> Entrant:
        return replace(make_entrant(name), figures={_P99: make_figure(_P99, value, 0.2)})

    decision = choose(
        with_p99("a", 8.7501),
        with_p99("b", 8.7502),
        objectives=["min:latency_p99_ms"],
        weights={_P99: Weight(load_s=10.0)},
    )

    assert "candidates/a" == decision.recommended
    other = decision.candidates[1]
    expected = "About 17 s more load on each candidate would show it and a alike on p99 latency."
    assert expected == other.what_would_change
    assert other.why_not.endswith(
        "a comes first by the mere value of its p99 latency, 8.75 ms for both, rounded."
    )
