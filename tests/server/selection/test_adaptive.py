"""Adaptive bake-offs: tests at a look, and the rate at which they are wrong."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from bakeoff.server.selection.adaptive import (
    Part,
    chance_of_test,
    intervals_set_apart,
    look_counts,
    surely_ahead,
    surely_ahead_by,
    surely_below,
    surely_breaks,
)
from bakeoff.server.selection.expression import parse_constraint
from bakeoff.server.statistics import order_statistic_interval, paired_difference, share_interval
from bakeoff.server.types import Direction, Figure, Interval

from .adaptive_bakeoffs import Field, run

ERROR_RATE = 0.05
_OF_FULL = 0.05

# Accuracies and latencies as those of `bakeoff demo`.
DEMO = Field((0.7929, 0.7967, 0.7983, 0.8679, 0.8679), (1, 3, 2, 20, 10), 2400, bound=0.75)

FIELDS = {
    "demo": DEMO,
    "all alike": Field((0.85,) * 5, (5, 4, 3, 2, 1), 2400),
    "a point apart": Field((0.87, 0.86, 0.85, 0.84), (4, 3, 2, 1), 2400),
    "one just ahead, the others cheaper": Field((0.87, 0.85, 0.85, 0.85), (4, 3, 2, 1), 2400),
    "near one, few examples": Field((0.99, 0.98, 0.97), (3, 2, 1), 400),
    "near one, many examples": Field((0.995, 0.99), (2, 1), 4000),
    "near zero": Field((0.03, 0.02, 0.01), (3, 2, 1), 1000),
    "on both sides of a bound": Field((0.86, 0.85, 0.84, 0.83), (4, 3, 2, 1), 1000, bound=0.85),
    "a bound near one": Field((0.995, 0.99, 0.98), (3, 2, 1), 600, bound=0.99),
    "a bound near one, few examples": Field((0.99, 0.985, 0.98), (3, 2, 1), 300, bound=0.995),
    "a small set": Field((0.8, 0.7, 0.6), (3, 2, 1), 150),
    "unlike mistakes": Field((0.8, 0.77, 0.77), (3, 2, 1), 2000, likeness=0.0),
    "two of the same": Field((0.9, 0.9), (2, 1), 2000, likeness=1.0),
}


def _largest_wrong_share(repetitions: int) -> float:
    """Stated rate, and three standard errors of a simulation."""
    return ERROR_RATE + 3 * math.sqrt(ERROR_RATE * (1 - ERROR_RATE) / repetitions)


@pytest.mark.parametrize("name", FIELDS)
def test_the_choice_of_the_full_measurement_is_rarely_stopped(name: str) -> None:
    """At most at the stated rate, over 200 bake-offs of each kind."""
    found = run(FIELDS[name], 200, error_rate=ERROR_RATE, seed=7)
    assert found.wrong_share <= _largest_wrong_share(200)


@pytest.mark.nightly
@pytest.mark.parametrize("error_rate", [0.05, 0.2])
@pytest.mark.parametrize("name", FIELDS)
def test_the_choice_of_the_full_measurement_is_rarely_stopped_in_many_bake_offs(
    name: str, error_rate: float
) -> None:
    """At most at the stated rate, and without any allowance, over 4,000 bake-offs of each kind."""
    found = run(FIELDS[name], 4000, error_rate=error_rate, seed=11)
    assert found.wrong_share <= error_rate


def test_the_case_of_the_demo_takes_half_of_the_measurement() -> None:
    """Examples, and blocks of load of those that are left, averaged: half of the full ones."""
    found = run(DEMO, 200, error_rate=ERROR_RATE, seed=3)
    examples = found.answered.mean() / DEMO.example_count
    blocks = 1 - found.stopped.mean()
    assert (examples + blocks) / 2 <= 0.5


def test_identical_candidates_are_never_set_aside() -> None:
    found = run(FIELDS["two of the same"], 500, error_rate=ERROR_RATE, seed=5)
    assert not found.stopped.any()


def test_looks_grow_by_one_factor_to_the_whole_set() -> None:
    assert look_counts(2400, 8) == (150, 223, 331, 492, 731, 1087, 1615, 2400)


@pytest.mark.parametrize(("example_count", "look_count"), [(1, 8), (63, 3), (64, 1), (70, 32)])
def test_looks_at_a_small_set_ascend_to_the_whole(example_count: int, look_count: int) -> None:
    looks = look_counts(example_count, look_count)
    assert (sorted(set(looks)), example_count) == (list(looks), looks[-1])


def test_the_chances_of_all_tests_of_a_candidate_add_up_to_the_rate() -> None:
    assert chance_of_test(0.05, 7, 4, 2) * 7 * (4 + 2) == pytest.approx(0.05)


def test_nothing_to_test_takes_no_chance_for_granted() -> None:
    assert chance_of_test(0.05, 0, 0, 0) == 0.05


@pytest.mark.parametrize("margin", [0.01, 0.02, 0.05])
def test_the_score_is_that_of_tango_when_the_rest_of_the_set_is_endless(margin: float) -> None:
    """Where his interval just leaves out the margin, the test turns; far from few examples."""
    seen, behind = 40_000, 2_000
    chance = 0.025
    sure = [
        bool(
            surely_ahead(
                ahead,
                behind,
                Part(seen, 10**12),
                margin=margin,
                chance=chance,
                chance_of_full=_OF_FULL,
            )
        )
        for ahead in range(2_000, 5_000)
    ]
    first = 2_000 + sure.index(True)
    lower = [paired_difference(one, behind, seen, 0.95).lower for one in (first - 3, first + 3)]
    assert lower[0] is not None
    assert lower[1] is not None
    assert lower[0] < margin < lower[1]


def test_a_look_at_the_whole_set_says_what_mcnemar_says() -> None:
    """But for the very edge, where his exact test and its approximation part."""
    size, behind = 2_000, 40
    part = Part(size, size)
    told = [
        bool(surely_ahead(a, behind, part, margin=0.0, chance=1e-4, chance_of_full=0.05))
        for a in range(40, 90)
    ]
    exact = [stats.binomtest(a, a + behind, 0.5).pvalue <= 0.05 for a in range(40, 90)]
    assert sum(t != e for t, e in zip(told, exact, strict=True)) <= 1


def test_a_gain_within_the_margin_is_not_ahead_even_in_the_whole_set() -> None:
    part = Part(100_000, 100_000)
    assert not surely_ahead(900, 500, part, margin=0.005, chance=0.01, chance_of_full=0.05)


def test_a_few_discordant_examples_are_no_proof() -> None:
    """Seven to none among 300 of 2,400 would be sure, were the counts taken for normal."""
    part = Part(300, 2400)
    assert not surely_ahead(7, 0, part, margin=0.005, chance=0.0005, chance_of_full=0.5)


@pytest.mark.parametrize("share", [0.3, 0.9, 0.99])
def test_a_share_is_below_a_bound_no_more_often_than_stated(share: float) -> None:
    """Sets whose share is just what the full measurement would still let pass."""
    whole, seen, chance = 2_000, 400, 0.02
    z = stats.norm.ppf(0.975)
    fewest = math.ceil(whole * (share - z * math.sqrt(share * (1 - share) / whole)))
    drawn = np.random.default_rng(1).hypergeometric(fewest, whole - fewest, seen, 50_000)
    sure = surely_below(drawn, Part(seen, whole), share, level=0.95, chance=chance)
    assert sure.mean() <= chance


@pytest.mark.parametrize("successes", range(1_640, 1_720, 4))
def test_a_share_of_the_whole_set_is_below_when_the_interval_of_wilson_is(successes: int) -> None:
    whole = 2_000
    upper = stats.binomtest(successes, whole).proportion_ci(method="wilson").high
    sure = surely_below(successes, Part(whole, whole), 0.85, level=0.95, chance=0.001)
    assert bool(sure) == (upper < 0.85)


@pytest.mark.parametrize("bound", [0.01, 0.05, 0.99, 0.995, 0.999])
@pytest.mark.parametrize("whole", [64, 100, 300, 1_000])
def test_a_look_at_the_whole_set_says_what_the_interval_of_the_figure_says(
    whole: int, bound: float
) -> None:
    """Near 0 and 1 that is the interval of Clopper and Pearson, which is wider than Wilson's."""
    counts = [*range(20), *range(whole - 20, whole + 1)]
    part = Part(whole, whole)
    sure = [bool(surely_below(one, part, bound, level=0.95, chance=0.001)) for one in counts]
    uppers = [share_interval(one, whole, 0.95).upper for one in counts]
    assert [upper is not None and upper < bound for upper in uppers] == sure


