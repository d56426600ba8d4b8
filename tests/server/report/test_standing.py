"""Who qualifies, who is undecided and who does not is told in words wherever a candidate is."""

import json

import pytest

from bakeoff.server.report import render_html, render_markdown
from bakeoff.server.report.page import answer, roster
from bakeoff.server.report.page.frontier_place import frontier_cell
from bakeoff.server.report.page.standing import Qualification, qualification, standing
from bakeoff.server.report.summary_markdown import render_summary
from bakeoff.v1 import CandidateSelection, ConstraintResult, Report, Selection

from .html_page import read_page

MET = ConstraintResult.OUTCOME_MET
UNDECIDED = ConstraintResult.OUTCOME_UNDECIDED
VIOLATED = ConstraintResult.OUTCOME_VIOLATED
BASELINE, LEADER, SECOND, THIRD = (
    "candidates/tfidf",
    "candidates/tiny.int8-dynamic",
    "candidates/nano.int8-dynamic",
    "candidates/nano.fp32",
)


@pytest.fixture
def changed(report: Report) -> Report:
    """The report with all constraints met by everyone, and those two first."""
    made = Report()
    made.CopyFrom(report)
    made.selection.state = Selection.STATE_RECOMMENDED
    made.selection.recommended, made.selection.runner_up = LEADER, SECOND
    for one in made.selection.candidates:
        for found in one.constraints:
            found.outcome = MET
    return made


def _of(report: Report, name: str) -> CandidateSelection:
    return next(one for one in report.selection.candidates if one.candidate == name)


def _standing(report: Report, name: str) -> tuple[str, str]:
    found = roster(report)
    one = found.contender(name)
    assert one is not None
    cell = standing(found, one)
    return cell.text, cell.detail


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ((MET, MET), Qualification.QUALIFIES),
        ((MET, UNDECIDED), Qualification.UNDECIDED),
        ((UNDECIDED, VIOLATED), Qualification.NOT),
    ],
)
def test_one_that_is_not_known_to_keep_a_constraint_does_not_count_as_qualified(
    changed: Report,
    outcomes: tuple["ConstraintResult.Outcome.ValueType", ...],
    expected: Qualification,
) -> None:
    for found, outcome in zip(_of(changed, THIRD).constraints, outcomes, strict=True):
        found.outcome = outcome

    one = roster(changed).contender(THIRD)

    assert one is not None
    assert expected is qualification(one)
    assert expected.value == _standing(changed, THIRD)[0]
    for text in (render_markdown(changed), render_summary(changed)):
        row = next(line for line in text.splitlines() if line.startswith("| nano.fp32 |"))
        assert f"**{expected.value}**" in row


def test_first_and_second_say_whether_they_qualify_below_their_mark(changed: Report) -> None:
    assert ("recommended", "qualifies") == _standing(changed, LEADER)
    changed.selection.state = Selection.STATE_UNDECIDED
    for name in (LEADER, SECOND):
        _of(changed, name).constraints[0].outcome = UNDECIDED

    words = "undecided: not known to keep every constraint"
    assert ("leads", words) == _standing(changed, LEADER)
    assert ("runner-up", words) == _standing(changed, SECOND)


def test_one_that_failed_does_not_qualify(changed: Report) -> None:
    assert ("failed", "does not qualify") == _standing(changed, "candidates/tiny.fp16")


def test_a_mark_in_the_frontier_is_solid_only_where_a_candidate_qualifies(changed: Report) -> None:
    _of(changed, THIRD).constraints[0].outcome = UNDECIDED
    _of(changed, SECOND).constraints[0].outcome = VIOLATED
    for one in changed.selection.candidates:
        one.frontier_probability = 0.4

    chart = json.loads(read_page(render_html(changed)).script("chart-data"))["tradeoff"]

    marks = {
        one["name"]: (one["marker"]["symbol"].endswith("-open"), one["text"][0])
        for one in chart["data"]
        if "text" in one
    }
    assert (False, "tiny.int8-dynamic, 40 %") == marks["tiny.int8-dynamic"]
    assert (True, "nano.fp32, undecided, 40 %") == marks["nano.fp32"]
    assert (True, "nano.int8-dynamic, does not qualify") == marks["nano.int8-dynamic"]


