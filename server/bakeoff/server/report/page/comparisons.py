"""Paired comparisons with the baseline."""

from bakeoff.server.metrics import METRICS
from bakeoff.server.report.messages import interval_value
from bakeoff.server.report.page.answer import direction_words
from bakeoff.server.report.page.cells import NOTHING, signed, signed_span
from bakeoff.server.report.page.document import Cell, Column, Fold, Note, Section, Table, Tone
from bakeoff.server.report.page.quality import metric_ids
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.report.page.uncompared import uncompared
from bakeoff.server.selection.wording import (
    counted,
    p_value,
    quantity,
    title,
)
from bakeoff.v1 import Comparison

_VERDICTS = {
    Comparison.VERDICT_BETTER: ("better", Tone.GOOD),
    Comparison.VERDICT_WORSE: ("worse", Tone.BAD),
    Comparison.VERDICT_EQUIVALENT: ("equivalent", Tone.PLAIN),
    Comparison.VERDICT_UNDECIDED: ("undecided", Tone.WARN),
}


def comparisons(roster: Roster) -> Section | None:
    """Each candidate against the baseline, metric by metric, and who is not compared.

    None where there is nobody to compare.
    """
    table, missing = verdicts(roster), uncompared(roster)
    if table is None and not missing:
        return None
    baseline = roster.label(roster.baseline)
    return Section(
        id="comparisons",
        title=f"Compared with {baseline}",
        lead=" ".join(missing) if table is None else _lead(roster, baseline),
        parts=()
        if table is None
        else (
            table,
            *(Note(sentence) for sentence in missing),
            *(_details(roster, one) for one in _compared(roster)),
        ),
    )


def _lead(roster: Roster, baseline: str) -> str:
    count = counted(len(roster.report.comparisons), "comparison")
    return (
        f"Each candidate against {baseline} on the examples that both were scored on. {count} "
        "in all; p-values are corrected for that number by Holm's method."
    )


def verdicts(roster: Roster, most_metrics: int | None = None) -> Table | None:
    """Verdict and difference of each candidate by metric; None without comparisons.

    `most_metrics` keeps only so many, the metric of the frontier first.
    """
    found = {(c.candidate, c.figure_id): c for c in roster.report.comparisons}
    if not found:
        return None
    others = _compared(roster)
    known = {metric for _, metric in found}
    ids = dict.fromkeys((roster.quality_key, *metric_ids(roster)))
    shown = [metric for metric in ids if metric in known][:most_metrics]
    return Table(
        caption="Verdict and difference by metric",
        columns=(
            Column("Metric", numeric=False),
            *(Column(one.label, numeric=False, series=one.position) for one in others),
        ),
        rows=tuple(
            (
                Cell(title(metric), detail=direction_words(METRICS[metric].direction)),
                *(
                    verdict_cell(found[one.name, metric])
                    if (one.name, metric) in found
                    else NOTHING
                    for one in others
                ),
            )
            for metric in shown
        ),
        note=(
            "Differences are candidate minus baseline. Equivalent: the whole interval lies within "
            "the margin. Undecided: the examples do not tell."
        ),
        quiet=True,
    )


def _compared(roster: Roster) -> list[Contender]:
    names = {comparison.candidate for comparison in roster.report.comparisons}
    return [one for one in roster.contenders if one.name in names]


def verdict_cell(comparison: Comparison) -> Cell:
    """The verdict as a mark, with the difference and its interval below."""
    word, tone = _verdict_words(comparison)
    return Cell(word, detail=_difference_words(comparison), tone=tone, badge=True)


def _verdict_words(comparison: Comparison) -> tuple[str, Tone]:
    if not comparison.HasField("difference"):
        return "not defined", Tone.MUTED
    return _VERDICTS.get(comparison.verdict, ("not told", Tone.MUTED))


def _difference_words(comparison: Comparison) -> str:
    if not comparison.HasField("difference"):
        return ""
    figure_id, unit = comparison.figure_id, METRICS[comparison.figure_id].unit
    words = signed(comparison.difference, figure_id, unit)
    if comparison.HasField("interval"):
        words += f" ({signed_span(interval_value(comparison.interval), figure_id, unit)})"
    return words


def _details(roster: Roster, one: Contender) -> Fold:
    mine = [c for c in roster.report.comparisons if c.candidate == one.name]
    baseline = roster.label(roster.baseline)
    return Fold(
        title=f"Tests of {one.label}",
        series=one.position,
        parts=(
            Table(
                caption=f"{one.label} against {baseline}",
                columns=(
                    Column("Metric", numeric=False),
                    Column(one.label, series=one.position),
                    Column(baseline),
                    Column("Difference"),
                    Column("p"),
                    Column("p, corrected"),
                    Column("Verdict", numeric=False),
                    Column("Test", numeric=False),
                    Column("Examples"),
                ),
                rows=tuple(_row(comparison) for comparison in mine),
                quiet=True,
            ),
        ),
    )


def _row(comparison: Comparison) -> tuple[Cell, ...]:
    figure_id = comparison.figure_id
    unit = METRICS[figure_id].unit
    word, tone = _verdict_words(comparison)
    values = (
        (comparison.HasField("candidate_value"), comparison.candidate_value),
        (comparison.HasField("baseline_value"), comparison.baseline_value),
    )
    probabilities = (
        (comparison.HasField("p_value"), comparison.p_value),
        (comparison.HasField("adjusted_p_value"), comparison.adjusted_p_value),
    )
    return (
        Cell(title(figure_id)),
        *(Cell(quantity(value, figure_id, unit)) if known else NOTHING for known, value in values),
        Cell(_difference_words(comparison)),
        *(
            Cell(p_value(value).removeprefix("p = ").removeprefix("p ")) if known else NOTHING
            for known, value in probabilities
        ),
        Cell(word, detail=_more(comparison), tone=tone, badge=True),
        Cell(comparison.test, detail=_discordant(comparison)),
        Cell(f"{comparison.example_count:,}"),
    )


def _more(comparison: Comparison) -> str:
    if not comparison.HasField("more_examples_needed"):
        return ""
    return f"about {counted(comparison.more_examples_needed, 'more example')} would decide"


def _discordant(comparison: Comparison) -> str:
    if not comparison.HasField("candidate_only_right_count"):
        return ""
    return (
        f"only it right: {comparison.candidate_only_right_count:,}; "
        f"only the baseline: {comparison.baseline_only_right_count:,}"
    )
