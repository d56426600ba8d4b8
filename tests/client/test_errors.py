"""From a status of a server to an exception."""

from collections.abc import Callable

import grpc
import pytest
from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from bakeoff import v1
from bakeoff.client import (
    AsyncClient,
    Client,
    FailedPreconditionError,
    FieldViolation,
    InvalidFieldError,
    NotFoundError,
    ServerError,
    TaskMismatchError,
    UnavailableError,
    UnknownError,
    UnknownLabelError,
    error_from_status,
)
from bakeoff.client.reasons import REASONS
from bakeoff.client.statuses import CODES
from bakeoff.server import errors as server_errors
from bakeoff.server.status import TABLE, status_of
from bakeoff.v1.candidate_service_pb2_grpc import CandidateServiceServicer


def packed(message: Message) -> Any:
    whole = Any()
    whole.Pack(message)
    return whole


RICH = status_pb2.Status(
    code=code_pb2.INVALID_ARGUMENT,
    message="spec.candidates must name 1 to 64 candidates, got none",
    details=[
        packed(
            error_details_pb2.ErrorInfo(
                reason="INVALID_FIELD", domain="bakeoff", metadata={"field": "spec.candidates"}
            )
        ),
        packed(
            error_details_pb2.BadRequest(
                field_violations=[
                    error_details_pb2.BadRequest.FieldViolation(
                        field="spec.candidates", description="got none"
                    )
                ]
            )
        ),
    ],
)


class Candidates(CandidateServiceServicer):
    """Answers every question after a candidate with a status."""

    def __init__(self, status: status_pb2.Status) -> None:
        self.status = status

    def GetCandidate(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.GetCandidateRequest,  # noqa: ARG002 (gRPC passes it)
        context: grpc.ServicerContext,
    ) -> v1.GetCandidateResponse:
        context.abort_with_status(rpc_status.to_status(self.status))
        raise AssertionError


def check_rich(error: ServerError) -> None:
    assert InvalidFieldError is type(error)
    assert RICH.message == error.message == str(error)
    assert ("INVALID_FIELD", "INVALID_ARGUMENT") == (error.reason, error.code)
    assert {"field": "spec.candidates"} == error.metadata
    assert (FieldViolation("spec.candidates", "got none"),) == error.field_violations
    assert error.retry_after_s is None


def test_a_rich_error_arrives_whole(client_of: Callable[..., Client]) -> None:
    with pytest.raises(ServerError) as caught:
        client_of(Candidates(RICH)).get_candidate("x")
    check_rich(caught.value)


async def test_a_rich_error_arrives_whole_by_asyncio(serve: Callable[..., str]) -> None:
    async with AsyncClient(serve(Candidates(RICH))) as client:
        with pytest.raises(ServerError) as caught:
            await client.get_candidate("x")
    check_rich(caught.value)


def test_a_plain_error_has_the_code_for_a_reason(client_of: Callable[..., Client]) -> None:
    plain = status_pb2.Status(code=code_pb2.NOT_FOUND, message="no such thing")
    with pytest.raises(NotFoundError) as caught:
        client_of(Candidates(plain)).get_candidate("x")
    assert ("NOT_FOUND", "no such thing") == (caught.value.reason, caught.value.message)


def test_no_server_is_unavailable() -> None:
    with (
        Client("127.0.0.1:1", timeout_s=0.5) as client,
        pytest.raises(UnavailableError) as caught,
    ):
        client.get_candidate("x")
    assert "UNAVAILABLE" == caught.value.reason


def test_details_that_contradict_the_call_are_not_used(serve: Callable[..., str]) -> None:
    class Contradiction(CandidateServiceServicer):
        def GetCandidate(  # noqa: N802 (the method's name in the contract)
            self,
            request: v1.GetCandidateRequest,  # noqa: ARG002 (gRPC passes it)
            context: grpc.ServicerContext,
        ) -> v1.GetCandidateResponse:
            context.set_trailing_metadata((("grpc-status-details-bin", RICH.SerializeToString()),))
            context.abort(grpc.StatusCode.NOT_FOUND, "no such thing")
            raise AssertionError

    with Client(serve(Contradiction())) as client, pytest.raises(NotFoundError) as caught:
        client.get_candidate("x")
    assert "NOT_FOUND" == caught.value.reason


def test_time_to_retry_is_told() -> None:
    delay = error_details_pb2.RetryInfo()
    delay.retry_delay.FromMilliseconds(1500)
    status = status_pb2.Status(code=code_pb2.RESOURCE_EXHAUSTED, details=[packed(delay)])
    error = error_from_status(status)
    assert (1.5, "RESOURCE_EXHAUSTED", "RESOURCE_EXHAUSTED") == (
        error.retry_after_s,
        error.message,
        error.reason,
    )


def test_an_unknown_reason_keeps_its_name_in_the_class_of_its_code() -> None:
    info = error_details_pb2.ErrorInfo(reason="FROM_THE_FUTURE")
    status = status_pb2.Status(code=code_pb2.FAILED_PRECONDITION, details=[packed(info)])
    error = error_from_status(status)
    assert (FailedPreconditionError, "FROM_THE_FUTURE") == (type(error), error.reason)


def test_a_reason_under_an_unlikely_code_gets_the_class_of_the_code() -> None:
    info = error_details_pb2.ErrorInfo(reason="TASK_MISMATCH")
    status = status_pb2.Status(code=code_pb2.NOT_FOUND, details=[packed(info)])
    assert NotFoundError is type(error_from_status(status))
    status.code = code_pb2.FAILED_PRECONDITION
    assert TaskMismatchError is type(error_from_status(status))


def test_an_unknown_code_is_unknown() -> None:
    assert UnknownError is type(error_from_status(status_pb2.Status(code=99, message="odd")))


def test_every_code_but_ok_has_its_class() -> None:
    assert {name for name in code_pb2.Code.keys() if name != "OK"} == set(CODES)  # noqa: SIM118 (no mapping)


@pytest.mark.parametrize("kind", list(TABLE), ids=lambda kind: kind.__name__)
def test_every_reason_of_the_server_has_a_class(
    kind: type[server_errors.BakeoffError],
) -> None:
    """A caller can catch whatever the server raises by its reason."""
    error = error_from_status(status_of(kind("something")))
    assert kind.reason == error.reason == type(error).default_reason
    expected = REASONS.get(kind.reason) or CODES[code_pb2.Code.Name(TABLE[kind].code)]
    assert expected is type(error)


def test_metadata_travels_with_the_reason() -> None:
    status = status_of(server_errors.UnknownLabelError("no such label", label="maybe", row="7"))
    error = error_from_status(status)
    assert UnknownLabelError is type(error)
    assert {"label": "maybe", "row": "7"} == error.metadata
