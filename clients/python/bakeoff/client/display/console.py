"""Where output goes: results to stdout, all else to stderr."""

import sys

import click
from google.protobuf import json_format
from google.protobuf.message import Message
from rich.console import Console
from rich.table import Table

# Nobody cuts a pipe to the width of a screen.
PIPE_WIDTH = 200


def results() -> Console:
    """The console for what a command was asked for."""
    return Console(width=None if sys.stdout.isatty() else PIPE_WIDTH, highlight=False, markup=False)


def notes() -> Console:
    """The console for progress and remarks."""
    width = None if sys.stderr.isatty() else PIPE_WIDTH
    return Console(stderr=True, width=width, highlight=False, markup=False)


def print_json(message: Message) -> None:
    """Prints a message as proto JSON."""
    click.echo(json_format.MessageToJson(message))


def print_json_line(message: Message) -> None:
    """Prints a message as proto JSON on one line."""
    click.echo(json_format.MessageToJson(message, indent=None))


def table(*columns: str, title: str | None = None, numbers: tuple[str, ...] = ()) -> Table:
    """An empty table in the house's looks; `numbers` names the columns that hold numbers."""
    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for name in columns:
        made.add_column(
            name, justify="right" if name in numbers else "left", header_style="bold dim"
        )
    return made
