"""Traces and layouts of charts, as plotly.js takes them.

Colours of candidates are set here; those of text, grid and paper belong to the page and its theme.
"""

import math
import re
from collections.abc import Mapping, Sequence

from bakeoff.server.report.page.document import Json
from bakeoff.server.scenarios import OFFLINE, SINGLE_STREAM
from bakeoff.server.types import Figure

# Each of these stands out, at 3 to 1 or more, from white as from near black.
PALETTE = (
    "#2f7ed8",
    "#d9730d",
    "#1d9a6c",
    "#c2479b",
    "#8263d9",
    "#0f97a8",
    "#d64550",
    "#96801f",
)
# Quieter ones for steps of one thing, which are no candidates.
STEP_PALETTE = ("#8a99a8", "#c7ab5a", "#4f7fa6", "#b088b5", "#6ba48a", "#c08a72")
# Symbols tell candidates apart where colours do not: in print, or to eyes that see fewer colours.
SYMBOLS = (
    "circle",
    "square",
    "diamond",
    "triangle-up",
    "cross",
    "star",
    "triangle-down",
    "hexagon",
)
# Two hexadecimal digits: a tenth, so that outlines laid over each other stay readable.
_FILL_ALPHA = "1a"
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9]+")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


def chart_id(stem: str, scenario: str) -> str:
    """Id of a chart of a scenario; the stem alone where the scenario goes without saying."""
    if scenario in {OFFLINE, SINGLE_STREAM}:
        return stem
    return f"{stem}-{_NOT_IN_IDS.sub('-', scenario)}"


def symbol(position: int) -> str:
    """Marker of the candidate at a place in the report."""
    return SYMBOLS[position % len(SYMBOLS)]


def dash(position: int) -> str:
    """Line style of the candidate at a place in the report: solid until colours repeat."""
    return DASHES[position // len(SYMBOLS) % len(DASHES)]


def axis(title: str, **settings: Json) -> dict[str, Json]:
    """An axis with a title."""
    return {"title": {"text": title}, "automargin": True, **settings}


def log_axis(title: str, values: Sequence[float]) -> dict[str, Json]:
    """A logarithmic axis over values above 0, with marks at 1, 2 and 5 times powers of ten."""
    first = math.floor(math.log10(min(values)))
    last = math.ceil(math.log10(max(values)))
    marks: list[Json] = [
        float(f"{step}e{power}") for power in range(first, last + 1) for step in (1, 2, 5)
    ]
    texts: list[Json] = [f"{mark:,.10g}" for mark in marks]
    return axis(title, type="log", tickmode="array", tickvals=marks, ticktext=texts)


def error_bars(figures: Sequence[Figure], scale: float = 1.0) -> dict[str, Json]:
    """Intervals of figures as bars; an end that is open or not known has none."""
    above: list[Json] = []
    below: list[Json] = []
    for figure in figures:
        value, interval = figure.value, figure.interval
        upper = None if interval is None else interval.upper
        lower = None if interval is None else interval.lower
        above.append(0.0 if upper is None or value is None else scale * (upper - value))
        below.append(0.0 if lower is None or value is None else scale * (value - lower))
    return {
        "type": "data",
        "symmetric": False,
        "array": above,
        "arrayminus": below,
        "thickness": 1.5,
        "width": 4,
    }


def trace(kind: str, name: str, series: int | None, **settings: Json) -> Mapping[str, Json]:
    """A trace of a kind; `series` is the place of its candidate, which gives it its colour.

    A trace of no candidate, such as a line of reference, takes the colour of the grid.
    """
    shown: dict[str, Json] = {"type": kind, "name": name, **settings}
    if series is None:
        return shown | {"meta": "reference"}
    colour = PALETTE[series % len(PALETTE)]
    for part in ("marker", "line", "error_x", "error_y", "textfont"):
        if part in shown or (part == "marker" and kind == "bar"):
            shown[part] = {**_mapping(shown.get(part)), "color": colour}
    if "fill" in shown:
        shown["fillcolor"] = f"{colour}{_FILL_ALPHA}"
    return shown


def step_trace(name: str, step: int, **settings: Json) -> Mapping[str, Json]:
    """A part of stacked bars that lie on their side; `step` is its place, from 0."""
    colour = STEP_PALETTE[step % len(STEP_PALETTE)]
    return {
        "type": "bar",
        "name": name,
        "orientation": "h",
        "marker": {"color": colour},
        **settings,
    }


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
