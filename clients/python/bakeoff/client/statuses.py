"""From a status on the wire to an exception."""

from typing import cast

import grpc
from google.rpc import code_pb2, error_details_pb2, status_pb2

from bakeoff.client import errors
from bakeoff.client.reasons import REASONS

CODES: dict[str, type[errors.ServerError]] = {
    error.code: error
    for error in (
        errors.CancelledError,
        errors.UnknownError,
        errors.InvalidArgumentError,
        errors.DeadlineExceededError,
        errors.NotFoundError,
        errors.AlreadyExistsError,
        errors.PermissionDeniedError,
        errors.ResourceExhaustedError,
        errors.FailedPreconditionError,
        errors.AbortedError,
        errors.OutOfRangeError,
        errors.UnimplementedError,
        errors.InternalError,
        errors.UnavailableError,
        errors.DataLossError,
        errors.UnauthenticatedError,
    )
}


def error_from_rpc(failure: grpc.RpcError) -> errors.ServerError:
    """The exception for a failed call, with its details where the server sent any.

    Takes the errors of `grpc` and of `grpc.aio` alike.
    """
    from grpc_status import rpc_status  # only a call that fails has to wait for it

    call = cast("grpc.Call", failure)
    try:
        status = rpc_status.from_call(call)
    except ValueError:  # the details contradict the call, so they are not used
        status = None
    if status is None:
        status = status_pb2.Status(code=call.code().value[0], message=call.details() or "")
    return error_from_status(status)


def error_from_status(status: status_pb2.Status) -> errors.ServerError:
    """The exception for a status: of a call, an evaluation or a candidate.

    Its class is that of the reason, where the reason is known and fits the
    status code, else that of the code.
    """
    code = _name_of(status.code)
    family = CODES.get(code, errors.UnknownError)
    info = error_details_pb2.ErrorInfo()
    request = error_details_pb2.BadRequest()
    retry = error_details_pb2.RetryInfo()
    retry_after_s: float | None = None
    for detail in status.details:
        if detail.Unpack(info) or detail.Unpack(request):
            continue
        if detail.Unpack(retry):
            delay = retry.retry_delay
            retry_after_s = delay.seconds + delay.nanos / 1e9
    known = REASONS.get(info.reason)
    error = known if known is not None and issubclass(known, family) else family
    return error(
        status.message or code,
        reason=info.reason or None,
        metadata=info.metadata,
        field_violations=tuple(
            errors.FieldViolation(violation.field, violation.description)
            for violation in request.field_violations
        ),
        retry_after_s=retry_after_s,
    )


def _name_of(code: int) -> str:
    return code_pb2.Code.Name(code) if code in code_pb2.Code.values() else "UNKNOWN"
