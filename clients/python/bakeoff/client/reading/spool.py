"""Examples on disk, as they will be sent: a file of messages with its digest.

Keeps memory flat however large a set is.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Self

from bakeoff import v1
from bakeoff.client.progress import OnTransfer, TransferProgress, unheard

CHUNK_BYTES = 1024 * 1024
EXAMPLES_BETWEEN_NEWS = 1000


@dataclass(frozen=True)
class Spool:
    """A set of examples in a temporary file. Close it, and the file is gone."""

    subject: str
    file: IO[bytes]
    sha256: str
    size_bytes: int
    example_count: int

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Removes the temporary file."""
        self.file.close()

    def chunks(self, on_progress: OnTransfer = unheard) -> Iterator[bytes]:
        """Its bytes in pieces of 1 MiB, from the start."""
        sent_bytes = 0
        # A try that failed may still be reading while the next one begins.
        while data := os.pread(self.file.fileno(), CHUNK_BYTES, sent_bytes):
            yield data
            sent_bytes += len(data)
            on_progress(TransferProgress(self.subject, "send", sent_bytes, self.size_bytes))


def spool(examples: Iterable[v1.Example], subject: str, on_progress: OnTransfer = unheard) -> Spool:
    """Writes examples down. Equal examples in equal order give equal bytes.

    Raises whatever reading the examples raises; the file is then gone.
    """
    import tempfile  # which not every caller needs

    file = tempfile.TemporaryFile(prefix="bakeoff-set-")  # noqa: SIM115 (the spool closes it)
    try:
        digest = hashlib.sha256()
        size_bytes = count = 0
        for example in examples:
            record = length_prefixed(example)
            digest.update(record)
            size_bytes += file.write(record)
            count += 1
            if count % EXAMPLES_BETWEEN_NEWS == 0:
                on_progress(TransferProgress(subject, "read", count, None))
        file.flush()
        on_progress(TransferProgress(subject, "read", count, count))
    except BaseException:  # an interrupt too must close the file
        file.close()
        raise
    return Spool(subject, file, digest.hexdigest(), size_bytes, count)


def length_prefixed(example: v1.Example) -> bytes:
    """An example after its length as a base-128 varint.

    The protobuf library's own function leaves the order of maps open, and the
    digest must not depend on it.
    """
    body = example.SerializeToString(deterministic=True)
    prefix = bytearray()
    length = len(body)
    while length >= 0x80:  # noqa: PLR2004 (a byte holds seven bits and says whether more follow)
        prefix.append(length & 0x7F | 0x80)
        length >>= 7
    prefix.append(length)
    return bytes(prefix) + body
