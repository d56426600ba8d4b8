"""From one version of a model to the next."""

from collections.abc import Sequence
from dataclasses import replace

from bakeoff.server.history.points import Point
from bakeoff.server.history.steps import steps_of
from bakeoff.server.types import Direction, Figure

FIGURE = Figure(
    id="accuracy",
    value=0.5,
    observation_count=100,
    unit="1",
    direction=Direction.HIGHER_IS_BETTER,
    method="",
)


def points(*versions: str, loads: str = "") -> list[Point]:
    """One point a day; the place in the list is its evaluation."""
    return [
        Point(
            evaluation=str(day),
            candidate=f"candidates/{version}",
            source_sha256=version,
            create_time_ns=day,
            figure=FIGURE,
            load_sha256=loads[day] if loads else "",
        )
        for day, version in enumerate(versions)
    ]


def steps(found: Sequence[Point]) -> list[tuple[str, str]]:
    """Evaluations of each step, the earlier one first."""
    return [(step.previous.evaluation, step.point.evaluation) for step in steps_of(found)]


def test_the_first_of_a_version_is_set_against_the_last_of_the_one_before() -> None:
    assert [("1", "2"), ("3", "4")] == steps(points("a", "a", "b", "b", "c"))


def test_one_version_alone_makes_no_step() -> None:
    assert [] == steps(points("a", "a", "a"))
    assert [] == steps([])


def test_a_version_that_comes_again_makes_no_step() -> None:
    assert [("0", "1")] == steps(points("a", "b", "a", "b"))


def test_what_comes_later_is_not_what_a_version_is_set_against() -> None:
    """Version a is measured once more after b and c came; c is still set against b."""
    assert [("0", "1"), ("1", "2")] == steps(points("a", "b", "c", "b", "a"))


def test_two_versions_of_one_evaluation_are_set_against_each_other_there() -> None:
    old, together, new = points("a", "a", "b")
    same_time = [
        old,
        together,
        Point("1", new.candidate, "b", together.create_time_ns, FIGURE),
    ]
    assert [("1", "1")] == steps(same_time)


def test_points_under_unlike_load_make_no_step() -> None:
    assert [] == steps(points("a", "b", loads="xy"))
    assert [("0", "2")] == steps(points("a", "a", "b", loads="xyx"))


def test_points_that_something_disturbed_are_passed_over() -> None:
    found = points("a", "a", "b", "b", "c", "d")
    for day in (1, 2, 4):
        found[day] = replace(found[day], is_disturbed=True)
    assert [("0", "3"), ("3", "5")] == steps(found)
