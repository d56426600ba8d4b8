"""A server of one's own, as a child process."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bakeoff.client import Client, EmbeddedServer, Health, ServerStartError, default_data_dir
from bakeoff.client.cli import bakeoff
from bakeoff.client.options.server import ServerChoice

HOLD = """
import sys, time
from pathlib import Path
from bakeoff.client import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
server.start()
print(server._process.pid, flush=True)
time.sleep(60)
"""


def children_of(pid: int) -> list[int]:
    words = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [
        int(child)
        for child in words
        if b"bakeoff.client" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def test_a_server_serves_and_leaves_its_last_words_when_it_ends_on_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a person has set for another server does not lock us out of our own."""
    monkeypatch.setenv("BAKEOFF_TOKEN_FILE", str(tmp_path / "tokens"))
    monkeypatch.setenv("BAKEOFF_ADDRESS", "0.0.0.0:1")
    with EmbeddedServer(tmp_path / "data") as server:
        assert server.address.startswith("127.0.0.1:")
        with Client(server.address) as client:
            assert Health.SERVING is client.health()
            assert [] == list(client.list_candidates())
            assert ["targets/cpu"] == [
                target.name for target in client.list_targets() if target.available
            ]
        assert server.ended() is None
        with pytest.raises(ServerStartError, match="started already"):
            server.start()
        process = server._process
        assert process is not None
        process.kill()
        process.wait()
        ended = server.ended()
    assert ended is not None
    assert ended.startswith("The server ended with code -9. Its last words: ")
    assert server.ended() is None


def test_a_command_without_a_server_brings_its_own(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    outcome = CliRunner(env={"BAKEOFF_SERVER": None}).invoke(
        bakeoff, ["candidates", "list", "--data-dir", str(data_dir), "--format", "json"]
    )
    assert (0, "{}\n") == (outcome.exit_code, outcome.stdout), outcome.output
    assert data_dir.is_dir()


def test_a_command_whose_own_server_ends_says_so(tmp_path: Path) -> None:
    choice = ServerChoice(
        server=None,
        data_dir=tmp_path / "data",
        token=None,
        root_certificates=None,
        client_certificate=None,
        client_key=None,
        insecure=False,
        timeout=1.0,
    )

    others = set(children_of(os.getpid()))

    def outlive() -> None:
        with choice.client() as client:
            (server_pid,) = set(children_of(os.getpid())) - others
            os.kill(server_pid, signal.SIGKILL)
            list(client.list_candidates())

    with pytest.raises(ServerStartError, match="ended with code -9") as refused:
        outlive()
    assert "SERVER_ENDED" == refused.value.reason


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")
    with (
        pytest.raises(ServerStartError, match="told no address and ended with code") as refused,
        EmbeddedServer(tmp_path / "data"),
    ):
        pass
    assert "Its last words: " in refused.value.message


def test_a_server_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / "data", start_timeout_s=0.01)
    with pytest.raises(ServerStartError, match=r"did not come up within 0\.01 s"):
        server.start()


def test_a_server_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    """Even when that process has no chance to stop it."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "data")], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        server_pid = int(holder.stdout.readline())
        descriptor = os.pidfd_open(server_pid)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        # A pidfd is readable when its process has ended.
        assert [descriptor] == select.select([descriptor], [], [], 30)[0]
        os.close(descriptor)


def test_the_data_directory_follows_the_desktop_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert tmp_path / "bakeoff" == default_data_dir()
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert tmp_path / ".local" / "share" / "bakeoff" == default_data_dir()
