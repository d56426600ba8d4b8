"""A report in tables: the decision, the figures, the comparisons."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.text import Text

from bakeoff import v1
from bakeoff.client.display.abstention import threshold_costs
from bakeoff.client.display.adaptive import early_stops
from bakeoff.client.display.console import table
from bakeoff.client.display.figures import (
    ABSENT,
    difference_text,
    figure_text,
    interval_text,
    number_text,
    p_text,
)
from bakeoff.client.display.flips import flip_counts
from bakeoff.client.display.headlines import is_load_headline, is_quality_headline
from bakeoff.client.display.latency import latency_verdicts, length_buckets, stages
from bakeoff.client.display.load import load_curves, peak_load_searches
from bakeoff.client.display.memory import memory_fits
from bakeoff.client.display.selection import standings
from bakeoff.client.display.slices import slices
from bakeoff.client.display.uncompared import uncompared
from bakeoff.client.display.validity import usable_figures
from bakeoff.client.names import id_of

QUALITY = "Quality"

STATES = {
    v1.Selection.STATE_RECOMMENDED: ("Recommended", "bold green"),
    v1.Selection.STATE_UNDECIDED: ("Undecided", "bold yellow"),
    v1.Selection.STATE_NONE_QUALIFIES: ("No candidate qualifies", "bold red"),
}

VERDICTS = {
    v1.Comparison.VERDICT_BETTER: ("better", "green"),
    v1.Comparison.VERDICT_WORSE: ("worse", "red"),
    v1.Comparison.VERDICT_EQUIVALENT: ("equivalent", "cyan"),
    v1.Comparison.VERDICT_UNDECIDED: ("undecided", "yellow"),
}

OUTCOMES = {
    v1.ConstraintResult.OUTCOME_MET: ("met", "green"),
    v1.ConstraintResult.OUTCOME_VIOLATED: ("violated", "red"),
    v1.ConstraintResult.OUTCOME_UNDECIDED: ("undecided", "yellow"),
}


def print_report(console: Console, report: v1.Report, *, details: bool = False) -> None:
    """Prints a report. `details` shows every table and figure, not the headlines alone."""
    for part in (
        figures(report, details=details),
        latency_verdicts(report),
        peak_load_searches(report) if details else None,
        load_curves(report),
        length_buckets(report, details=details),
        stages(report) if details else None,
        memory_fits(report),
        comparisons(report, details=details),
        uncompared(report),
        flip_counts(report),
        threshold_costs(report) if details else None,
        slices(report, details=details),
        cost_ratios(report),
        constraints(report),
        standings(report),
        early_stops(report),
        remarks(report),
        decision(report),
    ):
        if part is not None:
            console.print()
            console.print(part)


def figures(report: v1.Report, *, details: bool) -> RenderableType | None:
    """Every figure of every candidate, one column a candidate."""
    columns = [id_of(result.candidate.name) for result in report.candidates]
    made = table(
        *("", "", *columns),
        title=f"{report.evaluation_set.example_count:,} examples of "
        f"{id_of(report.evaluation_set.name)}",
        numbers=tuple(columns),
    )
    for title, parts in sections(report, details=details):
        rows = aligned(parts)
        if not rows:
            continue
        made.add_row(Text(title, style="bold"))
        for figure, cells in rows:
            unit = "" if figure.unit == "1" else figure.unit
            made.add_row(f"  {figure.id}", Text(unit, style="dim"), *cells)
        made.add_row("")
    return made if made.row_count else None


def sections(
    report: v1.Report, *, details: bool
) -> Iterator[tuple[str, list[Sequence[v1.Figure]]]]:
    """Titles, each with the figures of every candidate."""
    results = report.candidates
    yield (
        QUALITY,
        [
            [one for one in result.quality if details or is_quality_headline(one.id, report.spec)]
            for result in results
        ],
    )
    for scenario in _scenarios(report):
        yield (
            scenario,
            [
                [
                    figure
                    for found in result.scenarios
                    if found.scenario == scenario
                    for figure in usable_figures(found)
                    if details or is_load_headline(figure, report.spec)
                ]
                for result in results
            ],
        )
    yield "Memory and size", [list(result.cost) for result in results]
    yield "Cold start", [list(result.cold_start.figures) for result in results]


def aligned(parts: Iterable[Sequence[v1.Figure]]) -> list[tuple[v1.Figure, list[str]]]:
    """Figures of one id side by side, with a dash where a candidate has none."""
    by_candidate = [{figure.id: figure for figure in part} for part in parts]
    first_seen: dict[str, v1.Figure] = {}
    for found in by_candidate:
        for identity, figure in found.items():
            first_seen.setdefault(identity, figure)
    return [
        (
            figure,
            [
                figure_text(found[identity]) if identity in found else ABSENT
                for found in by_candidate
            ],
        )
        for identity, figure in first_seen.items()
    ]


def comparisons(report: v1.Report, *, details: bool) -> RenderableType | None:
    """Each candidate against the baseline, paired over the examples."""
    made = table(
        *("candidate", "figure", "difference", "interval", "p (Holm)", "verdict", "more examples"),
        title=_against("Paired with the baseline", report.comparisons),
        numbers=("difference", "interval", "p (Holm)", "more examples"),
    )
    for one in report.comparisons:
        if not (details or is_quality_headline(one.figure_id, report.spec)):
            continue
        has_more = one.HasField("more_examples_needed")
        made.add_row(
            id_of(one.candidate),
            one.figure_id,
            difference_text(one.difference, "1") if one.HasField("difference") else ABSENT,
            interval_text(one.interval, "1"),
            p_text(one.adjusted_p_value) if one.HasField("adjusted_p_value") else ABSENT,
            Text(*VERDICTS.get(one.verdict, (ABSENT, ""))),
            f"about {one.more_examples_needed:,}" if has_more else "",
        )
    return made if made.row_count else None


def cost_ratios(report: v1.Report) -> RenderableType | None:
    """Each candidate's cost over that of the baseline, from paired blocks."""
    made = table(
        *("candidate", "figure", "scenario", "ratio", "interval", "rounds"),
        title=_against("Cost over the baseline's", report.cost_ratios),
        numbers=("ratio", "interval", "rounds"),
    )
    for one in report.cost_ratios:
        made.add_row(
            id_of(one.candidate),
            one.figure_id,
            one.scenario,
            number_text(one.ratio, ""),
            interval_text(one.interval, ""),
            str(one.round_count),
        )
    return made if made.row_count else None


