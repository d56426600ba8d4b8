"""A report names the answers that a variant changes."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.report import assemble, render_html
from bakeoff.server.types import CandidateEvidence, Evidence
from bakeoff.v1 import ClassificationHead, ClassNames, Flips, Label, Report, TextInput

Make = Callable[..., Evidence]
_TWO_CLASSES = ClassificationHead(
    problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
    scale=ClassificationHead.SCALE_LOGITS,
    labels=["no", "yes"],
)
_RIGHT, _WRONG = [2.0, 0.0], [0.0, 1.0]


def _assemble(evidence: Evidence) -> Report:
    return assemble(evidence, create_time=Timestamp(seconds=1), bakeoff_version="0.1.0")


def _answers(found: CandidateEvidence) -> np.ndarray:
    return np.array([np.argmax(p.classification.values) for p in found.predictions])


@pytest.fixture(scope="module")
def of_one_model(make_evidence: Make) -> Evidence:
    """The made-up candidates, with a digest for each source model."""
    evidence = make_evidence(scenarios=(), constraints=(), metrics=("accuracy",))
    for found in evidence.candidates:
        model = found.candidate.manifest.source_model
        model.sha256 = model.name.encode().hex()
    return evidence


@pytest.fixture(scope="module")
def flips_by_name(of_one_model: Evidence) -> dict[str, Flips]:
    return {
        found.candidate.removeprefix("candidates/"): found
        for found in _assemble(of_one_model).flips
    }


def test_a_variant_is_compared_with_its_fp32_and_that_with_the_baseline(
    flips_by_name: dict[str, Flips],
) -> None:
    """The variant that failed is not compared."""
    expected = {
        "nano.fp32": "candidates/tfidf",
        "nano.int8-dynamic": "candidates/nano.fp32",
        "tiny.fp32": "candidates/tfidf",
        "tiny.int8-dynamic": "candidates/tiny.fp32",
    }

    assert expected == {name: found.reference for name, found in flips_by_name.items()}


def test_counts_are_those_of_the_predictions(
    of_one_model: Evidence, flips_by_name: dict[str, Flips]
) -> None:
    answers = {found.candidate.name: _answers(found) for found in of_one_model.candidates}
    labels = list(of_one_model.candidates[0].candidate.manifest.classification.labels)
    truth = np.array([labels.index(key.label.class_name) for key in of_one_model.keys])
    for found in flips_by_name.values():
        ours, theirs = answers[found.candidate], answers[found.reference]
        assert 600 == found.example_count
        assert (ours != theirs).sum() == found.flip_count
        assert ((theirs == truth) & (ours != truth)).sum() == found.broken_count
        assert ((theirs != truth) & (ours == truth)).sum() == found.mended_count
        assert min(found.flip_count, 50) == len(found.flips)


def test_each_flip_is_told_with_both_answers(
    of_one_model: Evidence, flips_by_name: dict[str, Flips]
) -> None:
    found = flips_by_name["tiny.int8-dynamic"]
    keys = {key.id: key.label.class_name for key in of_one_model.keys}
    texts = {
        key.id: text.text for key, text in zip(of_one_model.keys, of_one_model.texts, strict=True)
    }

    for place, flip in enumerate(found.flips):
        assert keys[flip.example_id] == flip.expected
        assert texts[flip.example_id] == flip.text
        assert flip.candidate_answer != flip.reference_answer
        assert 0 < flip.candidate_confidence <= 1
        assert 0 < flip.reference_confidence <= 1
        assert (place < found.broken_count) == (flip.reference_answer == flip.expected)


def test_right_to_wrong_comes_first_and_the_most_confident_of_them(
    flips_by_name: dict[str, Flips],
) -> None:
    found = flips_by_name["nano.fp32"]
    broken = [f.candidate_confidence for f in found.flips if f.reference_answer == f.expected]

    assert 50 == len(broken) < found.broken_count
    assert sorted(broken, reverse=True) == broken


def test_candidates_that_call_classes_differently_are_compared_by_what_they_mean(
    bare_evidence: Make,
) -> None:
    """The second candidate mends one answer, and says the others in its own words and order."""
    evidence = bare_evidence(
        _TWO_CLASSES,
        [Label(class_name=name) for name in ("no", "no", "no", "yes")],
        {
            "a": [_RIGHT, _WRONG, _WRONG, _WRONG],
            "b": [_WRONG, _RIGHT, _WRONG, _RIGHT],
        },
        label_mapping={"no": "negative", "yes": "positive"},
        metrics=["accuracy"],
    )
    second = evidence.candidates[1]
    second.candidate.manifest.classification.labels[:] = ["positive", "negative"]

    found = _assemble(evidence).flips[0]

    assert (4, 1, 0, 1) == (
        found.example_count,
        found.flip_count,
        found.broken_count,
        found.mended_count,
    )
    assert ("negative", "yes") == (found.flips[0].candidate_answer, found.flips[0].reference_answer)


def test_long_texts_of_flips_are_cut(bare_evidence: Make) -> None:
    evidence = bare_evidence(
        _TWO_CLASSES, [Label(class_name="no")], {"a": [_RIGHT], "b": [_WRONG]}, metrics=["accuracy"]
    )
    evidence = replace(evidence, texts=[TextInput(text="x" * 501, text_pair="y" * 500)])

    flip = _assemble(evidence).flips[0].flips[0]

    assert ("x" * 499 + "…", "y" * 500) == (flip.text, flip.text_pair)


def test_answers_of_many_labels_are_told_in_words(bare_evidence: Make) -> None:
    head = ClassificationHead(
        problem_type=ClassificationHead.PROBLEM_TYPE_MULTI_LABEL,
        scale=ClassificationHead.SCALE_PROBABILITIES,
        labels=["loud", "red"],
    )
    labels = [Label(class_names=ClassNames(names=["red"]))] * 2
    outputs = {"a": [[0.2, 0.9], [0.2, 0.9]], "b": [[0.6, 0.9], [0.2, 0.9]]}
    evidence = bare_evidence(head, labels, outputs, metrics=["accuracy"])

    found = _assemble(evidence).flips[0]

    assert (1, 1) == (found.flip_count, found.broken_count)
    flip = found.flips[0]
    assert ("red", "red", "loud, red") == (
        flip.expected,
        flip.reference_answer,
        flip.candidate_answer,
    )
    assert pytest.approx(0.6 * 0.9) == flip.candidate_confidence
    assert pytest.approx(0.8 * 0.9) == flip.reference_confidence


def test_regression_has_no_flips(bare_evidence: Make) -> None:
    head = ClassificationHead(
        problem_type=ClassificationHead.PROBLEM_TYPE_REGRESSION,
        scale=ClassificationHead.SCALE_VALUE,
        labels=["value"],
    )
    labels = [Label(value=float(index)) for index in range(5)]
    outputs = {"a": [[float(i)] for i in range(5)], "b": [[i + 0.5] for i in range(5)]}
    evidence = bare_evidence(head, labels, outputs)

    report = _assemble(evidence)

    assert not report.flips
    assert not report.candidates[0].HasField("abstention")


def test_the_page_counts_flips_and_shows_them(of_one_model: Evidence) -> None:
    page = render_html(_assemble(of_one_model))

    assert 'id="flips"' in page
    assert "Flips of tiny.int8-dynamic against tiny.fp32" in page
    assert ">broken<" in page
    assert ">mended<" in page
