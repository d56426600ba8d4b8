"""The server that the variables of `bakeoff serve` describe, called from beside it.

A health check in a container calls the loopback address, which no certificate names. It finds the
name in the certificate that the server shows, which must be one that the server was given.
"""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bakeoff.client.connection import DEFAULT_PORT, target_of
from bakeoff.client.errors import InvalidOptionError, UnavailableError

ADDRESS_VARIABLE = "BAKEOFF_ADDRESS"
CERTIFICATE_VARIABLE = "BAKEOFF_TLS_CERT"
_DEFAULT_ADDRESS = f"127.0.0.1:{DEFAULT_PORT}"
# Addresses to listen on that nobody can call, with those that reach the same server.
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - replaced, and not bound
_ANY_LABEL = "*."


@dataclass(frozen=True, slots=True)
class OwnServer:
    """Where a server on this machine listens, and the PEM file of its certificates, if any."""

    address: str
    certificate_path: str = ""


def own_server(environment: Mapping[str, str]) -> OwnServer:
    """The server that `bakeoff serve` would be with these variables."""
    address = target_of(environment.get(ADDRESS_VARIABLE) or _DEFAULT_ADDRESS)
    host, _, port = address.rpartition(":")
    return OwnServer(
        address=f"{_EVERYWHERE.get(host, host)}:{port}",
        certificate_path=environment.get(CERTIFICATE_VARIABLE, ""),
    )


def certificates_of(server: OwnServer) -> bytes:
    """The PEM file of a server's certificates.

    Raises InvalidOptionError when it cannot be read.
    """
    try:
        return Path(server.certificate_path).read_bytes()
    except OSError as error:
        message = (
            f"{CERTIFICATE_VARIABLE} must be a PEM file that can be read, got "
            f"{server.certificate_path!r} ({error.strerror})."
        )
        raise InvalidOptionError(message) from error


def shown_name(server: OwnServer, certificates: bytes, timeout_s: float) -> str:
    """A name in the certificate that a server shows, which one of `certificates` vouches for.

    Raises UnavailableError when nobody shows such a one, and InvalidOptionError where
    `certificates` are none.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    # The certificate itself is trusted, whoever signed it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.set_alpn_protocols(["h2"])
    try:
        context.load_verify_locations(cadata=certificates.decode("ascii"))
    except (ssl.SSLError, ValueError) as error:
        message = f"{CERTIFICATE_VARIABLE} must hold certificates in PEM, got {error}."
        raise InvalidOptionError(message) from error
    host, _, port = server.address.rpartition(":")
    try:
        with (
            socket.create_connection((host.strip("[]"), int(port)), timeout_s) as plain,
            context.wrap_socket(plain) as encrypted,
        ):
            shown = encrypted.getpeercert() or {}
    except OSError as error:
        message = f"The server at {server.address} did not show the certificate: {error}."
        raise UnavailableError(message) from error
    return _name_in(shown)


def _name_in(certificate: Mapping[str, Any]) -> str:
    """The first name that a certificate is for, its common name where it lists none."""
    listed = [name for _, name in certificate.get("subjectAltName", ())]
    common = [
        value
        for part in certificate.get("subject", ())
        for key, value in part
        if key == "commonName"
    ]
    names = [str(name) for name in (*listed, *common)]
    name = names[0] if names else ""
    # Any label may stand in for the asterisk.
    return f"bakeoff.{name.removeprefix(_ANY_LABEL)}" if name.startswith(_ANY_LABEL) else name
