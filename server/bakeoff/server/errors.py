"""Everything that can go wrong, by reason. Knows no protocol.

    BakeoffError
    ├── RequestError            what the caller sent cannot be right
    ├── UnauthenticatedError    the caller has not shown who it is
    ├── NotFoundError           what the caller names is not there
    ├── ConflictError           what the caller wants to make is there already
    ├── PreconditionError       right in itself, not possible as things are
    ├── CapacityError           possible later, or with less
    ├── StoreError              the store failed
    └── CandidateError          one candidate of an evaluation failed

A class is one reason. Its message is safe to show to a caller: no paths, no secrets.
"""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class BakeoffError(Exception):
    """Something went wrong for a known reason."""

    reason: ClassVar[str]

    def __init__(self, message: str, **metadata: str) -> None:
        super().__init__(message)
        self.message = message
        self.metadata: Mapping[str, str] = metadata


# What the caller sent cannot be right.


class RequestError(BakeoffError):
    """What the caller sent cannot be right."""

    reason = "INVALID_ARGUMENT"


class InvalidFieldError(RequestError):
    """A field of the request holds what is not allowed."""

    reason = "INVALID_FIELD"


class InvalidNameError(RequestError):
    """A name does not follow the rules for names."""

    reason = "INVALID_NAME"


class MalformedMessageError(RequestError):
    """Bytes that came are not the message that was expected."""

    reason = "MALFORMED_MESSAGE"


class UploadIncompleteError(RequestError):
    """An upload ended early, or its parts came in the wrong order."""

    reason = "UPLOAD_INCOMPLETE"


class DigestMismatchError(RequestError):
    """Bytes that came are not those that were announced."""

    reason = "DIGEST_MISMATCH"


class InvalidManifestError(RequestError):
    """A manifest contradicts itself or lacks what is needed."""

    reason = "MANIFEST_INVALID"


class InvalidExampleError(RequestError):
    """An example of an evaluation set cannot be used."""

    reason = "EXAMPLE_INVALID"


class DuplicateExampleIdError(RequestError):
    """Examples of an evaluation set share an id."""

    reason = "DUPLICATE_EXAMPLE_ID"


class TextTooLongError(RequestError):
    """A text is longer than any text may be."""

    reason = "TEXT_TOO_LONG"


class UnparseableModelError(RequestError):
    """A graph is not a readable ONNX model."""

    reason = "MODEL_UNPARSEABLE"


class ExternalDataError(RequestError):
    """A graph points to weights that are missing, cut short or outside its bundle."""

    reason = "EXTERNAL_DATA"


class UnparseableTokenizerError(RequestError):
    """A tokenizer file cannot be read."""

    reason = "TOKENIZER_UNPARSEABLE"


class ExpressionError(RequestError):
    """A constraint, an objective or a condition of a slice cannot be read."""

    reason = "EXPRESSION_INVALID"


class UnknownFigureError(RequestError):
    """A constraint, an objective or a metric names a figure that there is not."""

    reason = "UNKNOWN_FIGURE"


# The caller has not shown who it is.


class UnauthenticatedError(BakeoffError):
    """The caller has not shown who it is."""

    reason = "UNAUTHENTICATED"


# What the caller names is not there.


class NotFoundError(BakeoffError):
    """What the caller names is not there."""

    reason = "NOT_FOUND"


# What the caller wants to make is there already.


class ConflictError(BakeoffError):
    """Another resource has that name."""

    reason = "ALREADY_EXISTS"


class RequestIdReusedError(ConflictError):
    """A request id came again with another request."""

    reason = "REQUEST_ID_REUSED"


# Right in itself, not possible as things are.


class PreconditionError(BakeoffError):
    """The request is right in itself and not possible as things are."""

    reason = "FAILED_PRECONDITION"


class EmptySetError(PreconditionError):
    """An evaluation set holds no example."""

    reason = "EMPTY_EVALUATION_SET"


class MissingLabelsError(PreconditionError):
    """An evaluation set holds no labels, or not the kind that is needed."""

    reason = "LABELS_MISSING"


