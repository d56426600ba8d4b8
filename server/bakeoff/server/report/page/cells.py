"""Figures as cells of tables."""

from bakeoff.server.report.page.document import Cell, Tone
from bakeoff.server.selection.wording import number, quantity, unit_suffix
from bakeoff.server.types import Figure, Interval

DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
NOTHING = Cell(DASH, tone=Tone.MUTED)
_MIB = 2**20
_SHOWN_DIGITS = 12


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
    if interval is None:
        return ""
    lower = None if interval.lower is None else number(interval.lower, figure_id, unit)
    upper = None if interval.upper is None else number(interval.upper, figure_id, unit)
    if lower is None:
        return "" if upper is None else f"up to {upper}"
    return f"from {lower}" if upper is None else f"{lower} to {upper}"


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
