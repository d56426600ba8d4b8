"""`bakeoff health`."""

import os
from typing import Any

import click

from bakeoff.client.health import Health
from bakeoff.client.options.server import ServerChoice, server_options
from bakeoff.client.own_server import OwnServer, certificates_of, own_server, shown_name
from bakeoff.client.retries import RetryPolicy

LONGEST_WAIT_S = 5.0


@click.command()
@server_options
@click.pass_context
def health(ctx: click.Context, server: ServerChoice) -> None:
    """Asks a server whether it serves. Exit code 0 if it does, for use as a health check.

    Without --server, the server on this machine is asked that the variables of
    `bakeoff serve` describe: at the port of BAKEOFF_ADDRESS, which is 50051 without it,
    and with TLS where BAKEOFF_TLS_CERT is set. It is asked once, and waited for
    5 seconds at most.
    """
    timeout_s = min(server.timeout, LONGEST_WAIT_S)
    address, settings = server.server, {}
    if address is None:
        own = own_server(os.environ)
        address = own.address
        if own.certificate_path:
            settings = _security(own, timeout_s)
    with server.client_of(
        address, **settings, timeout_s=timeout_s, retry=RetryPolicy(attempt_count=1)
    ) as client:
        state = client.health()
    click.echo(state.name)
    ctx.exit(0 if state is Health.SERVING else 1)


def _security(own: OwnServer, timeout_s: float) -> dict[str, Any]:
    """How to call a server beside which this runs, by the certificate that it was given."""
    certificates = certificates_of(own)
    return {
        "root_certificates": certificates,
        "server_name": shown_name(own, certificates, timeout_s),
        # The variable also tells a server that it may listen without TLS, which it then does not.
        "insecure": False,
    }
