"""Evaluations side by side: what each answered, what each ran on, and every figure of both.

Unlike hardware and software, and unlike examples, stand side by side and are never subtracted.
"""

from collections.abc import Sequence

from bakeoff.server.report.page.answer import answer
from bakeoff.server.report.page.cells import DASH, NOTHING, shown_digest
from bakeoff.server.report.page.compared_figures import compared_costs, compared_quality
from bakeoff.server.report.page.document import Cell, Chapter, Column, Facts, Section, Table, Tone
from bakeoff.server.report.page.environment import hardware_facts
from bakeoff.server.report.page.run import Run, has_same_examples, has_same_fingerprint
from bakeoff.server.selection.wording import short_name
from bakeoff.v1 import Report


def comparison_chapters(found: Sequence[Run]) -> tuple[Chapter, ...]:
    """What evaluations answered, their figures, and what they ran on."""
    figures = (compared_quality(found), compared_costs(found))
    chapters = (
        Chapter("decision", "Decision", (_answers(found),)),
        Chapter("figures", "Figures", tuple(section for section in figures if section)),
        Chapter("evidence", "Evidence", (_conditions(found),)),
    )
    return tuple(chapter for chapter in chapters if chapter.sections)


def headline(found: Sequence[Run]) -> str:
    """What the page comes to, in a sentence or two."""
    chosen = {run.report.selection.recommended for run in found}
    if chosen == {""}:
        told = "No candidate qualifies in any of them."
    elif len(chosen) == 1:
        told = f"All lead to {short_name(next(iter(chosen)))}."
    else:
        told = "They do not lead to the same candidate."
    limits = []
    if not has_same_fingerprint(found):
        limits.append("speed and memory on unlike hardware or software")
    if not has_same_examples(found):
        limits.append("quality on unlike examples")
    if not limits:
        return told
    return f"{told} Side by side stand {' and '.join(limits)}: these are not to be subtracted."


def _answers(found: Sequence[Run]) -> Section:
    rows, reasons = [], []
    for run in found:
        shown = answer(run.roster)
        leader = Cell(DASH, tone=Tone.MUTED) if shown.leader is None else Cell(shown.headline)
        rows.append(
            (
                run.cell,
                Cell(shown.state, tone=shown.tone, badge=True),
                leader,
                Cell(run.report.target.device, detail=_hardware(run.report)),
            )
        )
        reasons.append((run.label, shown.summary))
    return Section(
        id="answers",
        title="What each one answers",
        lead="The candidate that each evaluation recommends, or that leads, and why.",
        parts=(
            Table(
                caption="What each evaluation answers",
                columns=(
                    Column("Evaluation", numeric=False),
                    Column("Answer", numeric=False),
                    Column("Candidate", numeric=False),
                    Column("Target", numeric=False),
                ),
                rows=tuple(rows),
                quiet=True,
            ),
            Facts("Why", tuple(reasons)),
        ),
    )


def _hardware(report: Report) -> str:
    fingerprint = report.environment.fingerprint
    return fingerprint.accelerator_model or fingerprint.cpu_model


def _conditions(found: Sequence[Run]) -> Section:
    told = [_told(run.report) for run in found]
    names = dict.fromkeys(name for items in told for name in items)
    return Section(
        id="conditions",
        title="What each one ran on",
        lead="What differs is marked.",
        parts=(
            Table(
                caption="What each evaluation ran on",
                columns=(
                    Column("What", numeric=False),
                    *(Column(run.label, numeric=False, series=run.position) for run in found),
                ),
                rows=tuple(
                    _condition_row(name, [items.get(name, "") for items in told]) for name in names
                ),
                quiet=True,
            ),
        ),
    )


def _condition_row(name: str, values: Sequence[str]) -> tuple[Cell, ...]:
    differs = len(set(values)) > 1
    return (
        Cell(name, detail="differs" if differs else ""),
        *(
            Cell(value, tone=Tone.WARN if differs else Tone.PLAIN) if value else NOTHING
            for value in values
        ),
    )


def _told(report: Report) -> dict[str, str]:
    """What an evaluation ran on and for, by name."""
    fingerprint = report.environment.fingerprint
    return {
        "Set": short_name(report.evaluation_set.name),
        "Examples": f"{report.evaluation_set.example_count:,}",
        "SHA-256 of the set": shown_digest(report.evaluation_set.sha256),
        "Target": report.target.device,
        **dict(hardware_facts(fingerprint)),
        **dict(sorted(fingerprint.software_versions.items())),
        "Constraints": "; ".join(report.spec.constraints),
        "Objectives": "; ".join(report.spec.objectives),
        "Made": report.create_time.ToJsonString()[:10],
        "Bakeoff": report.bakeoff_version,
    }
