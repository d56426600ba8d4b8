"""A gate's result as a few lines of Markdown, for a pull request."""

import re
from collections.abc import Iterator

from bakeoff.client.gates.judging import Check, GateResult, Outcome

_MARKS = {
    Outcome.PASSED: "✅",
    Outcome.WARNED: "⚠️",
    Outcome.FAILED: "❌",
    Outcome.ERROR: "💥",
}
# What Markdown or HTML would take for more than text; `@` would call a person.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~@&])")


def gate_markdown(result: GateResult) -> str:
    """The outcome, and a table of all checks. Texts are escaped. Ends with a line feed."""
    return "\n".join(_lines(result)) + "\n"


def _lines(result: GateResult) -> Iterator[str]:
    mark = _MARKS[Outcome.PASSED if result.passed else Outcome.FAILED]
    yield f"## {mark} {escaped(result.reason)}"
    yield ""
    yield "| | Candidate | Asked | Found |"
    yield "| :--- | :--- | :--- | :--- |"
    for check in result.checks:
        yield _row(check)


def _row(check: Check) -> str:
    mark, subject = _MARKS[check.outcome], escaped(check.subject)
    return f"| {mark} | {subject} | {escaped(check.name)} | {escaped(check.detail)} |"


def escaped(text: str) -> str:
    """A text of other people, on one line, with nothing in it that is markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
