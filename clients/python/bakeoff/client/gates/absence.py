"""That an evaluation left nothing to judge, as a gate's files tell it."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from bakeoff import v1
from bakeoff.client.errors import EvaluationCancelledError, EvaluationEndedError
from bakeoff.client.gates.junit import clean, document
from bakeoff.client.gates.summary import escaped

FAILED = "failed"
CANCELLED = "cancelled"
INTERRUPTED = "interrupted"
NOT_STARTED = "not started"
LOST = "lost"
NOT_JUDGED = "not judged"

_CASE = "there is a report to judge"
_UNDER_WAY = (v1.Evaluation.STATE_QUEUED, v1.Evaluation.STATE_RUNNING)


@dataclass(frozen=True, slots=True)
class Absence:
    """How it came that there is nothing to judge.

    `status` is one of `failed` and `cancelled` (how the evaluation ended), `interrupted` (the
    caller did not wait), `not started` (the server took no evaluation on), `lost` (it was under
    way when the server was lost) and `not judged` (all else). `reason` is a constant in capitals,
    `message` is for people, and `evaluation` a resource name, empty where there is none.
    """

    status: str
    reason: str
    message: str
    evaluation: str = ""

    @property
    def sentence(self) -> str:
        """Status and cause in a line."""
        return f"No report ({self.status}): {self.message}"


def absence_of(
    failure: BaseException, seen: v1.Evaluation | None, reason: str, message: str
) -> Absence:
    """What a failure means. `seen` is the evaluation as it was last seen, if it ever was."""
    if isinstance(failure, EvaluationEndedError):
        status = CANCELLED if isinstance(failure, EvaluationCancelledError) else FAILED
        return Absence(status, reason, message, failure.evaluation.name)
    name = "" if seen is None else seen.name
    if isinstance(failure, KeyboardInterrupt):
        return Absence(INTERRUPTED, reason, message, name)
    if seen is None:
        return Absence(NOT_STARTED, reason, message)
    return Absence(LOST if seen.state in _UNDER_WAY else NOT_JUDGED, reason, message, name)


def absence_junit_xml(absence: Absence) -> bytes:
    """One case that is an `error`, with status and reason in its text, in UTF-8."""
    counts = {"tests": "1", "failures": "0", "errors": "1", "skipped": "0", "time": "0"}
    suites = Element("testsuites", {"name": "bakeoff gate", **counts})
    suite = SubElement(suites, "testsuite", {"name": "evaluation", **counts})
    properties = SubElement(suite, "properties")
    for key in ("evaluation", "status", "reason"):
        if value := getattr(absence, key):
            SubElement(properties, "property", {"name": key, "value": clean(value)})
    case = SubElement(
        suite, "testcase", {"classname": "bakeoff.evaluation", "name": _CASE, "time": "0"}
    )
    found = {"message": clean(absence.sentence), "type": clean(absence.reason)}
    SubElement(case, "error", found).text = clean(
        f"status: {absence.status}\nreason: {absence.reason}\n{absence.message}"
    )
    return document(suites)


def absence_markdown(absence: Absence, *, gated: bool) -> str:
    """A heading, status, reason and message. Texts are escaped. Ends with a line feed.

    `gated` says that there is a gate, which is then not passed.
    """
    head = "The gate is not passed: there is no report." if gated else "There is no report."
    lines = [
        f"## 💥 {head}",
        "",
        f"- **Status**: {escaped(absence.status)}",
        f"- **Reason**: {escaped(absence.reason)}",
        *([f"- **Evaluation**: {escaped(absence.evaluation)}"] if absence.evaluation else []),
        "",
        escaped(absence.message),
    ]
    return "\n".join(lines) + "\n"
