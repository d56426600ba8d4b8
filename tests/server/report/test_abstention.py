"""A report tells how far confidence can be trusted, and what withholding answers would bring."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.report import assemble, render_html
from bakeoff.server.types import Evidence
from bakeoff.v1 import CandidateResult, ClassificationHead, ClassNames, Label, Report

Make = Callable[..., Evidence]
_MULTI_LABEL = ClassificationHead(
    problem_type=ClassificationHead.PROBLEM_TYPE_MULTI_LABEL,
    scale=ClassificationHead.SCALE_PROBABILITIES,
    labels=["loud", "red", "round"],
)


def _assemble(evidence: Evidence) -> Report:
    return assemble(evidence, create_time=Timestamp(seconds=1), bakeoff_version="0.1.0")


def _scored(report: Report) -> Sequence[CandidateResult]:
    return [result for result in report.candidates if result.quality]


@pytest.fixture
def many_labels(bare_evidence: Make) -> Evidence:
    """Eighty examples of three labels; the candidate is as sure as it is right."""
    rng = np.random.default_rng(5)
    shares = rng.random((80, 3))
    applies = rng.random((80, 3)) < shares
    labels = [
        Label(
            class_names=ClassNames(
                names=[n for n, a in zip(_MULTI_LABEL.labels, row, strict=True) if a]
            )
        )
        for row in applies
    ]
    return bare_evidence(_MULTI_LABEL, labels, {"a": shares.tolist()})


def test_a_curve_ends_with_all_answers_and_the_rate_of_errors(report: Report) -> None:
    for result in _scored(report):
        points = result.abstention.points
        accuracy = next(f.value for f in result.quality if f.id == "accuracy")
        assert 1.0 == points[-1].coverage
        assert pytest.approx(1 - accuracy) == points[-1].risk
        assert len(points) <= 200
        coverages = [point.coverage for point in points]
        assert sorted(set(coverages)) == coverages


def test_thresholds_are_the_same_for_all_candidates(report: Report) -> None:
    found = [[c.threshold for c in one.abstention.thresholds] for one in _scored(report)]

    assert [[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]] * 5 == found


def test_every_share_has_an_interval_around_it(report: Report) -> None:
    for result in _scored(report):
        for cost in result.abstention.thresholds:
            for figure in (cost.coverage, cost.accuracy):
                if figure.HasField("value"):
                    interval = figure.interval
                    assert interval.lower <= figure.value <= interval.upper
        for each in result.reliability_bins:
            assert each.HasField("interval") == (each.count > 0)
            if each.count:
                assert each.interval.lower <= each.accuracy <= each.interval.upper


def test_a_candidate_that_failed_has_none(report: Report) -> None:
    failed = [result for result in report.candidates if not result.quality]

    assert 1 == len(failed)
    assert not failed[0].HasField("abstention")
    assert not failed[0].reliability_bins


def test_many_labels_are_told_by_the_label(many_labels: Evidence) -> None:
    """Each example holds three decisions that belong together."""
    result = _assemble(many_labels).candidates[0]

    assert 240 == sum(each.count for each in result.reliability_bins)
    first = result.abstention.thresholds[0]
    assert (0.6, 240) == (first.threshold, first.coverage.observation_count)
    assert "cluster-wilson" == first.accuracy.interval.method


def test_examples_of_one_group_belong_together(make_evidence: Make) -> None:
    evidence = make_evidence(size=120, scenarios=(), constraints=(), metrics=("accuracy",))
    evidence.spec.statistics.group_attribute = "document"
    for index, key in enumerate(evidence.keys):
        key.attributes["document"] = str(index // 4)

    result = _assemble(evidence).candidates[0]

    # Almost all are answered, and few clusters hold one that is not.
    assert "cluster-clopper-pearson" == result.abstention.thresholds[0].coverage.interval.method


def test_the_page_shows_curve_thresholds_and_reliability(
    report: Report, many_labels: Evidence
) -> None:
    page = render_html(report)

    assert 'id="abstention"' in page
    assert "When to withhold an answer" in page
    assert "What a threshold costs" in page
    assert "Each label of each example" not in page
    assert "Each label of each example" in render_html(_assemble(many_labels))
