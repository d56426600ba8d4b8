"""Where the server is, and how to reach it safely."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypedDict

import grpc
import grpc.aio

from bakeoff.client.errors import InvalidOptionError
from bakeoff.client.retries import RetryPolicy

DEFAULT_PORT = 50051

# A server of the usual making takes a ping every five minutes and no more often.
KEEPALIVE_PERIOD_S = 330
KEEPALIVE_TIMEOUT_S = 20


SCORING_TIMEOUT_S = 1800.0
"""Resampling many metrics of many candidates over a large set takes minutes."""


class ConnectionOptions(TypedDict, total=False):
    """What a caller may say beside the address; see Connection."""

    root_certificates: bytes | None
    client_certificate: bytes | None
    client_key: bytes | None
    token: str | None
    insecure: bool
    server_name: str | None
    timeout_s: float | None
    retry: RetryPolicy


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How to reach a server.

    `address` is `HOST:PORT`, or `unix:PATH`; without a port, 50051. A server on
    this machine is called in plaintext, any other with TLS: `root_certificates`
    (PEM) replace the system's, `client_certificate` and `client_key` (PEM, both
    or neither) say who calls, and `insecure` asks for plaintext. `server_name` is
    what the server's certificate must name, where that is not the host of the
    address. `token` goes with every call as `authorization: Bearer`. `timeout_s`
    bounds a call that is not a stream, with all its retries; None means no bound.
    A call in which the server scores may take `SCORING_TIMEOUT_S`, where that is more.
    """

    address: str
    root_certificates: bytes | None = None
    client_certificate: bytes | None = None
    client_key: bytes | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    insecure: bool = False
    server_name: str | None = None
    timeout_s: float | None = 60.0
    retry: RetryPolicy = field(default_factory=RetryPolicy)

    def __post_init__(self) -> None:
        if (self.client_certificate is None) != (self.client_key is None):
            message = "client_certificate and client_key belong together, and one is missing."
            raise InvalidOptionError(message)
        if self.insecure and (self.root_certificates or self.client_certificate):
            message = "insecure means plaintext, and certificates mean TLS: give one of them."
            raise InvalidOptionError(message)
        if self.timeout_s is not None and not self.timeout_s > 0:
            message = f"timeout_s must be above 0, got {self.timeout_s}."
            raise InvalidOptionError(message)

    @property
    def scoring_timeout_s(self) -> float | None:
        """Bound of a call in which the server scores, in seconds."""
        return None if self.timeout_s is None else max(self.timeout_s, SCORING_TIMEOUT_S)

    @property
    def target(self) -> str:
        """The address as gRPC takes it."""
        return target_of(self.address)

    @property
    def plaintext(self) -> bool:
        """Whether calls go unencrypted."""
        if self.root_certificates or self.client_certificate:
            return False
        return self.insecure or is_local(self.target)

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What goes with every call."""
        return () if self.token is None else (("authorization", f"Bearer {self.token}"),)

    def channel(self) -> grpc.Channel:
        """A channel for threads."""
        if self.plaintext:
            return grpc.insecure_channel(self.target, self._options())
        return grpc.secure_channel(self.target, self._credentials(), self._options())

    def aio_channel(self) -> grpc.aio.Channel:
        """A channel for the running event loop."""
        if self.plaintext:
            return grpc.aio.insecure_channel(self.target, self._options())
        return grpc.aio.secure_channel(self.target, self._credentials(), self._options())

    def _credentials(self) -> grpc.ChannelCredentials:
        return grpc.ssl_channel_credentials(
            self.root_certificates, self.client_key, self.client_certificate
        )

    def _options(self) -> Sequence[tuple[str, int | str]]:
        name = self.server_name
        return (
            *(() if name is None else (("grpc.ssl_target_name_override", name),)),
            # Reports and pages of predictions are as large as the server makes them.
            ("grpc.max_receive_message_length", -1),
            ("grpc.keepalive_time_ms", KEEPALIVE_PERIOD_S * 1000),
            ("grpc.keepalive_timeout_ms", KEEPALIVE_TIMEOUT_S * 1000),
            # A retry that comes before the channel reconnects would fail unheard.
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.min_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 5000),
            ("grpc.enable_http_proxy", 0 if is_local(self.target) else 1),
        )


def target_of(address: str) -> str:
    """The address with its port.

    Raises InvalidOptionError for what is no address.
    """
    address = address.strip()
    if address.startswith("unix:") and len(address) > len("unix:"):
        return address
    host, port = _parts(address)
    if not host or "/" in host or not port.isascii() or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 (the largest port)
        message = f"The server's address must be HOST:PORT or unix:PATH, got {address!r}."
        raise InvalidOptionError(message)
    return f"{host}:{port}"


def is_local(target: str) -> bool:
    """Whether a target is on this machine, so that nobody listens on the way."""
    if target.startswith("unix:"):
        return True
    host = target.rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parts(address: str) -> tuple[str, str]:
    if address.endswith("]") or ":" not in address:
        return address, str(DEFAULT_PORT)
    host, _, port = address.rpartition(":")
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        return "", port
    return host, port
