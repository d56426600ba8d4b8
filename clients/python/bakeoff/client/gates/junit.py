"""A gate's result as JUnit XML, which systems for continuous integration show as tests."""

import re
from itertools import groupby
from xml.etree.ElementTree import (
    Element,
    SubElement,
    indent,
    tostring,
)

from bakeoff.client.gates.findings import Findings
from bakeoff.client.gates.judging import Check, GateResult, Outcome

# All that XML 1.0 does not take, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# A warning has no element of its own: readers show what was skipped with its message.
_ELEMENTS = {Outcome.FAILED: "failure", Outcome.ERROR: "error", Outcome.WARNED: "skipped"}
_COUNTS = {Outcome.FAILED: "failures", Outcome.ERROR: "errors", Outcome.WARNED: "skipped"}


def junit_xml(result: GateResult, findings: Findings) -> bytes:
    """The result as a JUnit XML file, in UTF-8: a suite a candidate, a case a check.

    A warning is a skipped case with its message. Characters that XML cannot hold become `?`.
    """
    suites = Element("testsuites", {"name": "bakeoff gate", **_counts(result.checks)})
    for subject, group in groupby(result.checks, key=lambda check: check.subject):
        _add_suite(suites, subject, tuple(group), findings)
    return document(suites)


def document(suites: Element) -> bytes:
    """The file of a tree, in UTF-8, indented."""
    indent(suites)
    return bytes(tostring(suites, encoding="utf-8", xml_declaration=True)) + b"\n"


def _add_suite(
    suites: Element, subject: str, checks: tuple[Check, ...], findings: Findings
) -> None:
    report = findings.report
    name = subject or "recommendation"
    suite = SubElement(suites, "testsuite", {"name": clean(name), **_counts(checks)})
    if report.HasField("create_time"):
        made = report.create_time.ToDatetime().replace(microsecond=0)
        suite.set("timestamp", made.isoformat())
    properties = SubElement(suite, "properties")
    for key, value in _properties(findings).items():
        SubElement(properties, "property", {"name": key, "value": clean(value)})
    for check in checks:
        case = SubElement(
            suite,
            "testcase",
            {"classname": clean(f"bakeoff.{name}"), "name": clean(check.name), "time": "0"},
        )
        if check.outcome in _ELEMENTS:
            found = SubElement(case, _ELEMENTS[check.outcome], {"message": clean(check.detail)})
            if check.outcome is not Outcome.WARNED:
                found.set("type", check.outcome.value)
                found.text = clean(check.detail)
        else:
            SubElement(case, "system-out").text = clean(check.detail)


def _counts(checks: tuple[Check, ...]) -> dict[str, str]:
    counts = {
        name: str(sum(check.outcome is outcome for check in checks))
        for outcome, name in _COUNTS.items()
    }
    return {"tests": str(len(checks)), **counts, "time": "0"}


def _properties(findings: Findings) -> dict[str, str]:
    report = findings.report
    known = {
        "evaluation": report.evaluation,
        "against": findings.against,
        "evaluation_set": report.evaluation_set.name,
        "evaluation_set_sha256": report.evaluation_set.sha256,
        "target": report.target.name,
        "fingerprint_sha256": report.environment.fingerprint.sha256,
        "bakeoff_version": report.bakeoff_version,
    }
    return {key: value for key, value in known.items() if value}


def clean(text: str) -> str:
    """A text without what XML cannot hold; each such character becomes `?`."""
    return _NOT_XML.sub("?", text)