def _place(report: Report, name: str) -> tuple[str, str]:
    found = roster(report)
    one = found.contender(name)
    assert one is not None
    cell = frontier_cell(found, one)
    return cell.text, cell.detail


def test_the_frontier_says_whose_figure_is_not_known(changed: Report) -> None:
    """A recommended candidate may have too few queries for its p99, or an invalid measurement."""
    leader = next(one for one in changed.candidates if one.candidate.name == LEADER)
    (figure,) = (
        figure
        for scenario in leader.scenarios
        for figure in scenario.figures
        if (figure.id, scenario.scenario) == ("latency_p99_ms", "single-stream")
    )
    figure.ClearField("value")
    _of(changed, LEADER).on_frontier = False
    _of(changed, LEADER).ClearField("frontier_probability")
    _of(changed, SECOND).frontier_probability = 0.4

    unknown = "share of resamples not known: not every figure it turns on has a value"
    assert ("no", f"its p99 latency is not known; {unknown}") == _place(changed, LEADER)


def test_the_frontier_says_who_is_better_in_each_figure(changed: Report) -> None:
    """An objective may choose a candidate that another one beats in what the frontier shows."""
    changed.selection.frontier_figures[:] = ["latency_p99_ms@single-stream", "host_peak_mib"]
    for one in changed.selection.candidates:
        one.on_frontier = one.candidate == BASELINE
        one.ClearField("frontier_probability")

    assert ("no", "tfidf is as good or better in each figure") == _place(changed, LEADER)
    assert ("yes", "") == _place(changed, BASELINE)
    _of(changed, LEADER).constraints[0].outcome = VIOLATED
    assert ("no", "does not qualify") == _place(changed, LEADER)


def _comparison(report: Report, title: str) -> str:
    return next(one.comparison for one in answer(roster(report)).tiles if one.title == title)


def test_a_card_says_whether_intervals_lie_apart(changed: Report) -> None:
    baseline, leader = (
        next(one for one in changed.candidates if one.candidate.name == name)
        for name in (BASELINE, LEADER)
    )
    ours, theirs = (
        next(
            figure
            for scenario in one.scenarios
            for figure in scenario.figures
            if (figure.id, scenario.scenario) == ("latency_p99_ms", "single-stream")
        )
        for one in (leader, baseline)
    )
    ours.value, ours.interval.lower, ours.interval.upper = 2, 1.8, 2.2
    theirs.value, theirs.interval.lower, theirs.interval.upper = 4, 3.8, 4.2

    assert "2.00 times faster than tfidf by value; 95 % intervals lie apart" == _comparison(
        changed, "P99 latency"
    )
    ours.interval.ClearField("upper")
    assert "not told apart from tfidf: 2.00 times faster by value" == _comparison(
        changed, "P99 latency"
    )


def test_a_card_goes_by_shared_rounds_where_there_are_some(changed: Report) -> None:
    ratio = next(
        one
        for one in changed.cost_ratios
        if (one.candidate, one.figure_id) == (LEADER, "throughput_per_s")
    )
    ratio.interval.lower, ratio.interval.upper = 0.1, 0.2
    assert _comparison(changed, "Throughput").endswith(
        "times slower than tfidf by value; shared rounds agree at 95 %"
    )
    ratio.interval.upper = 1.1
    assert _comparison(changed, "Throughput").startswith("not told apart from tfidf: ")


def test_a_card_without_intervals_says_that_it_goes_by_value(changed: Report) -> None:
    assert _comparison(changed, "Peak host memory").endswith(" times as much as tfidf by value")


def test_draws_are_said_to_be_told_at_a_stricter_level(changed: Report) -> None:
    words = "Two candidates can be a draw on a figure though their small intervals lie apart."

    assert words in "".join(read_page(render_html(changed)).visible_text)
    assert words in render_markdown(changed)
