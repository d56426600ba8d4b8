"""Answers that a candidate changes, in tables."""

from collections.abc import Iterable, Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bakeoff import v1
from bakeoff.client.display.console import table
from bakeoff.client.display.figures import number_text
from bakeoff.client.display.predictions import cut_to_line
from bakeoff.client.names import id_of

BROKEN = "broken"
MENDED = "mended"
STILL_WRONG = "still wrong"

STYLES = {BROKEN: "red", MENDED: "green", STILL_WRONG: "dim"}


def flip_counts(report: v1.Report) -> RenderableType | None:
    """How many answers each candidate changes, and to which end."""
    made = table(
        *("candidate", "against", "examples", "differ", "right to wrong", "wrong to right"),
        title="Answers that differ",
        numbers=("examples", "differ", "right to wrong", "wrong to right"),
    )
    for found in report.flips:
        made.add_row(
            id_of(found.candidate),
            id_of(found.reference),
            f"{found.example_count:,}",
            f"{found.flip_count:,}",
            f"{found.broken_count:,}",
            f"{found.mended_count:,}",
        )
    return made if made.row_count else None


def flip_table(flips: v1.Flips) -> Table:
    """The flips of one candidate that the report shows, one example a row."""
    candidate, reference = id_of(flips.candidate), id_of(flips.reference)
    made = table(
        *("id", "text", "expected", reference, candidate, ""),
        title=f"{candidate} against {reference}: {len(flips.flips):,} of {flips.flip_count:,} "
        "answers that differ",
    )
    for flip, kind in kinds(flips):
        text = f"{flip.text} | {flip.text_pair}" if flip.HasField("text_pair") else flip.text
        made.add_row(
            flip.example_id,
            cut_to_line(text),
            flip.expected,
            _answer(
                flip.reference_answer,
                flip.reference_confidence if flip.HasField("reference_confidence") else None,
            ),
            _answer(
                flip.candidate_answer,
                flip.candidate_confidence if flip.HasField("candidate_confidence") else None,
            ),
            Text(kind, style=STYLES[kind]),
        )
    return made


def kinds(flips: v1.Flips) -> Iterator[tuple[v1.Flip, str]]:
    """Each flip with what became of the answer, which its place tells."""
    for place, flip in enumerate(flips.flips):
        if place < flips.broken_count:
            yield flip, BROKEN
        elif place < flips.broken_count + flips.mended_count:
            yield flip, MENDED
        else:
            yield flip, STILL_WRONG


def flips_of(report: v1.Report, candidates: Iterable[str]) -> list[v1.Flips]:
    """Flips of these candidates, by id or resource name; of all when none is named."""
    wanted = {id_of(name) for name in candidates}
    return [found for found in report.flips if not wanted or id_of(found.candidate) in wanted]


def _answer(answer: str, confidence: float | None) -> str:
    return answer if confidence is None else f"{answer} ({number_text(confidence, '1')})"
