"""`bakeoff health`."""

import click

from bakeoff.client.health import Health
from bakeoff.client.options.server import ServerChoice, server_options
from bakeoff.client.retries import RetryPolicy

DEFAULT_ADDRESS = "127.0.0.1:50051"
LONGEST_WAIT_S = 5.0


@click.command()
@server_options
@click.pass_context
def health(ctx: click.Context, server: ServerChoice) -> None:
    """Asks a server whether it serves. Exit code 0 if it does, for use as a health check.

    Without --server, the server at 127.0.0.1:50051 is asked. It is asked once, and
    waited for 5 seconds at most.
    """
    address = server.server or DEFAULT_ADDRESS
    with server.client_of(
        address,
        timeout_s=min(server.timeout, LONGEST_WAIT_S),
        retry=RetryPolicy(attempt_count=1),
    ) as client:
        state = client.health()
    click.echo(state.name)
    ctx.exit(0 if state is Health.SERVING else 1)
