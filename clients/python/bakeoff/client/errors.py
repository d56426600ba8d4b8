"""Everything that can go wrong for a caller.

    BakeoffClientError
    ├── InvalidOptionError            a setting cannot be read
    │   └── GateFileError             a file cannot be read as a gate
    ├── EvaluationSetFileError        a file cannot be read as an evaluation set
    ├── BundleFolderError             a folder is not a bundle
    ├── MissingExtraError             a library that is needed is not installed
    ├── ServerStartError              a server of one's own did not start
    ├── EvaluationEndedError          an evaluation ended without a report
    │   ├── EvaluationFailedError
    │   └── EvaluationCancelledError
    └── ServerError                   the server answered with an error
        ├── InvalidArgumentError      one class for each status code,
        │   ├── InvalidFieldError     and below it one for each reason
        │   └── ...
        └── ...

Each has a `reason`, a constant in capitals that programs can rely on, and a
`message` for people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from bakeoff import v1


class BakeoffClientError(Exception):
    """Something went wrong for a known reason."""

    default_reason: ClassVar[str] = "CLIENT_ERROR"

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason or self.default_reason


# On this side of the wire.


class InvalidOptionError(BakeoffClientError):
    """A setting cannot be read."""

    default_reason = "OPTION_INVALID"


class GateFileError(InvalidOptionError):
    """A file cannot be read as a gate.

    `path` is the file; `line` and `column` count from 1 and are None where there is no place.
    """

    default_reason = "GATE_FILE"

    def __init__(
        self,
        message: str,
        *,
        reason: str | None = None,
        path: Path,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message, reason=reason)
        self.path = path
        self.line = line
        self.column = column


class EvaluationSetFileError(BakeoffClientError):
    """A file cannot be read as an evaluation set.

    `path` is the file; `row` counts its examples from 1 and `line` its lines;
    `column` is the column at fault. Each is None where it does not apply.
    """

    default_reason = "EVALUATION_SET_FILE"

    def __init__(
        self,
        message: str,
        *,
        reason: str | None = None,
        path: Path,
        row: int | None = None,
        line: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(message, reason=reason)
        self.path = path
        self.row = row
        self.line = line
        self.column = column


class BundleFolderError(BakeoffClientError):
    """A folder is not a bundle, or its files are not those of its manifest."""

    default_reason = "BUNDLE_FOLDER"


class MissingExtraError(BakeoffClientError):
    """A library that is needed is not installed."""

    default_reason = "EXTRA_MISSING"


class ServerStartError(BakeoffClientError):
    """A server of one's own did not start."""

    default_reason = "SERVER_START"


class EvaluationEndedError(BakeoffClientError):
    """An evaluation ended without a report. `evaluation` is how it ended."""

    def __init__(
        self, message: str, *, evaluation: v1.Evaluation, reason: str | None = None
    ) -> None:
        super().__init__(message, reason=reason)
        self.evaluation = evaluation


class EvaluationFailedError(EvaluationEndedError):
    """An evaluation failed; the reason is that of its error."""

    default_reason = "EVALUATION_FAILED"


class EvaluationCancelledError(EvaluationEndedError):
    """An evaluation was cancelled."""

    default_reason = "EVALUATION_CANCELLED"


# From the server, by status code.


@dataclass(frozen=True)
class FieldViolation:
    """A field of a request that is at fault."""

    field: str
    description: str


class ServerError(BakeoffClientError):
    """The server answered with an error.

    `code` is the gRPC status code by name, `metadata` what the server says
    beside the reason, `field_violations` the fields at fault, and
    `retry_after_s` after how many seconds to try again, None if it does not say.
    """

    default_reason = "UNKNOWN"
    code: ClassVar[str] = "UNKNOWN"

    def __init__(
        self,
        message: str,
        *,
        reason: str | None = None,
        metadata: Mapping[str, str] | None = None,
        field_violations: tuple[FieldViolation, ...] = (),
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, reason=reason)
        self.metadata: Mapping[str, str] = dict(metadata or {})
        self.field_violations = field_violations
        self.retry_after_s = retry_after_s


class CancelledError(ServerError):
    """The call was cancelled."""

    default_reason = code = "CANCELLED"


class UnknownError(ServerError):
    """The server failed in a way that it does not explain."""

    default_reason = code = "UNKNOWN"


class InvalidArgumentError(ServerError):
    """What was sent cannot be right."""

    default_reason = code = "INVALID_ARGUMENT"


class DeadlineExceededError(ServerError):
    """The answer did not come in time."""

    default_reason = code = "DEADLINE_EXCEEDED"


class NotFoundError(ServerError):
    """What was named is not there."""

    default_reason = code = "NOT_FOUND"


class AlreadyExistsError(ServerError):
    """Another resource has that name."""

    default_reason = code = "ALREADY_EXISTS"


class PermissionDeniedError(ServerError):
    """The caller may not do this."""

    default_reason = code = "PERMISSION_DENIED"


class ResourceExhaustedError(ServerError):
    """A limit is reached."""

    default_reason = code = "RESOURCE_EXHAUSTED"


class FailedPreconditionError(ServerError):
    """The request is right in itself and not possible as things are."""

    default_reason = code = "FAILED_PRECONDITION"


class AbortedError(ServerError):
    """The work was broken off."""

    default_reason = code = "ABORTED"


class OutOfRangeError(ServerError):
    """A position lies beyond the end."""

    default_reason = code = "OUT_OF_RANGE"


class UnimplementedError(ServerError):
    """The server does not know this method: it may be older than the client."""

    default_reason = code = "UNIMPLEMENTED"


class InternalError(ServerError):
    """The server has a fault. Its message holds the id under which it was logged."""

    default_reason = code = "INTERNAL"


class UnavailableError(ServerError):
    """No server answers, or it cannot do so now."""

    default_reason = code = "UNAVAILABLE"


class DataLossError(ServerError):
    """What the server had stored is lost or corrupt."""

    default_reason = code = "DATA_LOSS"


class UnauthenticatedError(ServerError):
    """The server does not know who calls."""

    default_reason = code = "UNAUTHENTICATED"
