"""The commands `serve` and `doctor`."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import grpc
import pytest
from click.testing import CliRunner
from grpc_health.v1 import health_pb2, health_pb2_grpc

from bakeoff.server.commands import doctor, serve
from bakeoff.server.diagnosis import Diagnosis
from bakeoff.server.runtimes import runtime_fault
from bakeoff.server.settings import Settings
from bakeoff.v1 import ListTargetsRequest, Target, target_service_pb2_grpc

_SERVE = (sys.executable, "-c", "from bakeoff.server.commands import serve; serve()")
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@dataclass(frozen=True)
class Serving:
    """A server in a process of its own, and what it announced."""

    process: subprocess.Popen[str]
    address: str
    announced_pid: int

    def told_to_stop(self) -> tuple[int, list[dict[str, object]]]:
        """Sends SIGTERM, and gives the exit status and the lines of the log."""
        self.process.send_signal(signal.SIGTERM)
        _, log = self.process.communicate(timeout=60)
        return self.process.returncode, [json.loads(line) for line in log.splitlines()]


@contextmanager
def serving(
    data_dir: Path, *flags: str, environment: Mapping[str, str] | None = None
) -> Iterator[Serving]:
    process = subprocess.Popen(
        [*_SERVE, "--announce", "--data-dir", str(data_dir), *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    try:
        assert process.stdout is not None
        announced = json.loads(process.stdout.readline())
        yield Serving(process, announced["address"], announced["pid"])
    finally:
        process.kill()
        process.communicate()


def refused(data_dir: Path, *flags: str, environment: Mapping[str, str] | None = None) -> str:
    """What a server says that does not start."""
    ended = subprocess.run(
        [*_SERVE, "--data-dir", str(data_dir), *flags],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **(environment or {})},
    )
    assert ended.returncode == 1
    return ended.stderr


def targets(channel: grpc.Channel) -> list[str]:
    stub = target_service_pb2_grpc.TargetServiceStub(channel)
    return [one.name for one in stub.ListTargets(ListTargetsRequest(), timeout=30).targets]


def test_a_server_announces_itself_serves_and_stops_in_order(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--address", "127.0.0.1:0") as server:
        assert server.announced_pid == server.process.pid
        with grpc.insecure_channel(server.address) as channel:
            assert "targets/cpu" in targets(channel)
        status, log = server.told_to_stop()
    events = [line["event"] for line in log]
    assert status == 0
    assert events[-2:] == ["stopping", "stopped"]
    assert {"time", "level", "logger", "event"} <= set(log[0])
    (call,) = [line for line in log if line["event"] == "call ended"]
    assert call["rpc_method"] == "/bakeoff.v1.TargetService/ListTargets"
    assert call["code"] == "OK"
    assert str(tmp_path) not in json.dumps(log)


def test_settings_come_from_the_environment_and_flags_come_first(tmp_path: Path) -> None:
    environment = {"BAKEOFF_ADDRESS": "127.0.0.1:1", "BAKEOFF_LOG_LEVEL": "error"}
    flags = ("--address", "127.0.0.1:0")
    with serving(tmp_path / "data", *flags, environment=environment) as server:
        assert server.address != "127.0.0.1:1"
        assert server.told_to_stop() == (0, [])


def test_a_second_server_is_refused_by_port_and_by_directory(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--address", "127.0.0.1:0") as server:
        said = refused(tmp_path / "other", "--address", server.address)
        assert "cannot be listened on" in said
        said = refused(tmp_path / "data", "--address", "127.0.0.1:0")
        assert "another server is running on this data directory" in said


def test_a_damaged_store_is_told_before_anything_is_served(tmp_path: Path) -> None:
    (tmp_path / "bakeoff.sqlite3").write_bytes(b"x" * 10_000)
    said = refused(tmp_path, "--address", "127.0.0.1:0")
    assert f"data directory {tmp_path}: bakeoff.sqlite3" in said
    assert "backup" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (("--address", "203.0.113.7:0", "--insecure"), "cannot be listened on"),
        (("--tls-cert", "missing.pem", "--tls-key", "missing.pem"), "missing.pem"),
        (("--token-file", "missing.txt"), "missing.txt"),
    ],
)
def test_what_does_not_hold_here_is_told_without_a_traceback(
    tmp_path: Path, flags: tuple[str, ...], expected: str
) -> None:
    said = refused(tmp_path / "data", "--address", "127.0.0.1:0", *flags)
    assert expected in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (("--address", "0.0.0.0:0"), "can be reached from other machines"),
        (("--address", "nowhere"), "HOST:PORT"),
        (("--max-example-count", "0"), "max_example_count must be above 0"),
    ],
)
def test_settings_that_cannot_be_are_told(flags: tuple[str, ...], expected: str) -> None:
    result = CliRunner().invoke(serve, flags)
    assert result.exit_code == 1
    assert expected in result.output


def test_a_server_with_tls_and_tokens_takes_only_calls_that_bring_both(
    tmp_path: Path, certificates: Path
) -> None:
    (tmp_path / "tokens").write_text("first-token-of-some-length\nsecond-token-of-some-length\n")
    flags = (
        "--address=localhost:0",
        f"--tls-cert={certificates / 'server.pem'}",
        f"--tls-key={certificates / 'server.key'}",
        f"--tls-client-ca={certificates / 'authority.pem'}",
        f"--token-file={tmp_path / 'tokens'}",
    )
    authority = (certificates / "authority.pem").read_bytes()
    pair = ((certificates / "client.key").read_bytes(), (certificates / "client.pem").read_bytes())
    mutual = grpc.ssl_channel_credentials(authority, *pair)
    known = grpc.access_token_call_credentials("second-token-of-some-length")
    unknown = grpc.access_token_call_credentials("third-token-of-some-length")
    with serving(tmp_path / "data", *flags) as server:
        composite = grpc.composite_channel_credentials(mutual, known)
        with grpc.secure_channel(server.address, composite) as channel:
            assert "targets/cpu" in targets(channel)
        cases = (
            (grpc.composite_channel_credentials(mutual, unknown), "UNAUTHENTICATED"),
            (mutual, "UNAUTHENTICATED"),
            (grpc.ssl_channel_credentials(authority), "UNAVAILABLE"),
        )
        for credentials, expected in cases:
            with (
                grpc.secure_channel(server.address, credentials) as channel,
                pytest.raises(grpc.RpcError) as caught,
            ):
                targets(channel)
            assert caught.value.code().name == expected
        with grpc.insecure_channel(server.address) as channel, pytest.raises(grpc.RpcError):
            targets(channel)


def test_health_says_not_serving_before_a_server_stops(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--address", "127.0.0.1:0") as server:
        with grpc.insecure_channel(server.address) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            watch = stub.Watch(health_pb2.HealthCheckRequest(), timeout=60)
            assert next(watch).status == SERVING
            server.process.send_signal(signal.SIGTERM)
            assert next(watch).status == NOT_SERVING
            with pytest.raises(grpc.RpcError) as caught:
                next(watch)
            assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
        server.process.communicate(timeout=60)
        assert server.process.returncode == 0


def test_a_second_signal_ends_what_the_first_would_have_let_finish(tmp_path: Path) -> None:
    flags = ("--address", "127.0.0.1:0", "--shutdown-grace-s", "600")
    with serving(tmp_path / "data", *flags) as server:
        host, port = server.address.rsplit(":", 1)
        with grpc.insecure_channel(server.address) as channel:
            upload = channel.stream_unary("/bakeoff.v1.CandidateService/UploadCandidate")
            call = upload.future(_never())
            while not call.running():
                time.sleep(0.01)
            # Until the server has the call, which only its staging or its log could tell.
            targets(channel)
            server.process.send_signal(signal.SIGTERM)
            _wait_until_refused(host, int(port))
            assert server.process.poll() is None
            server.process.send_signal(signal.SIGTERM)
            _, log = server.process.communicate(timeout=60)
            assert "Traceback" not in log
            assert call.code() is not None
        events = [json.loads(line)["event"] for line in log.splitlines()]
        assert "stopping at once" in events
        assert events[-1] == "stopped"


def _never() -> Iterator[bytes]:
    time.sleep(600)
    yield b""


def _wait_until_refused(host: str, port: int) -> None:
    while True:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            return
        time.sleep(0.01)


def test_every_setting_is_a_flag_and_a_variable_with_its_help() -> None:
    text = CliRunner().invoke(serve, ["--help"], terminal_width=400).output
    for one in fields(Settings):
        assert f"--{one.name.replace('_', '-')}" in text
        assert f"BAKEOFF_{one.name.upper()}" in text
        assert one.metadata["help"] in text


def test_a_value_that_is_no_choice_is_a_fault_of_usage() -> None:
    result = CliRunner().invoke(serve, ["--log-level", "loud"])
    assert result.exit_code == 2


def test_doctor_shows_what_runs_here_as_text_and_as_json() -> None:
    text = CliRunner().invoke(doctor, [])
    assert text.exit_code == 0
    assert "targets/cpu (cpu) can be used" in text.output
    assert "what measuring itself costs" in text.output
    result = CliRunner().invoke(doctor, ["--format", "json"])
    found = json.loads(result.output)
    assert found["canEvaluate"] is True
    assert found["runtimeFault"] == ""
    assert found["versions"]["onnxruntime"]
    cpu = next(one for one in found["targets"] if one["name"] == "targets/cpu")
    assert cpu["providers"] == [{"name": "CPUExecutionProvider", "loads": True}]
    assert cpu["fingerprint"]["sha256"]
    floor = found["floor"]
    assert "" == found["floorFault"]
    assert 0 < floor["single_stream_p50_ms"] <= floor["single_stream_p99_ms"]
    assert 0 < floor["multi_stream_p50_ms"] <= floor["multi_stream_p99_ms"]
    assert 0 <= floor["lateness_p99_ms"] <= floor["server_p99_ms"]
    assert floor["offline_samples_per_s"] > 0


def test_exactly_one_onnxruntime_must_be_installed() -> None:
    assert runtime_fault({"onnxruntime": "1"}) == ""
    assert runtime_fault({"onnxruntime-gpu": "1"}) == ""
    assert "both installed" in runtime_fault({"onnxruntime": "1", "onnxruntime-gpu": "1"})
    assert "none is installed" in runtime_fault({"numpy": "2"})


def test_a_server_with_two_onnxruntimes_does_not_start(tmp_path: Path) -> None:
    other = tmp_path / "site" / "onnxruntime_gpu-1.31.1.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: onnxruntime-gpu\nVersion: 1.31.1\n"
    )
    environment = {"PYTHONPATH": str(tmp_path / "site")}
    said = refused(tmp_path / "data", "--address", "127.0.0.1:0", environment=environment)
    assert "onnxruntime and onnxruntime-gpu are both installed" in said
    assert not (tmp_path / "data").exists()


def test_a_diagnosis_tells_why_nothing_can_run() -> None:
    target = Target(name="targets/cpu", device="cpu", unavailable_reason="no runtime")
    diagnosis = Diagnosis({}, "none is installed", [target])
    assert not diagnosis.can_evaluate
    text = diagnosis.as_text()
    assert "targets/cpu (cpu) cannot be used: no runtime" in text
    assert "No evaluation can run here." in text
    assert not Diagnosis({}, "", [target]).can_evaluate
    unmeasured = Diagnosis({}, "", [target], None, "the worker process ended")
    assert "is not known: the worker process ended" in unmeasured.as_text()
    assert not Diagnosis({}, "two", [Target(available=True)]).can_evaluate


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, and a server and a client that it vouches for, made with openssl."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(
        *("req", "-x509", *curve, "-keyout", "authority.key", "-out", "authority.pem"),
        *("-subj", "/CN=authority", "-days", "1"),
    )
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    for name in ("server", "client"):
        openssl(
            "req", *curve, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}"
        )
        openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", "-days", "1"),
            *("-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial"),
            *("-extfile", "names"),
        )
    return folder
