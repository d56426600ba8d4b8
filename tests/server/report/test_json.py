"""JSON is standard proto JSON: any library reads the report back from it."""

import json

from google.protobuf.json_format import Parse

from bakeoff.server.report import render_json
from bakeoff.v1 import Report


def test_the_report_is_read_back_from_its_json(report: Report) -> None:
    assert report == Parse(render_json(report), Report())


def test_names_are_in_lower_camel_case_and_keys_are_sorted(report: Report) -> None:
    body = json.loads(render_json(report))

    assert "bakeoffVersion" in body
    assert sorted(body) == list(body)
    versions = body["environment"]["fingerprint"]["softwareVersions"]
    assert sorted(versions) == list(versions)


def test_the_same_report_gives_the_same_json(report: Report) -> None:
    assert render_json(report) == render_json(report)
