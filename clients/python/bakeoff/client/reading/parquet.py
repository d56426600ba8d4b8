"""Parquet."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bakeoff.client.reading.arrow import refuse_unreadable, require_pyarrow, table_of
from bakeoff.client.reading.options import ReadingOptions
from bakeoff.client.reading.table import Table

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_AT_A_TIME = 1024


def read_parquet(path: Path, options: ReadingOptions) -> Table:  # noqa: ARG001 (all formats are called alike)
    """The table of a Parquet file."""
    require_pyarrow(path)
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as failure:
        refuse_unreadable(path, failure, "Parquet")
    return table_of(path, schema, lambda: _batches(path))


def _batches(path: Path) -> Iterator["pa.RecordBatch"]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(batch_size=ROWS_AT_A_TIME)
