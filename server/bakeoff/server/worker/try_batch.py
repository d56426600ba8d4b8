"""The peak of one batch, in a process that has run nothing larger."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bakeoff.server.errors import CandidateError, InvalidFieldError
from bakeoff.server.worker import memory
from bakeoff.server.worker.device_memory import DeviceBefore, device_memory
from bakeoff.server.worker.encoding import Encoded
from bakeoff.server.worker.model import Model

# The first run of a shape is traced; from the second on the graph runs in a block that was
# planned for it, beside what the first left behind.
_RUN_COUNT: Final = 2


@dataclass(frozen=True, slots=True)
class BatchPeak:
    """Peak of the process or of its device since it began, in bytes, and how it was read."""

    peak_bytes: int
    method: str


def try_batch(
    model: Model, batch_size: int, token_count: int, device_before: DeviceBefore | None
) -> BatchPeak:
    """Run `batch_size` made-up examples of `token_count` tokens, as a server would: repeatedly.

    The peak is that of the device's memory where it has one, and of the process elsewhere. An
    example has at least one token and those that its tokenizer puts around it. Where the graph
    itself tokenises, examples are of one word. Raises `InvalidFieldError`, `CandidateError` when
    the device's memory is not known, and what the model raises.
    """
    before_bytes = memory.peak_resident_bytes()
    batch = _batch(model, batch_size, token_count)
    # Making examples up reads the whole vocabulary, which serving does not; and how much of the
    # freed memory of loading is still kept hangs on chance.
    memory.give_back_freed_blocks()
    memory.reset_peak()
    for _ in range(_RUN_COUNT):
        model.answer(batch)
    device = model.session.device
    if not device.provider.device_memory:
        peak_bytes = max(before_bytes, memory.peak_resident_bytes())
        return BatchPeak(peak_bytes, "VmHWM of loading and running")
    found = device_memory(device, device_before)
    if found.used_bytes is None:
        message = f"the memory of {device.name} is not known: {found.absent_reason}"
        raise CandidateError(message)
    return BatchPeak(found.used_bytes, found.method)


def _batch(model: Model, batch_size: int, token_count: int) -> Sequence[Encoded]:
    if batch_size < 1:
        message = f"batch_size must be at least 1, got {batch_size}"
        raise InvalidFieldError(message)
    length = 1
    manifest = model.bundle.manifest
    if manifest.WhichOneof("preprocessing") == "tokenization":
        length, max_length = token_count, manifest.tokenization.max_length
        if not 1 <= length <= max_length:
            message = f"token_count must be 1 to {max_length}, got {length}"
            raise InvalidFieldError(message)
    return [model.encoder.probe(length, largest_id=False)] * batch_size
