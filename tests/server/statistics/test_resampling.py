"""Resamples of examples."""

import numpy as np
import pytest
from scipy import stats

from bakeoff.server.statistics.resampling import (
    Cells,
    clustered,
    draws,
    each_example,
    equal_outcomes,
    generator,
    without_groups,
)


def _cells(kind: str) -> Cells:
    """Cells that are drawn one example at a time, or one cell at a time."""
    truth = np.repeat([0, 1, 2], [100, 40, 10])
    return each_example(150) if kind == "examples" else equal_outcomes(truth, truth)


@pytest.mark.parametrize("kind", ["examples", "cells"])
def test_each_resample_draws_as_many_examples_as_there_are(kind: str) -> None:
    cells = _cells(kind)
    chunks = list(draws(cells, 1300, generator(1, "x")))
    weights = np.concatenate(chunks)
    assert (1300, len(cells.sizes)) == weights.shape
    assert len(chunks) > 1
    assert {150.0} == set(weights.sum(axis=1))
    assert bool((weights == np.floor(weights)).all())


@pytest.mark.parametrize("kind", ["examples", "cells"])
def test_cells_are_drawn_as_often_as_they_have_examples(kind: str) -> None:
    """Means and variances are those of the multinomial distribution."""
    cells = _cells(kind)
    weights = np.concatenate(list(draws(cells, 4000, generator(2, "x"))))
    shares = cells.sizes / 150
    variance = 150 * shares * (1 - shares)
    error = np.sqrt(variance / 4000)
    assert bool((np.abs(weights.mean(axis=0) - cells.sizes) < 5 * error).all())
    np.testing.assert_allclose(weights.var(axis=0), variance, rtol=0.2)


def test_drawing_cells_is_drawing_examples() -> None:
    """The share of right answers has the same distribution either way."""
    right = np.arange(400) < 280
    by_example = np.concatenate(
        [chunk @ right for chunk in draws(each_example(400), 3000, generator(3, "a"))]
    )
    cells = equal_outcomes(right)
    by_cell = np.concatenate(
        [chunk @ right[cells.rows] for chunk in draws(cells, 3000, generator(3, "b"))]
    )
    assert 0.01 < stats.ks_2samp(by_example, by_cell).pvalue


def test_a_large_sample_of_many_cells_is_drawn_by_example() -> None:
    """Where each cell holds few examples, every example still counts alike."""
    truth = np.arange(900) // 3
    cells = equal_outcomes(truth)
    weights = np.concatenate(list(draws(cells, 600, generator(4, "x"))))
    assert {900.0} == set(weights.sum(axis=1))
    assert pytest.approx(3.0, abs=0.02) == weights[:, :150].mean()


def test_the_same_seed_and_name_draw_the_same() -> None:
    one, same, other, named = (
        np.concatenate(list(draws(each_example(50), 20, generator(seed, name))))
        for seed, name in ((7, "accuracy"), (7, "accuracy"), (8, "accuracy"), (7, "mcc"))
    )
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    assert not np.array_equal(one, named)


def test_the_draw_of_a_seed_never_changes() -> None:
    """A report from last year is found again bit for bit."""
    weights = next(draws(each_example(8), 2, generator(2**63, "f1.macro")))
    expected = [[1, 3, 0, 1, 2, 0, 1, 0], [1, 3, 0, 0, 1, 1, 1, 1]]
    assert expected == weights.astype(int).tolist()


def test_outcomes_are_told_apart_by_every_column() -> None:
    truth = np.array([0, 0, 1, 1, 0])
    flags = np.array([[True, False], [True, False], [True, False], [False, False], [True, True]])
    cells = equal_outcomes(truth, flags)
    assert [2, 1, 1, 1] == sorted(cells.sizes.tolist(), reverse=True)
    assert cells.cell[0] == cells.cell[1]
    assert 4 == len(set(cells.cell.tolist()))
    for cell, row in enumerate(cells.rows):
        assert cell == cells.cell[row]


def test_few_cells_are_left_out_one_example_at_a_time() -> None:
    """Each row stands for all examples of its cell."""
    cells = _cells("cells")
    chunks, standing = without_groups(cells, generator(1, "x"))
    expected = [[99, 40, 10], [100, 39, 10], [100, 40, 9]]
    assert expected == np.concatenate(list(chunks)).tolist()
    assert [100, 40, 10] == standing.tolist()


