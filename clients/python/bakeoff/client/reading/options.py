"""How a file is to be read."""

from dataclasses import dataclass
from typing import Literal

from bakeoff import v1
from bakeoff.client.errors import InvalidOptionError

LabelKindName = Literal["class", "classes", "value"]

LABEL_KINDS: dict[str, v1.LabelKind.ValueType] = {
    "class": v1.LabelKind.LABEL_KIND_CLASS,
    "classes": v1.LabelKind.LABEL_KIND_CLASSES,
    "value": v1.LabelKind.LABEL_KIND_VALUE,
}

# What the ending of a file's name says of its format.
ENDINGS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
}


@dataclass(frozen=True, kw_only=True)
class ReadingOptions:
    """How a file becomes an evaluation set. Everything has a default.

    `format` is one of `csv`, `tsv`, `jsonl`, `parquet`, `arrow`; None goes by the
    file's name. `delimiter` and `quote` are for `csv` and `tsv`; a quote of None
    means that quotation marks are part of the text.

    `text_column`, `pair_column`, `label_column` and `id_column` name columns; for
    None, columns of the usual names are taken, as `bakeoff.client.reading.columns`
    lists them. Without an id column, and with `row_number_ids`, an example's id is
    the number of its row, from "1". `attribute_columns` are kept beside each
    example for slices; None keeps every other column, `()` none.

    `label_kind` is `class`, `classes` or `value`. For None it is `classes` where a
    `label_separator` is given, as `|`, and else what the file's own types say:
    lists are classes, fractions values, all else a class. Text files know no types,
    so there it is a class.
    """

    format: str | None = None
    delimiter: str | None = None
    quote: str | None = '"'
    text_column: str | None = None
    pair_column: str | None = None
    label_column: str | None = None
    id_column: str | None = None
    row_number_ids: bool = False
    attribute_columns: tuple[str, ...] | None = None
    label_kind: LabelKindName | None = None
    label_separator: str | None = None

    def __post_init__(self) -> None:
        for name, value in (("delimiter", self.delimiter), ("quote", self.quote)):
            if value is not None and (len(value) != 1 or value in "\r\n"):
                message = f"{name} must be one character and no line break, got {value!r}."
                raise InvalidOptionError(message)
        if self.label_kind is not None and self.label_kind not in LABEL_KINDS:
            message = (
                f"label_kind must be one of {', '.join(LABEL_KINDS)}, got {self.label_kind!r}."
            )
            raise InvalidOptionError(message)
        if self.label_separator == "":
            message = "label_separator must hold a character, got ''."
            raise InvalidOptionError(message)
        if self.label_separator and self.label_kind not in (None, "classes"):
            message = (
                "label_separator parts a cell into classes, so label_kind must be 'classes', "
                f"got {self.label_kind!r}."
            )
            raise InvalidOptionError(message)
        if self.row_number_ids and self.id_column:
            message = f"row_number_ids leaves no room for id_column, got {self.id_column!r}."
            raise InvalidOptionError(message)
