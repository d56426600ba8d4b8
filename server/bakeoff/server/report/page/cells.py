"""Figures as cells of tables."""

from collections.abc import Callable

from bakeoff.server.report.page.document import Cell, Tone
from bakeoff.server.selection.wording import (
    difference,
    difference_number,
    number,
    quantity,
    unit_suffix,
)
from bakeoff.server.types import Figure, Interval

DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
NOTHING = Cell(DASH, tone=Tone.MUTED)
_MIB = 2**20
_SHOWN_DIGITS = 12
_SMALLEST_SHOWN_SHARE = 0.005


def figure_cell(figure: Figure | None) -> Cell:
    """Value with its unit, and its interval below; a dash with the reason when there is none."""
    if figure is None:
        return NOTHING
    if figure.value is None:
        return Cell(DASH, detail=figure.absent_reason, tone=Tone.MUTED)
    return Cell(
        quantity(figure.value, figure.id, figure.unit),
        detail=span(figure.interval, figure.id, figure.unit),
    )


def span(interval: Interval | None, figure_id: str, unit: str) -> str:
    """An interval such as `84.2 to 87.8`, without its level; an open end is said in words."""
    return _span(interval, lambda bound: number(bound, figure_id, unit))


def signed(amount: float, figure_id: str, unit: str) -> str:
    """A difference with its sign, such as `+1.9 points`."""
    return f"{_sign(amount)}{difference(amount, figure_id, unit)}"


def signed_span(interval: Interval | None, figure_id: str, unit: str) -> str:
    """An interval of a difference such as `+0.2 to +0.9`; an open end is said in words."""
    return _span(interval, lambda bound: _signed_number(bound, figure_id, unit))


def _span(interval: Interval | None, words: Callable[[float], str]) -> str:
    if interval is None:
        return ""
    lower = None if interval.lower is None else words(interval.lower)
    upper = None if interval.upper is None else words(interval.upper)
    if lower is None:
        return "" if upper is None else f"up to {upper}"
    return f"from {lower}" if upper is None else f"{lower} to {upper}"


def _signed_number(amount: float, figure_id: str, unit: str) -> str:
    size = difference_number(amount, figure_id, unit)
    return size if size == "0" else f"{_sign(amount)}{size}"


def _sign(amount: float) -> str:
    return MINUS if amount < 0 else "+"


def probability(share: float) -> str:
    """A share of resamples in per cent; one that is not whole is never shown as none or all."""
    if 0 < share < _SMALLEST_SHOWN_SHARE:
        return "< 1 %"
    if 1 > share > 1 - _SMALLEST_SHOWN_SHARE:
        return "> 99 %"
    return f"{100 * share:.0f} %"


def figure_key_title(title: str, figure_id: str, unit: str) -> str:
    """A title with its unit, for an axis: `p99 latency, ms`."""
    suffix = unit_suffix(figure_id, unit).strip().replace("/s", "per second")
    return f"{title}, {suffix}" if suffix else title


def mebibytes(count: int) -> str:
    """Bytes as MiB, such as `61.3 MiB`."""
    return quantity(count / _MIB, "", "MiB")


def shown_digest(sha256: str) -> str:
    """The first digits of a digest: enough to tell by eye."""
    return sha256[:_SHOWN_DIGITS]


def count_cell(count: int) -> Cell:
    """A count with its thousands set apart."""
    return Cell(f"{count:,}")
