"""Files that show evaluations side by side."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from bakeoff.client.client import Client
from bakeoff.client.display.console import notes
from bakeoff.client.evaluation_requests import ComparisonFormat, RenderedComparison

Command = Callable[..., Any]

_FEWEST = 2
_WRITABLE = click.Path(dir_okay=False, writable=True, path_type=Path)
_OPTIONS = (
    click.option(
        "--html", type=_WRITABLE, help="Write the evaluations, side by side, here as a page."
    ),
    click.option(
        "--markdown",
        type=_WRITABLE,
        help="Write the evaluations, side by side, here as Markdown.",
    ),
)


@dataclass(frozen=True)
class SideBySideFiles:
    """Where to write which format."""

    paths: Mapping[ComparisonFormat, Path]

    def check(self, evaluations: Sequence[str], against: str | None) -> None:
        """Raises UsageError where there is nothing to set side by side, or no folder."""
        for option, path in self.paths.items():
            if against is not None or len(evaluations) < _FEWEST:
                message = f"--{option} takes two evaluations or more, and no --against."
                raise click.UsageError(message)
            if not path.absolute().parent.is_dir():
                message = f"--{option}: there is no folder {str(path.parent)!r}."
                raise click.UsageError(message)

    def write(self, client: Client, evaluations: Sequence[str]) -> None:
        """Writes the files that were asked for, evaluations in the order given."""
        first, *others = evaluations
        for file_format, path in self.paths.items():
            with path.open("wb") as file:
                file.writelines(
                    client.read_artifact(first, RenderedComparison(others, file_format))
                )
            notes().print(f"Wrote {path}.")


def side_by_side_options(command: Command) -> Command:
    """Gives a command the options of these files, and as `files` what they say."""

    @functools.wraps(command)
    def with_files(*args: Any, **settings: Any) -> Any:  # noqa: ANN401 (whatever the command takes)
        formats: tuple[ComparisonFormat, ...] = ("html", "markdown")
        given = {one: settings.pop(one) for one in formats}
        paths = {one: path for one, path in given.items() if path is not None}
        return command(*args, files=SideBySideFiles(paths), **settings)

    for option in reversed(_OPTIONS):
        option(with_files)
    return with_files
