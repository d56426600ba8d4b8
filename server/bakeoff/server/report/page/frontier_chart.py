"""Two figures of each candidate as a chart: points with both intervals, the frontier, bounds."""

from collections.abc import Mapping, Sequence

from bakeoff.server.report.messages import figure_value
from bakeoff.server.report.page.cells import figure_key_title, probability
from bakeoff.server.report.page.charts import axis, error_bars, log_axis, symbol, trace
from bakeoff.server.report.page.document import Json
from bakeoff.server.report.page.names import key_title
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.report.page.standing import Qualification, qualification
from bakeoff.server.selection.wording import bound_quantity, is_percent
from bakeoff.server.types import Direction, Figure
from bakeoff.v1 import ConstraintResult

_LOG_FROM_RATIO = 8.0
_OF_VALUES = {ConstraintResult.RELATION_UNSPECIFIED, ConstraintResult.RELATION_VALUE}
# A candidate that is never on the frontier stays well visible.
_FAINTEST = 0.55


def frontier_traces(
    shown: Sequence[Contender], keys: tuple[str, str], *, draws_line: bool
) -> list[Mapping[str, Json]]:
    """A point for each candidate, the figure of the first key upwards; bounds as lines.

    `draws_line` joins those on the frontier, which these two figures must span alone.
    """
    upward, across = keys
    labels = _label_positions(shown, across)
    line = [_frontier_line(shown, upward, across)] if draws_line else []
    points = [_point(one, upward, across, labels[one.name]) for one in shown]
    return [*line, *_bounds(shown, keys), *points]


def is_known(one: Contender, keys: Sequence[str]) -> bool:
    """Whether a candidate has a value of each figure."""
    return all((figure := one.figures.get(key)) and figure.value is not None for key in keys)


def _value(one: Contender, key: str) -> float:
    figure = one.figures[key]
    if figure.value is None:
        message = f"{one.name} has no {key}"
        raise ValueError(message)
    return _scale(figure) * figure.value


def _scale(figure: Figure) -> float:
    return 100.0 if is_percent(figure.id, figure.unit) else 1.0


def _bounds(shown: Sequence[Contender], keys: tuple[str, str]) -> list[Mapping[str, Json]]:
    """Lines at the bounds that constraints set to the values of either figure."""
    reaches = [[_reach(one.figures[key]) for one in shown] for key in keys]
    low_high = [(min(low for low, _ in of), max(high for _, high in of)) for of in reaches]
    drawn = {}
    for found in (found for one in shown for found in one.selection.constraints):
        key = figure_value(found.figure).key
        if key in keys and found.relation in _OF_VALUES:
            drawn[found.expression] = _bound(found, low_high, upward=key == keys[0])
    return list(drawn.values())


def _bound(
    found: ConstraintResult, low_high: Sequence[tuple[float, float]], *, upward: bool
) -> Mapping[str, Json]:
    figure = figure_value(found.figure)
    at: list[Json] = [_scale(figure) * found.bound] * 2
    along: list[Json] = list(low_high[1 if upward else 0])
    words = bound_quantity(found.bound, figure.id, figure.unit)
    return trace(
        "scatter",
        f"{'at most' if '<' in found.expression else 'at least'} {words}",
        None,
        x=along if upward else at,
        y=at if upward else along,
        mode="lines",
        line={"dash": "dash", "width": 2},
        hoverinfo="name",
    )


def _frontier_line(shown: Sequence[Contender], upward: str, across: str) -> dict[str, Json]:
    on_it = sorted(
        (_value(one, across), _value(one, upward)) for one in shown if one.selection.on_frontier
    )
    return dict(
        trace(
            "scatter",
            "frontier",
            None,
            x=[cost for cost, _ in on_it],
            y=[quality for _, quality in on_it],
            mode="lines",
            line={"dash": "dot", "width": 1.5, "shape": _step(shown, across)},
            hoverinfo="skip",
        )
    )


def _step(shown: Sequence[Contender], across: str) -> str:
    """How the frontier steps from a point to the one to its right: what is lost comes first."""
    direction = shown[0].figures[across].direction
    return "hv" if direction is Direction.LOWER_IS_BETTER else "vh"


def _point(one: Contender, upward: str, across: str, label_at: str) -> dict[str, Json]:
    quality, cost = one.figures[upward], one.figures[across]
    found, mark = qualification(one), symbol(one.position)
    is_solid = found is Qualification.QUALIFIES
    return dict(
        trace(
            "scatter",
            one.label,
            one.position,
            x=[_value(one, across)],
            y=[_value(one, upward)],
            error_x=error_bars([cost], _scale(cost)),
            error_y=error_bars([quality], _scale(quality)),
            mode="markers+text",
            text=[_point_label(one)],
            textfont={"size": 12},
            textposition=label_at,
            cliponaxis=False,
            showlegend=False,
            marker={
                "size": 13,
                "symbol": mark if is_solid else f"{mark}-open",
                "opacity": _opacity(one),
                **({} if is_solid else {"line": {"width": 2}}),
            },
            hovertemplate=f"%{{y:.4g}} at %{{x:.4g}}, {found.value}<extra>%{{text}}</extra>",
        )
    )


def _point_label(one: Contender) -> str:
    """Its name, in words what a hollow mark says, and how often it is on the frontier."""
    found = qualification(one)
    words = [one.label]
    if found is not Qualification.QUALIFIES:
        words.append(found.value)
    if found is not Qualification.NOT and one.selection.HasField("frontier_probability"):
        words.append(probability(one.selection.frontier_probability))
    return ", ".join(words)


def _opacity(one: Contender) -> float:
    if not one.selection.HasField("frontier_probability"):
        return 1.0
    return _FAINTEST + (1 - _FAINTEST) * one.selection.frontier_probability


def _label_positions(shown: Sequence[Contender], across: str) -> dict[str, str]:
    """Where labels stand by their points: turned inwards, and above and below in turn."""
    ordered = sorted(shown, key=lambda one: _value(one, across))
    reaches = [_reach(one.figures[across]) for one in shown]
    is_log = _is_log([_value(one, across) for one in shown])
    low = min(lower for lower, _ in reaches) if is_log else 0.0
    high = max(upper for _, upper in reaches)
    positions = {}
    for index, one in enumerate(ordered):
        value = _value(one, across)
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


def frontier_layout(
    roster: Roster, shown: Sequence[Contender], keys: tuple[str, str]
) -> dict[str, Json]:
    """Axes of both figures; that across is logarithmic where values lie far apart."""
    upward, across = (shown[0].figures[key] for key in keys)
    costs = [_value(one, keys[1]) for one in shown]
    cost_title = figure_key_title(key_title(roster, keys[1]), across.id, across.unit)
    is_log = _is_log(costs)
    return {
        "xaxis": log_axis(cost_title, costs) if is_log else axis(cost_title, rangemode="tozero"),
        "yaxis": axis(figure_key_title(key_title(roster, keys[0]), upward.id, upward.unit)),
        "hovermode": "closest",
    }
