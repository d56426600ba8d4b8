"""Whether a loaded candidate fits its tokenizer and its labels, tried on made-up inputs."""

from collections.abc import Sequence
from typing import Final

from bakeoff.server.errors import (
    InferenceError,
    OutputShapeError,
    PlacementError,
    SignatureMismatchError,
    TokenizerModelMismatchError,
)
from bakeoff.server.worker.encoding import Encoded
from bakeoff.server.worker.model import Model
from bakeoff.server.worker.placement import provider_shares
from bakeoff.server.worker.providers import Device
from bakeoff.server.worker.session import SessionSettings
from bakeoff.v1 import Placement, ProviderShare

# Lengths of the examples of the first probe: a batch whose sizes no export is likely to have kept.
_PROBE_LENGTHS: Final = (7, 5, 11)
# A longer probe could take more memory than any real example of the set.
_LONGEST_PROBE: Final = 2048


def inspect(model: Model, settings: SessionSettings) -> Placement:
    """Check the candidate by running it, and find where it ran.

    Raises `SignatureMismatchError`, `TokenizerModelMismatchError` and `PlacementError`.
    """
    batch = [model.encoder.probe(length, largest_id=False) for length in _PROBE_LENGTHS]
    _probe_shapes(model, batch)
    if model.bundle.manifest.WhichOneof("preprocessing") == "tokenization":
        _probe_longest(model)
        _probe_largest_id(model)
    placement = model.placement()
    placement.shares.extend(provider_shares(model, settings, batch))
    check_used(model.session.device, placement.shares)
    return placement


def check_used(device: Device, shares: Sequence[ProviderShare]) -> None:
    """Raises `PlacementError` unless the provider that was asked for ran a part of the graph.

    Copies that onnxruntime put in are no part of it.
    """
    wanted = device.provider.name
    if not any(share.provider == wanted and _own_count(share) for share in shares):
        ran = ", ".join(share.provider for share in shares) or "no provider"
        message = f"{wanted} was asked for and ran no node of the graph; {ran} did"
        raise PlacementError(message)


def _own_count(share: ProviderShare) -> int:
    """Nodes of the graph itself that a provider ran."""
    return share.node_count - share.copy_to_device_count - share.copy_to_host_count


def _probe_shapes(model: Model, batch: Sequence[Encoded]) -> None:
    try:
        model.answer(batch)
    except (InferenceError, OutputShapeError) as error:
        message = f"the graph does not run a batch of {len(batch)} examples: {error.message}"
        raise SignatureMismatchError(message) from error


def _probe_longest(model: Model) -> None:
    max_length = model.bundle.manifest.tokenization.max_length
    length = min(max_length, _LONGEST_PROBE)
    try:
        model.answer([model.encoder.probe(length, largest_id=False)])
    except (InferenceError, OutputShapeError) as error:
        message = (
            f"tokenization.max_length is {max_length}, and the graph does not run an example of "
            f"{length} tokens: {error.message}"
        )
        raise SignatureMismatchError(message) from error


def _probe_largest_id(model: Model) -> None:
    # On a processor an id beyond the embedding fails; CUDA answers it with zeros, which is why
    # a bundle is inspected on the processor when it is registered.
    probe = model.encoder.probe(min(_PROBE_LENGTHS), largest_id=True)
    try:
        model.answer([probe])
    except (InferenceError, OutputShapeError) as error:
        message = f"the graph does not run the largest token id of its tokenizer: {error.message}"
        raise TokenizerModelMismatchError(message) from error
