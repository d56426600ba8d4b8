"""Encrypted calls, with certificates made on the spot."""

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from click.testing import CliRunner

from bakeoff.client import AsyncClient, Client, Connection, UnavailableError, UnimplementedError
from bakeoff.client.cli import bakeoff

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl makes certificates"
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the key and the self-signed certificate of `localhost`."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture
def address(authority: Path) -> Iterator[str]:
    """A server without methods that shows its certificate and asks for the caller's."""
    certificate = (authority / "cert.pem").read_bytes()
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    credentials = grpc.ssl_server_credentials(
        [((authority / "key.pem").read_bytes(), certificate)],
        root_certificates=certificate,
        require_client_auth=True,
    )
    port = server.add_secure_port("localhost:0", credentials)
    server.start()
    yield f"localhost:{port}"
    server.stop(grace=None).wait()


def options(authority: Path) -> dict[str, bytes]:
    certificate = (authority / "cert.pem").read_bytes()
    return {
        "root_certificates": certificate,
        "client_certificate": certificate,
        "client_key": (authority / "key.pem").read_bytes(),
    }


async def test_both_sides_show_who_they_are(address: str, authority: Path) -> None:
    """The server has no methods, so that UNIMPLEMENTED is what a call that arrives is told."""
    with Client(address, **options(authority)) as client, pytest.raises(UnimplementedError):
        client.health()
    async with AsyncClient(address, **options(authority)) as asynchronous:
        with pytest.raises(UnimplementedError):
            await asynchronous.health()


def test_a_caller_without_a_certificate_is_turned_away(address: str, authority: Path) -> None:
    trust = {"root_certificates": options(authority)["root_certificates"]}
    with Client(address, timeout_s=1, **trust) as client, pytest.raises(UnavailableError):
        client.health()


def test_a_server_that_nobody_vouches_for_is_not_called(address: str) -> None:
    connection = Connection(address=address, root_certificates=None)
    assert connection.plaintext
    with Client(address, timeout_s=1) as client, pytest.raises(UnavailableError):
        client.health()


def test_the_command_takes_certificates_from_files(address: str, authority: Path) -> None:
    files = {
        "BAKEOFF_ROOT_CERTIFICATES": str(authority / "cert.pem"),
        "BAKEOFF_CLIENT_CERTIFICATE": str(authority / "cert.pem"),
        "BAKEOFF_CLIENT_KEY": str(authority / "key.pem"),
    }
    outcome = CliRunner(env=files).invoke(bakeoff, ["health", "--server", address])
    assert outcome.stderr.endswith("[UNIMPLEMENTED]\n")
