"""Gates: what a candidate must hold before it is let through, read from a file and judged.

Knows no transport, no command and no page: a gate is judged on messages of the contract,
wherever they come from.
"""

from bakeoff.client.gates.absence import (
    Absence,
    absence_junit_xml,
    absence_markdown,
    absence_of,
)
from bakeoff.client.gates.changes import changes_markdown
from bakeoff.client.gates.file import parse_gate, read_gate
from bakeoff.client.gates.findings import Findings, findings_against, findings_of
from bakeoff.client.gates.gate import Gate, Leniency, SliceRule, labels_of, with_names
from bakeoff.client.gates.judging import Check, GateResult, Outcome, judge, sentence_of
from bakeoff.client.gates.junit import junit_xml
from bakeoff.client.gates.specification import spec_with
from bakeoff.client.gates.summary import gate_markdown

__all__ = [
    "Absence",
    "Check",
    "Findings",
    "Gate",
    "GateResult",
    "Leniency",
    "Outcome",
    "SliceRule",
    "absence_junit_xml",
    "absence_markdown",
    "absence_of",
    "changes_markdown",
    "findings_against",
    "findings_of",
    "gate_markdown",
    "judge",
    "junit_xml",
    "labels_of",
    "parse_gate",
    "read_gate",
    "sentence_of",
    "spec_with",
    "with_names",
]
