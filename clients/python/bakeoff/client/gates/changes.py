"""What changed against an earlier evaluation, as a few lines of Markdown."""

from collections.abc import Iterator

from bakeoff import v1
from bakeoff.client.display.figures import difference_text, number_text
from bakeoff.client.gates.summary import escaped
from bakeoff.client.names import id_of

_QUALITY = {v1.Comparison.VERDICT_BETTER: "better", v1.Comparison.VERDICT_WORSE: "**worse**"}
_COST = {v1.CostChange.OUTCOME_BETTER: "better", v1.CostChange.OUTCOME_WORSE: "**worse**"}
_MOST_ROWS = 30


def changes_markdown(comparison: v1.EvaluationComparison) -> str:
    """What became better or worse, in a table, and the warnings. Texts are escaped.

    What is alike or not told is counted. Ends with a line feed.
    """
    return "\n".join(_lines(comparison)) + "\n"


def _lines(comparison: v1.EvaluationComparison) -> Iterator[str]:
    yield (
        f"### {escaped(id_of(comparison.evaluation))} against {escaped(id_of(comparison.against))}"
    )
    yield ""
    rows = [row for change in comparison.candidates for row in _rows(change)]
    if rows:
        yield "| Candidate | Figure | Before | Now | Change | Outcome |"
        yield "| :--- | :--- | ---: | ---: | ---: | :--- |"
        yield from rows[:_MOST_ROWS]
        yield ""
    if len(rows) > _MOST_ROWS:
        yield f"- {len(rows) - _MOST_ROWS:,} more figures are better or worse."
    total = sum(len(one.comparisons) + len(one.costs) for one in comparison.candidates)
    others = total - len(rows)
    are = "is" if others == 1 else "are"
    yield f"- Of {total:,} figures, {others:,} {are} alike, not told or not compared."
    yield from (f"- {escaped(warning)}" for warning in comparison.warnings)


def _rows(change: v1.CandidateChange) -> Iterator[str]:
    name = escaped(id_of(change.candidate))
    for one in change.comparisons:
        if one.verdict in _QUALITY:
            cells = (
                one.figure_id,
                number_text(one.baseline_value, "1"),
                number_text(one.candidate_value, "1"),
                difference_text(one.difference, "1"),
            )
            yield _row(name, cells, _QUALITY[one.verdict])
    for cost in change.costs:
        if cost.outcome in _COST:
            figure = cost.now
            cells = (
                f"{figure.id}@{figure.scenario}" if figure.scenario else figure.id,
                _with_unit(cost.before),
                _with_unit(cost.now),
                f"x {number_text(cost.ratio, '')}",
            )
            yield _row(name, cells, _COST[cost.outcome])


def _with_unit(figure: v1.Figure) -> str:
    unit = "" if figure.unit == "1" else f" {figure.unit}"
    return f"{number_text(figure.value, figure.unit)}{unit}"


def _row(name: str, cells: tuple[str, ...], outcome: str) -> str:
    return f"| {name} | {' | '.join(escaped(cell) for cell in cells)} | {outcome} |"
