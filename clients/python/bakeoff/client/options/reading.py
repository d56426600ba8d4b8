"""How a command reads the file of an evaluation set."""

import functools
from collections.abc import Callable
from typing import Any

import click

from bakeoff.client.reading import LABEL_KINDS, ReadingOptions

Command = Callable[..., Any]

_OPTIONS = (
    click.option("--text-column", help="Column of the text, or of the first of a pair."),
    click.option("--pair-column", help="Column of the second text of a pair."),
    click.option("--label-column", help="Column of the label."),
    click.option("--id-column", help="Column of the id.  [default: ids are row numbers]"),
    click.option("--row-ids", is_flag=True, help="Number the rows, even if there is an id column."),
    click.option(
        "--attribute-column",
        "attribute_columns",
        multiple=True,
        help="Column to keep for slices; may be repeated.  [default: all others]",
    ),
    click.option("--no-attributes", is_flag=True, help="Keep no further columns."),
    click.option(
        "--label-kind",
        type=click.Choice(list(LABEL_KINDS)),
        help="What labels are: one class, several classes, or a number.",
    ),
    click.option("--label-separator", help="What parts several classes in one cell, such as '|'."),
    click.option(
        "--set-format",
        "file_format",
        type=click.Choice(["csv", "tsv", "jsonl", "parquet", "arrow"]),
        help="Format of the file.  [default: as its name ends]",
    ),
    click.option("--delimiter", help="What parts fields of CSV and TSV; \\t is a tab."),
    click.option(
        "--quote",
        default='"',
        show_default=True,
        help="Quotation mark of CSV and TSV; 'none' if marks are part of the text.",
    ),
)

_NAMES = (
    "text_column",
    "pair_column",
    "label_column",
    "id_column",
    "label_kind",
    "label_separator",
)


def reading_options(command: Command) -> Command:
    """Gives a command the options, and as `reading` what they say."""

    @functools.wraps(command)
    def with_reading(*args: Any, **settings: Any) -> Any:  # noqa: ANN401 (whatever the command takes)
        chosen = {name: settings.pop(name) for name in _NAMES}
        attributes: tuple[str, ...] = settings.pop("attribute_columns")
        no_attributes = settings.pop("no_attributes")
        if attributes and no_attributes:
            message = "--no-attributes leaves no room for --attribute-column."
            raise click.UsageError(message)
        delimiter, quote = settings.pop("delimiter"), settings.pop("quote")
        reading = ReadingOptions(
            **chosen,
            format=settings.pop("file_format"),
            delimiter="\t" if delimiter == "\\t" else delimiter,
            quote=None if quote == "none" else quote,
            row_number_ids=settings.pop("row_ids"),
            attribute_columns=() if no_attributes else attributes or None,
        )
        return command(*args, reading=reading, **settings)

    for option in reversed(_OPTIONS):
        option(with_reading)
    return with_reading
