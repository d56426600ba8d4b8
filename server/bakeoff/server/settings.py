"""Settings of a server: each field is at once a flag and an environment variable.

A field `max_example_count` is the flag `--max-example-count` and the variable
`BAKEOFF_MAX_EXAMPLE_COUNT`; its help text stands in its metadata.
"""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

ENVIRONMENT_PREFIX = "BAKEOFF_"
LOG_LEVELS = ("debug", "info", "warning", "error")
REFLECTION_MODES = ("auto", "on", "off")

_GIB = 1024**3
_MAX_PORT = 65535


class SettingError(ValueError):
    """A setting cannot be, or does not hold on this machine. The message names it."""


def _about(help_text: str, *choices: str) -> Mapping[str, Any]:
    return {"help": help_text, "choices": choices}


def _default_data_dir() -> Path:
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "bakeoff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything about a server that a person may choose.

    Raises SettingError, naming the setting, what is allowed and what came.
    """

    address: str = field(
        default="127.0.0.1:50051",
        metadata=_about("HOST:PORT to listen on. Port 0 takes one that is free."),
    )
    data_dir: Path = field(
        default_factory=_default_data_dir,
        metadata=_about("Folder that everything is kept in. One server at a time."),
    )
    insecure: bool = field(
        default=False,
        metadata=_about(
            "Listen without TLS beyond loopback. Anybody who reaches the port can use it."
        ),
    )
    tls_cert: Path | None = field(
        default=None,
        metadata=_about("PEM file of the server's certificate chain. Needs --tls-key."),
    )
    tls_key: Path | None = field(
        default=None, metadata=_about("PEM file of the key of that certificate.")
    )
    tls_client_ca: Path | None = field(
        default=None,
        metadata=_about(
            "PEM file of authorities. Callers must then show a certificate that one has signed."
        ),
    )
    token_file: Path | None = field(
        default=None,
        metadata=_about("File with one bearer token a line. Callers must then send one of them."),
    )
    reflection: str = field(
        default="auto",
        metadata=_about(
            "Whether callers may ask for the contract by reflection. auto: on loopback only.",
            *REFLECTION_MODES,
        ),
    )
    log_level: str = field(
        default="info", metadata=_about("Least severe events that are logged.", *LOG_LEVELS)
    )
    max_candidate_bytes: int = field(
        default=8 * _GIB, metadata=_about("Largest bundle that is taken, in bytes.")
    )
    max_evaluation_set_bytes: int = field(
        default=_GIB, metadata=_about("Largest evaluation set, in bytes.")
    )
    max_example_count: int = field(
        default=1_000_000, metadata=_about("Most examples of an evaluation set.")
    )
    max_unfinished_evaluation_count: int = field(
        default=100, metadata=_about("Most evaluations that wait or run at a time.")
    )
    max_concurrent_call_count: int = field(
        default=256, metadata=_about("Most calls at a time, health checks not counted.")
    )
    call_deadline_s: float = field(
        default=60.0,
        metadata=_about(
            "Longest that one call may take, in seconds, uploads and streams not counted."
        ),
    )
    upload_deadline_s: float = field(
        default=3600.0, metadata=_about("Longest that one upload may take, in seconds.")
    )
    stream_deadline_s: float = field(
        default=86_400.0,
        metadata=_about("Longest that one watch or read of a file may take, in seconds."),
    )
    shutdown_grace_s: float = field(
        default=10.0,
        metadata=_about("How long calls may go on once the server was told to stop, in seconds."),
    )
    worker_memory_limit_bytes: int = field(
        default=0,
        metadata=_about("Most memory that one worker process may take, in bytes. 0: all there is."),
    )
    inspect_deadline_s: float = field(
        default=120.0,
        metadata=_about(
            "Longest that loading and checking an uploaded model may take, in seconds."
        ),
    )
    worker_deadline_s: float = field(
        default=3600.0,
        metadata=_about("Longest that a worker process may take over one command, in seconds."),
    )

    def __post_init__(self) -> None:
        split_address(self.address)
        for one in fields(self):
            value = getattr(self, one.name)
            _check_number(one.name, value)
            choices = one.metadata["choices"]
            if choices and value not in choices:
                msg = f"{one.name} must be one of {', '.join(choices)}, got {value!r}"
                raise SettingError(msg)
        self._check_security()

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the address."""
        host, _ = split_address(self.address)
        if host == "localhost":
            return True
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    @property
    def reflects(self) -> bool:
        """Whether callers may ask for the contract by reflection."""
        return self.reflection == "on" or (self.reflection == "auto" and self.on_loopback)

    def _check_security(self) -> None:
        if (self.tls_cert is None) != (self.tls_key is None):
            msg = "tls_cert and tls_key belong together: give both, or neither"
            raise SettingError(msg)
        if self.tls_client_ca is not None and self.tls_cert is None:
            msg = "tls_client_ca needs tls_cert and tls_key"
            raise SettingError(msg)
        if not (self.on_loopback or self.insecure or self.tls_cert is not None):
            msg = (
                f"address {self.address} can be reached from other machines: give tls_cert and "
                "tls_key, or insecure to go without"
            )
            raise SettingError(msg)


def split_address(address: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`; an IPv6 host stands in brackets.

    Raises SettingError when it is not of that form.
    """
    host, colon, port = address.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if bracketed:
        host = host[1:-1]
    well_formed = colon and host and (bracketed or ":" not in host)
    if not well_formed or not port.isdecimal() or int(port) > _MAX_PORT:
        msg = f"address must be HOST:PORT with a port of 0 to {_MAX_PORT}, got {address!r}"
        raise SettingError(msg)
    return host, int(port)


_MAY_BE_ZERO = frozenset({"worker_memory_limit_bytes", "shutdown_grace_s"})


def _check_number(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return
    if name in _MAY_BE_ZERO:
        if not value >= 0:
            msg = f"{name} must be 0 or more, got {value}"
            raise SettingError(msg)
    elif not value > 0:
        msg = f"{name} must be above 0, got {value}"
        raise SettingError(msg)