def test_no_share_is_below_a_bound_of_nothing() -> None:
    assert not surely_below(0, Part(50, 100), 0.0, level=0.95, chance=0.05)


def test_a_mean_is_ahead_no_more_often_than_stated() -> None:
    """Halves of sets whose gain is just what counts as alike."""
    rng = np.random.default_rng(2)
    whole, seen, chance, repetitions = 1_000, 250, 0.02, 2_000
    wrong = 0
    for _ in range(repetitions):
        gains = rng.standard_normal(whole)
        gains += 0.2 - gains.mean()
        part = rng.permutation(gains)[:seen]
        wrong += surely_ahead_by(
            float(part.mean()),
            float(stats.norm.isf(chance) * part.std() / math.sqrt(seen)),
            float(part.std()),
            Part(seen, whole),
            margin=0.2,
            chance_of_full=0.05,
        )
    assert wrong / repetitions <= chance + 3 * math.sqrt(chance / repetitions)


def test_a_metric_without_spread_is_never_ahead() -> None:
    part = Part(50, 100)
    assert not surely_ahead_by(0.5, 0.0, 0.0, part, margin=0.0, chance_of_full=0.1)


def _figure(value: float, lower: float | None, upper: float | None) -> Figure:
    return Figure(
        id="f1.macro",
        value=value,
        observation_count=500,
        unit="1",
        direction=Direction.HIGHER_IS_BETTER,
        method="",
        interval=Interval(lower, upper, 0.95, "bca-bootstrap"),
    )


