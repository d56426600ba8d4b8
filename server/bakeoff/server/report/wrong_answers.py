"""The wrong answers of a candidate, the most confident first."""

import numpy as np
import numpy.typing as npt

from bakeoff.server.report.answer_text import answer_text, cut
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Evidence
from bakeoff.v1 import ClassificationHead, WrongAnswer

MOST_SHOWN = 50


def wrong_answers(sample: Sample, evidence: Evidence) -> list[WrongAnswer]:
    """At most 50 wrong answers; none for regression, where no answer is simply right or wrong.

    Sorted by the probability of the predicted answer; where any number of classes may apply, by how
    sure the candidate was of the surest class that it got wrong. Without probabilities, and among
    equals, in the order of the set.
    """
    if sample.problem_type == ClassificationHead.PROBLEM_TYPE_REGRESSION:
        return []
    wrong = np.flatnonzero(~sample.right)
    confidence = _confidence(sample)
    if confidence is not None:
        wrong = wrong[np.argsort(-confidence[wrong], kind="stable")]
    return [
        _wrong_answer(sample, row, evidence, None if confidence is None else confidence[row])
        for row in wrong[:MOST_SHOWN]
    ]


def _confidence(sample: Sample) -> npt.NDArray[np.float64] | None:
    if sample.problem_type == ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL:
        return sample.confidence
    if sample.probabilities is None:
        return None
    sureness = np.where(sample.predicted, sample.probabilities, 1 - sample.probabilities)
    of_wrong = np.where(sample.predicted != sample.truth, sureness, 0.0)
    return np.asarray(of_wrong.max(axis=1))


def _wrong_answer(
    sample: Sample, row: np.int64, evidence: Evidence, confidence: np.float64 | None
) -> WrongAnswer:
    index = int(sample.indices[row])
    text = evidence.texts[index]
    return WrongAnswer(
        example_id=evidence.keys[index].id,
        text=cut(text.text),
        text_pair=cut(text.text_pair) if text.HasField("text_pair") else None,
        expected=answer_text(sample, np.asarray(sample.truth[row])),
        predicted=answer_text(sample, np.asarray(sample.predicted[row])),
        confidence=None if confidence is None else float(confidence),
    )
