"""Confusion matrix: how often each class was taken for each other."""

import numpy as np
import numpy.typing as npt

from bakeoff.server.tasks.classification_head import SINGLE_LABEL
from bakeoff.server.tasks.sample import Sample


def confusion(sample: Sample) -> npt.NDArray[np.int64] | None:
    """Return counts of true class (rows) by predicted class (columns), int64[k, k].

    Rows and columns are in the order of `sample.labels`. None unless the sample is single-label.
    """
    if sample.problem_type != SINGLE_LABEL:
        return None
    class_count = len(sample.labels)
    cells = sample.truth * class_count + sample.predicted
    return np.bincount(cells, minlength=class_count**2).reshape(class_count, class_count)
