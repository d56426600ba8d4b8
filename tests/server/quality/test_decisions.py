"""Every task that yields probabilities yields decisions that can be trusted or withheld."""

import numpy as np
import pytest

from bakeoff.server.quality import answer_confidence, decisions
from bakeoff.server.tasks import Counts, Sample
from bakeoff.v1 import ClassificationHead

_SINGLE = ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL
_MULTI = ClassificationHead.PROBLEM_TYPE_MULTI_LABEL
_REGRESSION = ClassificationHead.PROBLEM_TYPE_REGRESSION


def _sample(
    problem_type: "ClassificationHead.ProblemType.ValueType",
    truth: np.ndarray,
    predicted: np.ndarray,
    shares: np.ndarray | None,
) -> Sample:
    size = len(truth)
    return Sample(
        problem_type=problem_type,
        labels=("a", "b", "c"),
        indices=np.arange(size),
        truth=truth,
        values=np.zeros((size, 3)) if shares is None else shares,
        probabilities=shares,
        predicted=predicted,
        counts=Counts(size, size, 0, 0, 0, 0),
    )


def test_of_single_labels_each_example_is_a_decision() -> None:
    shares = np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])
    sample = _sample(_SINGLE, np.array([0, 1]), np.array([0, 2]), shares)

    found = decisions(sample)

    assert found is not None
    assert [0.5, 0.8] == found.confidence.tolist()
    assert [True, False] == found.right.tolist()
    assert found.cluster is None
    assert 1 / 3 == found.least_confidence


def test_of_many_labels_each_label_is_a_decision_and_an_example_a_cluster() -> None:
    shares = np.array([[0.9, 0.4, 0.2], [0.3, 0.6, 0.1]])
    truth = np.array([[True, True, False], [False, True, False]])
    sample = _sample(_MULTI, truth, shares >= 0.5, shares)

    found = decisions(sample)

    assert found is not None
    assert pytest.approx([0.9, 0.6, 0.8, 0.7, 0.6, 0.9]) == found.confidence.tolist()
    assert [True, False, True, True, True, True] == found.right.tolist()
    assert found.cluster is not None
    assert [0, 0, 0, 1, 1, 1] == found.cluster.tolist()


def test_decisions_of_one_group_are_a_cluster() -> None:
    shares = np.array([[0.9, 0.4, 0.2]] * 3)
    groups = np.array([0, 1, 0])
    many = decisions(_sample(_MULTI, shares >= 0.5, shares >= 0.5, shares), groups)
    single = decisions(_sample(_SINGLE, np.zeros(3), np.zeros(3, dtype=np.int64), shares), groups)

    assert many is not None
    assert single is not None
    assert [0, 0, 0, 1, 1, 1, 0, 0, 0] == many.cluster.tolist()
    assert [0, 1, 0] == single.cluster.tolist()


def test_the_interval_of_clustered_decisions_is_wider() -> None:
    """Sixty decisions in six clusters that are right or wrong as wholes."""
    shares = np.full((60, 3), 1 / 3)
    truth = np.repeat([0, 0, 0, 0, 1, 1], 10)
    sample = _sample(_SINGLE, truth, np.zeros(60, dtype=np.int64), shares)
    everything = np.ones(60, dtype=np.bool_)

    alone, grouped = decisions(sample), decisions(sample, np.repeat(np.arange(6), 10))

    assert alone is not None
    assert grouped is not None
    narrow = alone.interval(alone.right, everything, 0.95)
    wide = grouped.interval(grouped.right, everything, 0.95)
    assert ("wilson", "cluster-clopper-pearson") == (narrow.method, wide.method)
    assert wide.lower < narrow.lower < narrow.upper < wide.upper


def test_without_probabilities_or_examples_there_are_no_decisions() -> None:
    zero = np.zeros(2, dtype=np.int64)
    margins = _sample(_SINGLE, zero, zero, None)
    regression = _sample(_REGRESSION, np.zeros(2), np.zeros(2), None)
    empty = _sample(_SINGLE, zero[:0], zero[:0], np.zeros((0, 3)))

    assert [None] * 3 == [decisions(sample) for sample in (margins, regression, empty)]


def test_the_confidence_of_a_whole_answer_is_the_product_over_its_labels() -> None:
    shares = np.array([[0.9, 0.4, 0.2]])
    sample = _sample(_MULTI, shares >= 0.5, shares >= 0.5, shares)

    assert pytest.approx([0.9 * 0.6 * 0.8]) == answer_confidence(sample)
