"""Intervals and tests of two shares over the same examples, simulated."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest

from bakeoff.server.statistics import (
    exact_mcnemar,
    mid_p_mcnemar,
    non_inferiority_difference,
    non_inferiority_ratio,
    paired_difference,
    paired_ratio,
    paired_tost,
    sign_flips,
)

if TYPE_CHECKING:
    from conftest import Simulation

LEVEL = 0.95
# Shares of examples that both, the first alone and the second alone have right, or wrong.
TABLES = {
    "usual": (0.8, 0.07, 0.03),
    "alike": (0.8, 0.05, 0.05),
    "near 1": (0.97, 0.01, 0.005),
    "near 0": (0.004, 0.003, 0.001),
    "errors": (0.05, 0.02, 0.02),
    "unrelated": (0.25, 0.25, 0.25),
}
SIZES = [30, 500, 5000]


def _tables(shares: tuple[float, float, float], n: int, repetitions: int) -> npt.NDArray[np.int64]:
    rng = np.random.default_rng(5)
    return rng.multinomial(n, [*shares, 1 - sum(shares)], size=repetitions)[:, :3]


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("name", TABLES)
def test_the_score_intervals_of_difference_and_ratio_hold_the_truth(
    name: str,
    n: int,
    simulation: "Simulation",
) -> None:
    both, first, second = TABLES[name]
    drawn = _tables(TABLES[name], n, simulation.repetitions)
    difference = simulation.tally(
        drawn, lambda _, b, c: simulation.covers(paired_difference(b, c, n, LEVEL), first - second)
    )
    ratio = simulation.tally(
        drawn,
        lambda a, b, c: simulation.covers(
            paired_ratio(b, c, a, n, LEVEL), (both + first) / (both + second)
        ),
    )
    simulation.check_coverage(difference, LEVEL - 0.01)
    simulation.check_coverage(ratio, LEVEL - 0.01)


@pytest.mark.parametrize("discordant", [0.01, 0.1, 0.5])
@pytest.mark.parametrize("n", SIZES)
def test_mcnemars_test_tells_equals_apart_no_more_often_than_it_says(
    n: int,
    discordant: float,
    simulation: "Simulation",
) -> None:
    """The exact form and mid-p."""
    drawn = _tables((0.4, discordant / 2, discordant / 2), n, simulation.repetitions)[:, 1:]
    for test in (exact_mcnemar, mid_p_mcnemar):
        simulation.check_rate(
            simulation.tally(drawn, lambda b, c, test=test: test(b, c) <= 1 - LEVEL)
        )


@pytest.mark.parametrize("discordant", [0.02, 0.03, 0.1])
@pytest.mark.parametrize("n", [100, 1000, 10_000])
def test_a_loss_of_the_margin_is_taken_for_less_no_more_often_than_it_says(
    n: int,
    discordant: float,
    simulation: "Simulation",
) -> None:
    """Non-inferiority and equivalence, where the true difference is the margin itself."""
    margin = 0.02
    shares = (0.85, (discordant - margin) / 2, (discordant + margin) / 2)
    drawn = _tables(shares, n, simulation.repetitions)[:, 1:]
    for test in (non_inferiority_difference, paired_tost):
        erred = simulation.tally(drawn, lambda b, c, test=test: test(b, c, n, margin) <= 1 - LEVEL)
        simulation.check_rate(erred, 0.06)


@pytest.mark.parametrize("errors", [0.01, 0.05, 0.3])
@pytest.mark.parametrize("n", [100, 1000, 10_000])
def test_errors_at_the_limit_are_taken_for_fewer_no_more_often_than_it_says(
    n: int,
    errors: float,
    simulation: "Simulation",
) -> None:
    """Where the first truly errs 1.2 times as often as the second."""
    drawn = _tables((0.6 * errors, 0.6 * errors, 0.4 * errors), n, simulation.repetitions)
    erred = simulation.tally(
        drawn, lambda a, b, c: non_inferiority_ratio(b, c, a, n, 1.2) <= 1 - LEVEL
    )
    simulation.check_rate(erred, 0.06)


@pytest.mark.parametrize("clusters", [12, 100])
def test_flipping_signs_of_clusters_tells_equals_apart_no_more_often_than_it_says(
    clusters: int, simulation: "Simulation"
) -> None:
    """Each cluster leans to one side or the other, all of its ten examples together."""
    rng = np.random.default_rng(6)
    lean = rng.beta(0.5, 0.5, size=(simulation.repetitions, clusters))
    gains = rng.binomial(10, lean) - 5.0
    p_values = np.array([sign_flips(row, 199, rng) for row in gains])
    simulation.check_rate(float((p_values <= 1 - LEVEL).sum()))


def test_taking_clustered_examples_for_independent_tells_equals_apart_far_too_often(
    simulation: "Simulation",
) -> None:
    """Why clusters have a test of their own."""
    rng = np.random.default_rng(6)
    lean = rng.beta(0.5, 0.5, size=(simulation.repetitions, 100))
    ahead = rng.binomial(10, lean).sum(axis=1)
    told = sum(exact_mcnemar(int(count), 1000 - int(count)) <= 1 - LEVEL for count in ahead)
    assert told > 0.3 * simulation.repetitions
