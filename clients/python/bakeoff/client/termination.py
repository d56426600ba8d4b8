"""SIGTERM ends the command as an interrupt does, so that nothing is left behind unsaid."""

import signal
from types import FrameType
from typing import NoReturn


class Terminated(KeyboardInterrupt):
    """SIGTERM came, as schedulers of CI send it to a job that is cancelled."""


def raise_when_terminated() -> None:
    """Raises Terminated in the main thread at the first SIGTERM. A second one ends the process.

    Commands with a handler of their own, such as `bakeoff serve`, replace this one.
    """
    signal.signal(signal.SIGTERM, _raise)


def _raise(_number: int, _frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise Terminated
