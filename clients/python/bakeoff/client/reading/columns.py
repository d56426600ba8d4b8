"""Which columns of a table hold what.

Columns that are not named are looked for under the usual names, the first that is
there wins:

- text and pair together: `text` and `text_pair`, `sentence1` and `sentence2`,
  `premise` and `hypothesis`, `question1` and `question2`, `text1` and `text2`;
  else the text alone: `text`, `sentence`
- label: `label`, `labels`, `category`, `class`, `score`
- id: `id`, `example_id`, `guid`

Names count whatever their case.
"""

import difflib
from dataclasses import dataclass
from typing import NoReturn

from bakeoff.client.reading.options import ReadingOptions
from bakeoff.client.reading.table import Table, refuse

USUAL_PAIRS = (
    ("text", "text_pair"),
    ("sentence1", "sentence2"),
    ("premise", "hypothesis"),
    ("question1", "question2"),
    ("text1", "text2"),
)
USUAL_TEXTS = ("text", "sentence")
USUAL_LABELS = ("label", "labels", "category", "class", "score")
USUAL_IDS = ("id", "example_id", "guid")


@dataclass(frozen=True)
class Columns:
    """Names of the columns in use. None for what the table does not have."""

    text: str
    text_pair: str | None
    label: str
    id: str | None
    attributes: tuple[str, ...]


def choose_columns(table: Table, options: ReadingOptions) -> Columns:
    """The columns that are named, and for the others those of the usual names.

    Raises EvaluationSetFileError when a column is not there, or none is found.
    """
    pair = _named(table, options.pair_column, "pair")
    text = _named(table, options.text_column, "text")
    if text is None:
        text, partner = _usual_text(table)
        pair = pair or partner
    label = _named(table, options.label_column, "label") or _usual(table, USUAL_LABELS, "label")
    identity = None
    if not options.row_number_ids:
        identity = _named(table, options.id_column, "id") or _first(table, USUAL_IDS)
    in_use = [name for name in (text, pair, label, identity) if name is not None]
    repeated = next((name for name in in_use if in_use.count(name) > 1), None)
    if repeated is not None:
        refuse(
            table.path,
            "the column is to be used twice.",
            "Name different columns for text, pair, label and id.",
            reason="COLUMN_REPEATED",
            column=repeated,
        )
    return Columns(text, pair, label, identity, _attributes(table, options, in_use))


def _attributes(table: Table, options: ReadingOptions, in_use: list[str]) -> tuple[str, ...]:
    if options.attribute_columns is None:
        return tuple(name for name in table.columns if name not in in_use)
    for name in options.attribute_columns:
        _named(table, name, "attribute")
    return options.attribute_columns


def _named(table: Table, name: str | None, role: str) -> str | None:
    if name is not None and name not in table.columns:
        _refuse_missing(table, name, role)
    return name


def _refuse_missing(table: Table, name: str, role: str) -> NoReturn:
    close = difflib.get_close_matches(name, table.columns, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    refuse(
        table.path,
        f"there is no column {name!r}.{hint} The file has: {_listed(table)}.",
        f"Name one of them with {role}_column (--{role}-column).",
        reason="COLUMN_MISSING",
        column=name,
    )


def _usual_text(table: Table) -> tuple[str, str | None]:
    for names in USUAL_PAIRS:
        text, pair = (_first(table, (name,)) for name in names)
        if text is not None and pair is not None:
            return text, pair
    return _usual(table, USUAL_TEXTS, "text"), None


def _usual(table: Table, names: tuple[str, ...], role: str) -> str:
    found = _first(table, names)
    if found is None:
        refuse(
            table.path,
            f"no column is named as a {role} usually is ({', '.join(names)}). "
            f"The file has: {_listed(table)}.",
            f"Name one of them with {role}_column (--{role}-column).",
            reason="COLUMN_MISSING",
        )
    return found


def _first(table: Table, names: tuple[str, ...]) -> str | None:
    by_lower_case = {name.lower(): name for name in reversed(table.columns)}
    return next((by_lower_case[name] for name in names if name in by_lower_case), None)


def _listed(table: Table) -> str:
    return ", ".join(repr(name) for name in table.columns) or "no columns"
