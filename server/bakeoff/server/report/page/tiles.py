"""Headline figures of the leader, each set against the baseline."""

from dataclasses import dataclass

from bakeoff.server.report.page.cells import DASH, MINUS, span
from bakeoff.server.report.page.names import split_title
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import difference, figure_quantity, significant
from bakeoff.server.types import Figure, Interval
from bakeoff.v1 import Comparison


@dataclass(frozen=True, slots=True)
class Tile:
    """A headline figure. `of` is its scenario or part, empty where it goes without saying.

    `comparison` sets it against the baseline, or is empty.
    """

    title: str
    of: str
    value: str
    interval: str
    comparison: str


def tiles(roster: Roster, leader: Contender, keys: tuple[str, ...]) -> tuple[Tile, ...]:
    """A tile for each figure of those keys that the leader has."""
    return tuple(
        _tile(roster, leader, key, figure)
        for key in keys
        if (figure := leader.figures.get(key)) is not None
    )


def _tile(roster: Roster, leader: Contender, key: str, figure: Figure) -> Tile:
    title, of = split_title(roster, key)
    return Tile(
        title=title,
        of=of,
        value=figure_quantity(figure) if figure.value is not None else DASH,
        interval=span(figure.interval, figure.id, figure.unit) or figure.absent_reason,
        comparison=_against_baseline(roster, leader, figure),
    )


def _against_baseline(roster: Roster, leader: Contender, figure: Figure) -> str:
    baseline = roster.contender(roster.baseline)
    if baseline is None or baseline.name == leader.name:
        return "the baseline" if baseline is not None else ""
    if baseline.result.HasField("early_stop") and figure.key not in baseline.figures:
        return "not compared: the baseline was stopped"
    other = baseline.figures.get(figure.key)
    if other is None or other.value is None or figure.value is None:
        return ""
    for compared in roster.report.comparisons:
        if (compared.candidate, compared.figure_id) == (leader.name, figure.key):
            return _quality_words(compared, figure, baseline.label)
    return _against_cost(roster, leader, figure, other)


def _against_cost(roster: Roster, leader: Contender, figure: Figure, other: Figure) -> str:
    baseline = roster.label(roster.baseline)
    if figure.direction is None or figure.unit == "1" or not other.value or not figure.value:
        return ""
    words = _cost_words(figure.value / other.value, figure.unit)
    told = f"{words} {'as' if figure.unit == 'MiB' else 'than'} {baseline} by value"
    if figure.interval is None and other.interval is None:
        return told
    basis = _basis(roster, leader, figure, other)
    return f"{told}; {basis}" if basis else f"not told apart from {baseline}: {words} by value"


def _basis(roster: Roster, leader: Contender, figure: Figure, other: Figure) -> str:
    """What sets two costs apart: the rounds that both share, or intervals; empty if nothing does.

    It is that of this figure alone. The answer asks for more, since all its tests share a rate of
    error.
    """
    level = f"{100 * (roster.report.spec.statistics.confidence_level or 0.95):g} %"
    for ratio in roster.report.cost_ratios:
        named = (ratio.candidate, ratio.figure_id, ratio.scenario)
        if named == (leader.name, figure.id, figure.scenario):
            found = ratio.interval
            above = found.HasField("lower") and found.lower > 1
            below = found.HasField("upper") and found.upper < 1
            return f"shared rounds agree at {level}" if above or below else ""
    ours, theirs = figure.interval, other.interval
    are_apart = _lies_below(ours, theirs) or _lies_below(theirs, ours)
    return f"{level} intervals lie apart" if are_apart else ""


def _lies_below(first: Interval | None, second: Interval | None) -> bool:
    if first is None or second is None or first.upper is None or second.lower is None:
        return False
    return first.upper < second.lower


def _cost_words(ratio: float, unit: str) -> str:
    if unit == "MiB":
        return f"{significant(ratio)} times as much"
    faster = ratio > 1 if unit == "1/s" else ratio < 1
    return f"{significant(max(ratio, 1 / ratio))} times {'faster' if faster else 'slower'}"


def _quality_words(compared: Comparison, figure: Figure, baseline: str) -> str:
    if not compared.HasField("difference"):
        return ""
    if compared.verdict == Comparison.VERDICT_EQUIVALENT:
        return f"equivalent to {baseline}"
    amount = difference(compared.difference, figure.id, figure.unit)
    sign = "+" if compared.difference >= 0 else MINUS
    told = ", undecided" if compared.verdict == Comparison.VERDICT_UNDECIDED else ""
    return f"{sign}{amount} against {baseline}{told}"
