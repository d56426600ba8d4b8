"""Answers and examples as a person reads them."""

import numpy as np
import numpy.typing as npt

from bakeoff.server.tasks import Sample

MOST_CHARACTERS = 500


def answer_text(sample: Sample, classes: npt.NDArray[np.generic]) -> str:
    """Class names of an answer: one class by its index, [], or all that apply, [k]."""
    if classes.ndim == 0:
        return sample.labels[int(classes)]
    applying = [name for name, applies in zip(sample.labels, classes, strict=True) if applies]
    return ", ".join(applying) or "no class"


def cut(text: str) -> str:
    """A text of at most 500 characters; a longer one ends in an ellipsis."""
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"
