"""What a graph put out becomes answers."""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bakeoff.server.errors import NonFiniteOutputError, OutputShapeError
from bakeoff.server.worker.encoding import Encoded
from bakeoff.v1 import ClassificationOutput, Prediction

FLOAT_TYPES: Final = ("float32", "float16", "float64")


class Values(NamedTuple):
    """Output values of one batch, [batch, labels], and how many of each row are not finite."""

    values: NDArray[np.float32]
    non_finite_counts: NDArray[np.int64]


def to_values(output: NDArray[Any], batch_size: int, label_count: int) -> Values:
    """Check an output and read it. Raises `OutputShapeError` unless it is [batch, labels]."""
    wanted = (batch_size, label_count)
    if output.shape != wanted:
        message = (
            f"the output must have shape [batch, labels], here {list(wanted)}, "
            f"got {list(output.shape)}"
        )
        raise OutputShapeError(message)
    if output.dtype == np.float32:
        values = output
    else:
        with np.errstate(over="ignore"):  # too large for float32 is infinite, and counted
            values = output.astype(np.float32)
    finite = np.isfinite(values)
    if finite.all():
        return Values(values, np.zeros(batch_size, dtype=np.int64))
    return Values(values, np.count_nonzero(~finite, axis=1))


def answered(
    index: int, encoded: Encoded, values: list[float], non_finite_count: int
) -> Prediction:
    """Prediction of an example that the graph ran; values that are no numbers are no answer."""
    prediction = Prediction(
        index=index,
        token_count=encoded.token_count,
        truncated=encoded.truncated,
        non_finite_count=non_finite_count,
    )
    if non_finite_count:
        prediction.failure = NonFiniteOutputError.reason
    else:
        prediction.classification.CopyFrom(ClassificationOutput(values=values))
    return prediction


def unanswered(index: int, reason: str) -> Prediction:
    """Prediction of an example that never reached the graph."""
    return Prediction(index=index, failure=reason)
