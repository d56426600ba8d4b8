"""An evaluation among others on one page."""

from collections.abc import Sequence
from dataclasses import dataclass

from bakeoff.server.report.page.document import Cell, Column
from bakeoff.server.report.page.roster import Roster, roster
from bakeoff.server.selection.wording import short_name
from bakeoff.server.types import Figure
from bakeoff.v1 import Report


@dataclass(frozen=True, slots=True)
class Run:
    """An evaluation on the page. `position` is its place, from 0, which gives it its colour."""

    position: int
    label: str
    roster: Roster

    @property
    def report(self) -> Report:
        """Its report."""
        return self.roster.report

    @property
    def cell(self) -> Cell:
        """A cell that names it."""
        return Cell(self.label, series=self.position)

    @property
    def column(self) -> Column:
        """A column of its figures."""
        return Column(self.label, series=self.position)

    def figure(self, name: str, key: str) -> Figure | None:
        """A figure of the candidate with a resource name, or None."""
        one = self.roster.contender(name)
        return None if one is None else one.figures.get(key)


def runs(reports: Sequence[Report]) -> tuple[Run, ...]:
    """Evaluations in the order of the page."""
    return tuple(
        Run(position, short_name(report.evaluation), roster(report))
        for position, report in enumerate(reports)
    )


def has_same_examples(found: Sequence[Run]) -> bool:
    """Whether all are of one set of examples."""
    return len({run.report.evaluation_set.sha256 for run in found}) == 1


def has_same_fingerprint(found: Sequence[Run]) -> bool:
    """Whether all ran on the same hardware and software."""
    return len({run.report.environment.fingerprint.sha256 for run in found}) == 1
