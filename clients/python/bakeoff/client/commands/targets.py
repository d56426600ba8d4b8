"""`bakeoff targets`."""

import click

from bakeoff import v1
from bakeoff.client.display.console import print_json, results
from bakeoff.client.display.resources import print_target, target_table
from bakeoff.client.options.output import format_option
from bakeoff.client.options.server import ServerChoice, server_options


@click.group()
def targets() -> None:
    """Devices that a server can evaluate on."""


@targets.command("list")
@format_option
@server_options
def list_(output_format: str, server: ServerChoice) -> None:
    """Lists targets, those that cannot be used among them."""
    with server.client() as client:
        found = list(client.list_targets())
    if output_format == "json":
        print_json(v1.ListTargetsResponse(targets=found))
    else:
        results().print(target_table(found))


@targets.command()
@click.argument("name")
@format_option
@server_options
def describe(name: str, output_format: str, server: ServerChoice) -> None:
    """Shows one target, by its id or device: hardware, providers, software."""
    with server.client() as client:
        target = client.get_target(name)
    if output_format == "json":
        print_json(target)
    else:
        print_target(results(), target)
