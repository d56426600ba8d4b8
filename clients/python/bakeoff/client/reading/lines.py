"""Lines of a UTF-8 text file, one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bakeoff.client.reading.table import refuse

# Enough for many texts of the largest size; a file without line breaks is found out here.
LONGEST_LINE_BYTES = 64 * 1024 * 1024

UTF_8_MARK = b"\xef\xbb\xbf"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass
class Lines(Iterator[str]):
    """Lines with their breaks, a byte order mark removed.

    `number` is that of the line read last, from 1, and `row` that of the row it
    is a part of, which the reader of the format keeps.
    """

    path: Path
    source: BinaryIO
    number: int = 0
    row: int | None = None

    def __next__(self) -> str:
        data = self.source.readline(LONGEST_LINE_BYTES + 1)
        if not data:
            raise StopIteration
        self.number += 1
        if len(data) > LONGEST_LINE_BYTES:
            refuse(
                self.path,
                f"the line is longer than {LONGEST_LINE_BYTES // 1024**2} MiB.",
                "Put each example on lines of its own.",
                reason="LINE_TOO_LONG",
                row=self.row,
                line=self.number,
            )
        if self.number == 1:
            data = self._without_mark(data)
        try:
            return data.decode()
        except UnicodeDecodeError as failure:
            refuse(
                self.path,
                f"byte 0x{data[failure.start]:02x} at position {failure.start + 1} of the line is "
                "not UTF-8.",
                "Save the file as UTF-8.",
                reason="NOT_UTF_8",
                row=self.row,
                line=self.number,
            )

    def _without_mark(self, data: bytes) -> bytes:
        if data.startswith(UTF_16_MARKS):
            refuse(
                self.path,
                "the file is UTF-16, as its first two bytes say.",
                "Save it as UTF-8.",
                reason="NOT_UTF_8",
            )
        return data.removeprefix(UTF_8_MARK)
