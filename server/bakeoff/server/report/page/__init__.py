"""What a report shows, section by section; `document` holds the parts that sections are made of."""

from collections.abc import Callable

from bakeoff.server.report.page.answer import Answer, answer
from bakeoff.server.report.page.answers import (
    batch_sensitivity,
    confusion,
    reliability,
    wrong_answers,
)
from bakeoff.server.report.page.comparisons import comparisons
from bakeoff.server.report.page.document import Section
from bakeoff.server.report.page.latency import latency
from bakeoff.server.report.page.memory import cold_start, memory
from bakeoff.server.report.page.provenance import candidates, environment, methods, placement
from bakeoff.server.report.page.quality import quality
from bakeoff.server.report.page.roster import Roster, roster
from bakeoff.server.report.page.throughput import throughput
from bakeoff.server.report.page.tradeoff import tradeoff

_SECTIONS: tuple[Callable[[Roster], Section | None], ...] = (
    tradeoff,
    quality,
    comparisons,
    latency,
    throughput,
    memory,
    cold_start,
    confusion,
    reliability,
    wrong_answers,
    batch_sensitivity,
    candidates,
    placement,
    environment,
    methods,
)


def sections(found: Roster) -> tuple[Section, ...]:
    """All sections that the report has something for, in the order of the page."""
    drawn = (section(found) for section in _SECTIONS)
    return tuple(section for section in drawn if section is not None)


__all__ = ["Answer", "Roster", "answer", "roster", "sections"]
