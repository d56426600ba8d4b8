"""What is not compared with the baseline is said where the comparison would be."""

import re

import pytest

from bakeoff.server.report import (
    render_html,
    render_markdown,
    render_model_card,
    render_summary,
)
from bakeoff.server.report.page import roster
from bakeoff.server.report.page.comparisons import comparisons
from bakeoff.server.report.page.document import Note
from bakeoff.server.report.page.slices import slices
from bakeoff.server.report.page.uncompared import uncompared
from bakeoff.v1 import EarlyStop, Report

BASELINE = "candidates/tfidf"


def stopped(report: Report, name: str, example_count: int) -> Report:
    """The report, with a candidate that was stopped in the prediction pass."""
    made = Report()
    made.CopyFrom(report)
    for result in made.candidates:
        if result.candidate.name == name:
            for field in ("quality", "slices", "scenarios", "error"):
                result.ClearField(field)
            stop = EarlyStop(
                stage=EarlyStop.STAGE_PREDICTION,
                example_count=example_count,
                reason="It is behind.",
            )
            result.early_stop.CopyFrom(stop)
    gone = [one for one in made.comparisons if name in {one.candidate, one.baseline}]
    for one in gone:
        made.comparisons.remove(one)
    if name == BASELINE:
        made.ClearField("slice_deltas")
    return made


@pytest.fixture
def without_baseline(report: Report) -> Report:
    """The baseline was stopped after 75 of 600 examples."""
    return stopped(report, BASELINE, 75)


SENTENCE = "Not compared: the baseline tfidf was stopped after 75 of 600 examples."


def test_a_stopped_baseline_is_told_in_place_of_the_comparisons(without_baseline: Report) -> None:
    section = comparisons(roster(without_baseline))
    assert section is not None
    assert ("Compared with tfidf", SENTENCE, ()) == (section.title, section.lead, section.parts)
    assert f'<p class="lead">{SENTENCE}</p>' in render_html(without_baseline)


def test_slices_and_tiles_say_the_same(without_baseline: Report) -> None:
    section = slices(roster(without_baseline))
    assert section is not None
    assert section.lead.endswith(f"by themselves. {SENTENCE}")
    page = render_html(without_baseline)
    tiles = re.findall(r'<dd class="comparison">(.*?)</dd>', page)
    assert ["not compared: the baseline was stopped"] * 3 == tiles[:-1]
    assert tiles[-1].endswith(
        " times as much as tfidf by value"
    )  # memory was profiled before the stop


def test_markdown_says_so_below_the_same_heading(without_baseline: Report) -> None:
    text = render_markdown(without_baseline)
    assert f"### Compared with tfidf\n\n- {SENTENCE}\n" in text


def test_summary_and_model_card_say_so_once(without_baseline: Report) -> None:
    assert 1 == render_summary(without_baseline).count(f"- {SENTENCE}\n")
    below = f"#### Compared with tfidf\n\n- {SENTENCE}\n"
    assert below in render_model_card(without_baseline)


def test_a_stopped_candidate_is_told_below_the_others(report: Report) -> None:
    made = stopped(report, "candidates/nano.fp32", 150)
    section = comparisons(roster(made))
    assert section is not None
    assert [
        "Not compared: nano.fp32 was stopped after 150 of 600 examples.",
        "Not compared: tiny.fp16 failed.",
    ] == [part.text for part in section.parts if isinstance(part, Note)]


def test_who_was_stopped_before_the_first_example_is_told_so(report: Report) -> None:
    expected = "Not compared: the baseline tfidf was stopped before it answered an example."
    assert (expected,) == uncompared(roster(stopped(report, BASELINE, 0)))


def test_a_candidate_without_figures_and_without_a_reason_was_not_scored(report: Report) -> None:
    made = stopped(report, BASELINE, 75)
    for result in made.candidates:
        result.ClearField("early_stop")
    assert ("Not compared: the baseline tfidf was not scored.",) == uncompared(roster(made))


def test_a_candidate_alone_is_compared_with_nobody(report: Report) -> None:
    made = stopped(report, BASELINE, 75)
    del made.candidates[1:]
    assert () == uncompared(roster(made))
    assert comparisons(roster(made)) is None
