"""Which server a command calls: one that is named, or one of its own."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click

from bakeoff.client.client import Client
from bakeoff.client.display.console import notes
from bakeoff.client.embedded import EmbeddedServer, default_data_dir
from bakeoff.client.errors import ServerStartError, UnavailableError

Command = Callable[..., Any]

_PEM = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True, kw_only=True)
class ServerChoice:
    """What the options say of the server."""

    server: str | None
    data_dir: Path | None
    token: str | None
    root_certificates: Path | None
    client_certificate: Path | None
    client_key: Path | None
    insecure: bool
    timeout: float

    @contextmanager
    def client(self) -> Iterator[Client]:
        """A client of the server that is named, else of a server that lives as long."""
        if self.server is not None:
            with self.client_of(self.server) as client:
                yield client
            return
        data_dir = self.data_dir or default_data_dir()
        embedded = EmbeddedServer(data_dir)
        with notes().status(f"Starting a server on this machine, with data in {data_dir}"):
            embedded.start()
        try:
            with Client(embedded.address, timeout_s=self.timeout) as client:
                yield client
        except UnavailableError as failure:
            ended = embedded.ended()
            if ended is None:
                raise
            raise ServerStartError(ended, reason="SERVER_ENDED") from failure
        finally:
            embedded.stop()

    def client_of(self, address: str, **settings: Any) -> Client:  # noqa: ANN401 (settings of a connection)
        """A client of the server at an address."""
        return Client(
            address,
            **{
                "root_certificates": _read(self.root_certificates),
                "client_certificate": _read(self.client_certificate),
                "client_key": _read(self.client_key),
                "token": self.token,
                "insecure": self.insecure,
                "timeout_s": self.timeout,
                **settings,
            },
        )


_OPTIONS = (
    click.option(
        "--server",
        metavar="HOST:PORT",
        envvar="BAKEOFF_SERVER",
        show_envvar=True,
        help="Server to call. Without it, one runs on this machine while the command does.",
    ),
    click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="BAKEOFF_DATA_DIR",
        show_envvar=True,
        help="Where a server of the command's own keeps everything.  "
        "[default: $XDG_DATA_HOME/bakeoff]",
    ),
    click.option(
        "--token",
        envvar="BAKEOFF_TOKEN",
        show_envvar=True,
        help="Token that says who calls. Others on this machine can see the option, "
        "but not the variable.",
    ),
    click.option(
        "--root-certificates",
        type=_PEM,
        envvar="BAKEOFF_ROOT_CERTIFICATES",
        show_envvar=True,
        help="PEM file of authorities to trust, rather than the system's.",
    ),
    click.option(
        "--client-certificate",
        type=_PEM,
        envvar="BAKEOFF_CLIENT_CERTIFICATE",
        show_envvar=True,
        help="PEM file of the caller's own certificate.",
    ),
    click.option(
        "--client-key",
        type=_PEM,
        envvar="BAKEOFF_CLIENT_KEY",
        show_envvar=True,
        help="PEM file of its key.",
    ),
    click.option(
        "--insecure",
        is_flag=True,
        envvar="BAKEOFF_INSECURE",
        show_envvar=True,
        help="Call a server beyond this machine without TLS.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=60.0,
        show_default=True,
        help="Seconds that one call may take; uploads, watches and scoring may take longer.",
    ),
)


def server_options(command: Command) -> Command:
    """Gives a command the options, and as `server` what they say."""

    @functools.wraps(command)
    def with_server(*args: Any, **settings: Any) -> Any:  # noqa: ANN401 (whatever the command takes)
        chosen = {one.name: settings.pop(one.name) for one in fields(ServerChoice)}
        return command(*args, server=ServerChoice(**chosen), **settings)

    for option in reversed(_OPTIONS):
        option(with_server)
    return with_server


def _read(path: Path | None) -> bytes | None:
    return None if path is None else path.read_bytes()
