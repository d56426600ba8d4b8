"""What a report shows, section by section; `document` holds the parts that sections are made of."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bakeoff.server.report.page.abstention import abstention
from bakeoff.server.report.page.adaptive import adaptive
from bakeoff.server.report.page.answer import Answer, answer
from bakeoff.server.report.page.batch import batch_sensitivity
from bakeoff.server.report.page.bounds import bounds
from bakeoff.server.report.page.candidates import candidates
from bakeoff.server.report.page.certainty import certainty
from bakeoff.server.report.page.cold_start import cold_start
from bakeoff.server.report.page.comparisons import comparisons
from bakeoff.server.report.page.confusion import confusion
from bakeoff.server.report.page.constraints import constraints
from bakeoff.server.report.page.cost import cost
from bakeoff.server.report.page.document import Chapter, Section
from bakeoff.server.report.page.environment import environment
from bakeoff.server.report.page.flips import flips
from bakeoff.server.report.page.latency import latency
from bakeoff.server.report.page.lengths import lengths
from bakeoff.server.report.page.load_curve import load_curve
from bakeoff.server.report.page.memory import memory
from bakeoff.server.report.page.memory_fit import memory_fit
from bakeoff.server.report.page.methods import methods
from bakeoff.server.report.page.peak_load import peak_load
from bakeoff.server.report.page.placement import placement
from bakeoff.server.report.page.prediction_pass import prediction_pass
from bakeoff.server.report.page.quality import quality
from bakeoff.server.report.page.reliability import reliability
from bakeoff.server.report.page.roster import Roster, roster
from bakeoff.server.report.page.slices import slices
from bakeoff.server.report.page.soak import soak
from bakeoff.server.report.page.throughput import throughput
from bakeoff.server.report.page.tradeoff import tradeoff
from bakeoff.server.report.page.under_load import under_load
from bakeoff.server.report.page.wrong_answers import wrong_answers

_SECTIONS: Mapping[str, tuple[Callable[[Roster], Section | None], ...]] = MappingProxyType(
    {
        "Decision": (
            tradeoff,
            constraints,
            certainty,
            adaptive,
        ),
        "Quality": (
            quality,
            comparisons,
            slices,
            confusion,
            reliability,
            abstention,
            flips,
            wrong_answers,
        ),
        "Speed": (
            bounds,
            latency,
            under_load,
            peak_load,
            load_curve,
            lengths,
            throughput,
            cost,
        ),
        "Memory": (
            memory,
            memory_fit,
            soak,
            cold_start,
        ),
        "Evidence": (
            prediction_pass,
            batch_sensitivity,
            candidates,
            placement,
            environment,
            methods,
        ),
    }
)


def chapters(found: Roster) -> tuple[Chapter, ...]:
    """All chapters with the sections that the report has something for, in the order of the page.

    A chapter without any is left out.
    """
    drawn = (
        Chapter(
            id=title.lower(),
            title=title,
            sections=tuple(section for draw in of_chapter if (section := draw(found)) is not None),
        )
        for title, of_chapter in _SECTIONS.items()
    )
    return tuple(chapter for chapter in drawn if chapter.sections)


__all__ = ["Answer", "Chapter", "Roster", "answer", "chapters", "roster"]
