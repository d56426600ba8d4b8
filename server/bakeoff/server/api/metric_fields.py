"""Fields that name metrics."""

from typing import TYPE_CHECKING

from bakeoff.server.errors import UnknownFigureError
from bakeoff.server.metrics import METRICS, Metric
from bakeoff.server.near_names import names_meant

if TYPE_CHECKING:
    from bakeoff.v1 import ClassificationHead


def metric_of_field(
    field: str, metric_id: str, problem_type: "ClassificationHead.ProblemType.ValueType"
) -> Metric:
    """The metric that a field names, for what candidates of this kind answer.

    Raises UnknownFigureError, which names the field, what comes closest and all that there are,
    unless it is defined for them.
    """
    defined = {one.id: one for one in METRICS.values() if problem_type in one.problem_types}
    if metric_id in defined:
        return defined[metric_id]
    if metric_id in METRICS:
        msg = f"{field}: {metric_id} is not defined for what these candidates answer"
    else:
        meant = names_meant(metric_id, defined)
        there_is = f"{meant} There" if meant else "there"
        msg = f"{field}: there is no metric {metric_id[:80]!r}; {there_is} is {', '.join(defined)}"
    raise UnknownFigureError(msg, field=field, figure=metric_id)
