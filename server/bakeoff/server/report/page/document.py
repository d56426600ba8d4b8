"""What a report shows, apart from how: sections of tables, charts and notes.

HTML and Markdown are both drawn from it. Every text in it is plain; who draws it escapes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | float | bool | None"


class Tone(Enum):
    """What a mark says beside its words."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    MUTED = "muted"


@dataclass(frozen=True, slots=True)
class Gauge:
    """A value with its interval against a bound, as places on a line from 0 to 1.

    `at_most` says that what lies left of the bound keeps it, else what lies right of it.
    """

    value: float
    lower: float
    upper: float
    bound: float
    at_most: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    `detail` stands smaller below the text. `series` is the place of a candidate in the report, from
    0, where the cell names one. `shade` is how dark the cell is, 0 to 1, where it is one of a heat
    map. `badge` draws the text as a mark in its tone. `code` draws it in a fixed width. `gauge` is
    drawn below them; the detail says in words what it shows.
    """

    text: str
    detail: str = ""
    tone: Tone = Tone.PLAIN
    series: int | None = None
    shade: float | None = None
    badge: bool = False
    code: bool = False
    gauge: Gauge | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. Columns of numbers are set to the right.

    `series` is the place of a candidate in the report, from 0, where the title names one.
    """

    title: str
    numeric: bool = True
    detail: str = ""
    series: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table. The first cell of each row names the row.

    A `quiet` table stands right below a heading that says what its caption says; the caption is
    then left to those who have the page read to them. A `matrix` has many narrow columns, whose
    titles stand upright.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    quiet: bool = False
    matrix: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, as traces and layout of plotly.js, with what it shows in words and as a table.

    A `quiet` chart stands right below a heading that says what its title says. `table_open` says
    that the table is worth reading at once.

    Traces name no colours of text, grid or paper: the page puts in those of its theme.
    """

    id: str
    title: str
    description: str
    traces: Sequence[Mapping[str, Json]]
    layout: Mapping[str, Json]
    table: Table
    height_px: int = 380
    quiet: bool = False
    table_open: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with their values."""

    caption: str
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """Parts that are folded away until they are asked for."""

    title: str
    parts: tuple["Part", ...]
    series: int | None = None
    open: bool = False


Part: TypeAlias = "Table | Chart | Note | Facts | Fold"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page with a heading. `lead` says in a sentence or two what to look for."""

    id: str
    title: str
    lead: str
    parts: tuple[Part, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Chapter:
    """Sections that answer one kind of question."""

    id: str
    title: str
    sections: tuple[Section, ...]
