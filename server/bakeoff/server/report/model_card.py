"""The section on evaluation of a model card, in Markdown."""

from collections.abc import Iterator, Sequence

from bakeoff.server.metrics import METRICS, distinct_metrics
from bakeoff.server.report.markdown_text import capitalised, escaped, table_lines
from bakeoff.server.report.messages import figure_value
from bakeoff.server.report.page.answer import direction_words
from bakeoff.server.report.page.cells import NOTHING, count_cell, figure_cell
from bakeoff.server.report.page.comparisons import verdicts
from bakeoff.server.report.page.document import Cell, Column, Table, Tone
from bakeoff.server.report.page.names import key_title
from bakeoff.server.report.page.quality import metric_ids
from bakeoff.server.report.page.roster import Contender, Roster, roster
from bakeoff.server.report.page.uncompared import uncompared
from bakeoff.server.report.summary_markdown import flip_words, flips_of_variants
from bakeoff.server.selection.costs import leading_costs
from bakeoff.server.selection.wording import counted, joined, title
from bakeoff.v1 import Figure, LabelKind, Report, Slice, SliceDelta

_MOST_CANDIDATES = 6
_MOST_SLICES = 40
_MOST_CLASS_NAMES = 20
_SIZES = ("bundle_mib",)
_METHODS = {
    "wilson": "Wilson",
    "clopper-pearson": "Clopper-Pearson",
    "bca-bootstrap": "BCa bootstrap",
    "percentile-bootstrap": "percentile bootstrap",
    "jackknife-wilson": "Wilson by the jackknife",
    "jackknife-clopper-pearson": "Clopper-Pearson by the jackknife",
    "gamma": "gamma",
    "test-inversion": "test inversion",
}
# Slices that answers have a part in drawing say nothing of who uses the model on what.
_FACTORS = {
    Slice.KIND_COLUMN: "attributes of the examples",
    Slice.KIND_PREDICATE: "conditions",
    Slice.KIND_LENGTH: "length of the input",
    Slice.KIND_CLASS: "true class",
}
_OUTCOMES = {
    SliceDelta.OUTCOME_BROKEN: ("worse", Tone.BAD),
    SliceDelta.OUTCOME_IMPROVED: ("better", Tone.GOOD),
}


def render_model_card(report: Report) -> str:
    """Data, factors, metrics and results, under the headings of the hub's template.

    Candidates stand side by side, the recommended one first. GitHub's dialect. Texts are escaped:
    they are other people's. Ends with a line feed.
    """
    return "\n".join(_lines(report)).rstrip("\n") + "\n"


def _lines(report: Report) -> Iterator[str]:
    found = roster(report)
    answered = [one for one in found.ranked if one.result.quality]
    shown = answered[:_MOST_CANDIDATES]
    yield "## Evaluation"
    yield ""
    yield escaped(report.selection.summary)
    yield ""
    yield "### Testing Data, Factors & Metrics"
    yield ""
    yield from _section("#### Testing Data", _items(_data(report)))
    yield from _section("#### Factors", _factors(report))
    yield from _section("#### Metrics", _metrics(found))
    yield from _section("### Results", _results(found, shown, len(answered) - len(shown)))
    yield from _section("#### Slices", _slices(report, shown))
    baseline = escaped(found.label(found.baseline))
    yield from _section(f"#### Compared with {baseline}", _compared(found))
    yield from _section("#### Speed and Memory", _costs(found, shown))
    yield from _section("#### Known Limits", _items(report.warnings))
    yield from _section("#### How It Was Found", _items(_provenance(report)))


def _section(heading: str, lines: Iterator[str]) -> Iterator[str]:
    """A heading with what stands below it; nothing when nothing does."""
    below = list(lines)
    if below:
        yield heading
        yield ""
        yield from below
        if below[-1]:
            yield ""


def _items(texts: Sequence[str]) -> Iterator[str]:
    return (f"- {escaped(text)}" for text in texts)


def _data(report: Report) -> list[str]:
    asked = report.evaluation_set
    texts = [f"{counted(asked.example_count, 'example')} for {asked.task}, {asked.name}"]
    if asked.description:
        texts[0] += f" ({asked.description})"
    if asked.label_counts:
        names = [f"{one.label} ({one.count:,})" for one in asked.label_counts]
        shown = ", ".join(names[:_MOST_CLASS_NAMES])
        more = len(names) - _MOST_CLASS_NAMES
        texts.append(
            f"{counted(len(names), 'class', 'classes')}"
            f"{', several an example' if asked.label_kind == LabelKind.LABEL_KIND_CLASSES else ''}"
            f": {shown}{f' and {more:,} more' if more > 0 else ''}"
        )
    if asked.sha256:
        texts.append(f"SHA-256 of the data: {asked.sha256}")
    return texts


def _factors(report: Report) -> Iterator[str]:
    kinds = {part.kind for part in report.slices}
    present = [words for kind, words in _FACTORS.items() if kind in kinds]
    if present:
        yield f"Results are also given by {joined(present)}."


