"""The answer: recommended, undecided or none, with ranks and reasons that follow from evidence."""

from collections.abc import Callable

import pytest

from bakeoff.server.selection import Decision, Entrant, Standing, State

Make = Callable[..., Entrant]
Choose = Callable[..., Decision]


def _ranks(decision: Decision) -> dict[str, int | None]:
    return {one.candidate.rpartition("/")[2]: one.rank for one in decision.candidates}


def _why_not(decision: Decision, name: str) -> str:
    return next(one.why_not for one in decision.candidates if one.candidate.endswith(name))


def test_a_candidate_that_is_better_on_the_objective_is_recommended(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(make_entrant("a", 0.80, 2, 60), make_entrant("b", 0.86, 4, 80))

    assert State.RECOMMENDED is decision.state
    assert ("candidates/b", "candidates/a") == (decision.recommended, decision.runner_up)
    assert {"a": 2, "b": 1} == _ranks(decision)
    expected = "Its accuracy of 80.0 % is 6.0 points lower than the 86.0 % of b (p = 0.001)."
    assert expected == _why_not(decision, "a")
    assert "" == _why_not(decision, "b")


def test_the_summary_of_a_recommendation_names_figures_and_the_runner_up(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(
        make_entrant("a", 0.80, 2, 60),
        make_entrant("b", 0.86, 4, 80),
        constraints=["latency_p99_ms<=10"],
    )

    expected = (
        "Deploy b: accuracy 86.0 % (95 % interval 84.0 to 88.0), p99 latency 4.00 ms and peak "
        "host memory 80.0 MiB. It meets the constraint. The runner-up is a, with accuracy 80.0 % "
        "against 86.0 %, 6.0 points lower (p = 0.001)."
    )
    assert expected == decision.summary


def test_an_equivalent_first_objective_leaves_the_choice_to_latency(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(make_entrant("a", 0.861, 4, 60), make_entrant("b", 0.860, 2, 60))

    assert (State.RECOMMENDED, "candidates/b") == (decision.state, decision.recommended)
    expected = (
        "The runner-up is a: accuracy is alike within 0.3 points; p99 latency decides, 4.00 ms "
        "against 2.00 ms, a factor of 2.0 (beyond what the intervals allow)."
    )
    assert expected in decision.summary
    assert _why_not(decision, "a").startswith(
        "A draw with b on accuracy. Its p99 latency of 4.00 ms"
    )


def test_an_undecided_first_objective_is_said_and_latency_leads(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(make_entrant("a", 0.860, 4, 60), make_entrant("b", 0.855, 2, 60))

    assert (State.UNDECIDED, "candidates/b") == (decision.state, decision.recommended)
    expected = (
        "Undecided between b and a. Accuracy is not told apart by the examples (p = 0.4), 85.5 % "
        "for b and 86.0 % for a; about 4,000 more examples would decide. b leads on what counts "
        "next, p99 latency: 2.00 ms against 4.00 ms, a factor of 2.0 (beyond what "
        "the intervals allow)."
    )
    assert expected == decision.summary


def test_the_second_objective_comes_before_latency(choose: Choose, make_entrant: Make) -> None:
    decision = choose(
        make_entrant("a", 0.861, 2, 90),
        make_entrant("b", 0.860, 4, 60),
        objectives=["max:accuracy", "min:host_peak_mib"],
    )

    assert "candidates/b" == decision.recommended


def test_memory_decides_when_latency_does_not_tell(choose: Choose, make_entrant: Make) -> None:
    decision = choose(make_entrant("a", 0.861, 4, 90), make_entrant("b", 0.860, 4.1, 60))

    assert (State.RECOMMENDED, "candidates/b") == (decision.state, decision.recommended)
    expected = (
        "The runner-up is a: accuracy is alike within 0.3 points, and p99 latency does not tell "
        "them apart either; peak host memory decides, 90.0 MiB against 60.0 MiB, a factor of 1.5 "
        "(by value; there is no interval)."
    )
    assert expected in decision.summary


def test_memory_that_differs_by_less_than_two_per_cent_is_alike(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(make_entrant("a", 0.861, 4, 60.9), make_entrant("b", 0.860, 4, 60))

    assert "candidates/a" == decision.recommended
    assert "a comes first by the mere value of its accuracy, 86.1 % against 86.0 %." in (
        decision.summary
    )


def test_a_tie_in_everything_is_broken_by_name_and_that_is_said(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(make_entrant("b", 0.86, 4, 60), make_entrant("a", 0.86, 4, 60))

    assert "candidates/a" == decision.recommended
    assert decision.summary.endswith("a comes first by name.")
    assert _why_not(decision, "b").endswith("a comes first by name.")


def test_a_violated_constraint_disqualifies_with_its_excess(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(
        make_entrant("a", 0.90, 40, 60),
        make_entrant("b", 0.80, 4, 60),
        constraints=["latency_p99_ms<=20"],
    )

    assert (State.RECOMMENDED, "candidates/b") == (decision.state, decision.recommended)
    assert {"a": None, "b": 1} == _ranks(decision)
    expected = (
        "It breaks latency_p99_ms<=20. P99 latency (single-stream) is 40.0 ms (95 % interval 38.0 "
        "to 42.0): it must be at most 20 ms, and misses that by 20.0 ms."
    )
    assert expected == _why_not(decision, "a")
    assert decision.summary.startswith("Deploy b, the only one to qualify:")
    assert decision.summary.endswith("1 of 2 candidates breaks a constraint.")


def test_a_leader_with_an_undecided_constraint_is_not_recommended(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(
        make_entrant("a", 0.90, 19.9, 60),
        make_entrant("b", 0.80, 4, 60),
        constraints=["latency_p99_ms<=20"],
    )

    assert (State.UNDECIDED, "candidates/a") == (decision.state, decision.recommended)
    assert "It is not proven that a meets latency_p99_ms<=20." in decision.summary
    assert decision.summary.endswith("The best that surely meets every constraint is b.")


def test_a_constraint_on_an_unknown_figure_leaves_the_answer_undecided(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(make_entrant("a", 0.9), constraints=["latency_p99_ms<=20"])

    assert State.UNDECIDED is decision.state
    assert "P99 latency (single-stream) is not known." in decision.summary


def test_an_undecided_constraint_of_another_does_not_matter(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(
        make_entrant("a", 0.90, 4, 60),
        make_entrant("b", 0.80, 19.9, 60),
        constraints=["latency_p99_ms<=20"],
    )

    assert State.RECOMMENDED is decision.state


def test_when_all_break_a_constraint_the_nearest_is_named(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(
        make_entrant("a", 0.90, 40, 60),
        make_entrant("b", 0.80, 30, 60),
        constraints=["latency_p99_ms<=20"],
    )

    assert (State.NONE_QUALIFIES, "", "") == (
        decision.state,
        decision.recommended,
        decision.runner_up,
    )
    assert {"a": None, "b": None} == _ranks(decision)
    assert decision.summary.startswith(
        "No candidate qualifies: 2 of 2 candidates break a constraint. The nearest is b, which "
        "breaks latency_p99_ms<=20."
    )


def test_fewer_broken_constraints_are_nearer_than_smaller_misses(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(
        make_entrant("a", 0.84, 22, 60),
        make_entrant("b", 0.95, 60, 60),
        constraints=["latency_p99_ms<=20", "accuracy>=0.9"],
    )

    assert "The nearest is b" in decision.summary


def test_a_failed_candidate_is_listed_and_never_chosen(choose: Choose, make_entrant: Make) -> None:
    decision = choose(
        make_entrant("a", 0.99, 1, 1, failure="the worker ended by signal 11"),
        make_entrant("b", 0.80, 4, 60),
    )

    assert (State.RECOMMENDED, "candidates/b") == (decision.state, decision.recommended)
    assert "It failed: the worker ended by signal 11." == _why_not(decision, "a")
    assert [False, True] == [one.on_frontier for one in decision.candidates]


def test_when_all_failed_none_qualifies(choose: Choose, make_entrant: Make) -> None:
    decision = choose(make_entrant("a", failure="x"), make_entrant("b", failure="y"))

    assert State.NONE_QUALIFIES is decision.state
    assert "No candidate qualifies: 2 of 2 candidates failed." == decision.summary


def test_a_single_candidate_is_recommended_when_it_qualifies(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(make_entrant("a", 0.9, 4, 60))

    assert (State.RECOMMENDED, "") == (decision.state, decision.runner_up)
    assert decision.summary.startswith("Deploy a, the only candidate: accuracy 90.0 %")


def test_a_candidate_whose_objective_is_unknown_comes_after_those_that_have_it(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(make_entrant("a", None, 1, 1), make_entrant("b", 0.5, 4, 60))

    assert "candidates/b" == decision.recommended
    assert "Its accuracy is not known, while that of b is known." == _why_not(decision, "a")


def test_no_candidate_that_another_surely_beats_wins_by_the_next_objective(
    choose: Choose, make_entrant: Make
) -> None:
    """Both c and b draw with a, c is surely better than b, and b is the fastest: b must not win."""
    decision = choose(
        make_entrant("a", 0.860, 9, 60),
        make_entrant("b", 0.854, 1, 60),
        make_entrant("c", 0.858, 4, 60),
        said={
            ("a", "b"): Standing.ALIKE,
            ("a", "c"): Standing.ALIKE,
            ("b", "c"): Standing.BEHIND,
        },
    )

    assert "candidates/c" == decision.recommended
    assert _why_not(decision, "b").startswith("Its accuracy of 85.4 %")


def test_tests_that_run_in_a_circle_decide_nothing(choose: Choose, make_entrant: Make) -> None:
    decision = choose(
        make_entrant("a", 0.86, 3, 60),
        make_entrant("b", 0.86, 2, 60),
        make_entrant("c", 0.86, 1, 60),
        said={
            ("a", "b"): Standing.AHEAD,
            ("b", "c"): Standing.AHEAD,
            ("a", "c"): Standing.BEHIND,
        },
    )

    assert (State.UNDECIDED, "candidates/c") == (decision.state, decision.recommended)


def test_all_rivals_that_are_not_told_apart_are_named(choose: Choose, make_entrant: Make) -> None:
    decision = choose(
        make_entrant("a", 0.860, 4, 60),
        make_entrant("b", 0.855, 9, 60),
        make_entrant("c", 0.856, 8, 60),
    )

    assert decision.summary.startswith("Undecided between a, c and b.")


def test_a_caveat_of_the_leader_is_told(choose: Choose, make_entrant: Make) -> None:
    decision = choose(
        make_entrant("a", 0.9, 4, 60, caveat="3 of 10 examples gave no usable answer")
    )

    assert decision.summary.endswith("Note on a: 3 of 10 examples gave no usable answer.")


def test_a_caveat_that_two_share_is_told_once(choose: Choose, make_entrant: Make) -> None:
    entrants = [
        make_entrant(n, a, 4, 60, caveat="the machine shook") for n, a in (("a", 0.9), ("b", 0.8))
    ]

    assert choose(*entrants).summary.endswith("Note on a and b: the machine shook.")


def test_the_nearest_of_those_that_fail_keeps_its_caveat(
    choose: Choose, make_entrant: Make
) -> None:
    shaken = make_entrant("a", 0.9, 40, 60, caveat="the machine shook")

    decision = choose(shaken, constraints=["latency_p99_ms<=20"])

    assert decision.summary.endswith("Note on a: the machine shook.")


def test_the_frontier_is_drawn_among_those_that_qualify(choose: Choose, make_entrant: Make) -> None:
    decision = choose(
        make_entrant("slow", 0.95, 40, 60),
        make_entrant("good", 0.90, 9, 60),
        make_entrant("beaten", 0.80, 10, 60),
        make_entrant("fast", 0.70, 1, 60),
        constraints=["latency_p99_ms<=20"],
    )

    assert ("accuracy", "latency_p99_ms@single-stream") == decision.frontier_figures
    on_it = {one.candidate for one in decision.candidates if one.on_frontier}
    assert {"candidates/good", "candidates/fast"} == on_it


@pytest.mark.parametrize(
    ("p99_ms", "peak_mib", "expected"),
    [
        (4.0, 60.0, ("accuracy", "latency_p99_ms@single-stream")),
        (None, 60.0, ("accuracy", "host_peak_mib")),
        (None, None, ("accuracy",)),
    ],
)
def test_the_frontier_falls_back_to_costs_that_are_known(
    choose: Choose,
    make_entrant: Make,
    p99_ms: float | None,
    peak_mib: float | None,
    expected: tuple[str, ...],
) -> None:
    assert expected == choose(make_entrant("a", 0.9, p99_ms, peak_mib)).frontier_figures


def test_a_cost_may_be_the_first_objective(choose: Choose, make_entrant: Make) -> None:
    decision = choose(
        make_entrant("a", 0.90, 9, 60),
        make_entrant("b", 0.80, 4, 60),
        objectives=["min:latency_p99_ms"],
        constraints=["accuracy>=0.7"],
    )

    assert (State.RECOMMENDED, "candidates/b") == (decision.state, decision.recommended)


def test_overlapping_intervals_of_a_cost_leave_the_answer_undecided(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(
        make_entrant("a", 0.90, 4.1, 60),
        make_entrant("b", 0.80, 4.0, 60),
        objectives=["min:latency_p99_ms"],
    )

    assert State.UNDECIDED is decision.state
    assert "P99 latency is not told apart by the intervals" in decision.summary


def test_the_order_of_the_spec_changes_nothing_but_the_order_of_the_list(
    choose: Choose, make_entrant: Make
) -> None:
    entrants = [
        make_entrant("a", 0.860, 4, 60),
        make_entrant("b", 0.855, 2, 70),
        make_entrant("c", 0.857, 2.01, 70),
        make_entrant("d", 0.70, 1, 60),
    ]

    forward, backward = choose(*entrants), choose(*reversed(entrants))

    assert forward.summary == backward.summary
    assert forward.candidates == backward.candidates[::-1]
