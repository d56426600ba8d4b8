"""Promises of reading what a graph put out."""

import numpy as np
import pytest

from bakeoff.server.errors import OutputShapeError
from bakeoff.server.worker.encoding import Encoded
from bakeoff.server.worker.outputs import answered, to_values, unanswered
from bakeoff.v1 import ClassificationOutput, Prediction

EXAMPLE = Encoded(content=None, length=5, token_count=5, truncated=True)


@pytest.mark.parametrize("kind", ["float16", "float32", "float64"])
def test_every_kind_of_float_becomes_float32(kind: str) -> None:
    found = to_values(np.array([[0.5, -2], [1, 3]], dtype=kind), 2, 2)
    assert [[0.5, -2], [1, 3]] == found.values.tolist()
    assert np.dtype("float32") == found.values.dtype
    assert [0, 0] == found.non_finite_counts.tolist()


@pytest.mark.parametrize("shape", [(2,), (2, 4), (3, 3), (2, 3, 1), (0, 3), ()])
def test_another_shape_than_a_row_a_label_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(OutputShapeError, match=r"here \[2, 3\], got \["):
        to_values(np.zeros(shape, dtype=np.float32), 2, 3)


def test_values_that_are_no_numbers_are_counted_in_their_row() -> None:
    """A float64 too large for float32 is infinite as an answer."""
    output = np.array([[1.0, 2.0], [np.nan, np.inf], [1e300, 0.0]])
    assert [0, 2, 1] == to_values(output, 3, 2).non_finite_counts.tolist()


def test_an_answer_carries_its_values() -> None:
    expected = Prediction(
        index=3,
        token_count=5,
        truncated=True,
        classification=ClassificationOutput(values=[0.5, 1.5]),
    )
    assert expected == answered(3, EXAMPLE, [0.5, 1.5], 0)


def test_values_that_are_no_numbers_are_no_answer() -> None:
    expected = Prediction(
        index=3, token_count=5, truncated=True, non_finite_count=1, failure="NON_FINITE_OUTPUT"
    )
    assert expected == answered(3, EXAMPLE, [float("nan"), 1.5], 1)


def test_an_example_that_never_ran_has_its_reason() -> None:
    assert Prediction(index=4, failure="TEXT_TOO_LONG") == unanswered(4, "TEXT_TOO_LONG")
