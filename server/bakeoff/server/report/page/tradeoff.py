"""Quality against cost, with the frontier."""

from bakeoff.server.report.page.answer import key_title
from bakeoff.server.report.page.cells import NOTHING, figure_cell, figure_key_title
from bakeoff.server.report.page.charts import axis, error_bars, log_axis, symbol, trace
from bakeoff.server.report.page.document import Cell, Chart, Column, Json, Section, Table
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import is_percent
from bakeoff.server.types import Direction, Figure

_SPANNED_BY = 2
_LOG_FROM_RATIO = 8.0


def tradeoff(roster: Roster) -> Section | None:
    """A point for each candidate with both intervals; None without two figures to span it."""
    keys = tuple(roster.report.selection.frontier_figures)
    if len(keys) < _SPANNED_BY:
        return None
    quality_key, cost_key = keys
    shown = [one for one in roster.contenders if _is_known(one, quality_key, cost_key)]
    if not shown:
        return None
    quality, cost = key_title(roster, quality_key), key_title(roster, cost_key)
    labels = _label_positions(shown, cost_key)
    return Section(
        id="tradeoff",
        title=f"{quality[:1].upper()}{quality[1:]} against {cost}",
        lead=(
            "Up is better in quality. A candidate on the frontier is beaten by no other one in "
            "both figures at once; bars are intervals."
        ),
        parts=(
            Chart(
                id="tradeoff",
                title=f"{quality} against {cost}",
                description=_description(roster, shown, quality, cost),
                traces=(
                    _frontier_line(shown, quality_key, cost_key),
                    *(_point(one, quality_key, cost_key, labels[one.name]) for one in shown),
                ),
                layout=_layout(roster, shown, keys),
                table=_table(roster, keys, (quality, cost)),
                height_px=440,
                quiet=True,
            ),
        ),
    )


def _is_known(one: Contender, *keys: str) -> bool:
    return all((figure := one.figures.get(key)) and figure.value is not None for key in keys)


def _value(one: Contender, key: str) -> float:
    figure = one.figures[key]
    if figure.value is None:
        message = f"{one.name} has no {key}"
        raise ValueError(message)
    return _scale(figure) * figure.value


def _scale(figure: Figure) -> float:
    return 100.0 if is_percent(figure.id, figure.unit) else 1.0


def _frontier_line(shown: list[Contender], quality_key: str, cost_key: str) -> dict[str, Json]:
    on_it = sorted(
        (_value(one, cost_key), _value(one, quality_key))
        for one in shown
        if one.selection.on_frontier
    )
    return dict(
        trace(
            "scatter",
            "frontier",
            None,
            x=[cost for cost, _ in on_it],
            y=[quality for _, quality in on_it],
            mode="lines",
            line={"dash": "dot", "width": 1.5, "shape": _step(shown, cost_key)},
            hoverinfo="skip",
        )
    )


def _step(shown: list[Contender], cost_key: str) -> str:
    """How the frontier steps from a point to the one to its right: what is lost comes first."""
    direction = shown[0].figures[cost_key].direction
    return "hv" if direction is Direction.LOWER_IS_BETTER else "vh"


def _point(one: Contender, quality_key: str, cost_key: str, label_at: str) -> dict[str, Json]:
    quality, cost = one.figures[quality_key], one.figures[cost_key]
    mark = symbol(one.position)
    return dict(
        trace(
            "scatter",
            one.label,
            one.position,
            x=[_value(one, cost_key)],
            y=[_value(one, quality_key)],
            error_x=error_bars([cost], _scale(cost)),
            error_y=error_bars([quality], _scale(quality)),
            mode="markers+text",
            text=[one.label],
            textfont={"size": 12},
            textposition=label_at,
            cliponaxis=False,
            showlegend=False,
            marker={
                "size": 13,
                "symbol": mark if one.selection.HasField("rank") else f"{mark}-open",
            },
            hovertemplate="%{y:.4g} at %{x:.4g}<extra>%{fullData.name}</extra>",
        )
    )


def _label_positions(shown: list[Contender], cost_key: str) -> dict[str, str]:
    """Where labels stand by their points: turned inwards, and above and below in turn."""
    ordered = sorted(shown, key=lambda one: _value(one, cost_key))
    reaches = [_reach(one.figures[cost_key]) for one in shown]
    is_log = _is_log([_value(one, cost_key) for one in shown])
    low = min(lower for lower, _ in reaches) if is_log else 0.0
    high = max(upper for _, upper in reaches)
    positions = {}
    for index, one in enumerate(ordered):
        value = _value(one, cost_key)
        is_far = value * value > low * high if is_log else value > high / 2
        height = "top" if index % 2 else "bottom"
        positions[one.name] = f"{height} {'left' if is_far else 'right'}"
    return positions


def _reach(figure: Figure) -> tuple[float, float]:
    """From where to where a point and its bar reach on the axis."""
    value = figure.value or 0.0
    interval = figure.interval
    lower = value if interval is None or interval.lower is None else interval.lower
    upper = value if interval is None or interval.upper is None else interval.upper
    return _scale(figure) * lower, _scale(figure) * upper


def _is_log(costs: list[float]) -> bool:
    return min(costs) > 0 and max(costs) / min(costs) > _LOG_FROM_RATIO


def _layout(roster: Roster, shown: list[Contender], keys: tuple[str, ...]) -> dict[str, Json]:
    quality, cost = (next(one.figures[key] for one in shown if key in one.figures) for key in keys)
    costs = [_value(one, keys[1]) for one in shown]
    cost_title = figure_key_title(key_title(roster, keys[1]), cost.id, cost.unit)
    is_log = _is_log(costs)
    return {
        "xaxis": log_axis(cost_title, costs) if is_log else axis(cost_title, rangemode="tozero"),
        "yaxis": axis(figure_key_title(key_title(roster, keys[0]), quality.id, quality.unit)),
        "hovermode": "closest",
    }


def _description(roster: Roster, shown: list[Contender], quality: str, cost: str) -> str:
    on_it = [one.label for one in roster.contenders if one.selection.on_frontier]
    frontier = f"On the frontier: {', '.join(on_it)}." if on_it else "No candidate qualifies."
    return f"{len(shown)} candidates by {quality} and {cost}. {frontier}"


def _table(roster: Roster, keys: tuple[str, ...], titles: tuple[str, str]) -> Table:
    return Table(
        caption=f"{titles[0]} and {titles[1]} of each candidate",
        columns=(
            Column("Candidate", numeric=False),
            *(Column(title) for title in titles),
            Column("On the frontier", numeric=False),
        ),
        rows=tuple(
            (
                one.cell,
                *(figure_cell(one.figures.get(key)) for key in keys),
                Cell("yes") if one.selection.on_frontier else NOTHING,
            )
            for one in roster.contenders
        ),
    )
