"""One class for each reason that the server gives, below the class of its status code."""

from bakeoff.client.errors import (
    AbortedError,
    AlreadyExistsError,
    DataLossError,
    FailedPreconditionError,
    InvalidArgumentError,
    ResourceExhaustedError,
    ServerError,
    UnavailableError,
)

# What was sent cannot be right.


class InvalidFieldError(InvalidArgumentError):
    """A field of the request holds what is not allowed."""

    default_reason = "INVALID_FIELD"


class InvalidNameError(InvalidArgumentError):
    """A name does not follow the rules for names."""

    default_reason = "INVALID_NAME"


class MalformedMessageError(InvalidArgumentError):
    """The server could not read a message."""

    default_reason = "MALFORMED_MESSAGE"


class UploadIncompleteError(InvalidArgumentError):
    """An upload ended early, or its parts came in the wrong order."""

    default_reason = "UPLOAD_INCOMPLETE"


class DigestMismatchError(InvalidArgumentError):
    """The bytes that arrived are not those that were announced."""

    default_reason = "DIGEST_MISMATCH"


class InvalidManifestError(InvalidArgumentError):
    """A manifest contradicts itself or lacks what is needed."""

    default_reason = "MANIFEST_INVALID"


class InvalidExampleError(InvalidArgumentError):
    """An example of an evaluation set cannot be used."""

    default_reason = "EXAMPLE_INVALID"


class DuplicateExampleIdError(InvalidArgumentError):
    """Examples of an evaluation set share an id."""

    default_reason = "DUPLICATE_EXAMPLE_ID"


class TextTooLongError(InvalidArgumentError):
    """A text is longer than any text may be."""

    default_reason = "TEXT_TOO_LONG"


class UnparseableModelError(InvalidArgumentError):
    """A graph is not a readable ONNX model."""

    default_reason = "MODEL_UNPARSEABLE"


class ExternalDataError(InvalidArgumentError):
    """A graph points to weights that are missing, cut short or outside its bundle."""

    default_reason = "EXTERNAL_DATA"


class UnparseableTokenizerError(InvalidArgumentError):
    """A tokenizer file cannot be read."""

    default_reason = "TOKENIZER_UNPARSEABLE"


class ExpressionError(InvalidArgumentError):
    """A constraint, an objective or a condition of a slice cannot be read."""

    default_reason = "EXPRESSION_INVALID"


class UnknownFigureError(InvalidArgumentError):
    """A constraint, an objective or a metric names a figure that there is not."""

    default_reason = "UNKNOWN_FIGURE"


# What was to be made is there already.


class RequestIdReusedError(AlreadyExistsError):
    """A request id came again with another request."""

    default_reason = "REQUEST_ID_REUSED"


# Right in itself, not possible as things are.


class EmptySetError(FailedPreconditionError):
    """An evaluation set holds no example."""

    default_reason = "EMPTY_EVALUATION_SET"


class MissingLabelsError(FailedPreconditionError):
    """An evaluation set holds no labels, or not the kind that is needed."""

    default_reason = "LABELS_MISSING"


class UnknownLabelError(FailedPreconditionError):
    """An evaluation set holds a label that a candidate does not know."""

    default_reason = "LABEL_UNKNOWN"


class TaskMismatchError(FailedPreconditionError):
    """Candidates and evaluation set are not for the same task and problem."""

    default_reason = "TASK_MISMATCH"


class NoSuchTargetError(FailedPreconditionError):
    """The server has no such target."""

    default_reason = "NO_SUCH_TARGET"


class ProviderUnavailableError(FailedPreconditionError):
    """The target's execution provider does not load."""

    default_reason = "PROVIDER_UNAVAILABLE"


class SignatureMismatchError(FailedPreconditionError):
    """A graph's inputs or outputs are not those of its manifest."""

    default_reason = "SIGNATURE_MISMATCH"


class UnsupportedModelError(FailedPreconditionError):
    """A graph needs an opset or operator that the runtime does not have."""

    default_reason = "UNSUPPORTED_OPERATOR"


class TokenizerModelMismatchError(FailedPreconditionError):
    """A tokenizer makes ids that its model does not have."""

    default_reason = "TOKENIZER_MODEL_MISMATCH"


