"""What may not be used of a measurement is marked wherever it is shown."""

from bakeoff import v1

INVALID = "the measurement is invalid"


def is_invalid(found: v1.ScenarioResult) -> bool:
    """Whether nothing of what was measured may be used."""
    return found.validity.state == v1.Validity.STATE_INVALID


def usable_figures(found: v1.ScenarioResult) -> list[v1.Figure]:
    """Figures of a scenario; those of an invalid measurement have the reason and no value."""
    figures = [*found.figures, *found.memory_trend.figures]
    return [withheld(figure) for figure in figures] if is_invalid(found) else figures


def withheld(figure: v1.Figure) -> v1.Figure:
    """A figure of an invalid measurement without its value; one that has none keeps its reason."""
    if not figure.HasField("value"):
        return figure
    made = v1.Figure()
    made.CopyFrom(figure)
    made.ClearField("value")
    made.ClearField("interval")
    made.absent_reason = INVALID
    return made
