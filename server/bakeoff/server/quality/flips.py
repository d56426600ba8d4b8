"""Flips: examples that two candidates answer differently."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.server.quality.decisions import answer_confidence
from bakeoff.server.tasks import Sample
from bakeoff.server.tasks.class_matching import ClassMatching
from bakeoff.server.tasks.classification_head import REGRESSION

Meanings = Sequence[frozenset[str]]
"""What each class of a candidate stands for: class names of the set, or else its own name."""


@dataclass(frozen=True, slots=True, eq=False)
class Flips:
    """Examples that a candidate answers otherwise than its reference.

    `example_count` examples were scored under both. `candidate_rows` and `reference_rows`,
    int64[f]: the rows of the flips in the two samples; those from right to wrong come first, then
    those from wrong to right, then those from one wrong answer to another, each the most confident
    of the candidate first, and else in the order of the set.
    """

    example_count: int
    broken_count: int
    mended_count: int
    candidate_rows: npt.NDArray[np.int64]
    reference_rows: npt.NDArray[np.int64]


def flips(
    candidate: Sample, reference: Sample, meanings: tuple[Meanings, Meanings]
) -> Flips | None:
    """Return where the answers differ; None for regression, whose answers differ by degrees.

    `meanings` are those of the classes of candidate and reference, which may call them differently
    or hold them in another order. Two right answers never differ.
    """
    if candidate.problem_type == REGRESSION:
        return None
    _, ours, theirs = np.intersect1d(
        candidate.indices, reference.indices, assume_unique=True, return_indices=True
    )
    right, was_right = candidate.right[ours], reference.right[theirs]
    broken, mended = was_right & ~right, right & ~was_right
    both_wrong = np.flatnonzero(~right & ~was_right)
    differs = broken | mended
    differs[both_wrong] = _differ(
        candidate.predicted[ours[both_wrong]], reference.predicted[theirs[both_wrong]], meanings
    )
    flipped = np.flatnonzero(differs)
    kind = np.select([broken[flipped], mended[flipped]], [0, 1], default=2)
    confidence = answer_confidence(candidate)
    sureness = np.zeros(len(flipped)) if confidence is None else confidence[ours[flipped]]
    order = np.lexsort((-sureness, kind))
    return Flips(
        example_count=len(ours),
        broken_count=int(broken.sum()),
        mended_count=int(mended.sum()),
        candidate_rows=ours[flipped][order],
        reference_rows=theirs[flipped][order],
    )


def class_meanings(
    labels: Sequence[str], set_names: Iterable[str], label_mapping: Mapping[str, str]
) -> Meanings:
    """Return what each class of a candidate, by its label, stands for.

    `set_names` are the class names of the set; `label_mapping` leads from them to class names of
    candidates.
    """
    matching = ClassMatching(labels, label_mapping)
    names: list[set[str]] = [set() for _ in labels]
    for name in set_names:
        index = matching.index(name)
        if index is not None:
            names[index].add(name)
    return [frozenset(found or {label}) for found, label in zip(names, labels, strict=True)]


def _differ(
    ours: npt.NDArray[np.generic],
    theirs: npt.NDArray[np.generic],
    meanings: tuple[Meanings, Meanings],
) -> npt.NDArray[np.bool_]:
    """Return whether answers mean different classes, bool[n]; of indices, [n], or masks, [n, k]."""
    if ours.ndim == 1:
        codes: dict[frozenset[str], int] = {}
        first, second = (
            np.array([codes.setdefault(meaning, len(codes)) for meaning in of], dtype=np.int64)
            for of in meanings
        )
        return np.asarray(first[ours.astype(np.int64)] != second[theirs.astype(np.int64)])
    words = sorted(frozenset().union(*meanings[0], *meanings[1]))
    first_words, second_words = (
        answers.astype(np.int64) @ _membership(of, words)
        for answers, of in zip((ours, theirs), meanings, strict=True)
    )
    return np.asarray(((first_words > 0) != (second_words > 0)).any(axis=1))


def _membership(meanings: Meanings, words: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return which words each class means, 0 or 1, int64[k, w]."""
    return np.array([[word in meaning for word in words] for meaning in meanings], dtype=np.int64)
