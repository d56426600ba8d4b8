from pathlib import Path

import pytest

from bakeoff.server.jobs.sensitivity import batch_sensitivity
from bakeoff.server.store.delimited import write_messages
from bakeoff.v1 import (
    BatchPolicy,
    BatchSensitivity,
    ClassificationHead,
    ClassificationOutput,
    FixedSize,
    Manifest,
    Prediction,
)

POLICY = BatchPolicy(fixed_size=FixedSize(batch_size=8))
CLASSES = ClassificationHead(
    problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
    scale=ClassificationHead.SCALE_LOGITS,
    labels=["a", "b"],
)
NUMBER = ClassificationHead(
    problem_type=ClassificationHead.PROBLEM_TYPE_REGRESSION,
    scale=ClassificationHead.SCALE_VALUE,
    labels=["score"],
)


def predictions(*rows: list[float] | None) -> list[Prediction]:
    """One prediction a row; None is an example that failed."""
    return [
        Prediction(index=index, failure="no output")
        if row is None
        else Prediction(index=index, classification=ClassificationOutput(values=row))
        for index, row in enumerate(rows)
    ]


def compare(
    folder: Path,
    batched: list[Prediction],
    alone: list[Prediction],
    head: ClassificationHead = CLASSES,
) -> BatchSensitivity:
    path = folder / "alone"
    write_messages(path, alone)
    manifest = Manifest(task="text-classification", classification=head)
    return batch_sensitivity(batched, path, manifest, POLICY)


def test_the_same_outputs_are_identical_to_the_last_bit(tmp_path: Path) -> None:
    found = compare(tmp_path, predictions([1, 2], [3, 1]), predictions([1, 2], [3, 1]))

    assert found == BatchSensitivity(policy=POLICY, example_count=2, bit_identical=True)


def test_a_difference_without_a_flip_is_measured(tmp_path: Path) -> None:
    found = compare(tmp_path, predictions([1, 2]), predictions([1.25, 2]))

    assert found.max_abs_difference == 0.25
    assert not found.bit_identical
    assert found.label_flip_count == 0


def test_labels_that_flip_are_counted(tmp_path: Path) -> None:
    batched = predictions([1, 2], [3, 1], [0, 1])
    alone = predictions([2, 1], [1, 3], [0, 1])

    assert compare(tmp_path, batched, alone).label_flip_count == 2


def test_many_labels_flip_as_one_answer(tmp_path: Path) -> None:
    head = ClassificationHead(
        problem_type=ClassificationHead.PROBLEM_TYPE_MULTI_LABEL,
        scale=ClassificationHead.SCALE_LOGITS,
        labels=["a", "b"],
    )
    found = compare(tmp_path, predictions([1, -1], [1, 1]), predictions([-1, 1], [1, 1]), head)

    assert found.label_flip_count == 1


def test_a_number_has_no_label_to_flip(tmp_path: Path) -> None:
    found = compare(tmp_path, predictions([1]), predictions([2]), NUMBER)

    assert found.label_flip_count == 0
    assert found.max_abs_difference == 1


def test_an_example_that_failed_in_one_way_only_is_a_flip(tmp_path: Path) -> None:
    found = compare(tmp_path, predictions([1, 2], None), predictions([1, 2], [1, 2]))

    assert found.label_flip_count == 1
    assert not found.bit_identical


def test_examples_that_failed_both_ways_are_alike(tmp_path: Path) -> None:
    found = compare(tmp_path, predictions(None), predictions(None))

    assert found.bit_identical
    assert found.example_count == 1


def test_other_examples_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not of the examples"):
        compare(tmp_path, predictions([1, 2]), predictions([1, 2], [3, 4]))
