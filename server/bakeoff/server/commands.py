"""The commands `serve` and `doctor`."""

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, get_type_hints

import click

from bakeoff.server.errors import StoreError
from bakeoff.server.runtimes import installed_versions, runtime_fault
from bakeoff.server.settings import ENVIRONMENT_PREFIX, SettingError, Settings

_Command = Callable[..., None]


def _settings_options(command: _Command) -> _Command:
    """Gives a command one option for each setting, which the environment can set too."""
    types = get_type_hints(Settings)
    for one in reversed(fields(Settings)):
        command = _option(one, types[one.name])(command)
    return command


def _option(one: "Field[Any]", kind: Any) -> Callable[[_Command], _Command]:  # noqa: ANN401 - any type that a setting may have
    default = one.default if one.default_factory is MISSING else one.default_factory()
    flag = f"--{one.name.replace('_', '-')}"
    is_switch = kind is bool
    if one.metadata["choices"]:
        option_type: Any = click.Choice(one.metadata["choices"])
    elif kind in {Path, Path | None}:
        option_type = click.Path(path_type=Path)
    else:
        option_type = None if is_switch else kind
    return click.option(
        flag,
        one.name,
        type=option_type,
        is_flag=is_switch,
        default=default,
        envvar=f"{ENVIRONMENT_PREFIX}{one.name.upper()}",
        help=one.metadata["help"],
        show_default=default is not None,
        show_envvar=True,
    )


@click.command()
@_settings_options
@click.option(
    "--announce",
    is_flag=True,
    help="Print one line of JSON with address and process id once calls are taken.",
)
def serve(*, announce: bool, **chosen: Any) -> None:  # noqa: ANN401 - whatever settings there are
    """Serve evaluations until told to stop."""
    if fault := runtime_fault(installed_versions()):
        msg = f"onnxruntime: {fault}"
        raise click.ClickException(msg)
    try:
        settings = Settings(**chosen)
        from bakeoff.server.api.logs import log_to_stderr
        from bakeoff.server.api.running import serve_until_told

        log_to_stderr(settings.log_level)
        asyncio.run(serve_until_told(settings, _announcer(announce=announce)))
    except SettingError as error:
        raise click.ClickException(str(error)) from error
    except StoreError as error:
        msg = f"data directory {chosen['data_dir']}: {error}"
        raise click.ClickException(msg) from error


def _announcer(*, announce: bool) -> Callable[[str], None]:
    def tell(address: str) -> None:
        if announce:
            click.echo(json.dumps({"address": address, "pid": os.getpid()}))

    return tell


@click.command()
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print what was found.",
)
def doctor(output_format: str) -> None:
    """Show what runs here: providers, devices, versions, and why something does not.

    Tells what measuring itself costs as well, with a model that does nothing. Exits with 1 when
    no evaluation can run here.
    """
    from bakeoff.server.diagnosis import diagnose

    diagnosis = asyncio.run(diagnose())
    if output_format == "json":
        click.echo(json.dumps(diagnosis.as_json(), indent=2))
    else:
        click.echo(diagnosis.as_text())
    if not diagnosis.can_evaluate:
        raise SystemExit(1)
