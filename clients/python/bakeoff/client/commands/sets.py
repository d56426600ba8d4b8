"""`bakeoff sets`."""

from pathlib import Path

import click

from bakeoff import v1
from bakeoff.client.display.console import print_json, results
from bakeoff.client.display.progress import progress_display
from bakeoff.client.display.resources import print_set, set_table
from bakeoff.client.display.set_file import tell_reading
from bakeoff.client.evaluation_sets import DEFAULT_TASK
from bakeoff.client.options.output import format_option, yes_option
from bakeoff.client.options.reading import reading_options
from bakeoff.client.options.server import ServerChoice, server_options
from bakeoff.client.reading import ReadingOptions, read_set


@click.group()
def sets() -> None:
    """Evaluation sets that a server holds."""


@sets.command("list")
@format_option
@server_options
def list_(output_format: str, server: ServerChoice) -> None:
    """Lists evaluation sets."""
    with server.client() as client:
        found = list(client.list_evaluation_sets())
    if output_format == "json":
        print_json(v1.ListEvaluationSetsResponse(evaluation_sets=found))
    else:
        results().print(set_table(found))


@sets.command()
@click.argument("name")
@format_option
@server_options
def describe(name: str, output_format: str, server: ServerChoice) -> None:
    """Shows one evaluation set."""
    with server.client() as client:
        evaluation_set = client.get_evaluation_set(name)
    _show(evaluation_set, output_format)


@sets.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--id",
    "evaluation_set_id",
    help="Id to register it under.  [default: the file's name and a part of its digest]",
)
@click.option("--task", default=DEFAULT_TASK, show_default=True, help="Task of the examples.")
@reading_options
@format_option
@server_options
def upload(
    file: Path,
    *,
    evaluation_set_id: str | None,
    task: str,
    reading: ReadingOptions,
    output_format: str,
    server: ServerChoice,
) -> None:
    """Registers the examples of a CSV, TSV, JSON Lines, Parquet or Arrow file."""
    with progress_display() as progress:
        read = read_set(file, reading, progress.transfer)
    tell_reading(read)
    with read.spool, server.client() as client, progress_display() as progress:
        evaluation_set = client.upload_evaluation_set(
            read.spool, evaluation_set_id, task=task, on_progress=progress.transfer
        )
    _show(evaluation_set, output_format)


@sets.command()
@click.argument("name")
@yes_option
@server_options
def delete(name: str, *, yes: bool, server: ServerChoice) -> None:
    """Removes an evaluation set. Finished reports keep what they say of it."""
    if not yes:
        click.confirm(f"Delete the evaluation set {name}?", abort=True, err=True)
    with server.client() as client:
        client.delete_evaluation_set(name)


def _show(evaluation_set: v1.EvaluationSet, output_format: str) -> None:
    if output_format == "json":
        print_json(evaluation_set)
    else:
        print_set(results(), evaluation_set)
