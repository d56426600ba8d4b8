"""Figures of candidates in several evaluations, side by side."""

from collections.abc import Sequence

from bakeoff.server.report.page.answer import glance_keys
from bakeoff.server.report.page.cells import figure_cell, figure_key_title
from bakeoff.server.report.page.charts import axis, error_bars, symbol, trace
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
from bakeoff.server.report.page.names import key_title
from bakeoff.server.report.page.run import Run, has_same_examples, has_same_fingerprint
from bakeoff.server.selection.wording import is_percent, short_name

_ROW_PX = 26
_CHART_PX = 130


def compared_quality(found: Sequence[Run]) -> Section | None:
    """Every metric of each candidate in each evaluation; None without any."""
    keys = dict.fromkeys(
        figure.id for run in found for one in run.roster.contenders for figure in one.result.quality
    )
    first = [run.roster.quality_key for run in found if run.roster.quality_key in keys]
    ordered = tuple(dict.fromkeys((*first, *keys)))
    if not ordered:
        return None
    rest = tuple(_figures_table(found, key) for key in ordered[1:])
    parts: list[Part] = [_chart(found, ordered[0])]
    if not has_same_examples(found):
        parts.insert(0, Note("The evaluations are not of the same examples.", tone=Tone.WARN))
    if rest:
        parts.append(Fold("All other metrics", rest))
    return Section(
        id="quality",
        title="Quality",
        lead="Each candidate in each evaluation, with its interval.",
        parts=tuple(parts),
    )


def compared_costs(found: Sequence[Run]) -> Section | None:
    """The costs that every glance shows, in each evaluation; None without any."""
    of_quality = {run.roster.quality_key for run in found}
    keys = dict.fromkeys(
        key for run in found for key in glance_keys(run.roster) if key not in of_quality
    )
    if not keys:
        return None
    parts: list[Part] = [_chart(found, key) for key in keys]
    if not has_same_fingerprint(found):
        parts.insert(
            0,
            Note(
                "Hardware or software differ, and so may every figure here for that reason alone.",
                tone=Tone.WARN,
            ),
        )
    return Section(
        id="costs",
        title="Speed and memory",
        lead="What all of them were measured for, each where it ran.",
        parts=tuple(parts),
    )


def _names(found: Sequence[Run]) -> tuple[str, ...]:
    """Candidates of any evaluation, in the order in which they come first."""
    return tuple(dict.fromkeys(one.name for run in found for one in run.roster.contenders))


def _title(found: Sequence[Run], key: str) -> str:
    run = next(run for run in found if any(key in one.figures for one in run.roster.contenders))
    words = key_title(run.roster, key)
    return f"{words[:1].upper()}{words[1:]}"


def _figures_table(found: Sequence[Run], key: str) -> Table:
    return Table(
        caption=_title(found, key),
        columns=(Column("Candidate", numeric=False), *(run.column for run in found)),
        rows=tuple(
            (
                Cell(short_name(name)),
                *(figure_cell(run.figure(name, key)) for run in found),
            )
            for name in _names(found)
        ),
    )


def _chart(found: Sequence[Run], key: str) -> Chart:
    names = _names(found)
    shown = _title(found, key)
    figure = next(f for run in found for name in names if (f := run.figure(name, key)))
    labels: list[Json] = [short_name(name) for name in names]
    return Chart(
        id=f"compared-{figure.id}-{figure.scenario}".rstrip("-").replace(".", "-"),
        title=shown,
        description=f"{shown} of {len(names)} candidates in {len(found)} evaluations.",
        traces=[_points(run, names, key) for run in found],
        layout={
            "xaxis": axis(figure_key_title(shown, figure.id, figure.unit)),
            "yaxis": axis(
                "",
                type="category",
                autorange="reversed",
                categoryorder="array",
                categoryarray=labels,
            ),
            "scattermode": "group",
            "hovermode": "closest",
        },
        table=_figures_table(found, key),
        height_px=_CHART_PX + _ROW_PX * len(names) * len(found),
        table_open=True,
    )


def _points(run: Run, names: Sequence[str], key: str) -> dict[str, Json]:
    known = [
        (short_name(name), figure)
        for name in names
        if (figure := run.figure(name, key)) is not None and figure.value is not None
    ]
    figures = [figure for _, figure in known]
    scale = 100.0 if figures and is_percent(figures[0].id, figures[0].unit) else 1.0
    return dict(
        trace(
            "scatter",
            run.label,
            run.position,
            x=[scale * (figure.value or 0.0) for figure in figures],
            y=[label for label, _ in known],
            error_x=error_bars(figures, scale),
            orientation="h",
            mode="markers",
            marker={"size": 10, "symbol": symbol(run.position)},
            hovertemplate="%{x:,.4g}<extra>%{y}, %{fullData.name}</extra>",
        )
    )
