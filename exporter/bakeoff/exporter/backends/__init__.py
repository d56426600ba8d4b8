"""Export back ends: each draws the fp32 graph of a checkpoint.

A back end knows nothing of variants, parity or bundles. A new one is a file here and a line below.
"""

from collections.abc import Mapping, Sequence

from bakeoff.exporter.backends.backend import Backend
from bakeoff.exporter.backends.dynamo import DynamoBackend
from bakeoff.exporter.backends.optimum import OptimumBackend
from bakeoff.exporter.backends.transformers_exporter import TransformersBackend
from bakeoff.exporter.errors import BackendUnavailableError, OptionError

__all__ = ["BACKENDS", "Backend", "backends_for"]

# In the order in which they are tried.
BACKENDS: Mapping[str, Backend] = {
    backend.name: backend for backend in (TransformersBackend(), DynamoBackend(), OptimumBackend())
}


def backends_for(asked: str | None) -> Sequence[Backend]:
    """The back end that was asked for, or all that are installed, in the order to try them.

    Raises OptionError for an unknown name, BackendUnavailableError when it is not installed.
    """
    if asked is not None:
        if asked not in BACKENDS:
            message = f"backend: must be one of {', '.join(BACKENDS)}; got {asked!r}."
            raise OptionError(message)
        cause = BACKENDS[asked].unavailable()
        if cause is not None:
            message = f"backend: {asked!r} cannot run here: {cause}"
            raise BackendUnavailableError(message)
        return [BACKENDS[asked]]
    causes = {backend: backend.unavailable() for backend in BACKENDS.values()}
    available = [backend for backend, cause in causes.items() if cause is None]
    if not available:
        listed = "; ".join(f"{backend.name}: {cause}" for backend, cause in causes.items())
        message = f"backend: none can run here. {listed}"
        raise BackendUnavailableError(message)
    return available
