"""A server of one's own, for as long as it is needed."""

import json
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

from bakeoff.client.errors import ServerStartError

if TYPE_CHECKING:
    import subprocess

START_TIMEOUT_S = 60.0
# A server that is told to stop lets calls end for ten seconds.
STOP_TIMEOUT_S = 20.0
LOG_TAIL_BYTES = 2000

# What a person may have said of another server, and what would lock us out of our own.
OTHER_SERVER_VARIABLES = (
    "BAKEOFF_ADDRESS",
    "BAKEOFF_INSECURE",
    "BAKEOFF_TLS_CERT",
    "BAKEOFF_TLS_CLIENT_CA",
    "BAKEOFF_TLS_KEY",
    "BAKEOFF_TOKEN_FILE",
)

# Set for the child, which ends with the process that it names.
PARENT_VARIABLE = "BAKEOFF_CLIENT_PARENT_PID"


def default_data_dir() -> Path:
    """Where a server of one's own keeps everything: `$XDG_DATA_HOME/bakeoff`."""
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "bakeoff"


@dataclass
class EmbeddedServer:
    """A server on loopback: a child process of the same interpreter.

        with EmbeddedServer() as server, Client(server.address) as client:
            ...

    It needs the extras `server` and one of `cpu` and `gpu`. What it holds stays in
    `data_dir` and is there the next time. Start it on a thread that lives as long as
    it is needed: the server ends with that thread. Raises ServerStartError when it
    does not come up.
    """

    # What starting takes is imported then: most callers have a server already.

    data_dir: Path = field(default_factory=default_data_dir)
    start_timeout_s: float = START_TIMEOUT_S
    address: str = field(init=False, default="")
    _process: "subprocess.Popen[bytes] | None" = field(init=False, default=None, repr=False)
    _log: IO[bytes] | None = field(init=False, default=None, repr=False)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts the server and waits until it tells its address."""
        import subprocess
        import tempfile

        if self._process is not None:
            message = "This server has been started already."
            raise ServerStartError(message)
        self._log = tempfile.TemporaryFile(prefix="bakeoff-server-log-")  # noqa: SIM115 (stop closes it)
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "bakeoff.client", "serve"),
                *("--address", "127.0.0.1:0", "--data-dir", str(self.data_dir), "--announce"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=_environment(),
            # An interrupt at the terminal is for the caller, who then stops the server.
            start_new_session=True,
        )
        try:
            self.address = self._announced(self._process)
        except BaseException:  # an interrupt too must not leave the process behind
            self.stop()
            raise

    def stop(self) -> None:
        """Asks the server to stop, waits, and in the end makes it."""
        import subprocess

        process, log = self._process, self._log
        self._process = self._log = None
        if process is not None:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
        if log is not None:
            log.close()

    def ended(self) -> str | None:
        """How the server ended on its own, with its last words; None while it runs."""
        if self._process is None or self._process.poll() is None:
            return None
        return f"The server ended with code {self._process.returncode}. {self._last_words()}"

    def _announced(self, process: "subprocess.Popen[bytes]") -> str:
        line = self._first_line(process)
        try:
            return str(json.loads(line)["address"])
        except (ValueError, KeyError, TypeError) as failure:
            code = process.wait() if not line else None
            ended = f" and ended with code {code}" if code is not None else ""
            message = f"The server told no address{ended}. {self._last_words()}"
            raise ServerStartError(message) from failure

    def _first_line(self, process: "subprocess.Popen[bytes]") -> bytes:
        """The first line of its output; empty when it ends without one."""
        import select

        if process.stdout is None:
            return b""
        end_s = time.monotonic() + self.start_timeout_s
        line = b""
        while not line.endswith(b"\n"):
            remaining_s = end_s - time.monotonic()
            if remaining_s <= 0 or not select.select([process.stdout], [], [], remaining_s)[0]:
                message = (
                    f"The server did not come up within {self.start_timeout_s:g} s. "
                    f"{self._last_words()}"
                )
                raise ServerStartError(message)
            # Byte by byte: what follows the line stays in the pipe.
            byte = os.read(process.stdout.fileno(), 1)
            if not byte:
                break
            line += byte
        return line

    def _last_words(self) -> str:
        if self._log is None:
            return ""
        size_bytes = os.fstat(self._log.fileno()).st_size
        start = max(size_bytes - LOG_TAIL_BYTES, 0)
        words = os.pread(self._log.fileno(), LOG_TAIL_BYTES, start).decode(errors="replace").strip()
        return f"Its last words: {words}" if words else "It said nothing."


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in OTHER_SERVER_VARIABLES}
    return {**kept, PARENT_VARIABLE: str(os.getpid())}
