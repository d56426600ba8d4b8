"""Where each candidate answers otherwise than its reference."""

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from bakeoff.server import quality
from bakeoff.server.quality import answer_confidence, class_meanings
from bakeoff.server.report.answer_text import answer_text, cut
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Evidence
from bakeoff.v1 import ExampleKey, Flip, Flips

MOST_SHOWN = 50


def flips(
    samples: Mapping[str, Sample], references: Mapping[str, str], evidence: Evidence
) -> list[Flips]:
    """Flips of each candidate that has a reference, in the order of `references`.

    `samples` holds both by resource name. None for regression. At most 50 of each are shown.
    """
    names = _class_names(evidence.keys)
    meanings = {
        name: class_meanings(sample.labels, names, evidence.spec.label_mapping)
        for name, sample in samples.items()
    }
    made = []
    for candidate, reference in references.items():
        found = quality.flips(
            samples[candidate], samples[reference], (meanings[candidate], meanings[reference])
        )
        if found is None:
            continue
        made.append(
            Flips(
                candidate=candidate,
                reference=reference,
                example_count=found.example_count,
                flip_count=len(found.candidate_rows),
                broken_count=found.broken_count,
                mended_count=found.mended_count,
                flips=_shown(found, samples[candidate], samples[reference], evidence),
            )
        )
    return made


def _shown(
    found: quality.Flips, candidate: Sample, reference: Sample, evidence: Evidence
) -> list[Flip]:
    ours, theirs = answer_confidence(candidate), answer_confidence(reference)
    rows = zip(found.candidate_rows, found.reference_rows, strict=True)
    shown = []
    for row, reference_row in list(rows)[:MOST_SHOWN]:
        index = int(candidate.indices[row])
        text = evidence.texts[index]
        shown.append(
            Flip(
                example_id=evidence.keys[index].id,
                text=cut(text.text),
                text_pair=cut(text.text_pair) if text.HasField("text_pair") else None,
                expected=answer_text(candidate, np.asarray(candidate.truth[row])),
                candidate_answer=answer_text(candidate, np.asarray(candidate.predicted[row])),
                reference_answer=answer_text(
                    reference, np.asarray(reference.predicted[reference_row])
                ),
                candidate_confidence=_at(ours, row),
                reference_confidence=_at(theirs, reference_row),
            )
        )
    return shown


def _at(confidence: npt.NDArray[np.float64] | None, row: np.int64) -> float | None:
    return None if confidence is None else float(confidence[row])


def _class_names(keys: Iterable[ExampleKey]) -> list[str]:
    """Class names that the set carries, sorted."""
    names: set[str] = set()
    for key in keys:
        names.update(key.label.class_names.names)
        if key.label.HasField("class_name"):
            names.add(key.label.class_name)
    return sorted(names)
