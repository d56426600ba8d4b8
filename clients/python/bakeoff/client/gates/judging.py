"""Whether findings pass a gate: one check for each thing that is asked of each candidate."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from bakeoff import v1
from bakeoff.client.gates.findings import Findings
from bakeoff.client.gates.gate import Gate, Leniency, SliceRule

COMPLETENESS = "measured to the end"
NO_BROKEN_SLICES = "no broken slices"
ALLOWED_SLICES = "slices.allowed"

_SHOWN_SLICES = 5


class Outcome(Enum):
    """What became of a check."""

    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"
    ERROR = "error"


# On which outcomes a gate is shut.
SHUT = (Outcome.FAILED, Outcome.ERROR)

_BY_LENIENCY = {
    Leniency.FAIL: Outcome.FAILED,
    Leniency.WARN: Outcome.WARNED,
    Leniency.IGNORE: Outcome.PASSED,
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was asked of a candidate or of the answer, or a doubt about the gate itself.

    `subject` is what the candidate is called, empty for the answer, or the key of the gate's file
    that is in doubt; `detail` says what was found.
    """

    subject: str
    name: str
    outcome: Outcome
    detail: str


@dataclass(frozen=True, slots=True)
class GateResult:
    """What a gate came to."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing that was asked is broken."""
        return not self.shut

    @property
    def shut(self) -> tuple[Check, ...]:
        """The checks that shut the gate."""
        return tuple(check for check in self.checks if check.outcome in SHUT)

    @property
    def warned(self) -> tuple[Check, ...]:
        """The checks that do not hold and do not shut the gate."""
        return tuple(check for check in self.checks if check.outcome is Outcome.WARNED)

    @property
    def exit_code(self) -> int:
        """0 for a gate that is passed, 1 for one that is not."""
        return 0 if self.passed else 1

    @property
    def reason(self) -> str:
        """The outcome in one line."""
        total = _counted(len(self.checks), "check")
        if self.passed:
            noted = f", {_counted(len(self.warned), 'warning')}" if self.warned else ""
            return f"The gate is passed: {total}{noted}."
        first, *others = self.shut
        more = f" {len(others)} more of {total} do not hold." if others else ""
        return f"The gate is not passed: {sentence_of(first)}{more}"


def sentence_of(check: Check) -> str:
    """A check in a sentence: `bert.int8, accuracy>=0.9: 86.1 % is below 90 %.` or the like."""
    subject = f"{check.subject}, " if check.subject else ""
    detail = " ".join(check.detail.split())
    stop = "" if detail.endswith((".", "!", "?")) else "."
    return f"{subject}{check.name}: {detail}{stop}"


def judge(gate: Gate, findings: Findings) -> GateResult:
    """What a gate comes to on these findings. The gate names candidates by resource name."""
    checks = [
        check for name in judged(gate, findings) for check in _of_candidate(gate, findings, name)
    ]
    if gate.slices is not None:
        checks += _allowed_in_vain(gate.slices, findings)
    if gate.recommended:
        checks.append(_recommendation(gate, findings))
    return GateResult(tuple(checks))


def judged(gate: Gate, findings: Findings) -> tuple[str, ...]:
    """Resource names of the candidates that are judged.

    Those that the gate names; else all but the baseline, or the baseline when it is the only
    one. Against an earlier evaluation a baseline is left out only where the gate names it.
    """
    if gate.candidates:
        return gate.candidates
    names = tuple(one.candidate.name for one in findings.report.candidates)
    return tuple(name for name in names if name != _baseline(gate, findings)) or names


def _baseline(gate: Gate, findings: Findings) -> str:
    if gate.baseline or findings.against:
        return gate.baseline
    return _reference(findings)


def _reference(findings: Findings) -> str:
    """The baseline of the report itself."""
    spec = findings.report.spec
    return spec.baseline or next(iter(spec.candidates), "")


def _of_candidate(gate: Gate, findings: Findings, name: str) -> Iterator[Check]:
    label = findings.label(name)
    result = next((one for one in findings.report.candidates if one.candidate.name == name), None)
    if result is None or result.HasField("error"):
        detail = "there is no result of it" if result is None else result.error.message
        yield Check(label, COMPLETENESS, Outcome.ERROR, detail or "it failed")
        if name not in findings.constraints:
            return
    elif result.HasField("early_stop"):
        detail = f"it was measured no further: {result.early_stop.reason}"
        yield _undecided(gate, label, COMPLETENESS, detail)
    for expression in gate.constraints:
        yield _constraint(gate, findings, name, expression)
    if gate.slices is not None:
        yield _slices(gate, gate.slices, findings, name)