def _metrics(found: Roster) -> Iterator[str]:
    level = found.report.spec.statistics.confidence_level
    for metric_id in _metric_ids(found):
        figures = [one.figures[metric_id] for one in found.contenders if metric_id in one.figures]
        interval = next((figure.interval for figure in figures if figure.interval), None)
        words = [f"**{escaped(capitalised(title(metric_id)))}** (`{metric_id}`)"]
        better = direction_words(METRICS[metric_id].direction)
        words += [better] if better else []
        if interval is not None:
            method = _METHODS.get(interval.method, interval.method)
            words.append(f"{100 * (level or interval.level):g} % interval by {escaped(method)}")
        yield f"- {', '.join(words)}"


def _metric_ids(found: Roster) -> tuple[str, ...]:
    """Metrics of the report, but for those that are accuracy under another name."""
    problems = {
        one.result.candidate.manifest.classification.problem_type for one in found.contenders
    }
    ids = metric_ids(found)
    return distinct_metrics(ids, problems.pop()) if len(problems) == 1 else ids


def _results(found: Roster, shown: Sequence[Contender], left_out: int) -> Iterator[str]:
    table = _side_by_side(
        "Metric", shown, [(metric_id, title(metric_id)) for metric_id in _metric_ids(found)]
    )
    if table is not None:
        yield from table_lines(table)
    if left_out:
        yield f"{counted(left_out, 'more candidate')} in the report."


def _costs(found: Roster, shown: Sequence[Contender]) -> Iterator[str]:
    known = dict.fromkeys(key for one in shown for key in one.figures)
    keys = (*leading_costs(known), *(key for key in _SIZES if key in known))
    table = _side_by_side("Figure", shown, [(key, key_title(found, key)) for key in keys])
    if table is not None:
        yield from table_lines(table)
        yield from _items(_hardware(found.report))


def _hardware(report: Report) -> list[str]:
    machine = report.environment.fingerprint
    accelerator = f", {machine.accelerator_model}" if machine.accelerator_model else ""
    texts = [f"Hardware: {machine.cpu_model or report.target.device}{accelerator}"]
    if machine.usable_cpu_count:
        texts[0] += f", {machine.usable_cpu_count:g} usable processors"
    versions = [f"{name} {version}" for name, version in sorted(machine.software_versions.items())]
    if versions:
        texts.append(f"Software: {', '.join(versions)}")
    return texts


def _side_by_side(
    head: str, shown: Sequence[Contender], keys: Sequence[tuple[str, str]]
) -> Table | None:
    if not keys or not shown:
        return None
    return Table(
        caption=head,
        columns=(Column(head, numeric=False), *(Column(one.label) for one in shown)),
        rows=tuple(
            (
                Cell(capitalised(words)),
                *(figure_cell(one.figures.get(key)) for one in shown),
            )
            for key, words in keys
        ),
    )


def _slices(report: Report, shown: Sequence[Contender]) -> Iterator[str]:
    found = {
        (one.name, part.slice): part.figures[0]
        for one in shown
        for part in one.result.slices
        if part.figures
    }
    metric_id = next((figure.id for figure in found.values()), "")
    outcomes = {
        (delta.candidate, delta.slice): delta.outcome
        for delta in report.slice_deltas
        if delta.outcome in _OUTCOMES and delta.figure_id == metric_id
    }
    rows = []
    for part in (one for one in report.slices if one.kind in _FACTORS):
        cells = [_slice_cell(found, outcomes, one.name, part.id) for one in shown]
        if any(cell is not NOTHING for cell in cells):
            rows.append((Cell(part.title or part.id), count_cell(part.example_count), *cells))
    if not rows:
        return
    more = len(rows) - _MOST_SLICES
    table = Table(
        caption="Slices",
        columns=(
            Column("Slice", numeric=False),
            Column("Examples"),
            *(Column(one.label, detail=title(metric_id)) for one in shown),
        ),
        rows=tuple(rows[:_MOST_SLICES]),
        note=f"{counted(more, 'more slice')} in the report." if more > 0 else "",
    )
    yield from table_lines(table)


def _slice_cell(
    found: dict[tuple[str, str], Figure],
    outcomes: "dict[tuple[str, str], SliceDelta.Outcome.ValueType]",
    name: str,
    part: str,
) -> Cell:
    figure = found.get((name, part))
    if figure is None:
        return NOTHING
    cell = figure_cell(figure_value(figure))
    outcome = outcomes.get((name, part))
    if outcome is None:
        return cell
    word, tone = _OUTCOMES[outcome]
    return Cell(f"{cell.text}, {word}", detail=cell.detail, tone=tone, badge=True)


def _compared(found: Roster) -> Iterator[str]:
    table = verdicts(found)
    yield from _items(uncompared(found)) if table is None else table_lines(table)
    yield from _items([flip_words(found, flips) for flips in flips_of_variants(found)])


def _provenance(report: Report) -> list[str]:
    statistics = report.spec.statistics
    digests = [
        f"{found.candidate.name.rpartition('/')[2]}: bundle SHA-256 {found.candidate.sha256}"
        for found in report.candidates
        if found.candidate.sha256
    ]
    return [
        f"Report of {report.evaluation}, made by Bakeoff {report.bakeoff_version}"
        + (f", {report.create_time.ToJsonString()}" if report.HasField("create_time") else ""),
        f"Seed {statistics.seed}, {statistics.resample_count:,} bootstrap resamples",
        *digests,
    ]