def constraints(report: v1.Report) -> RenderableType | None:
    """Each constraint on each candidate."""
    made = table("candidate", "constraint", "outcome", "found", title="Constraints")
    for one in report.selection.candidates:
        for result in one.constraints:
            made.add_row(
                id_of(one.candidate),
                result.expression,
                Text(*OUTCOMES.get(result.outcome, (ABSENT, ""))),
                result.explanation,
            )
    return made if made.row_count else None


def remarks(report: v1.Report) -> RenderableType | None:
    """What a reader must know before trusting the figures, failures among it."""
    lines = [Text(warning, style="yellow") for warning in report.warnings]
    return Group(*lines) if lines else None


def decision(report: v1.Report) -> RenderableType:
    """The answer, and why it is not another."""
    selection = report.selection
    word, style = STATES.get(selection.state, ("No answer", "bold"))
    head = Text(word, style=style)
    if selection.recommended:
        head.append(f": {id_of(selection.recommended)}")
    lines = [head, Text(selection.summary)]
    lines.extend(
        Text(f"  not {id_of(one.candidate)}: {one.why_not} {one.what_would_change}", style="dim")
        for one in selection.candidates
        if one.why_not
    )
    return Group(*lines)


def _scenarios(report: v1.Report) -> list[str]:
    return list(
        dict.fromkeys(found.scenario for result in report.candidates for found in result.scenarios)
    )


def _against(title: str, paired: Iterable[v1.Comparison | v1.CostRatio]) -> str:
    baselines = dict.fromkeys(id_of(one.baseline) for one in paired)
    return f"{title}, {', '.join(baselines)}" if baselines else title
