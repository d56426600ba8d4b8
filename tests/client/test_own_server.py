"""Promises of how the server on this machine is found from its own variables."""

from pathlib import Path

import pytest

from bakeoff.client import InvalidOptionError
from bakeoff.client.own_server import (
    OwnServer,
    _name_in,
    certificates_of,
    own_server,
    shown_name,
)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, OwnServer("127.0.0.1:50051")),
        ({"BAKEOFF_ADDRESS": "0.0.0.0:7000"}, OwnServer("127.0.0.1:7000")),
        ({"BAKEOFF_ADDRESS": "[::]:7000"}, OwnServer("[::1]:7000")),
        ({"BAKEOFF_ADDRESS": "10.1.2.3:7000"}, OwnServer("10.1.2.3:7000")),
        (
            {"BAKEOFF_ADDRESS": "localhost:1", "BAKEOFF_TLS_CERT": "/tls/cert.pem"},
            OwnServer("localhost:1", "/tls/cert.pem"),
        ),
    ],
)
def test_a_server_on_all_addresses_is_called_on_loopback(
    variables: dict[str, str], expected: OwnServer
) -> None:
    assert expected == own_server(variables)


@pytest.mark.parametrize(
    ("certificate", "expected"),
    [
        ({"subjectAltName": (("DNS", "a.example"), ("DNS", "b.example"))}, "a.example"),
        ({"subjectAltName": (("DNS", "*.example"),)}, "bakeoff.example"),
        ({"subjectAltName": (("IP Address", "127.0.0.1"),)}, "127.0.0.1"),
        ({"subject": ((("organizationName", "o"),), (("commonName", "c.example"),))}, "c.example"),
        ({}, ""),
    ],
)
def test_a_certificate_is_called_by_its_first_name(
    certificate: dict[str, object], expected: str
) -> None:
    assert expected == _name_in(certificate)


def test_a_certificate_that_cannot_be_read_is_told_with_its_variable(tmp_path: Path) -> None:
    missing = OwnServer("127.0.0.1:1", str(tmp_path / "missing.pem"))

    with pytest.raises(InvalidOptionError, match=r"BAKEOFF_TLS_CERT must .*missing.pem"):
        certificates_of(missing)
    with pytest.raises(InvalidOptionError, match="BAKEOFF_TLS_CERT must hold certificates"):
        shown_name(missing, b"no certificate", timeout_s=1)
