"""The seam through which long work says what it is doing."""

from typing import Protocol


class Progress(Protocol):
    """Is told of each stage of the work."""

    def stage(self, text: str) -> None:
        """Begin a stage; the one before it is done."""

    def warn(self, text: str) -> None:
        """Say something that does not stop the work and should be known."""


class NoProgress:
    """Progress that nobody watches."""

    def stage(self, text: str) -> None:
        """Say nothing."""

    def warn(self, text: str) -> None:
        """Say nothing."""
