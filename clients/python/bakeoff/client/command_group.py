"""The command's own sub-commands and those that other parts bring, each loaded when it is used."""

import importlib
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points

import click

from bakeoff.client.failure import Failure, failure_of
from bakeoff.client.termination import Terminated

ENTRY_POINT_GROUP = "bakeoff.commands"

# What to install for the commands of a part, by the package that brings them.
EXTRAS = {
    "bakeoff.server": "server,cpu",
    "bakeoff.exporter": "exporter",
}

# 128 and the number of the signal, as shells have it.
ENDED_BY_INTERRUPT = 130
ENDED_BY_TERMINATION = 143


class CommandGroup(click.Group):
    """A group that knows where its commands are, and imports one only when it is asked for.

    `own` gives for each name the module and the attribute, as `module:attribute`.
    """

    def __init__(self, own: Mapping[str, str], **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]  # click's own settings, passed on
        self._own = own

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """The names of all commands."""
        return sorted({*self._own, *_brought()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's signature)
        """The command of a name. One that cannot be loaded says what to install."""
        if cmd_name in self._own:
            module, _, attribute = self._own[cmd_name].partition(":")
            return _command(lambda: getattr(importlib.import_module(module), attribute))
        point = _brought().get(cmd_name)
        if point is None:
            return None
        try:
            return _command(point.load)
        except (ImportError, AttributeError) as missing:
            return _stand_in(cmd_name, point, missing)

    def invoke(self, ctx: click.Context) -> object:
        """Runs a command. What goes wrong becomes a paragraph, or with --debug a traceback."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise  # click knows what to do
        except Terminated:
            click.echo("\nTerminated.", err=True)
            ctx.exit(ENDED_BY_TERMINATION)
        except KeyboardInterrupt:
            click.echo("\nInterrupted.", err=True)
            ctx.exit(ENDED_BY_INTERRUPT)
        except Exception as error:  # the edge: a person reads a paragraph, --debug the traceback
            if ctx.params.get("debug"):
                raise
            raise self._failure(ctx, error) from error

    def _failure(self, ctx: click.Context, error: Exception) -> Failure:
        point = _brought().get(ctx.invoked_subcommand or "")
        if point is not None and isinstance(error, ImportError):
            return Failure(_install(str(ctx.invoked_subcommand), point, error), "EXTRA_MISSING")
        return failure_of(error)


def _brought() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}


def _command(load: Callable[[], object]) -> click.Command:
    command = load()
    if not isinstance(command, click.Command):
        message = f"{command!r} is not a command"
        raise TypeError(message)
    return command


def _stand_in(name: str, point: EntryPoint, missing: Exception) -> click.Command:
    message = _install(name, point, missing)

    def refuse() -> None:
        raise Failure(message, "EXTRA_MISSING")

    return click.Command(
        name,
        callback=refuse,
        help=message,
        short_help=f"Not installed: pip install {_wanted(point)}",
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )


def _install(name: str, point: EntryPoint, missing: Exception) -> str:
    return (
        f"`bakeoff {name}` needs more than is installed ({missing}): pip install {_wanted(point)}."
    )


def _wanted(point: EntryPoint) -> str:
    package = ".".join(point.module.split(".")[:2])
    extra = EXTRAS.get(package)
    return f"'bakeoff[{extra}]'" if extra else f"what {point.module} needs"
