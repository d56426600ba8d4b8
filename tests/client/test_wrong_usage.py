"""What a server refuses of what was typed is wrong usage, and names the option."""

from collections.abc import Callable
from pathlib import Path

import grpc
import pytest
from click.testing import CliRunner, Result
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from bakeoff import v1
from bakeoff.client.cli import bakeoff
from bakeoff.client.commands.compare import compare
from bakeoff.client.commands.evaluate import evaluate
from bakeoff.client.commands.history import history
from bakeoff.client.failure import WRONG_USAGE
from bakeoff.client.options.fields import OPTIONS, in_options
from bakeoff.client.reasons import REASONS
from bakeoff.client.statuses import CODES
from bakeoff.v1.candidate_service_pb2_grpc import CandidateServiceServicer

COMMANDS = (compare, evaluate, history)
REQUESTS = (v1.CreateEvaluationRequest, v1.CompareEvaluationsRequest, v1.GetModelHistoryRequest)
DOCS = Path(__file__).resolve().parents[2] / "docs"


class Refusing(CandidateServiceServicer):
    """Answers every question after a candidate with an error."""

    def __init__(self, reason: str, message: str = "no", field: str = "") -> None:
        code = code_pb2.Code.Value({**CODES, **REASONS}[reason].code)
        self.status = status_pb2.Status(code=code, message=message)
        information = error_details_pb2.ErrorInfo(reason=reason, domain="bakeoff")
        self.status.details.add().Pack(information)
        if field:
            violation = error_details_pb2.BadRequest.FieldViolation(field=field)
            request = error_details_pb2.BadRequest(field_violations=[violation])
            self.status.details.add().Pack(request)

    def GetCandidate(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.GetCandidateRequest,  # noqa: ARG002 (gRPC passes it)
        context: grpc.ServicerContext,
    ) -> v1.GetCandidateResponse:
        context.abort_with_status(rpc_status.to_status(self.status))
        raise AssertionError


@pytest.fixture
def refused(serve: Callable[..., str]) -> Callable[..., Result]:
    """A command whose call a server refuses."""

    def run(*words: str) -> Result:
        address = serve(Refusing(*words))
        return CliRunner().invoke(bakeoff, ["candidates", "describe", "x", "--server", address])

    return run


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        *((reason, 2) for reason in sorted(WRONG_USAGE)),
        ("EXAMPLE_INVALID", 1),
        ("MANIFEST_INVALID", 1),
        ("NOT_FOUND", 1),
        ("LABEL_UNKNOWN", 1),
        ("QUEUE_FULL", 1),
    ],
)
def test_what_was_typed_ends_with_2_and_all_else_with_1(
    refused: Callable[..., Result], reason: str, code: int
) -> None:
    ended = refused(reason)
    assert code == ended.exit_code
    assert ended.stderr.strip().endswith(f"[{reason}]")


def test_the_docs_name_the_reasons_that_end_with_2() -> None:
    page = (DOCS / "errors.md").read_text(encoding="utf-8")
    sentence = page.split("`bakeoff` ends with 2 for ")[1].split("which")[0]
    assert WRONG_USAGE == {word.strip("`,") for word in sentence.split() if word.startswith("`")}


@pytest.mark.parametrize(
    ("message", "field", "said"),
    [
        (
            "spec.slices.buckets[0] must be one of a, b; got 'c'",
            "spec.slices.buckets[0]",
            "--slice-bucket must be one of a, b; got 'c'.",
        ),
        ("x is of no use", "spec.metrics[3]", "x is of no use. At fault: --metric."),
        ('constraint "a": no', "spec.constraints[0]", 'constraint "a": no.'),
        ('constraint "a": no', "constraints[0]", 'constraint "a": no.'),
        ("pairs[1] is of no use", "pairs[1]", "--pair is of no use."),
        ("page_size must be more", "page_size", "page_size must be more."),
    ],
)
def test_a_field_is_told_as_the_option_that_was_typed(
    refused: Callable[..., Result], message: str, field: str, said: str
) -> None:
    ended = refused("INVALID_FIELD", message, field)
    assert f"Error: {said} [INVALID_FIELD]\n" == ended.stderr


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("spec.baseline must be one of spec.candidates.", "--baseline must be one of --candidate."),
        ("figures[1] must be a figure", "--figure must be a figure"),
        ("variant must be one", "--variant must be one"),
        ("evaluation_set must be one", "--set must be one"),
        ("its variant must be one", ""),
        ("these figures are no field", ""),
        ("spec.scenarios[0].server.qps must be above 0", ""),
        ("spec.slices.buckets_of_mine must be", ""),
        ("my_figures[0] must be", ""),
    ],
)
def test_fields_of_no_option_are_left_as_they_are(message: str, expected: str) -> None:
    assert (expected or message) == in_options(message)


def test_every_field_is_of_a_request_and_every_option_of_a_command() -> None:
    typed = {name for command in COMMANDS for one in command.params for name in one.opts}
    assert set() == set(OPTIONS.values()) - typed
    for path in OPTIONS:
        head, _, rest = path.partition(".")
        messages = [one.DESCRIPTOR for one in REQUESTS if head in one.DESCRIPTOR.fields_by_name]
        assert 1 == len(messages), path
        field = messages[0].fields_by_name[head]
        for word in rest.split(".") if rest else ():
            assert word in field.message_type.fields_by_name, path
            field = field.message_type.fields_by_name[word]
