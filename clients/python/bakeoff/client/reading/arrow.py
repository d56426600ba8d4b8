"""Arrow IPC: files (Feather version 2) and streams, as pandas and datasets write them."""

import json
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bakeoff.client.errors import MissingExtraError
from bakeoff.client.reading.options import ReadingOptions
from bakeoff.client.reading.table import Row, Table, refuse

if TYPE_CHECKING:
    import pyarrow as pa

# pandas stores a nameless index under names like this.
INDEX_PREFIX = "__index_level_"


def read_arrow(path: Path, options: ReadingOptions) -> Table:  # noqa: ARG001 (all formats are called alike)
    """The table of an Arrow file or stream."""
    require_pyarrow(path)
    import pyarrow as pa

    try:
        with pa.memory_map(str(path)) as source:
            schema = _open(source).schema
    except (pa.ArrowInvalid, OSError) as failure:
        refuse_unreadable(path, failure, "an Arrow file or stream")
    return table_of(path, schema, lambda: _batches(path))


def table_of(
    path: Path, schema: "pa.Schema", batches: Callable[[], Iterator["pa.RecordBatch"]]
) -> Table:
    """The table of a file that has a schema and comes in batches."""
    columns = tuple(name for name in schema.names if not name.startswith(INDEX_PREFIX))
    return Table(path, columns, _rows(path, columns, batches()), _class_names(schema))


def require_pyarrow(path: Path) -> None:
    """Raises MissingExtraError without pyarrow."""
    try:
        import pyarrow as pa  # noqa: F401 (only whether it is there)
    except ImportError as failure:
        message = (
            f"{path.name} needs pyarrow to be read, and it is not installed: "
            "pip install 'bakeoff[arrow]', or save the file as CSV or JSON Lines."
        )
        raise MissingExtraError(message) from failure


def refuse_unreadable(path: Path, failure: Exception, wanted: str) -> None:
    """Raises the refusal of a file that is not what its name says."""
    refuse(
        path,
        f"the file cannot be read as {wanted}: {failure}.",
        "Name its format, or write it again.",
        reason="FILE_UNREADABLE",
    )


def _open(source: "pa.NativeFile") -> Any:  # noqa: ANN401 (pyarrow has no types)
    import pyarrow as pa

    try:
        return pa.ipc.open_file(source)
    except pa.ArrowInvalid:
        source.seek(0)
        return pa.ipc.open_stream(source)


def _batches(path: Path) -> Iterator["pa.RecordBatch"]:
    import pyarrow as pa

    with pa.memory_map(str(path)) as source:
        reader = _open(source)
        if isinstance(reader, pa.RecordBatchFileReader):
            for index in range(reader.num_record_batches):
                yield reader.get_batch(index)
        else:
            yield from reader


def _rows(
    path: Path, columns: tuple[str, ...], batches: Iterator["pa.RecordBatch"]
) -> Generator[Row]:
    import pyarrow as pa

    number = 0
    try:
        for batch in batches:
            for start in range(0, batch.num_rows, 1024):
                for cells in _cells(path, columns, batch.slice(start, 1024), number):
                    number += 1
                    yield Row(number, None, cells)
    except (pa.ArrowInvalid, OSError) as failure:
        refuse_unreadable(path, failure, "a table to its end")


def _cells(
    path: Path, columns: tuple[str, ...], batch: "pa.RecordBatch", number: int
) -> Iterator[Mapping[str, object]]:
    lists: dict[str, list[object]] = {}
    for name in columns:
        column = batch.column(batch.schema.get_field_index(name))
        try:
            lists[name] = column.to_pylist()
        except UnicodeDecodeError:
            _refuse_bytes(path, name, column, number)
    for index in range(batch.num_rows):
        yield {name: values[index] for name, values in lists.items()}


def _refuse_bytes(path: Path, name: str, column: "pa.Array", number: int) -> None:
    for index in range(len(column)):
        try:
            column[index].as_py()
        except UnicodeDecodeError as failure:
            refuse(
                path,
                f"byte 0x{failure.object[failure.start]:02x} at position {failure.start + 1} of "
                "the text is not UTF-8.",
                "Write the text as UTF-8.",
                reason="NOT_UTF_8",
                row=number + index + 1,
                column=name,
            )


def _class_names(schema: "pa.Schema") -> Mapping[str, tuple[str, ...]]:
    """Names of classes stored as numbers, as the datasets library describes them."""
    described = (schema.metadata or {}).get(b"huggingface")
    try:
        features = json.loads(described)["info"]["features"] if described else {}
        return {
            name: tuple(map(str, feature["names"]))
            for name, feature in features.items()
            if isinstance(feature, dict) and feature.get("_type") == "ClassLabel"
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}  # somebody else's metadata: the numbers stand as they are