@pytest.mark.parametrize(
    ("value", "outcome"), [(0.80, "out"), (0.825, "in"), (0.85, "in"), (0.9, "in")]
)
def test_a_figure_breaks_a_bound_when_it_is_far_enough_beyond(value: float, outcome: str) -> None:
    """Of 500 in 2,000: 0.01 for the full interval, and 0.027 for what is not seen."""
    constraint = parse_constraint("f1.macro >= 0.85")
    figure = _figure(value, value - 0.02, value + 0.02)
    breaks = surely_breaks(constraint, figure, Part(500, 2_000), chance=0.001)
    assert outcome == ("out" if breaks else "in")


def test_a_look_at_the_whole_set_breaks_a_bound_as_the_interval_does() -> None:
    constraint, part = parse_constraint("f1.macro >= 0.85"), Part(500, 500)
    assert surely_breaks(constraint, _figure(0.83, 0.81, 0.849), part, chance=0.001)
    assert not surely_breaks(constraint, _figure(0.83, 0.81, 0.851), part, chance=0.001)


def test_a_figure_without_a_bounded_side_breaks_nothing() -> None:
    constraint = parse_constraint("f1.macro >= 0.85")
    assert not surely_breaks(constraint, _figure(0.1, 0.0, None), Part(5, 10), chance=0.1)


@pytest.mark.parametrize(
    ("first", "second", "direction", "tolerance", "apart"),
    [
        ((1.0, 2.0), (2.5, 3.0), Direction.LOWER_IS_BETTER, 0.0, "yes"),
        ((1.0, 2.0), (2.5, 3.0), Direction.LOWER_IS_BETTER, 0.6, "no"),
        ((2.5, 3.0), (1.0, 2.0), Direction.LOWER_IS_BETTER, 0.0, "no"),
        ((2.5, 3.0), (1.0, 2.0), Direction.HIGHER_IS_BETTER, 0.0, "yes"),
        ((1.0, 2.0), (2.0, 3.0), Direction.LOWER_IS_BETTER, 0.0, "no"),
        ((1.0, None), (2.5, 3.0), Direction.LOWER_IS_BETTER, 0.0, "no"),
        ((1.0, 2.0), (None, 3.0), Direction.LOWER_IS_BETTER, 0.0, "no"),
    ],
)
def test_intervals_are_set_apart_when_all_of_one_is_better(
    first: tuple[float, float | None],
    second: tuple[float | None, float],
    direction: Direction,
    tolerance: float,
    apart: str,
) -> None:
    one, other = _figure(1.5, *first), _figure(2.7, *second)
    assert apart == ("yes" if intervals_set_apart(one, other, direction, tolerance) else "no")


def test_a_figure_that_is_not_known_sets_nothing_apart() -> None:
    figure = _figure(1.0, 0.9, 1.1)
    assert not intervals_set_apart(None, figure, Direction.LOWER_IS_BETTER)
    assert not intervals_set_apart(figure, None, Direction.LOWER_IS_BETTER)


def _latency(latencies: np.ndarray, level: float) -> Figure:
    ordered = np.sort(latencies)
    interval = order_statistic_interval(ordered, 0.9, level)
    return replace(_figure(float(ordered[-1]), None, None), interval=interval)


def _wrong_share_under_load(repetitions: int, rival_count: int) -> float:
    """Share of rows of rounds in which a candidate that is no worse than any other is stopped.

    Its 90th percentile is exactly at its bound, and its rivals are its equals.
    """
    rng = np.random.default_rng(4)
    rounds, queries = 5, 120
    chance = chance_of_test(ERROR_RATE, rounds, rival_count, 1)
    bound = float(np.exp(stats.norm.ppf(0.9)))
    wrong = 0
    for _ in range(repetitions):
        drawn = np.exp(rng.standard_normal((1 + rival_count, rounds * queries)))
        wrong += any(
            _is_stopped([row[: look * queries] for row in drawn], bound, 1 - chance / 2)
            for look in range(1, rounds + 1)
        )
    return wrong / repetitions


def _is_stopped(latencies: list[np.ndarray], bound: float, level: float) -> bool:
    ours, *rivals = (_latency(one, level) for one in latencies)
    lower = None if ours.interval is None else ours.interval.lower
    breaks = lower is not None and lower > bound
    return breaks or any(
        intervals_set_apart(rival, ours, Direction.LOWER_IS_BETTER) for rival in rivals
    )


def test_rounds_of_load_rarely_stop_one_that_is_no_worse() -> None:
    assert _wrong_share_under_load(150, 2) <= _largest_wrong_share(150)


@pytest.mark.nightly
@pytest.mark.parametrize("rival_count", [0, 1, 4])
def test_rounds_of_load_rarely_stop_one_that_is_no_worse_in_many(rival_count: int) -> None:
    assert _wrong_share_under_load(4000, rival_count) <= ERROR_RATE
