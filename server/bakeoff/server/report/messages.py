"""Values of the domain as messages of the contract, and figures back again."""

from collections.abc import Mapping
from dataclasses import replace

from bakeoff.server import selection, types
from bakeoff.server.report.validity import invalid_reason
from bakeoff.v1 import (
    CandidateResult,
    CandidateSelection,
    ConstraintResult,
    Figure,
    Interval,
    Selection,
)

_DIRECTIONS: Mapping[types.Direction | None, Figure.Direction.ValueType] = {
    None: Figure.DIRECTION_UNSPECIFIED,
    types.Direction.HIGHER_IS_BETTER: Figure.DIRECTION_HIGHER_IS_BETTER,
    types.Direction.LOWER_IS_BETTER: Figure.DIRECTION_LOWER_IS_BETTER,
}
_DIRECTION_VALUES = {message: value for value, message in _DIRECTIONS.items()}
_OUTCOMES = {
    selection.Outcome.MET: ConstraintResult.OUTCOME_MET,
    selection.Outcome.VIOLATED: ConstraintResult.OUTCOME_VIOLATED,
    selection.Outcome.UNDECIDED: ConstraintResult.OUTCOME_UNDECIDED,
}
_RELATIONS = {
    selection.Relation.VALUE: ConstraintResult.RELATION_VALUE,
    selection.Relation.DIFFERENCE: ConstraintResult.RELATION_DIFFERENCE,
    selection.Relation.RATIO: ConstraintResult.RELATION_RATIO,
}
_STATES = {
    selection.State.RECOMMENDED: Selection.STATE_RECOMMENDED,
    selection.State.UNDECIDED: Selection.STATE_UNDECIDED,
    selection.State.NONE_QUALIFIES: Selection.STATE_NONE_QUALIFIES,
}


def interval_message(interval: types.Interval) -> Interval:
    """An interval as it is sent; a bound of None stays absent."""
    return Interval(
        lower=interval.lower,
        upper=interval.upper,
        level=interval.level,
        method=interval.method,
    )


def figure_message(figure: types.Figure) -> Figure:
    """A figure as it is sent; a value of None stays absent."""
    return Figure(
        id=figure.id,
        scenario=figure.scenario,
        value=figure.value,
        interval=None if figure.interval is None else interval_message(figure.interval),
        observation_count=figure.observation_count,
        unit=figure.unit,
        direction=_DIRECTIONS[figure.direction],
        method=figure.method,
        boundary=figure.boundary,
        absent_reason=figure.absent_reason,
        part=figure.part,
    )


def figure_value(message: Figure) -> types.Figure:
    """A figure that was sent, as a value of the domain."""
    return types.Figure(
        id=message.id,
        scenario=message.scenario,
        value=message.value if message.HasField("value") else None,
        interval=interval_value(message.interval) if message.HasField("interval") else None,
        observation_count=message.observation_count,
        unit=message.unit,
        direction=_DIRECTION_VALUES[message.direction],
        method=message.method,
        boundary=message.boundary,
        absent_reason=message.absent_reason,
        part=message.part,
    )


def interval_value(message: Interval) -> types.Interval:
    """An interval that was sent, as a value of the domain."""
    return types.Interval(
        lower=message.lower if message.HasField("lower") else None,
        upper=message.upper if message.HasField("upper") else None,
        level=message.level,
        method=message.method,
    )


def result_figures(result: CandidateResult) -> list[types.Figure]:
    """All figures of a candidate that constraints and objectives may name, as values.

    Those of an invalid measurement are absent, for nobody may use them.
    """
    messages = (
        *result.quality,
        *result.part_figures,
        *result.cost,
        *result.cold_start.figures,
    )
    figures = [figure_value(message) for message in messages]
    for scenario in result.scenarios:
        named = (*scenario.figures, *scenario.memory_trend.figures)
        found = [figure_value(message) for message in named]
        reason = invalid_reason(scenario)
        if reason:
            found = [_withheld(figure, reason) for figure in found]
        figures += found
    return figures


def _withheld(figure: types.Figure, reason: str) -> types.Figure:
    """A figure without its value; one that has none keeps its own reason."""
    if figure.value is None:
        return figure
    return replace(figure, value=None, interval=None, absent_reason=reason)


def selection_message(decision: selection.Decision) -> Selection:
    """The answer as it is sent."""
    return Selection(
        state=_STATES[decision.state],
        recommended=decision.recommended,
        runner_up=decision.runner_up,
        summary=decision.summary,
        candidates=[
            CandidateSelection(
                candidate=found.candidate,
                constraints=[constraint_message(finding) for finding in found.constraints],
                on_frontier=found.on_frontier,
                rank=found.rank,
                why_not=found.why_not,
                what_would_change=found.what_would_change,
                frontier_probability=found.probabilities.frontier,
                qualification_probability=found.probabilities.qualification,
                rank_probabilities=found.probabilities.ranks,
                objectives=[figure_message(figure) for figure in found.objectives],
            )
            for found in decision.candidates
        ],
        frontier_figures=decision.frontier_figures,
        error_rate=decision.error_rate,
        resample_count=decision.resample_count,
        more_examples_needed=None if decision.needed is None else decision.needed.examples,
        more_load_seconds_needed=None if decision.needed is None else decision.needed.load_s,
    )


def constraint_message(finding: selection.ConstraintFinding) -> ConstraintResult:
    """What was found of a constraint, as it is sent."""
    judged, needed = finding.judged, finding.needed
    return ConstraintResult(
        expression=finding.constraint.expression,
        outcome=_OUTCOMES[finding.outcome],
        figure=None if finding.figure is None else figure_message(finding.figure),
        bound=finding.constraint.bound if judged.limit is None else judged.limit,
        explanation=finding.explanation,
        slack=finding.slack,
        relation=_RELATIONS[finding.constraint.relation],
        relation_value=judged.value,
        relation_interval=None if judged.interval is None else interval_message(judged.interval),
        more_examples_needed=None if needed is None else needed.examples,
        more_load_seconds_needed=None if needed is None else needed.load_s,
    )
