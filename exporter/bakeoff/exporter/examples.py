"""Examples to compare and calibrate with: texts, alone or in pairs, without labels."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from bakeoff.exporter.digest import texts_sha256
from bakeoff.exporter.errors import ExamplesError

_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_SUFFIXES = (".csv", ".tsv", ".jsonl")


@dataclass(frozen=True)
class Example:
    """One text, or two that belong together."""

    text: str
    text_pair: str | None = None


def examples_sha256(examples: Sequence[Example]) -> str:
    """SHA-256 over examples in their order."""
    return texts_sha256(
        (example.text,) if example.text_pair is None else (example.text, example.text_pair)
        for example in examples
    )


def shipped_examples(*, pairs: bool) -> tuple[Example, ...]:
    """Texts that come with the exporter: short, long, empty, in several scripts, and some pairs."""
    file = resources.files("bakeoff.exporter").joinpath("shipped_examples.jsonl")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    examples = [Example(row["text"], row.get("text_pair")) for row in rows]
    return tuple(example for example in examples if pairs or example.text_pair is None)


def read_examples(
    path: Path,
    *,
    text_column: str = "text",
    text_pair_column: str | None = None,
    limit: int | None = None,
) -> tuple[Example, ...]:
    """Read a CSV, TSV or JSONL file; of more than `limit` examples, those spread evenly over it.

    Files are often sorted by label, so that the first ones would be of a few kinds. Raises
    ExamplesError, which names the file and the row, when the file cannot be read, lacks a column,
    or holds no example.
    """
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        message = f"{path.name}: a file of examples ends in {', '.join(_SUFFIXES)}; got {suffix!r}."
        raise ExamplesError(message)
    columns = [text_column] if text_pair_column is None else [text_column, text_pair_column]
    examples: list[Example] = []
    try:
        rows = (
            _json_rows(path) if suffix == ".jsonl" else _delimited_rows(path, _DELIMITERS[suffix])
        )
        for number, row in rows:
            examples.append(Example(*(_text(path, number, row, column) for column in columns)))
    except FileNotFoundError:
        message = f"{path}: there is no such file."
        raise ExamplesError(message) from None
    except UnicodeDecodeError as failure:
        message = f"{path.name}: the file must be UTF-8: {failure.reason} at byte {failure.start}."
        raise ExamplesError(message) from failure
    except csv.Error as failure:
        message = f"{path.name}: the file cannot be parsed: {failure}."
        raise ExamplesError(message) from failure
    if not examples:
        message = f"{path.name}: there are no examples in it."
        raise ExamplesError(message)
    if limit is None or len(examples) <= limit:
        return tuple(examples)
    return tuple(examples[index * len(examples) // limit] for index in range(limit))


def _delimited_rows(path: Path, delimiter: str) -> Iterator[tuple[int, dict[str, object]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter=delimiter), start=1):
            yield number, dict(row)


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as failure:
                message = f"{path.name}, row {number}: not JSON: {failure}."
                raise ExamplesError(message) from failure
            if not isinstance(row, dict):
                message = (
                    f"{path.name}, row {number}: must be a JSON object; got {type(row).__name__}."
                )
                raise ExamplesError(message)
            yield number, row


def _text(path: Path, number: int, row: dict[str, object], column: str) -> str:
    if column not in row:
        names = ", ".join(name for name in row if name)
        message = f"{path.name}, row {number}: there is no column {column!r}; there are: {names}."
        raise ExamplesError(message)
    value = row[column]
    if not isinstance(value, str):
        message = f"{path.name}, row {number}: {column!r} must be a text; got {value!r}."
        raise ExamplesError(message)
    return value
