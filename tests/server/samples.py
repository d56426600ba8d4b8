"""Samples of given right answers and outputs, as tasks make them."""

import numpy as np
import numpy.typing as npt

from bakeoff.server.tasks import Counts, Sample
from bakeoff.server.tasks.text_classification import predicted, probabilities
from bakeoff.v1 import ClassificationHead


def sample_of(
    truth: npt.ArrayLike,
    values: npt.ArrayLike,
    problem: str = "SINGLE_LABEL",
    scale: str = "LOGITS",
) -> Sample:
    """Return the sample of these right answers and raw outputs."""
    outputs = np.asarray(values, dtype=np.float64)
    size, class_count = outputs.shape
    head = ClassificationHead(
        problem_type=ClassificationHead.ProblemType.Value(f"PROBLEM_TYPE_{problem}"),
        scale=ClassificationHead.Scale.Value(f"SCALE_{scale}"),
        labels=[f"c{index}" for index in range(class_count)],
    )
    dtypes = {"SINGLE_LABEL": np.int64, "MULTI_LABEL": np.bool_, "REGRESSION": np.float64}
    return Sample(
        problem_type=head.problem_type,
        labels=tuple(head.labels),
        indices=np.arange(size),
        truth=np.asarray(truth, dtype=dtypes[problem]),
        values=outputs,
        probabilities=probabilities(outputs, head),
        predicted=predicted(outputs, head),
        counts=Counts(size, size, 0, 0, 0, 0),
    )
