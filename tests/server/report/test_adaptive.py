"""A report tells who was stopped early, and what that spared."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.status_pb2 import Status

from bakeoff.server.report import assemble, render_html, render_markdown
from bakeoff.server.types import Evidence
from bakeoff.v1 import (
    AdaptiveSettings,
    ClassificationHead,
    EarlyStop,
    EvaluationSpec,
    Label,
    Report,
)

Make = Callable[..., Evidence]
_HEAD = ClassificationHead(
    problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
    scale=ClassificationHead.SCALE_LOGITS,
    labels=["no", "yes"],
)
_REASON = "After 20 of 40 examples its accuracy is 30.0 %: so it would break accuracy>=0.5."


def _assemble(evidence: Evidence) -> Report:
    return assemble(evidence, create_time=Timestamp(seconds=1), bakeoff_version="0.1.0")


@pytest.fixture
def stopped(bare_evidence: Make) -> Evidence:
    """Two candidates over 40 examples; the second was stopped at the twentieth."""
    rows = [[1.0, 0.0]] * 40
    labels = [Label(class_name="no")] * 40
    evidence = bare_evidence(_HEAD, labels, {"a": rows, "b": rows})
    spec = EvaluationSpec()
    spec.CopyFrom(evidence.spec)
    spec.adaptive.CopyFrom(AdaptiveSettings(error_rate=0.05, look_count=8))
    stop = EarlyStop(stage=EarlyStop.STAGE_PREDICTION, example_count=20, reason=_REASON)
    first, second = evidence.candidates
    second = replace(second, predictions=(), early_stop=stop)
    return replace(evidence, spec=spec, candidates=[first, second])


def test_a_stopped_candidate_is_told_apart_from_one_that_failed(stopped: Evidence) -> None:
    report = _assemble(stopped)
    found = report.selection.candidates[1]
    assert not report.candidates[1].HasField("error")
    assert f"It was stopped early. {_REASON}" == found.why_not
    assert not found.HasField("rank")
    assert "1 of 2 candidates was stopped early." in report.selection.summary
    assert "failed" not in report.selection.summary


def test_what_was_spared_is_summed_up(stopped: Evidence) -> None:
    found = _assemble(stopped).adaptive
    assert (0.05, 60, 80) == (
        found.error_rate,
        found.predicted_example_count,
        found.full_example_count,
    )


def test_a_candidate_that_failed_is_part_of_no_sum(stopped: Evidence) -> None:
    first, second = stopped.candidates
    failed = replace(second, early_stop=None, error=Status(message="it fell over"))
    found = _assemble(replace(stopped, candidates=[first, failed])).adaptive
    assert (40, 40) == (found.predicted_example_count, found.full_example_count)


def test_the_page_and_markdown_show_reason_and_share(stopped: Evidence) -> None:
    report = _assemble(stopped)
    page = render_html(report)
    assert 'id="stopped-early"' in page
    assert "60 of 80 examples (75 %)" in page
    assert "stopped early" in render_markdown(report)


def test_nothing_is_told_where_all_was_measured_in_full(bare_evidence: Make) -> None:
    labels = [Label(class_name="no")] * 10
    report = _assemble(bare_evidence(_HEAD, labels, {"a": [[1.0, 0.0]] * 10}))
    assert not report.HasField("adaptive")
    assert 'id="stopped-early"' not in render_html(report)
