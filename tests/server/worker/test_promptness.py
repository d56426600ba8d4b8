"""Promises of a thread that is woken in time."""

import os
import platform
import sys
import threading

import pytest

from bakeoff.server.worker.load import promptness

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in {"x86_64", "aarch64"},
    reason="only here the kernel's calls are known",
)


def slice_ns() -> int:
    found = promptness._attributes()
    assert found is not None
    return found.runtime_ns


def test_a_prompt_thread_asks_for_a_shorter_slice_and_gives_it_back() -> None:
    before_ns, nice = slice_ns(), os.getpriority(os.PRIO_PROCESS, 0)
    with promptness.prompt() as taken:
        assert (True, nice) == (taken, os.getpriority(os.PRIO_PROCESS, 0))
        # A kernel before 6.12 tells no slice at all.
        assert slice_ns() in {0, 100_000}
    assert before_ns == slice_ns()


def test_other_threads_keep_their_slice() -> None:
    """Else those that answer would be woken as promptly as the generator."""
    found: list[int] = []
    begun, asked = threading.Event(), threading.Event()

    def look() -> None:
        found.append(slice_ns())
        begun.set()
        asked.wait()
        found.append(slice_ns())

    thread = threading.Thread(target=look)
    thread.start()
    begun.wait()
    with promptness.prompt():
        asked.set()
        thread.join()
    assert found[0] == found[1]


def test_a_system_that_knows_no_such_wish_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "unheard-of")
    with promptness.prompt() as taken:
        assert not taken