def _constraint(gate: Gate, findings: Findings, name: str, expression: str) -> Check:
    label = findings.label(name)
    results = findings.constraints.get(name)
    if results is None:
        where = f" in {findings.against}" if findings.against else ""
        detail = f"it was not judged: there is nothing{where} to judge it by"
        return Check(label, expression, Outcome.ERROR, detail)
    found = next((one for one in results if one.expression == expression), None)
    if found is None:
        return Check(label, expression, Outcome.ERROR, "the constraint was not judged")
    if found.outcome == v1.ConstraintResult.OUTCOME_MET:
        return Check(label, expression, Outcome.PASSED, found.explanation)
    if found.outcome == v1.ConstraintResult.OUTCOME_VIOLATED:
        return Check(label, expression, Outcome.FAILED, found.explanation)
    return _undecided(gate, label, expression, f"{found.explanation}{_remedy(found)}")


def _remedy(found: v1.ConstraintResult) -> str:
    """How much more would decide; nothing where that is not known."""
    more = []
    if found.more_examples_needed:
        more.append(f"about {_counted(found.more_examples_needed, 'more example')}")
    if found.more_load_seconds_needed:
        more.append(f"about {found.more_load_seconds_needed:,.0f} s more load")
    return f" It would take {' and '.join(more)} to decide." if more else ""


def _undecided(gate: Gate, subject: str, name: str, detail: str) -> Check:
    return Check(subject, name, _BY_LENIENCY[gate.undecided], f"undecided: {detail}")


def _slices(gate: Gate, rule: SliceRule, findings: Findings, name: str) -> Check:
    label = findings.label(name)
    if not findings.report.slices:
        return _undecided(gate, label, NO_BROKEN_SLICES, "no slice was looked at")
    found = [one for one in findings.report.slice_deltas if one.candidate == name]
    if not found and name == _reference(findings):
        detail = "it is compared with no other candidate"
        return Check(label, NO_BROKEN_SLICES, Outcome.PASSED, detail)
    # Without a p-value nothing was tested, as of a metric that is not defined.
    deltas = [one for one in found if one.HasField("p_value")]
    if not deltas:
        detail = "no slice of it was compared with another candidate"
        return _undecided(gate, label, NO_BROKEN_SLICES, detail)
    broken = [
        one
        for one in deltas
        if one.outcome == v1.SliceDelta.OUTCOME_BROKEN and one.slice not in rule.allowed
    ]
    if not broken:
        count = _counted(len({one.slice for one in deltas}), "slice")
        detail = f"none of {count} is broken against {findings.label(deltas[0].reference)}"
        return Check(label, NO_BROKEN_SLICES, Outcome.PASSED, detail)
    return Check(label, NO_BROKEN_SLICES, _BY_LENIENCY[rule.broken], _broken_text(findings, broken))


def _allowed_in_vain(rule: SliceRule, findings: Findings) -> Iterator[Check]:
    """A warning for each allowed slice that was not looked at: its name may be misspelt."""
    looked_at = [one.id for one in findings.report.slices]
    if not looked_at:
        return
    for name in rule.allowed:
        if name not in looked_at:
            close = difflib.get_close_matches(name, looked_at, n=1)
            nearest = f"; the nearest is {close[0]}" if close else ""
            detail = f"the evaluation looked at no such slice{nearest}"
            yield Check(ALLOWED_SLICES, name, Outcome.WARNED, detail)


def _broken_text(findings: Findings, broken: list[v1.SliceDelta]) -> str:
    shown = [_delta_text(one) for one in broken[:_SHOWN_SLICES]]
    more = len(broken) - len(shown)
    text = "; ".join([*shown, f"{more} more"] if more else shown)
    return f"worse than {findings.label(broken[0].reference)} in {text}"


def _delta_text(delta: v1.SliceDelta) -> str:
    if not (delta.HasField("candidate_value") and delta.HasField("reference_value")):
        return f"{delta.slice} ({delta.figure_id})"
    values = f"{delta.candidate_value:.4g} against {delta.reference_value:.4g}"
    return f"{delta.slice} ({delta.figure_id} {values})"


def _recommendation(gate: Gate, findings: Findings) -> Check:
    selection = findings.report.selection
    name = f"recommendation is {' or '.join(findings.label(one) for one in gate.recommended)}"
    if selection.state == v1.Selection.STATE_RECOMMENDED:
        right = selection.recommended in gate.recommended
        outcome = Outcome.PASSED if right else Outcome.FAILED
        return Check("", name, outcome, selection.summary)
    if selection.state == v1.Selection.STATE_UNDECIDED:
        return _undecided(gate, "", name, selection.summary)
    return Check("", name, Outcome.FAILED, selection.summary)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else noun + 's'}"
