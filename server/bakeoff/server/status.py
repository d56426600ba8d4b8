"""The one table from errors of the domain to codes of `google.rpc`, and the status they become.

Knows no transport: a status is also what an evaluation keeps of a candidate that failed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import code_pb2
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from bakeoff.server import errors

DOMAIN = "bakeoff"
FIELD = "field"
"""Key of an error's metadata that names the field of the request at fault."""

# A status travels in headers, of which a peer takes 8 KiB, and twice: as text, where a byte beyond
# ASCII takes three, and as details, where three bytes take four.
_MESSAGE_LIMIT_BYTES = 1200
_DESCRIPTION_LIMIT_BYTES = 300
_METADATA_LIMIT_BYTES = 200
_METADATA_LIMIT_COUNT = 6


@dataclass(frozen=True, slots=True)
class Row:
    """What an error becomes: its code, and after how long a new try may do better, if ever."""

    code: "code_pb2.Code.ValueType"
    retry_after_s: float | None = None


_INVALID = Row(code_pb2.INVALID_ARGUMENT)
_EXISTS = Row(code_pb2.ALREADY_EXISTS)
_PRECONDITION = Row(code_pb2.FAILED_PRECONDITION)
_ABORTED = Row(code_pb2.ABORTED)

TABLE: Mapping[type[errors.BakeoffError], Row] = MappingProxyType(
    {
        errors.RequestError: _INVALID,
        errors.InvalidFieldError: _INVALID,
        errors.InvalidNameError: _INVALID,
        errors.MalformedMessageError: _INVALID,
        errors.UploadIncompleteError: _INVALID,
        errors.DigestMismatchError: _INVALID,
        errors.InvalidManifestError: _INVALID,
        errors.InvalidExampleError: _INVALID,
        errors.DuplicateExampleIdError: _INVALID,
        errors.TextTooLongError: _INVALID,
        errors.UnparseableModelError: _INVALID,
        errors.ExternalDataError: _INVALID,
        errors.UnparseableTokenizerError: _INVALID,
        errors.ExpressionError: _INVALID,
        errors.UnknownFigureError: _INVALID,
        errors.UnauthenticatedError: Row(code_pb2.UNAUTHENTICATED),
        errors.NotFoundError: Row(code_pb2.NOT_FOUND),
        errors.ConflictError: _EXISTS,
        errors.RequestIdReusedError: _EXISTS,
        errors.PreconditionError: _PRECONDITION,
        errors.EmptySetError: _PRECONDITION,
        errors.MissingLabelsError: _PRECONDITION,
        errors.UnknownLabelError: _PRECONDITION,
        errors.TaskMismatchError: _PRECONDITION,
        errors.NoSuchTargetError: _PRECONDITION,
        errors.ProviderUnavailableError: _PRECONDITION,
        errors.SignatureMismatchError: _PRECONDITION,
        errors.UnsupportedModelError: _PRECONDITION,
        errors.TokenizerModelMismatchError: _PRECONDITION,
        errors.ResourceInUseError: _PRECONDITION,
        errors.WrongStateError: _PRECONDITION,
        errors.CapacityError: Row(code_pb2.RESOURCE_EXHAUSTED, retry_after_s=10),
        errors.QueueFullError: Row(code_pb2.RESOURCE_EXHAUSTED, retry_after_s=30),
        errors.StorageFullError: Row(code_pb2.RESOURCE_EXHAUSTED, retry_after_s=60),
        # Later is no better: the upload itself must become smaller.
        errors.TooLargeError: Row(code_pb2.RESOURCE_EXHAUSTED),
        errors.TooManyCallsError: Row(code_pb2.RESOURCE_EXHAUSTED, retry_after_s=1),
        errors.CallDeadlineError: Row(code_pb2.DEADLINE_EXCEEDED),
        errors.ServerStoppingError: Row(code_pb2.UNAVAILABLE, retry_after_s=1),
        errors.StoreError: Row(code_pb2.UNAVAILABLE, retry_after_s=1),
        errors.CorruptStoreError: Row(code_pb2.DATA_LOSS),
        errors.CandidateError: _ABORTED,
        errors.WorkerCrashedError: _ABORTED,
        errors.WorkerOutOfMemoryError: _ABORTED,
        errors.WorkerDeadlineError: _ABORTED,
        errors.BundleChangedError: _ABORTED,
        errors.TokenizerPanicError: _ABORTED,
        errors.InferenceError: _ABORTED,
        errors.OutputShapeError: _ABORTED,
        errors.NonFiniteOutputError: _ABORTED,
        errors.PlacementError: _ABORTED,
    }
)


def status_of(error: errors.BakeoffError) -> Status:
    """A known error as a status: code, message, reason with metadata, field, time to retry."""
    row = TABLE[type(error)]
    message = _cut(error.message, _MESSAGE_LIMIT_BYTES)
    metadata = {
        key: _cut(value, _METADATA_LIMIT_BYTES)
        for key, value in list(error.metadata.items())[:_METADATA_LIMIT_COUNT]
    }
    details: list[Message] = [ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=metadata)]
    if FIELD in error.metadata:
        description = _cut(error.message, _DESCRIPTION_LIMIT_BYTES)
        violation = BadRequest.FieldViolation(field=metadata[FIELD], description=description)
        details.append(BadRequest(field_violations=[violation]))
    if row.retry_after_s is not None:
        delay = Duration()
        delay.FromMilliseconds(round(row.retry_after_s * 1000))
        details.append(RetryInfo(retry_delay=delay))
    return Status(code=row.code, message=message, details=[_packed(one) for one in details])


def internal_status(error_id: str) -> Status:
    """The status of an error that nobody foresaw; the log holds the rest under the id."""
    info = ErrorInfo(reason="INTERNAL", domain=DOMAIN, metadata={"error_id": error_id})
    message = f"internal error; the server's log tells it under {error_id}"
    return Status(code=code_pb2.INTERNAL, message=message, details=[_packed(info)])


def _packed(detail: Message) -> Any:
    packed = Any()
    packed.Pack(detail)
    return packed


def _cut(text: str, limit_bytes: int) -> str:
    raw = text.encode()
    if len(raw) <= limit_bytes:
        return text
    return raw[: limit_bytes - len("…".encode())].decode(errors="ignore") + "…"
