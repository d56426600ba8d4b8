"""Figures that are not known: whose, why, and what would help."""

from bakeoff.server.selection.wording import short_name
from bakeoff.server.types import Figure

# Why a figure is withheld that came of a measurement that nobody may use.
INVALID_MEASUREMENT = "the measurement is invalid"


def is_known(figure: Figure | None) -> bool:
    """Whether a figure has a value."""
    return figure is not None and figure.value is not None


def reason_words(figure: Figure | None) -> str:
    """Why a figure is not known, in brackets after a space; empty where no reason is known."""
    return "" if figure is None or not figure.absent_reason else f" ({figure.absent_reason})"


def would_measuring_again_help(*figures: Figure | None) -> bool:
    """Whether one of the figures is missing because its measurement was invalid."""
    return any(
        figure is not None and figure.value is None and INVALID_MEASUREMENT in figure.absent_reason
        for figure in figures
    )


def unknown_of(first: tuple[str, Figure | None], second: tuple[str, Figure | None]) -> str:
    """Of which of two candidates a figure is not known, and why: `not known of int8 (...)`.

    Empty when it is known of both.
    """
    lacking = [(name, figure) for name, figure in (first, second) if not is_known(figure)]
    told = [f"of {short_name(name)}{reason_words(figure)}" for name, figure in lacking]
    return f"not known {' and '.join(told)}" if told else ""
