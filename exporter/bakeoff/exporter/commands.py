"""The commands `bakeoff export` and `bakeoff adopt`."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import click
from bakeoff.exporter.errors import ExportError

P = ParamSpec("P")
R = TypeVar("R")


def _explains_failures(command: Callable[P, R]) -> Callable[P, R]:
    """Turn an ExportError into one message on standard error and exit status 1."""

    @functools.wraps(command)
    def explained(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except ExportError as failure:
            click.echo(f"Error: {failure}", err=True)
            sys.exit(1)

    return explained


@click.command()
@click.argument("source")
@click.option("--task", required=True)
@click.option("--variant", "variants", multiple=True, default=("fp32",))
@click.option("--output", type=click.Path(path_type=Path), required=True)
@click.option("--overwrite", is_flag=True)
@_explains_failures
def export(source, task, variants, output, overwrite) -> None:
    """Export a fine-tuned model."""
    from bakeoff.exporter.export import ExportRequest, export_checkpoint

    class P:
        def stage(self, text):
            click.echo(text, err=True)

    for b in export_checkpoint(
        ExportRequest(
            source=source, task=task, variants=variants, output=output, overwrite=overwrite
        ),
        P(),
    ):
        click.echo(b.path)
        click.echo(b.manifest.parity)
