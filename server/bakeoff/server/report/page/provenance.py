"""Where and on what the figures were found, and how."""

from bakeoff.server.report.page.answers import policy_words
from bakeoff.server.report.page.cells import DASH, mebibytes
from bakeoff.server.report.page.document import (
    Cell,
    Column,
    Facts,
    Fold,
    Note,
    Part,
    Section,
    Table,
)
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.contrast import ALIKE_SHARE
from bakeoff.server.selection.wording import counted, significant
from bakeoff.v1 import Environment, Fingerprint, Report, SourceModel

_SHOWN_DIGITS = 12
_SOURCE_KINDS = {
    SourceModel.KIND_HUGGING_FACE: "Hugging Face checkpoint",
    SourceModel.KIND_SCIKIT_LEARN: "scikit-learn pipeline",
    SourceModel.KIND_ONNX: "ONNX file",
}


def placement(roster: Roster) -> Section | None:
    """Proof of where each graph ran; None when nothing is known."""
    shown = [one for one in roster.contenders if one.result.HasField("placement")]
    if not shown:
        return None
    folds = [_settings(one) for one in shown if one.result.placement.session_settings]
    parts: tuple[Part, ...] = (_placement_table(shown), *folds)
    return Section(
        id="placement",
        title="Where it ran",
        lead="Execution providers asked for and had; what each ran, by the runtime's own profile.",
        parts=parts,
    )


def candidates(roster: Roster) -> Section:
    """What was compared."""
    return Section(
        id="candidates",
        title="Candidates",
        lead="What each bundle holds.",
        parts=(
            Table(
                caption="Candidates",
                columns=(
                    Column("Candidate", numeric=False),
                    Column("Source model", numeric=False),
                    Column("Variant", numeric=False),
                    Column("Parameters"),
                    Column("Bundle"),
                    Column("Parity with its source", numeric=False),
                    Column("SHA-256", numeric=False),
                ),
                rows=tuple(_candidate_row(one) for one in roster.contenders),
                quiet=True,
            ),
        ),
    )


def environment(roster: Roster) -> Section:
    """Hardware, software, and what else the machine did."""
    found = roster.report.environment
    return Section(
        id="environment",
        title="Environment",
        lead="Figures of cost hold for this machine; figures of unlike machines are not compared.",
        parts=(
            Facts("Hardware", _hardware(found.fingerprint)),
            Facts("While it was measured", _conditions(found)),
            Fold(
                "Software",
                (Facts("Versions", tuple(sorted(found.fingerprint.software_versions.items()))),),
            ),
        ),
    )


def methods(roster: Roster) -> Section:
    """How figures were found and decisions were made."""
    report = roster.report
    return Section(
        id="methods",
        title="Methods",
        lead="What stands behind the numbers.",
        parts=(
            Facts("Settings", _settings_of_spec(report)),
            *(Note(text) for text in _method_texts(report)),
        ),
    )


def _placement_table(shown: list[Contender]) -> Table:
    return Table(
        caption="Execution providers",
        columns=(
            Column("Candidate", numeric=False),
            Column("Asked for", numeric=False),
            Column("Had", numeric=False),
            Column("What each ran", numeric=False),
        ),
        rows=tuple(
            (
                one.cell,
                Cell(", ".join(one.result.placement.requested_providers)),
                Cell(", ".join(one.result.placement.actual_providers)),
                Cell(
                    "; ".join(
                        f"{share.provider}: {counted(share.node_count, 'node')}, "
                        f"{share.node_share:.0%} of runs, {share.time_share:.0%} of the time"
                        for share in one.result.placement.shares
                    )
                ),
            )
            for one in shown
        ),
        quiet=True,
    )


def _settings(one: Contender) -> Fold:
    items = tuple(sorted(one.result.placement.session_settings.items()))
    return Fold(
        title=f"Session settings of {one.label}",
        series=one.position,
        parts=(Facts("Settings in force", items),),
    )


def _candidate_row(one: Contender) -> tuple[Cell, ...]:
    candidate = one.result.candidate
    source = candidate.manifest.source_model
    parity = candidate.manifest.parity
    parameters = f"{source.parameter_count:,}" if source.HasField("parameter_count") else DASH
    compared = DASH
    if candidate.manifest.HasField("parity"):
        compared = (
            f"{counted(parity.label_flip_count, 'changed answer')} of {parity.example_count:,}, "
            f"largest difference {significant(parity.max_abs_difference)}"
        )
    return (
        one.cell,
        Cell(source.name, detail=_SOURCE_KINDS.get(source.kind, "")),
        Cell(candidate.manifest.variant.id, detail=candidate.manifest.variant.backend),
        Cell(parameters),
        Cell(mebibytes(candidate.size_bytes)),
        Cell(compared),
        Cell(candidate.sha256[:_SHOWN_DIGITS], code=True),
    )


