"""JUnit XML as another library reads it."""

import io

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from junitparser import Error, Failure, JUnitXml, Skipped, TestSuite

from bakeoff import v1
from bakeoff.client import Findings, Gate, findings_of, judge, junit_xml
from bakeoff.client.gates import Leniency

from .reports import ACCURATE, BASE, MET, QUICK, SMALL, TINY, UNDECIDED, VIOLATED, made_report

NAMES = ("small.int8", "tiny.int8", "recommendation")


@pytest.fixture
def findings() -> Findings:
    """One constraint violated, one undecided; one candidate failed."""
    report = made_report(
        {
            BASE: {ACCURATE: MET, QUICK: MET},
            SMALL: {ACCURATE: VIOLATED, QUICK: UNDECIDED},
            TINY: {ACCURATE: MET, QUICK: MET},
        },
        failed=TINY,
    )
    report.create_time.CopyFrom(Timestamp(seconds=1_790_000_300, nanos=5))
    report.environment.fingerprint.sha256 = "f" * 64
    return findings_of(report)


@pytest.fixture
def gate() -> Gate:
    return Gate(constraints=(ACCURATE, QUICK), recommended=(SMALL,), undecided=Leniency.WARN)


def suites_of(data: bytes) -> list[TestSuite]:
    return list(JUnitXml.fromstring(data))


def test_each_candidate_is_a_suite_and_each_check_a_case(gate: Gate, findings: Findings) -> None:
    suites = suites_of(junit_xml(judge(gate, findings), findings))
    assert list(NAMES) == [suite.name for suite in suites]
    small, tiny, answer = (
        [(case.name, *map(type, case.result)) for case in suite] for suite in suites
    )
    assert [(ACCURATE, Failure), (QUICK, Skipped)] == small
    assert [("measured to the end", Error), (ACCURATE,), (QUICK,)] == tiny
    assert [("recommendation is small.int8",)] == answer


def test_the_counts_are_those_that_a_reader_finds(gate: Gate, findings: Findings) -> None:
    whole = JUnitXml.fromstring(junit_xml(judge(gate, findings), findings))
    told = (whole.tests, whole.failures, whole.errors, whole.skipped)
    assert (6, 1, 1, 1) == told
    whole.update_statistics()
    assert told == (whole.tests, whole.failures, whole.errors, whole.skipped)


def test_messages_times_and_properties_are_told(gate: Gate, findings: Findings) -> None:
    small, *_ = suites_of(junit_xml(judge(gate, findings), findings))
    violated, undecided = small
    assert "86.1 % is too little." == violated.result[0].message
    assert "undecided: It is not told." == undecided.result[0].message
    assert "2026-09-21T14:18:20" == small.timestamp
    properties = {one.name: one.value for one in small.properties()}
    assert {"evaluation": "evaluations/e1", "fingerprint_sha256": "f" * 64} == properties


def test_texts_of_others_are_no_markup_and_what_xml_cannot_hold_is_replaced() -> None:
    hostile = 'a<b>&"]]>\x00\x1b[31m\ud800\ufffe\U0001f370'
    report = v1.Report(
        spec=v1.EvaluationSpec(candidates=[BASE]),
        candidates=[v1.CandidateResult(candidate=v1.Candidate(name=BASE))],
    )
    findings = Findings(report, {})
    gate = Gate(candidates=(f"candidates/{hostile}",), constraints=(hostile,))
    (suite,) = suites_of(junit_xml(judge(gate, findings), findings))
    assert 'a<b>&"]]>??[31m??\U0001f370' == suite.name


def test_the_same_findings_give_the_same_bytes(gate: Gate, findings: Findings) -> None:
    first, second = (junit_xml(judge(gate, findings), findings) for _ in range(2))
    assert first == second
    assert "utf-8" in io.BytesIO(first).readline().decode().lower()
