"""Parts of the set by themselves, and which of them a candidate breaks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bakeoff.server.metrics import METRICS
from bakeoff.server.report.messages import figure_value
from bakeoff.server.report.page.cells import count_cell, figure_cell
from bakeoff.server.report.page.changed_slices import (
    NOTHING_BROKEN,
    changed_by_others,
    changed_by_variants,
    changed_table,
    outcome_words,
)
from bakeoff.server.report.page.charts import axis, dash, error_bars, symbol, trace
from bakeoff.server.report.page.document import (
    Cell,
    Chart,
    Column,
    Fold,
    Json,
    Note,
    Part,
    Section,
    Table,
    Tone,
)
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.report.page.uncompared import uncompared
from bakeoff.server.report.page.weakest_slices import weakest_slices
from bakeoff.server.selection.wording import (
    capitalised,
    counted,
    is_percent,
    percent,
    title,
)
from bakeoff.server.types import Figure
from bakeoff.v1 import Slice

_KINDS = {
    Slice.KIND_LENGTH: "length of the input",
    Slice.KIND_COLUMN: "attribute",
    Slice.KIND_PREDICATE: "condition",
    Slice.KIND_CLASS: "true class",
    Slice.KIND_CONFIDENCE: "confidence of the baseline",
    Slice.KIND_DIFFICULTY: "difficulty",
}
# The answers have a part in drawing them, so that nobody is judged by them.
_REMARKS = {
    Slice.KIND_CONFIDENCE: (
        "The baseline draws these slices by its own answers, which favours it where it is sure and "
        "harms it where it is not. They describe, and nobody is said to be better or worse in them."
    ),
    Slice.KIND_DIFFICULTY: (
        "Right and wrong answers draw these slices, so that what each candidate comes to is given "
        "in part. They show how many examples are hard for all, and have no intervals."
    ),
}
_DRAWN = (Slice.KIND_LENGTH, Slice.KIND_CONFIDENCE)
_MOST_ROWS = 50
_MOST_WEAK = 3
_DEFAULT_RATE = 0.05


def slices(roster: Roster) -> Section | None:
    """Slices that changed, and quality in each slice; None without slices."""
    if not roster.report.slices:
        return None
    return Section(
        id="slices",
        title="Slices",
        lead=slices_lead(roster),
        parts=(*_changed(roster), *_weakest(roster), *_by_kind(roster)),
    )


def slices_lead(roster: Roster) -> str:
    """How many slices there are, and how far to trust those that are named."""
    count = counted(len(roster.report.slices), "part")
    deltas = roster.report.slice_deltas
    lead = f"{count} of the set by themselves."
    if not deltas:
        why = uncompared(roster) or ("Nothing was compared: there is no second candidate.",)
        return f"{lead} {' '.join(why)}"
    rate = percent(roster.report.spec.slices.false_discovery_rate or _DEFAULT_RATE)
    return (
        f"{lead} Each candidate is compared with its reference in them, "
        f"{counted(len(deltas), 'comparison')} in all; of the slices that are named, {rate} at "
        "most are expected to be so by chance."
    )


def _weakest(roster: Roster) -> Iterator[Part]:
    table = weakest_slices(roster, _MOST_WEAK, len(roster.contenders))
    if table is not None:
        yield table


def _changed(roster: Roster) -> Iterator[Part]:
    """Slices that variants changed, and then, folded away, those of other candidates."""
    variants, others = changed_by_variants(roster), changed_by_others(roster)
    if variants.compared:
        caption = "Slices that a variant breaks or improves"
        yield (
            changed_table(roster, variants.named, caption, _MOST_ROWS)
            if variants.named
            else Note(NOTHING_BROKEN)
        )
    if others.compared:
        count = counted(len(others.named), "slice")
        caption = "Slices in which another model differs"
        yield (
            Fold(
                title=f"Other models against the baseline: {count} better or worse",
                parts=(changed_table(roster, others.named, caption, _MOST_ROWS),),
            )
            if others.named
            else Note("No other model is shown to be better or worse than the baseline in a slice.")
        )


@dataclass(frozen=True, slots=True)
class _Quality:
    """Candidates that were looked at, and their figures by candidate, slice and metric."""

    contenders: tuple[Contender, ...]
    figures: Mapping[tuple[str, str, str], Figure]
    outcomes: Mapping[tuple[str, str, str], tuple[str, Tone] | None]

    @property
    def metric_ids(self) -> tuple[str, ...]:
        """Metrics of the slices, in the order of the report."""
        return tuple(dict.fromkeys(metric_id for _, _, metric_id in self.figures))


def _quality(roster: Roster) -> _Quality:
    looked_at = tuple(one for one in roster.contenders if one.result.slices)
    return _Quality(
        contenders=looked_at,
        figures={
            (one.name, part.slice, message.id): figure_value(message)
            for one in looked_at
            for part in one.result.slices
            for message in part.figures
        },
        outcomes={
            (delta.candidate, delta.slice, delta.figure_id): outcome_words(roster, delta)
            for delta in roster.report.slice_deltas
        },
    )


def _by_kind(roster: Roster) -> Iterator[Part]:
    found = _quality(roster)
    for kind, words in _KINDS.items():
        parts_of_set = [one for one in roster.report.slices if one.kind == kind]
        if not parts_of_set:
            continue
        parts: list[Part] = [Note(_REMARKS[kind], tone=Tone.MUTED)] if kind in _REMARKS else []
        for metric_id in found.metric_ids:
            table = _table(found, parts_of_set, metric_id)
            drawn = kind in _DRAWN
            parts.append(_chart(found, parts_of_set, metric_id, table) if drawn else table)
        yield Fold(title=f"By {words}", parts=tuple(parts), open=kind == Slice.KIND_LENGTH)


def _table(found: _Quality, parts_of_set: Sequence[Slice], metric_id: str) -> Table:
    return Table(
        caption=f"{capitalised(title(metric_id))} by {_KINDS[parts_of_set[0].kind]}",
        columns=(
            Column("Slice", numeric=False),
            Column("Examples"),
            *(Column(one.label, series=one.position) for one in found.contenders),
        ),
        rows=tuple(
            (
                Cell(part.title),
                count_cell(part.example_count),
                *(_value_cell(found, (one.name, part.id, metric_id)) for one in found.contenders),
            )
            for part in parts_of_set
        ),
    )


def _value_cell(found: _Quality, key: tuple[str, str, str]) -> Cell:
    """A figure; that of a slice that changed says so."""
    cell = figure_cell(found.figures.get(key))
    outcome = found.outcomes.get(key)
    if outcome is None:
        return cell
    word, tone = outcome
    return replace(cell, detail=f"{cell.detail}, {word}".removeprefix(", "), tone=tone)


def _chart(found: _Quality, parts_of_set: Sequence[Slice], metric_id: str, table: Table) -> Chart:
    name, words = title(metric_id), _KINDS[parts_of_set[0].kind]
    is_share = is_percent(metric_id, METRICS[metric_id].unit)
    return Chart(
        id=f"slices-{words.partition(' ')[0]}-{metric_id.replace('.', '-')}",
        title=f"{capitalised(name)} by {words}",
        description=f"{capitalised(name)} of each candidate by {words}, with intervals.",
        traces=[_trace(found, one, parts_of_set, metric_id) for one in found.contenders],
        layout={
            "xaxis": axis("", type="category"),
            "yaxis": axis(f"{name}, %" if is_share else name),
            "hovermode": "x unified",
        },
        table=table,
    )


def _trace(
    found: _Quality, one: Contender, parts_of_set: Sequence[Slice], metric_id: str
) -> Mapping[str, Json]:
    scale = 100.0 if is_percent(metric_id, METRICS[metric_id].unit) else 1.0
    figures = {
        part.title: found.figures.get((one.name, part.id, metric_id)) for part in parts_of_set
    }
    known = {
        words: (figure, scale * figure.value)
        for words, figure in figures.items()
        if figure is not None and figure.value is not None
    }
    return trace(
        "scatter",
        one.label,
        one.position,
        x=list(known),
        y=[value for _, value in known.values()],
        error_y=error_bars([figure for figure, _ in known.values()], scale),
        mode="lines+markers",
        line={"width": 2, "dash": dash(one.position)},
        marker={"symbol": symbol(one.position), "size": 8},
    )
