"""`bakeoff candidates`."""

from pathlib import Path

import click

from bakeoff import v1
from bakeoff.client.display.console import print_json, results
from bakeoff.client.display.progress import progress_display
from bakeoff.client.display.resources import candidate_table, print_candidate
from bakeoff.client.options.output import format_option, yes_option
from bakeoff.client.options.server import ServerChoice, server_options


@click.group()
def candidates() -> None:
    """Candidates that a server holds."""


@candidates.command("list")
@format_option
@server_options
def list_(output_format: str, server: ServerChoice) -> None:
    """Lists candidates."""
    with server.client() as client:
        found = list(client.list_candidates())
    if output_format == "json":
        print_json(v1.ListCandidatesResponse(candidates=found))
    else:
        results().print(candidate_table(found))


@candidates.command()
@click.argument("name")
@format_option
@server_options
def describe(name: str, output_format: str, server: ServerChoice) -> None:
    """Shows one candidate."""
    with server.client() as client:
        candidate = client.get_candidate(name)
    _show(candidate, output_format)


@candidates.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--id", "candidate_id", help="Id to register it under.  [default: the folder's name]")
@format_option
@server_options
def upload(
    folder: Path, candidate_id: str | None, output_format: str, server: ServerChoice
) -> None:
    """Registers the bundle in a folder."""
    with server.client() as client, progress_display() as progress:
        candidate = client.upload_candidate(folder, candidate_id, on_progress=progress.transfer)
    _show(candidate, output_format)


@candidates.command()
@click.argument("name")
@yes_option
@server_options
def delete(name: str, *, yes: bool, server: ServerChoice) -> None:
    """Removes a candidate. Finished reports keep what they say of it."""
    if not yes:
        click.confirm(f"Delete the candidate {name}?", abort=True, err=True)
    with server.client() as client:
        client.delete_candidate(name)


def _show(candidate: v1.Candidate, output_format: str) -> None:
    if output_format == "json":
        print_json(candidate)
    else:
        print_candidate(results(), candidate)
