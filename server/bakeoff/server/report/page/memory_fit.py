"""What fits into the memory of a deployment."""

from bakeoff.server.report.page.cells import NOTHING, mebibytes
from bakeoff.server.report.page.document import Cell, Column, Section, Table, Tone
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import counted
from bakeoff.v1 import MemoryFitPoint


def memory_fit(roster: Roster) -> Section | None:
    """Largest batch of each length that fits, by candidate; None when it was not asked for."""
    shown = [one for one in roster.contenders if one.result.HasField("memory_fit")]
    if not shown:
        return None
    limit = max(one.result.memory_fit.limit_bytes for one in shown)
    method = next((m for one in shown if (m := one.result.memory_fit.method)), "")
    return Section(
        id="memory-fit",
        title=f"What fits into {mebibytes(limit)}",
        lead=(
            "The largest batch of each length whose peak stays within the limit, each tried in a "
            f"fresh process{f'; peaks are {method}' if method else ''}."
        ),
        parts=(_table(shown),),
    )


def _table(shown: list[Contender]) -> Table:
    tokens = sorted({point.token_count for one in shown for point in one.result.memory_fit.points})
    return Table(
        caption="Largest batch that fits",
        columns=(
            Column("Candidate", numeric=False),
            *(Column(_length(count)) for count in tokens),
            Column("Longest input that fits alone"),
        ),
        rows=tuple(_row(one, tokens) for one in shown),
        note=(
            "Below each batch stands its peak. A batch marked with \u2265 is the largest that was "
            "tried: more may fit."
        ),
        quiet=True,
    )


def _length(token_count: int) -> str:
    return f"{counted(token_count, 'token')} each" if token_count else "Examples as they are"


def _row(one: Contender, tokens: list[int]) -> tuple[Cell, ...]:
    found = one.result.memory_fit
    points = {point.token_count: point for point in found.points}
    longest = NOTHING
    if found.HasField("max_token_count"):
        longest = Cell(counted(found.max_token_count, "token"), detail=_limited_by(one))
    elif found.absent_reason:
        longest = Cell(NOTHING.text, detail=found.absent_reason, tone=Tone.MUTED)
    return (one.cell, *(_point(points.get(count)) for count in tokens), longest)


def _limited_by(one: Contender) -> str:
    """What sets the longest input: the model, where even the longest that it takes fits."""
    most = one.result.candidate.manifest.tokenization.max_length
    is_longest = one.result.memory_fit.max_token_count == most
    return "the longest that the model takes fits" if is_longest else "limited by the memory"


def _point(point: MemoryFitPoint | None) -> Cell:
    if point is None:
        return NOTHING
    peak = f"peak {mebibytes(point.peak_bytes)}"
    if not point.max_batch_size:
        return Cell("none", detail=f"{peak} for one", tone=Tone.WARN)
    at_least = "\u2265 " if point.bounded_by_trial else ""
    return Cell(f"{at_least}{point.max_batch_size:,}", detail=peak)