class UnknownLabelError(PreconditionError):
    """An evaluation set holds a label that a candidate does not know."""

    reason = "LABEL_UNKNOWN"


class TaskMismatchError(PreconditionError):
    """Candidates and evaluation set are not for the same task and problem."""

    reason = "TASK_MISMATCH"


class NoSuchTargetError(PreconditionError):
    """The server has no such target."""

    reason = "NO_SUCH_TARGET"


class ProviderUnavailableError(PreconditionError):
    """The target's execution provider does not load."""

    reason = "PROVIDER_UNAVAILABLE"


class SignatureMismatchError(PreconditionError):
    """A graph's inputs or outputs are not those of its manifest."""

    reason = "SIGNATURE_MISMATCH"


class UnsupportedModelError(PreconditionError):
    """A graph needs an opset or operator that the runtime does not have."""

    reason = "UNSUPPORTED_OPERATOR"


class TokenizerModelMismatchError(PreconditionError):
    """A tokenizer makes ids that its model does not have."""

    reason = "TOKENIZER_MODEL_MISMATCH"


class ResourceInUseError(PreconditionError):
    """An evaluation that has not ended still needs it."""

    reason = "RESOURCE_IN_USE"


class WrongStateError(PreconditionError):
    """The evaluation is not in a state that allows it."""

    reason = "WRONG_STATE"


# Possible later, or with less.


class CapacityError(BakeoffError):
    """A limit of the server is reached."""

    reason = "RESOURCE_EXHAUSTED"


class QueueFullError(CapacityError):
    """As many evaluations wait as may wait."""

    reason = "QUEUE_FULL"


class StorageFullError(CapacityError):
    """The disk of the store is full."""

    reason = "STORAGE_FULL"


class TooLargeError(CapacityError):
    """An upload is larger than the server takes."""

    reason = "TOO_LARGE"


class TooManyCallsError(CapacityError):
    """As many calls are under way as may be."""

    reason = "TOO_MANY_CALLS"


class CallDeadlineError(CapacityError):
    """The call took longer than any call of its kind may."""

    reason = "DEADLINE_EXCEEDED"


class ServerStoppingError(CapacityError):
    """The server is about to stop."""

    reason = "SERVER_STOPPING"


# The store failed.


class StoreError(BakeoffError):
    """The store failed, and a later try may succeed."""

    reason = "STORE_UNAVAILABLE"


class CorruptStoreError(StoreError):
    """The store cannot be used until a person has mended it."""

    reason = "STORE_CORRUPT"


# One candidate of an evaluation failed.


class CandidateError(BakeoffError):
    """One candidate of an evaluation failed; the others go on."""

    reason = "CANDIDATE_FAILED"


class WorkerCrashedError(CandidateError):
    """The candidate's worker process ended on its own."""

    reason = "WORKER_CRASHED"


class WorkerOutOfMemoryError(CandidateError):
    """The candidate needed more memory than it may have."""

    reason = "WORKER_OUT_OF_MEMORY"


class WorkerDeadlineError(CandidateError):
    """The candidate did not answer in time."""

    reason = "WORKER_DEADLINE"


class BundleChangedError(CandidateError):
    """A stored file of the candidate is not what it was."""

    reason = "BUNDLE_DIGEST_MISMATCH"


class TokenizerPanicError(CandidateError):
    """The candidate's tokenizer failed on an example."""

    reason = "TOKENIZER_PANIC"


class InferenceError(CandidateError):
    """The candidate's graph failed on a batch."""

    reason = "INFERENCE_FAILED"


class OutputShapeError(CandidateError):
    """The candidate's output does not have the shape that its labels need."""

    reason = "OUTPUT_SHAPE"


class NonFiniteOutputError(CandidateError):
    """The candidate's output holds NaN or infinity."""

    reason = "NON_FINITE_OUTPUT"


class PlacementError(CandidateError):
    """The candidate ran on another provider than the one asked for."""

    reason = "PROVIDER_NOT_USED"
