"""Flips are the examples on which two candidates mean different answers."""

import numpy as np
import numpy.typing as npt

from bakeoff.server.quality import class_meanings, flips
from bakeoff.server.tasks import Counts, Sample
from bakeoff.v1 import ClassificationHead

_NAMES = ("x", "y", "z")
_SAME = (class_meanings(_NAMES, _NAMES, {}),) * 2


def _single(
    truth: npt.ArrayLike,
    predicted: npt.ArrayLike,
    confidence: npt.ArrayLike | None = None,
    indices: npt.ArrayLike | None = None,
) -> Sample:
    answers = np.asarray(predicted, dtype=np.int64)
    size = len(answers)
    shares = None
    if confidence is not None:
        shares = np.zeros((size, 3))
        shares[np.arange(size), answers] = confidence
    return Sample(
        problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
        labels=_NAMES,
        indices=np.arange(size) if indices is None else np.asarray(indices),
        truth=np.asarray(truth, dtype=np.int64),
        values=np.zeros((size, 3)),
        probabilities=shares,
        predicted=answers,
        counts=Counts(size, size, 0, 0, 0, 0),
    )


def _multi(truth: npt.ArrayLike, predicted: npt.ArrayLike) -> Sample:
    answers = np.asarray(predicted, dtype=np.bool_)
    size, width = answers.shape
    return Sample(
        problem_type=ClassificationHead.PROBLEM_TYPE_MULTI_LABEL,
        labels=_NAMES[:width],
        indices=np.arange(size),
        truth=np.asarray(truth, dtype=np.bool_),
        values=np.zeros(answers.shape),
        probabilities=None,
        predicted=answers,
        counts=Counts(size, size, 0, 0, 0, 0),
    )


def test_flips_are_told_by_what_became_of_them() -> None:
    """Broken, mended, from wrong to wrong, and three that are no flips."""
    truth = [0, 0, 0, 0, 1, 2]
    reference = _single(truth, [0, 1, 1, 0, 1, 0])
    candidate = _single(truth, [1, 0, 2, 0, 1, 0])

    found = flips(candidate, reference, _SAME)

    assert found is not None
    assert (6, 1, 1) == (found.example_count, found.broken_count, found.mended_count)
    assert [0, 1, 2] == found.candidate_rows.tolist()


def test_broken_ones_come_first_and_the_most_confident_of_each() -> None:
    truth = [0] * 6
    reference = _single(truth, [0, 0, 1, 1, 1, 0])
    candidate = _single(truth, [1, 1, 0, 0, 2, 1], [0.6, 0.9, 0.5, 0.8, 0.99, 0.6])

    found = flips(candidate, reference, _SAME)

    assert found is not None
    assert [1, 0, 5, 3, 2, 4] == found.candidate_rows.tolist()


def test_only_examples_that_both_were_scored_on_count() -> None:
    reference = _single([0, 0, 0], [0, 0, 0], indices=[1, 2, 5])
    candidate = _single([0, 0, 0], [1, 1, 1], indices=[0, 2, 5])

    found = flips(candidate, reference, _SAME)

    assert found is not None
    assert (2, 2) == (found.example_count, found.broken_count)
    assert ([1, 2], [1, 2]) == (found.candidate_rows.tolist(), found.reference_rows.tolist())


def test_a_candidate_does_not_flip_against_itself() -> None:
    sample = _single([0, 1, 2, 0], [0, 2, 1, 1], [0.5, 0.6, 0.7, 0.8])

    found = flips(sample, sample, _SAME)

    assert found is not None
    assert (4, 0) == (found.example_count, len(found.candidate_rows))


def test_classes_are_the_same_by_what_they_stand_for_and_not_by_their_place() -> None:
    """The reference has its classes in another order and under other names."""
    ours = class_meanings(["x", "y", "z"], _NAMES, {})
    mapping = {"x": "LABEL_1", "y": "LABEL_2", "z": "LABEL_0"}
    theirs = class_meanings(["LABEL_0", "LABEL_1", "LABEL_2"], _NAMES, mapping)
    candidate = _single([0, 0], [1, 1])
    same_answers = _single([1, 1], [2, 2])

    found = flips(candidate, same_answers, (ours, theirs))

    assert found is not None
    assert 0 == len(found.candidate_rows)


def test_a_class_of_neither_name_in_the_set_goes_by_its_own() -> None:
    assert [{"x"}, {"other"}] == class_meanings(["x", "other"], ["x"], {})


def test_two_right_answers_never_differ() -> None:
    """The reference has one class where the candidate has two."""
    fine = class_meanings(["x", "y"], ["x", "y"], {})
    coarse = class_meanings(["xy", "z"], ["x", "y"], {"x": "xy", "y": "xy"})

    found = flips(_single([0, 1], [0, 1]), _single([0, 0], [0, 0]), (fine, coarse))

    assert found is not None
    assert 0 == len(found.candidate_rows)


def test_answers_of_many_labels_differ_when_a_label_does() -> None:
    truth = [[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 0, 0]]
    reference = _multi(truth, [[1, 0, 0], [0, 1, 0], [1, 0, 1], [1, 1, 0]])
    candidate = _multi(truth, [[1, 0, 1], [0, 1, 0], [0, 0, 1], [0, 1, 1]])

    found = flips(candidate, reference, _SAME)

    assert found is not None
    assert (1, 1) == (found.broken_count, found.mended_count)
    assert [0, 2, 3] == found.candidate_rows.tolist()


def test_answers_of_many_labels_are_compared_by_what_they_stand_for() -> None:
    swapped = class_meanings(["b", "a"], ["x", "y"], {"x": "a", "y": "b"})
    plain = class_meanings(["x", "y"], ["x", "y"], {})
    candidate = _multi([[0, 0]], [[1, 0]])
    reference = _multi([[0, 0]], [[0, 1]])

    same, other = (flips(candidate, reference, (plain, meanings)) for meanings in (swapped, plain))

    assert same is not None
    assert other is not None
    assert (0, 1) == (len(same.candidate_rows), len(other.candidate_rows))


def test_regression_has_no_flips() -> None:
    numbers = Sample(
        problem_type=ClassificationHead.PROBLEM_TYPE_REGRESSION,
        labels=("value",),
        indices=np.arange(2),
        truth=np.zeros(2),
        values=np.zeros((2, 1)),
        probabilities=None,
        predicted=np.ones(2),
        counts=Counts(2, 2, 0, 0, 0, 0),
    )

    assert flips(numbers, numbers, _SAME) is None
