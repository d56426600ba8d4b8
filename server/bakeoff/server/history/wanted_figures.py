"""Which figures a history follows."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from bakeoff.server.errors import UnknownFigureError
from bakeoff.server.metrics import METRICS
from bakeoff.server.near_names import near_names
from bakeoff.server.scenarios import SCENARIO_KINDS, kind_of
from bakeoff.server.selection import Extras, known_figures
from bakeoff.server.selection.expression import FigureName, parse_figure
from bakeoff.server.tasks import task_named
from bakeoff.server.types import Figure
from bakeoff.v1 import Candidate, Report

DEFAULT_COSTS = ("latency_p50_ms", "latency_p99_ms", "throughput_per_s", "host_peak_mib")


@dataclass(frozen=True, slots=True)
class WantedFigures:
    """Figures by name, each with a scenario, the kind of one, or nothing for all of them.

    None at all stands for the main metric of each candidate and for `DEFAULT_COSTS`. A figure of a
    class or slice is there where its evaluation was asked to decide by it.
    """

    named: Sequence[FigureName] = ()

    def has(self, figure: Figure, candidate: Candidate, report: Report) -> bool:
        """Whether a figure of a candidate in a report is followed."""
        if not self.named:
            head = candidate.manifest.classification
            main = task_named(report.evaluation_set.task).main_metric(head.problem_type)
            return not figure.part and figure.id in {main, *DEFAULT_COSTS}
        return any(_is_meant(one, figure) for one in self.named)

    def unmet(self, figures: Collection[Figure]) -> Iterator[tuple[int, FigureName]]:
        """The names, each with its place, that mean none of these figures."""
        for index, name in enumerate(self.named):
            if not any(_is_meant(name, figure) for figure in figures):
                yield index, name


def _is_meant(name: FigureName, figure: Figure) -> bool:
    is_same = (figure.id, figure.part) == (name.figure_id, name.part_text)
    return is_same and name.scenario in {"", figure.scenario, kind_of(figure.scenario)}


def wanted_figures(texts: Sequence[str]) -> WantedFigures:
    """Read names such as `accuracy`, `latency_p99_ms` or `latency_p99_ms@server:qps=50`.

    Raises ExpressionError for what is no name of a figure, UnknownFigureError, with what comes
    closest, for a figure that no evaluation finds.
    """
    extras = Extras(traffic=True, price=True, wanted_load=True)
    figures = known_figures(METRICS, SCENARIO_KINDS, extras).values()
    known = list(dict.fromkeys(figure.id for figure in figures))
    named = []
    for index, text in enumerate(texts):
        name = parse_figure(text)
        if name.figure_id not in known:
            field = f"figures[{index}]"
            msg = (
                f"{field} must be a figure that evaluations find, got {name.figure_id[:80]!r}; "
                f"{near_names(name.figure_id, known)}"
            )
            raise UnknownFigureError(msg, field=field, figure=name.figure_id)
        named.append(name)
    return WantedFigures(named)