@pytest.mark.parametrize("size", [501, 1000, 1201, 5000])
def test_many_examples_are_left_out_in_groups_of_like_size(size: int) -> None:
    """Each example is left out once."""
    chunks, standing = without_groups(each_example(size), generator(1, "x"))
    left_out = 1 - np.concatenate(list(chunks))
    assert len(standing) == len(left_out) <= 500
    assert {1.0} == set(left_out.sum(axis=0))
    sizes = left_out.sum(axis=1)
    assert 1 >= sizes.max() - sizes.min()
    assert 1.5 >= sizes.max() / sizes.min()


def test_large_and_small_cells_are_drawn_together() -> None:
    """Means, variances and covariances are those of the multinomial distribution."""
    sizes = np.array([4000, 900, 60, 3, 2, 1, 1])
    cells = equal_outcomes(np.repeat(np.arange(7), sizes))
    weights = np.concatenate(list(draws(cells, 6000, generator(5, "x"))))
    assert {4967.0} == set(weights.sum(axis=1))
    shares = cells.sizes / 4967
    expected = 4967 * (np.diag(shares) - np.outer(shares, shares))
    deviation = np.sqrt(np.diag(expected))
    scale = np.outer(deviation, deviation)
    assert bool((np.abs(weights.mean(axis=0) - cells.sizes) < 5 * deviation / np.sqrt(6000)).all())
    np.testing.assert_allclose(np.cov(weights.T) / scale, expected / scale, atol=0.06)


CLUSTER = np.array([7, 7, 7, 1, 1, 4, 4, 4, 4, 9])


def test_clusters_are_drawn_as_wholes() -> None:
    """As many as there are, so that the number of examples is not always the same."""
    cells = clustered(each_example(10), CLUSTER)
    assert 4 == cells.unit_count
    weights = np.concatenate(list(draws(cells, 2000, generator(6, "x"))))
    firsts = [0, 3, 5, 9]
    for first, cluster in zip(firsts, (7, 1, 4, 9), strict=True):
        assert bool((weights[:, CLUSTER == cluster] == weights[:, [first]]).all())
    assert {4.0} == set(weights[:, firsts].sum(axis=1))
    assert len(set(weights.sum(axis=1))) > 1
    np.testing.assert_allclose(weights[:, firsts].mean(axis=0), 1.0, atol=0.1)


def test_clusters_of_equal_outcomes_are_drawn_alike() -> None:
    """The number of right answers has the same distribution whether cells are counted or not."""
    rng = np.random.default_rng(7)
    right, cluster = rng.random(300) < 0.7, rng.integers(0, 40, 300)
    totals = []
    for cells in (clustered(each_example(300), cluster), clustered(equal_outcomes(right), cluster)):
        chunks = draws(cells, 4000, generator(8, str(len(cells.rows))))
        totals.append(np.concatenate([chunk @ right[cells.rows] for chunk in chunks]))
    assert 0.01 < stats.ks_2samp(*totals).pvalue


def test_clusters_of_one_example_are_examples() -> None:
    """Bit for bit."""
    one = np.concatenate(list(draws(each_example(50), 20, generator(9, "x"))))
    other = np.concatenate(
        list(draws(clustered(each_example(50), np.arange(50)), 20, generator(9, "x")))
    )
    np.testing.assert_array_equal(one, other)


def test_clusters_are_left_out_as_wholes() -> None:
    chunks, standing = without_groups(clustered(each_example(10), CLUSTER), generator(1, "x"))
    left_out = 1 - np.concatenate(list(chunks))
    assert [1.0] * 4 == standing.tolist()
    assert {1.0} == set(left_out.sum(axis=0))
    assert [1, 2, 3, 4] == sorted(left_out.sum(axis=1).astype(int).tolist())


def test_many_clusters_are_left_out_in_groups() -> None:
    cluster = np.repeat(np.arange(1200), 2)
    chunks, standing = without_groups(clustered(each_example(2400), cluster), generator(1, "x"))
    left_out = 1 - np.concatenate(list(chunks))
    assert len(standing) == len(left_out) <= 500
    assert {1.0} == set(left_out.sum(axis=0))
    np.testing.assert_array_equal(left_out[:, ::2], left_out[:, 1::2])
