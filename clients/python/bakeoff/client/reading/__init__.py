"""Evaluation sets from files: CSV, TSV, JSON Lines, Parquet and Arrow."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bakeoff import v1
from bakeoff.client.progress import OnTransfer, unheard
from bakeoff.client.reading.options import ENDINGS, LABEL_KINDS, LabelKindName, ReadingOptions
from bakeoff.client.reading.spool import Spool, spool

if TYPE_CHECKING:
    from bakeoff.client.reading.columns import Columns

__all__ = [
    "ENDINGS",
    "LABEL_KINDS",
    "LabelKindName",
    "ReadingOptions",
    "SetFile",
    "Spool",
    "read_set",
    "spool",
]


@dataclass(frozen=True)
class SetFile:
    """A file that was read: its examples on disk, and how it was understood."""

    path: Path
    spool: Spool
    columns: "Columns"
    label_kind: v1.LabelKind.ValueType


def read_set(path: Path, options: ReadingOptions, on_progress: OnTransfer = unheard) -> SetFile:
    """Reads a file, checks every row, and writes the examples down.

    Memory does not grow with the texts; it grows by about 150 bytes a row where
    ids are read, so that none comes twice. Raises EvaluationSetFileError for a
    file that cannot be used, naming the row and the remedy.
    """
    # Callers who read no files should not wait for what does.
    from bakeoff.client.reading.columns import choose_columns
    from bakeoff.client.reading.examples import ExampleReader
    from bakeoff.client.reading.formats import read_table
    from bakeoff.client.reading.labels import reader_for

    table = read_table(path, options)
    columns = choose_columns(table, options)
    labels = reader_for(options, table.class_names.get(columns.label, ()))
    examples = ExampleReader(table, columns, labels).examples()
    return SetFile(path, spool(examples, path.name, on_progress), columns, labels.label_kind)
