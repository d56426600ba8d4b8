"""Shares of resamples say what the answer would be if the truth were another one."""

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bakeoff.server.selection import (
    Constraint,
    Decision,
    Entrant,
    Question,
    Relation,
    Tolerance,
    frontier,
)
from bakeoff.server.selection.probabilities import frontier_shares, qualifying, rank_shares
from bakeoff.server.types import Direction

HIGHER, LOWER = Direction.HIGHER_IS_BETTER, Direction.LOWER_IS_BETTER
Numbers = Sequence[float]


def _all(names: str, count: int) -> dict[str, np.ndarray]:
    return {name: np.ones(count, dtype=np.bool_) for name in names}


def _draws(**values: dict[str, Numbers]) -> dict[str, dict[str, np.ndarray]]:
    return {
        key: {name: np.array(drawn) for name, drawn in of_key.items()}
        for key, of_key in values.items()
    }


def _question(key: str, direction: Direction, tolerance: Tolerance) -> Question:
    return Question(key, direction, level=0.95, family_size=1, tolerance=tolerance)


@settings(derandomize=True, deadline=None)
@given(arrays(np.float64, (3, 2, 20), elements=st.integers(0, 4).map(float)))
def test_a_share_of_the_frontier_is_what_brute_force_finds(points: np.ndarray) -> None:
    draws = {
        "quality": dict(zip("abc", points[:, 0], strict=True)),
        "cost": dict(zip("abc", points[:, 1], strict=True)),
    }
    keys = ("quality", "cost")
    counts = dict.fromkeys("abc", 0)
    for draw in range(20):
        of_draw = {
            name: (draws["quality"][name][draw], draws["cost"][name][draw]) for name in "abc"
        }
        for name in frontier(of_draw, [HIGHER, LOWER]):
            counts[name] += 1

    found = frontier_shares(_all("abc", 20), keys, {"quality": HIGHER, "cost": LOWER}, draws)

    assert {name: count / 20 for name, count in counts.items()} == pytest.approx(found)


def test_who_does_not_qualify_in_a_resample_is_not_on_its_frontier_and_beats_nobody() -> None:
    draws = _draws(quality={"a": [0.9, 0.9], "b": [0.8, 0.8]})
    qualified = {"a": np.array([True, False]), "b": np.array([True, True])}

    found = frontier_shares(qualified, ("quality",), {"quality": HIGHER}, draws)

    assert {"a": 0.5, "b": 0.5} == found


@pytest.mark.parametrize(
    ("operator", "kept"),
    [("<=", (True, True, False)), ("<", (True, False, False)), (">=", (False, True, True))],
)
def test_a_candidate_qualifies_in_the_resamples_that_keep_every_bound(
    operator: str, kept: tuple[bool, ...]
) -> None:
    bound = Constraint("", "cost", "", operator, 2.0)
    draws = _draws(cost={"a": [1.0, 2.0, 3.0]})

    assert list(kept) == qualifying(["a"], [bound], "a", draws)["a"].tolist()


def test_bounds_relative_to_the_baseline_are_held_draw_by_draw() -> None:
    difference = Constraint("", "cost", "", "<=", 1.0, relation=Relation.DIFFERENCE)
    ratio = Constraint("", "cost", "", "<", 1.0, relation=Relation.RATIO)
    draws = _draws(cost={"base": [1.0, 5.0, 9.0], "a": [3.0, 5.5, 2.0]})

    found = qualifying(["base", "a"], [difference], "base", draws)
    strict = qualifying(["base", "a"], [ratio], "base", draws)

    assert [True] * 3 == found["base"].tolist()
    assert [False, True, True] == found["a"].tolist()
    assert [False] * 3 == strict["base"].tolist()
    assert [False, False, True] == strict["a"].tolist()


def test_a_figure_that_is_not_defined_in_a_resample_keeps_no_bound() -> None:
    bound = Constraint("", "cost", "", "<=", 2.0)

    found = qualifying(["a", "b"], [bound], "a", _draws(cost={"a": [1.0, np.nan]}))

    assert [True, False] == found["a"].tolist()
    assert "b" not in found


