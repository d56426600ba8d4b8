"""The health check of the image, run as there beside a server in a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "bakeoff.client")

needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl makes certificates"
)


def check_of_image() -> list[str]:
    """Arguments of the command that the Dockerfile's health check runs."""
    (line,) = [
        line.strip()
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.strip().startswith('CMD ["bakeoff", "health"')
    ]
    return list(json.loads(line.removeprefix("CMD ")))[1:]


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_authority(folder: Path) -> None:
    openssl(
        folder,
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
        *("-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=an authority"),
    )


def make_certificate(folder: Path, stem: str, names: str) -> dict[str, str]:
    """A certificate that the authority signs, and its key, as the variables of a server."""
    openssl(
        folder,
        *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
        *("-keyout", f"{stem}.key", "-out", f"{stem}.csr", "-subj", "/CN=bakeoff.example"),
    )
    extensions = folder / f"{stem}.ext"
    extensions.write_text(f"subjectAltName={names}\n")
    openssl(
        folder,
        *("x509", "-req", "-in", f"{stem}.csr", "-CA", "ca.pem", "-CAkey", "ca.key"),
        *("-CAcreateserial", "-days", "2", "-extfile", str(extensions), "-out", f"{stem}.pem"),
    )
    return {
        "BAKEOFF_TLS_CERT": str(folder / f"{stem}.pem"),
        "BAKEOFF_TLS_KEY": str(folder / f"{stem}.key"),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority."""
    made = tmp_path_factory.mktemp("authority")
    make_authority(made)
    return made


@contextmanager
def serving(data_dir: Path, variables: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """A server with these variables, on all addresses; gives them with the port that it has."""
    environment = {**os.environ, "BAKEOFF_ADDRESS": "0.0.0.0:0", **variables}
    process = subprocess.Popen(
        [*COMMAND, "serve", "--announce", "--data-dir", str(data_dir)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    try:
        assert process.stdout is not None
        port = json.loads(process.stdout.readline())["address"].rpartition(":")[2]
        yield {**environment, "BAKEOFF_ADDRESS": f"0.0.0.0:{port}"}
    finally:
        process.kill()
        process.communicate()


def check(environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *check_of_image()],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@needs_openssl
def test_a_server_with_tls_is_found_healthy_by_the_certificate_that_it_was_given(
    folder: Path, tmp_path: Path
) -> None:
    """Whatever name that is for; one that shows another certificate is not."""
    ours = make_certificate(folder, "server", "DNS:*.example.org,DNS:other.example")
    other = make_certificate(folder, "other", "DNS:*.example.org")
    with serving(tmp_path, ours) as environment:
        ended = check(environment)
        mistaken = check({**environment, "BAKEOFF_TLS_CERT": other["BAKEOFF_TLS_CERT"]})

    assert (0, "SERVING\n") == (ended.returncode, ended.stdout), ended.stderr
    assert 1 == mistaken.returncode
    assert "[UNAVAILABLE]" in mistaken.stderr


@needs_openssl
def test_a_server_that_wants_certificates_is_shown_that_of_the_check(
    folder: Path, tmp_path: Path
) -> None:
    """And takes no check without one for healthy."""
    variables = make_certificate(folder, "server", "DNS:bakeoff.example")
    caller = make_certificate(folder, "caller", "DNS:check")
    variables["BAKEOFF_TLS_CLIENT_CA"] = str(folder / "ca.pem")
    with serving(tmp_path, variables) as environment:
        nameless = check(environment)
        ended = check(
            {
                **environment,
                "BAKEOFF_CLIENT_CERTIFICATE": caller["BAKEOFF_TLS_CERT"],
                "BAKEOFF_CLIENT_KEY": caller["BAKEOFF_TLS_KEY"],
            }
        )

    assert 1 == nameless.returncode
    assert (0, "SERVING\n") == (ended.returncode, ended.stdout), ended.stderr


def test_a_server_without_tls_is_found_healthy(tmp_path: Path) -> None:
    with serving(tmp_path, {"BAKEOFF_INSECURE": "true"}) as environment:
        ended = check(environment)

    assert (0, "SERVING\n") == (ended.returncode, ended.stdout), ended.stderr


def test_compose_checks_as_the_image_does() -> None:
    server = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["server"]

    assert ["CMD", "bakeoff", *check_of_image()] == server["healthcheck"]["test"]
