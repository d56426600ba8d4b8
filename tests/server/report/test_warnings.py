"""A reader is told what to know before trusting the figures, once and in full."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.report import assemble
from bakeoff.server.report.warnings import caveat
from bakeoff.server.types import Evidence
from bakeoff.v1 import (
    BatchPolicy,
    ClassificationHead,
    Label,
    Report,
    Target,
    TokenBudget,
)

from .load_evidence import SWEEP

Make = Callable[..., Evidence]
_NOW = Timestamp(seconds=1_790_000_300)
_TWO_CLASSES = ClassificationHead(
    problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
    scale=ClassificationHead.SCALE_LOGITS,
    labels=["no", "yes"],
)


def _assemble(evidence: Evidence) -> Report:
    return assemble(evidence, create_time=_NOW, bakeoff_version="0.1.0")


def test_few_examples_and_missing_labels_are_warned_of(bare_evidence: Make) -> None:
    labels = [Label(class_name="yes"), Label(class_name="no"), None]
    outputs = {"a": [[0.0, 1.0]] * 3}

    report = _assemble(bare_evidence(_TWO_CLASSES, labels, outputs))

    assert [
        "Only 2 examples could be scored: intervals are wide, and few differences can be told.",
        "1 example has no label and is not scored.",
    ] == list(report.warnings)


def test_a_baseline_without_answers_is_warned_of(make_evidence: Make) -> None:
    evidence = make_evidence(size=60)
    baseline = replace(evidence.candidates[0], predictions=())

    report = _assemble(replace(evidence, candidates=[baseline, *evidence.candidates[1:]]))

    assert not report.comparisons
    expected = "The baseline tfidf was not scored, so that nothing is compared with it."
    assert expected in report.warnings


def test_a_variant_that_left_its_source_model_is_warned_of(make_evidence: Make) -> None:
    evidence = make_evidence(size=60, metrics=("accuracy",))
    evidence.candidates[1].candidate.manifest.parity.passed = False

    report = _assemble(evidence)

    expected = "nano.fp32 does not follow its source model within the bounds set at its export."
    assert expected in report.warnings


def test_suspect_measurements_are_warned_of_once_a_scenario(report: Report) -> None:
    expected = (
        "The single-stream measurement of nano.fp32 is suspect. Other processes took 14.0% of the "
        "processor time."
    )

    assert [expected] == [text for text in report.warnings if "suspect" in text]


def test_scenarios_that_were_disturbed_alike_share_a_warning_and_many_a_count(
    make_evidence: Make,
) -> None:
    evidence = make_evidence(size=60, scenarios=SWEEP, constraints=(), metrics=("accuracy",))
    first = evidence.candidates[0]
    disturbed = {
        name: replace(one, suspicions=(f"Disturbed in {name}.",))
        for name, one in first.scenarios.items()
    }
    candidates = [replace(first, scenarios=disturbed), *evidence.candidates[1:]]

    report = _assemble(replace(evidence, candidates=candidates))

    found = [text for text in report.warnings if "suspect" in text]
    assert 1 == len(found)
    names = list(disturbed)
    assert found[0].startswith(f"The {', '.join(names[:-1])} and {names[-1]} measurements of tfidf")
    assert found[0].endswith(f"are suspect. In {names[0]}: Disturbed in {names[0]}.")
    entrant = next(c for c in report.candidates if c.candidate.name == "candidates/tfidf")
    assert "8 measurements are suspect" == caveat(entrant)


def test_what_the_time_did_not_suffice_for_is_warned_of_once_for_all_it_befell(
    make_evidence: Make,
) -> None:
    evidence = make_evidence(size=60, metrics=("accuracy",))
    short = "The wanted precision of ±1.0% was not reached in 2 s: there is an interval of ±4.0%."
    candidates = [
        replace(
            found,
            scenarios={
                name: replace(one, shortfalls=(short,) if name == "offline" else ())
                for name, one in found.scenarios.items()
            },
        )
        for found in evidence.candidates
    ]

    report = _assemble(replace(evidence, candidates=candidates))

    expected = (
        "The time did not suffice for offline of tfidf, nano.fp32, nano.int8-dynamic, tiny.fp32 "
        f"and tiny.int8-dynamic. {short}"
    )
    assert [expected] == [text for text in report.warnings if "suffice" in text]


@pytest.mark.parametrize(
    ("device", "budget", "count"),
    [("cuda:0", 256, 1), ("tensorrt:1", 128, 1), ("cuda:0", 8192, 0), ("cpu", 256, 0)],
)
def test_a_budget_for_processors_is_warned_of_on_a_device(
    bare_evidence: Make, device: str, budget: int, count: int
) -> None:
    policy = BatchPolicy(token_budget=TokenBudget(padded_token_count=budget))
    labels = [Label(class_name="yes"), Label(class_name="no")]
    outputs = {"a": [[0.0, 1.0]] * 2}
    evidence = bare_evidence(
        _TWO_CLASSES, labels, outputs, batch_policy=policy, metrics=["accuracy"]
    )

    report = _assemble(replace(evidence, target=Target(name="targets/one", device=device)))

    assert count == sum(f"at most {budget} padded tokens" in text for text in report.warnings)
