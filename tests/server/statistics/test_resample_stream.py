"""Resamples of a seed and a name that are drawn on as more of them are asked for."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from bakeoff.server.statistics.bootstrap import distribution, jackknife
from bakeoff.server.statistics.resample_stream import ResampleStream
from bakeoff.server.statistics.resampling import (
    Cells,
    Statistic,
    Values,
    Weights,
    clustered,
    each_example,
    equal_outcomes,
    generator,
)

SIZE = 700
NUMBERS = np.random.default_rng(4).normal(size=SIZE)
OUTCOMES = equal_outcomes(np.random.default_rng(5).integers(0, 7, SIZE) // 6)
CELLS = {
    "examples": each_example(SIZE),
    "clusters": clustered(each_example(SIZE), np.arange(SIZE) // 9),
    "outcomes": OUTCOMES,
}


def _mean(power: int) -> Callable[[Cells], Statistic]:
    def of_cells(cells: Cells) -> Statistic:
        def statistic(weights: Weights) -> Values:
            return np.asarray(weights @ NUMBERS[cells.rows] ** power / weights.sum(axis=1))

        return statistic

    return of_cells


def _stream(cells: Cells, powers: Sequence[int] = (1, 2), seed: int = 3) -> ResampleStream:
    return ResampleStream(lambda: [_mean(power)(cells) for power in powers], cells, seed, "x")


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("earlier", [(), (40,), (300, 900), (2000,)])
def test_values_are_the_same_whatever_was_asked_before(name: str, earlier: Sequence[int]) -> None:
    """Those of a single pass over as many resamples of the seed and the name."""
    cells = CELLS[name]
    stream = _stream(cells)
    for count in earlier:
        stream.values(count)
    expected = distribution(_mean(2)(cells), cells, 1100, generator(3, "x"))
    np.testing.assert_allclose(stream.values(1100)[1], expected, rtol=1e-12)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("earlier", [(), (40,), (2000,), (1100, 2000)])
def test_groups_left_out_are_those_that_follow_on_the_resamples(
    name: str, earlier: Sequence[int]
) -> None:
    cells = CELLS[name]
    stream = _stream(cells)
    for count in earlier:
        stream.values(count)
    rng = generator(3, "x")
    distribution(_mean(1)(cells), cells, 1100, rng)
    expected, expected_standing = jackknife(_mean(1)(cells), cells, rng)
    left_out, standing = stream.left_out(1100)
    np.testing.assert_allclose(left_out[0], expected, rtol=1e-12)
    np.testing.assert_array_equal(standing, expected_standing)


def test_a_statistic_has_the_same_values_alone_as_among_others() -> None:
    alone, among = _stream(CELLS["examples"], [2]), _stream(CELLS["examples"], [1, 2, 3])
    np.testing.assert_array_equal(alone.values(500)[0], among.values(500)[1])


def test_statistics_are_prepared_only_when_more_is_to_be_found() -> None:
    prepared = []
    cells = CELLS["examples"]

    def prepare() -> list[Statistic]:
        prepared.append(cells)
        return [_mean(1)(cells)]

    stream = ResampleStream(prepare, cells, 3, "x")
    for count in (500, 200, 500, 1):
        assert (1, count) == stream.values(count).shape
    assert 1 == len(prepared)
    stream.left_out(500)
    stream.left_out(500)
    assert 2 == len(prepared)


def test_other_seeds_draw_other_resamples() -> None:
    one, other = (_stream(CELLS["examples"], seed=seed).values(50) for seed in (1, 2))
    assert not np.array_equal(one, other)