def test_an_objective_leaves_those_within_its_margin_to_the_next() -> None:
    quality = _question("quality", HIGHER, Tolerance(0.01))
    cost = _question("cost", LOWER, Tolerance(0.02, is_share=True))
    draws = _draws(
        quality={"a": [0.90, 0.90, 0.90, 0.50], "b": [0.895, 0.80, 0.90, 0.50]},
        cost={"a": [9.0, 9.0, 1.0, 1.0], "b": [1.0, 1.0, 1.01, 1.0]},
    )

    found = rank_shares(_all("ab", 4), [quality, cost], draws, asked_count=2)

    # b wins the first by its cost; a the second by its quality, the third by the mere value of its
    # cost, and the fourth by name.
    assert {"a": (0.75, 0.25), "b": (0.25, 0.75)} == found


@given(
    arrays(np.float64, (4, 30), elements=st.integers(0, 3).map(float)),
    arrays(np.bool_, (4, 30)),
)
@settings(deadline=None)
def test_ranks_of_a_candidate_sum_to_the_share_in_which_it_qualifies(
    values: np.ndarray, inside: np.ndarray
) -> None:
    draws = {"quality": dict(zip("abcd", values, strict=True))}
    qualified = dict(zip("abcd", inside, strict=True))

    found = rank_shares(
        qualified, [_question("quality", HIGHER, Tolerance(0.0))], draws, asked_count=1
    )

    for name, place in product("abcd", range(4)):
        assert 0 <= found[name][place] <= 1
    for name in "abcd":
        assert pytest.approx(qualified[name].mean()) == sum(found[name])
    assert pytest.approx(inside.any(axis=0).mean()) == sum(found[name][0] for name in "abcd")


def test_an_answer_tells_how_it_fares(
    choose: Callable[..., Decision], make_entrant: Callable[..., Entrant]
) -> None:
    """Candidate a is better in 3 of 4 resamples by far, and in one of them too slow."""
    drawn = _draws(
        accuracy={"a": [0.9, 0.9, 0.9, 0.8], "b": [0.85, 0.85, 0.85, 0.85]},
        **{
            "latency_p99_ms@single-stream": {
                "a": [19.0, 19.0, 21.0, 19.0],
                "b": [9.0, 9.0, 9.0, 9.0],
            }
        },
    )

    decision = choose(
        make_entrant("a", 0.9, 19),
        make_entrant("b", 0.85, 9),
        constraints=["latency_p99_ms<=20"],
        drawn=drawn,
    )

    a, b = (one.probabilities for one in decision.candidates)
    assert 4 == decision.resample_count
    assert (0.75, 1.0) == (a.qualification, b.qualification)
    assert ((0.5, 0.25), (0.5, 0.5)) == (a.ranks, b.ranks)
    assert (0.5, 1.0) == (a.frontier, b.frontier)


def test_without_draws_there_are_no_probabilities(
    choose: Callable[..., Decision], make_entrant: Callable[..., Entrant]
) -> None:
    found = choose(make_entrant("a", 0.9, 19)).candidates[0].probabilities

    assert (None, None, ()) == (found.qualification, found.frontier, found.ranks)


def test_the_frontier_may_be_spanned_by_three_figures(
    choose: Callable[..., Decision], make_entrant: Callable[..., Entrant]
) -> None:
    """Each of the three is best in one figure; the fourth is behind a in all of them."""
    figures = ("accuracy", "latency_p99_ms", "host_peak_mib")

    decision = choose(
        make_entrant("a", 0.9, 9, 90),
        make_entrant("b", 0.8, 4, 90),
        make_entrant("c", 0.8, 9, 40),
        make_entrant("d", 0.8, 10, 91),
        frontier_figures=figures,
    )

    assert ("accuracy", "latency_p99_ms@single-stream", "host_peak_mib") == (
        decision.frontier_figures
    )
    assert [True, True, True, False] == [one.on_frontier for one in decision.candidates]