def _hardware(found: Fingerprint) -> tuple[tuple[str, str], ...]:
    items = [
        ("Processor", found.cpu_model),
        ("Usable processors", f"{found.usable_cpu_count:g}" if found.usable_cpu_count else ""),
        ("Processor features", ", ".join(found.cpu_features)),
        ("Memory limit", mebibytes(found.memory_limit_bytes) if found.memory_limit_bytes else ""),
        ("Accelerator", found.accelerator_model),
        ("Driver", found.accelerator_driver_version),
        ("Platform", found.platform),
        ("Fingerprint", found.sha256[:_SHOWN_DIGITS]),
    ]
    return tuple((name, value) for name, value in items if value)


def _conditions(found: Environment) -> tuple[tuple[str, str], ...]:
    items = []
    if found.HasField("start_time"):
        items.append(("From", found.start_time.ToJsonString()))
    if found.HasField("end_time"):
        items.append(("To", found.end_time.ToJsonString()))
    if found.HasField("cpu_steal_share"):
        items.append(("Processor time taken by the hypervisor", f"{found.cpu_steal_share:.1%}"))
    if found.HasField("foreign_cpu_share"):
        items.append(("Processor time of other processes", f"{found.foreign_cpu_share:.1%}"))
    if found.HasField("load_average_start") and found.HasField("load_average_end"):
        loads = (
            f"{found.load_average_start:.2f} at the start, {found.load_average_end:.2f} at the end"
        )
        items.append(("Load average of one minute", loads))
    if found.HasField("min_cpu_frequency_mhz") and found.HasField("max_cpu_frequency_mhz"):
        least, most = found.min_cpu_frequency_mhz, found.max_cpu_frequency_mhz
        items.append(("Processor frequency", f"{least:,.0f} to {most:,.0f} MHz"))
    return tuple(items)


def _settings_of_spec(report: Report) -> tuple[tuple[str, str], ...]:
    spec, statistics = report.spec, report.spec.statistics
    return (
        ("Evaluation", report.evaluation),
        (
            "Evaluation set",
            f"{spec.evaluation_set}, SHA-256 {report.evaluation_set.sha256[:_SHOWN_DIGITS]}",
        ),
        ("Target", spec.target),
        ("Batch policy", policy_words(spec.batch_policy)),
        ("Objectives", ", ".join(spec.objectives)),
        ("Constraints", ", ".join(spec.constraints) or "none"),
        ("Level of intervals", f"{100 * statistics.confidence_level:g} %"),
        ("Bootstrap resamples", f"{statistics.resample_count:,}"),
        ("Seed", str(statistics.seed)),
        ("Margin of equivalence", f"{statistics.equivalence_margin:g}"),
        ("Report made", f"{report.create_time.ToJsonString()} by Bakeoff {report.bakeoff_version}"),
    )


def _method_texts(report: Report) -> list[str]:
    quality = (
        "Quality: shares of independent examples have Wilson intervals, other metrics bootstrap "
        "intervals over examples. Examples without a label or without a usable answer are counted "
        "apart and never scored as wrong."
    )
    comparisons = (
        "Comparisons: both candidates are scored on the same examples. Accuracy is compared by "
        "McNemar's exact test, every other metric by the paired bootstrap. Equivalent means that "
        "the whole interval of the difference lies within the margin; better or worse, that the "
        "corrected p-value is small enough; undecided, all else. The family of comparisons with "
        f"the baseline has {counted(len(report.comparisons), 'member')}, candidates times metrics, "
        "and Holm's method corrects over all of them."
    )
    costs = (
        "Latency: quantiles are nearest-rank ones over all queries, each a latency that was "
        "observed, with order-statistic intervals, which take queries as independent. Means and "
        "throughput are over rounds, with Student's t intervals, which allow for drift from round "
        "to round. Ratios are medians over paired rounds, with t intervals of their logarithms."
    )
    selection = (
        "Selection: a constraint is met or violated by the whole interval of its figure; a figure "
        "without interval is judged by its value. Objectives decide one after another, between "
        "candidates that qualify; there p-values are corrected by Holm's method over all pairs of "
        "them, apart from the comparisons with the baseline. What the objectives leave open is "
        "decided by p99 latency, median latency, throughput, then peak host memory. Costs within "
        f"{100 * ALIKE_SHARE:g} % are alike."
    )
    return [quality, comparisons, costs, selection]