class ResourceInUseError(FailedPreconditionError):
    """An evaluation that has not ended still needs it."""

    default_reason = "RESOURCE_IN_USE"


class WrongStateError(FailedPreconditionError):
    """The evaluation is not in a state that allows it."""

    default_reason = "WRONG_STATE"


# Possible later, or with less.


class QueueFullError(ResourceExhaustedError):
    """As many evaluations wait as may wait."""

    default_reason = "QUEUE_FULL"


class StorageFullError(ResourceExhaustedError):
    """The disk of the server's store is full."""

    default_reason = "STORAGE_FULL"


class TooLargeError(ResourceExhaustedError):
    """An upload is larger than the server takes."""

    default_reason = "TOO_LARGE"


class TooManyCallsError(ResourceExhaustedError):
    """As many calls are open as may be."""

    default_reason = "TOO_MANY_CALLS"


class ServerStoppingError(UnavailableError):
    """The server is about to stop, and takes no more work."""

    default_reason = "SERVER_STOPPING"


# The store failed.


class StoreUnavailableError(UnavailableError):
    """The server's store failed, and a later try may succeed."""

    default_reason = "STORE_UNAVAILABLE"


class CorruptStoreError(DataLossError):
    """The server's store cannot be used until a person has mended it."""

    default_reason = "STORE_CORRUPT"


# One candidate of an evaluation failed.


class CandidateFailedError(AbortedError):
    """One candidate of an evaluation failed; the others go on."""

    default_reason = "CANDIDATE_FAILED"


class WorkerCrashedError(AbortedError):
    """The candidate's worker process ended on its own."""

    default_reason = "WORKER_CRASHED"


class WorkerOutOfMemoryError(AbortedError):
    """The candidate needed more memory than it may have."""

    default_reason = "WORKER_OUT_OF_MEMORY"


class WorkerDeadlineError(AbortedError):
    """The candidate did not answer in time."""

    default_reason = "WORKER_DEADLINE"


class BundleChangedError(AbortedError):
    """A stored file of the candidate is not what it was."""

    default_reason = "BUNDLE_DIGEST_MISMATCH"


class TokenizerPanicError(AbortedError):
    """The candidate's tokenizer failed on an example."""

    default_reason = "TOKENIZER_PANIC"


class InferenceError(AbortedError):
    """The candidate's graph failed on a batch."""

    default_reason = "INFERENCE_FAILED"


class OutputShapeError(AbortedError):
    """The candidate's output does not have the shape that its labels need."""

    default_reason = "OUTPUT_SHAPE"


class NonFiniteOutputError(AbortedError):
    """The candidate's output holds NaN or infinity."""

    default_reason = "NON_FINITE_OUTPUT"


class PlacementError(AbortedError):
    """The candidate ran on another provider than the one asked for."""

    default_reason = "PROVIDER_NOT_USED"


REASONS: dict[str, type[ServerError]] = {
    error.default_reason: error
    for error in (
        InvalidFieldError,
        InvalidNameError,
        MalformedMessageError,
        UploadIncompleteError,
        DigestMismatchError,
        InvalidManifestError,
        InvalidExampleError,
        DuplicateExampleIdError,
        TextTooLongError,
        UnparseableModelError,
        ExternalDataError,
        UnparseableTokenizerError,
        ExpressionError,
        UnknownFigureError,
        RequestIdReusedError,
        EmptySetError,
        MissingLabelsError,
        UnknownLabelError,
        TaskMismatchError,
        NoSuchTargetError,
        ProviderUnavailableError,
        SignatureMismatchError,
        UnsupportedModelError,
        TokenizerModelMismatchError,
        ResourceInUseError,
        WrongStateError,
        QueueFullError,
        StorageFullError,
        TooLargeError,
        TooManyCallsError,
        ServerStoppingError,
        StoreUnavailableError,
        CorruptStoreError,
        CandidateFailedError,
        WorkerCrashedError,
        WorkerOutOfMemoryError,
        WorkerDeadlineError,
        BundleChangedError,
        TokenizerPanicError,
        InferenceError,
        OutputShapeError,
        NonFiniteOutputError,
        PlacementError,
    )
}
