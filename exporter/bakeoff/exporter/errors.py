"""Everything that can stop an export, each with a stable reason."""

from typing import ClassVar


class ExportError(Exception):
    """An export could not be made. The root of the tree; raised only through its subclasses."""

    reason: ClassVar[str] = "EXPORT_FAILED"


class SourceNotFoundError(ExportError):
    """The source model is neither on this machine nor to be had from the hub."""

    reason = "SOURCE_NOT_FOUND"


class SourceUnsupportedError(ExportError):
    """The source model is of a kind, or in a state, that cannot be exported."""

    reason = "SOURCE_UNSUPPORTED"


class UnsafeWeightsError(SourceUnsupportedError):
    """The weights are in a format that can run code when it is read."""

    reason = "UNSAFE_WEIGHTS"


class RemoteCodeError(SourceUnsupportedError):
    """The checkpoint brings its own code, and nobody said to trust it."""

    reason = "REMOTE_CODE"


class MissingWeightsError(SourceUnsupportedError):
    """The checkpoint lacks weights that the task needs."""

    reason = "MISSING_WEIGHTS"


class TokenizerUnsupportedError(SourceUnsupportedError):
    """The tokenizer cannot be written in the format of the `tokenizers` library."""

    reason = "TOKENIZER_UNSUPPORTED"


class TaskUnsupportedError(ExportError):
    """There is no such task."""

    reason = "TASK_UNSUPPORTED"


class VariantUnsupportedError(ExportError):
    """There is no such variant, or not for this source model."""

    reason = "VARIANT_UNSUPPORTED"


class OptionError(ExportError):
    """A setting has a value that is not allowed."""

    reason = "INVALID_OPTION"


class LabelsMismatchError(ExportError):
    """The labels do not fit the model's output."""

    reason = "LABELS_MISMATCH"


class ExamplesError(ExportError):
    """A file of examples cannot be read, or holds too few."""

    reason = "INVALID_EXAMPLES"


class CalibrationMissingError(ExportError):
    """A variant needs calibration examples and none were given."""

    reason = "CALIBRATION_MISSING"


class BackendUnavailableError(ExportError):
    """The export back end is not installed here."""

    reason = "BACKEND_UNAVAILABLE"


class BackendFailedError(ExportError):
    """The export back end could not draw a graph that holds at every shape."""

    reason = "BACKEND_FAILED"


class InvalidGraphError(ExportError):
    """The ONNX file is broken, or does not have the inputs and outputs that the task needs."""

    reason = "INVALID_GRAPH"


class VariantFailedError(ExportError):
    """The graph could not be turned into the variant."""

    reason = "VARIANT_FAILED"


class ParityFailedError(ExportError):
    """The variant does not answer as its source model does."""

    reason = "PARITY_FAILED"


class OutputExistsError(ExportError):
    """The output folder exists already, and nobody said to replace it."""

    reason = "OUTPUT_EXISTS"


class InvalidBundleError(ExportError):
    """A folder is not a bundle, or its files are not those that its manifest lists."""

    reason = "INVALID_BUNDLE"
