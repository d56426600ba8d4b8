"""How the figures of a model went from version to version, as it is sent."""

from collections.abc import Sequence

from bakeoff.server.history.points import Point, Series
from bakeoff.server.history.regressions import Regression as Found
from bakeoff.server.history.regressions import (
    StoredPredictions,
    regressions_of,
)
from bakeoff.server.quality import Certainty
from bakeoff.server.report.messages import figure_message, interval_message
from bakeoff.v1 import HistoryPoint, HistorySeries, ModelHistory, Regression


def model_history(
    model: str, series: Sequence[Series], predictions: StoredPredictions, certainty: Certainty
) -> ModelHistory:
    """Every series of a model with its regressions; see `regressions_of` for what is one."""
    found = regressions_of(series, predictions, certainty)
    return ModelHistory(
        model=model,
        series=[
            _series_message(one, regressions)
            for one, regressions in zip(series, found, strict=True)
        ],
    )


def _series_message(series: Series, regressions: Sequence[Found]) -> HistorySeries:
    return HistorySeries(
        variant=series.key.variant,
        evaluation_set_sha256=series.key.evaluation_set_sha256,
        fingerprint=series.fingerprint,
        figure=series.key.figure,
        points=[_point_message(point) for point in series.points],
        regressions=[_regression_message(regression) for regression in regressions],
    )


def _point_message(point: Point) -> HistoryPoint:
    message = HistoryPoint(
        evaluation=point.evaluation,
        candidate=point.candidate,
        source_sha256=point.source_sha256,
        figure=figure_message(point.figure),
    )
    message.create_time.FromNanoseconds(point.create_time_ns)
    return message


def _regression_message(found: Found) -> Regression:
    return Regression(
        evaluation=found.step.point.evaluation,
        previous_evaluation=found.step.previous.evaluation,
        difference=found.difference,
        interval=None if found.interval is None else interval_message(found.interval),
        adjusted_p_value=found.adjusted_p_value,
        basis=found.basis,
        candidate=found.step.point.candidate,
        previous_candidate=found.step.previous.candidate,
    )
