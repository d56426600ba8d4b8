"""How much the batch changes what a candidate answers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bakeoff.server.store.delimited import read_messages
from bakeoff.server.tasks import task_named
from bakeoff.v1 import (
    BatchPolicy,
    BatchSensitivity,
    ClassificationHead,
    Manifest,
    Prediction,
)


def batch_sensitivity(
    batched: Sequence[Prediction], alone_path: Path, manifest: Manifest, policy: BatchPolicy
) -> BatchSensitivity:
    """Compare predictions under a policy with those of the same examples one by one.

    `alone_path` is a file of `Prediction` messages, each preceded by its length, in the same
    order. An example that failed in one way only counts as a flip.
    """
    alone = list(read_messages(alone_path, Prediction))
    if [one.index for one in alone] != [one.index for one in batched]:
        msg = "predictions one by one are not of the examples that they are compared with"
        raise ValueError(msg)
    found = BatchSensitivity(policy=policy, example_count=len(alone), bit_identical=True)
    pairs = [
        (one, other)
        for one, other in zip(batched, alone, strict=True)
        if one.HasField("classification") and other.HasField("classification")
    ]
    failed_in_one_way = sum(
        one.HasField("classification") != other.HasField("classification")
        for one, other in zip(batched, alone, strict=True)
    )
    found.label_flip_count = failed_in_one_way
    found.bit_identical = failed_in_one_way == 0
    if not pairs:
        return found
    ours = np.array([one.classification.values for one, _ in pairs], dtype=np.float32)
    theirs = np.array([other.classification.values for _, other in pairs], dtype=np.float32)
    found.bit_identical &= ours.tobytes() == theirs.tobytes()
    differences = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
    found.max_abs_difference = float(np.nanmax(differences, initial=0.0))
    head = manifest.classification
    if head.problem_type != ClassificationHead.PROBLEM_TYPE_REGRESSION:
        task = task_named(manifest.task)
        differs = np.asarray(task.predicted(ours, head) != task.predicted(theirs, head))
        found.label_flip_count += int(np.count_nonzero(differs.reshape(len(pairs), -1).any(axis=1)))
    return found
