"""What raw outputs say: probabilities and answers."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special

from bakeoff.server.tasks.text_classification import predicted, probabilities
from bakeoff.v1 import ClassificationHead

Head = Callable[..., ClassificationHead]

SINGLE = ClassificationHead(
    problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
    scale=ClassificationHead.SCALE_LOGITS,
)
MULTI = ClassificationHead(
    problem_type=ClassificationHead.PROBLEM_TYPE_MULTI_LABEL,
    scale=ClassificationHead.SCALE_LOGITS,
)
LOGITS = hnp.arrays(
    np.float32,
    st.tuples(st.integers(1, 6), st.integers(2, 9)),
    elements=st.floats(-(2.0**127), 2.0**127, width=32),
)

# The same examples in every run, however slow the machine.
STEADY = settings(derandomize=True, deadline=None)


@STEADY
@given(LOGITS)
def test_probabilities_of_one_class_are_the_softmax_that_scipy_computes(
    logits: np.ndarray,
) -> None:
    """Over all finite float32 logits, without overflow."""
    expected = special.softmax(logits.astype(np.float64), axis=1)
    actual = probabilities(logits, SINGLE)
    assert actual is not None
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(actual.sum(axis=1), 1.0, rtol=1e-12)


@STEADY
@given(LOGITS)
def test_probabilities_of_many_classes_are_the_logistic_function_that_scipy_computes(
    logits: np.ndarray,
) -> None:
    """Over all finite float32 logits, without overflow."""
    expected = special.expit(logits.astype(np.float64))
    actual = probabilities(logits, MULTI)
    assert actual is not None
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-300)


def test_probabilities_are_computed_in_double_precision(head: Head) -> None:
    """Even from float32 and float16 outputs."""
    for dtype in (np.float16, np.float32):
        actual = probabilities(np.ones((2, 3), dtype=dtype), head())
        assert actual is not None
        assert actual.dtype == np.float64


def test_probabilities_that_a_model_gives_are_left_as_they_are(head: Head) -> None:
    """They are not normalised again."""
    values = [[0.7, 0.2, 0.1], [0.1, 0.1, 0.1]]
    for problem in ("SINGLE_LABEL", "MULTI_LABEL"):
        actual = probabilities(values, head(problem=problem, scale="PROBABILITIES"))
        np.testing.assert_array_equal(actual, values)


def test_margins_and_numbers_have_no_probabilities(head: Head) -> None:
    """Only the order of margins means anything."""
    assert probabilities([[2.0, -1.0, 0.0]], head(scale="MARGINS")) is None
    assert probabilities([[2.0]], head(["score"], "REGRESSION", "VALUE")) is None


def test_the_first_of_equal_values_is_predicted(head: Head) -> None:
    """A tie goes to the lower index, as numpy and torch have it."""
    actual = predicted([[1.0, 1.0, 0.0], [0.0, 2.0, 2.0], [3.0, 3.0, 3.0]], head())
    assert [0, 1, 0] == actual.tolist()
    assert actual.dtype == np.int64


@pytest.mark.parametrize("scale", ["LOGITS", "PROBABILITIES", "MARGINS"])
def test_the_largest_value_is_predicted_on_every_scale(head: Head, scale: str) -> None:
    actual = predicted([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]], head(scale=scale))
    assert [1, 0] == actual.tolist()


def test_saturated_probabilities_do_not_change_the_prediction(head: Head) -> None:
    """Logits of 800 and 900 differ though both probabilities may round to the same."""
    assert [1] == predicted([[900.0, 900.5, -900.0]], head()).tolist()


def test_a_class_applies_from_its_threshold_on(head: Head) -> None:
    """A probability that equals the threshold applies; without one, from 0.5."""
    values = [[0.3, 0.5, 0.49999]]
    default = head(problem="MULTI_LABEL", scale="PROBABILITIES")
    low = head(problem="MULTI_LABEL", scale="PROBABILITIES", threshold=0.3)
    assert [[False, True, False]] == predicted(values, default).tolist()
    assert [[True, True, True]] == predicted(values, low).tolist()


def test_a_logit_of_zero_is_a_probability_of_one_half(head: Head) -> None:
    actual = predicted([[0.0, -1e-6, 1e-6]], head(problem="MULTI_LABEL"))
    assert [[True, False, True]] == actual.tolist()


def test_a_class_with_a_margin_applies_above_zero(head: Head) -> None:
    """As scikit-learn predicts from a decision function."""
    actual = predicted([[0.0, 0.1, -0.1]], head(problem="MULTI_LABEL", scale="MARGINS"))
    assert [[False, True, False]] == actual.tolist()


def test_a_regressor_predicts_its_value(head: Head) -> None:
    actual = predicted([[2.5], [-1.0]], head(["score"], "REGRESSION", "VALUE"))
    assert [2.5, -1.0] == actual.tolist()
    assert actual.dtype == np.float64


def test_no_example_gives_no_answer(head: Head) -> None:
    """Shapes hold for nothing at all."""
    empty = np.empty((0, 3))
    shares = probabilities(empty, head())
    assert shares is not None
    assert (0, 3) == shares.shape
    assert (0,) == predicted(empty, head()).shape
    assert (0, 3) == predicted(empty, head(problem="MULTI_LABEL")).shape
