"""Where two messages differ."""

import math

import pytest

from bakeoff.server.report import differing_paths
from bakeoff.v1 import (
    Candidate,
    CandidateResult,
    Environment,
    Figure,
    Fingerprint,
    Interval,
    Report,
    Selection,
)


def figure(value: float | None, **fields: object) -> Figure:
    return Figure(id="accuracy", value=value, **fields)


def report(*figures: Figure) -> Report:
    return Report(candidates=[CandidateResult(quality=figures)])


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (Report(), Report(), []),
        (report(figure(0.5)), report(figure(0.5)), []),
        (report(figure(0.5)), report(figure(0.6)), ["candidates[0].quality[0].value"]),
        (report(figure(None)), report(figure(0.0)), ["candidates[0].quality[0].value"]),
        (report(figure(math.nan)), report(figure(math.nan)), []),
        (report(figure(0.5)), report(), ["candidates[0].quality"]),
        (report(figure(0.5)), Report(), ["candidates"]),
        (
            report(figure(0.5, interval=Interval(lower=0.1))),
            report(figure(0.5)),
            ["candidates[0].quality[0].interval"],
        ),
        (Report(warnings=["a", "b"]), Report(warnings=["a", "c"]), ["warnings[1]"]),
        (Report(selection=Selection()), Report(), ["selection"]),
        (
            Report(bakeoff_version="1", selection=Selection(summary="x")),
            Report(bakeoff_version="2", selection=Selection(summary="y")),
            ["selection.summary", "bakeoff_version"],
        ),
    ],
)
def test_each_field_that_differs_is_named_by_its_path(
    first: Report, second: Report, expected: list[str]
) -> None:
    assert expected == differing_paths(first, second)
    assert expected == differing_paths(second, first)


def test_entries_of_maps_are_named_by_their_key() -> None:
    first, second = (
        Environment(fingerprint=Fingerprint(software_versions=versions))
        for versions in ({"numpy": "2.4", "a": "1"}, {"numpy": "2.5", "b": "1"})
    )
    expected = [f'fingerprint.software_versions["{key}"]' for key in ("a", "b", "numpy")]
    assert expected == differing_paths(first, second)


def test_no_more_paths_are_given_than_asked_for() -> None:
    first, second = (Report(warnings=[str(n + shift) for n in range(300)]) for shift in (0, 1))
    assert 100 == len(differing_paths(first, second))
    assert ["warnings[0]", "warnings[1]"] == differing_paths(first, second, most=2)


def test_messages_of_two_types_are_refused() -> None:
    with pytest.raises(TypeError, match=r"got bakeoff\.v1\.Report and bakeoff\.v1\.Candidate"):
        differing_paths(Report(), Candidate())
