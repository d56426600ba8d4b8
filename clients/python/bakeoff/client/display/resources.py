"""Candidates, sets, targets and evaluations: in a table, and one by one."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bakeoff import v1
from bakeoff.client.display.console import table
from bakeoff.client.display.figures import ABSENT, bytes_text, time_text
from bakeoff.client.names import id_of
from bakeoff.client.statuses import error_from_status

LABEL_KINDS = {
    v1.LabelKind.LABEL_KIND_CLASS: "one class",
    v1.LabelKind.LABEL_KIND_CLASSES: "several classes",
    v1.LabelKind.LABEL_KIND_VALUE: "a number",
}

LABELS_SHOWN = 30


def candidate_table(candidates: Iterable[v1.Candidate]) -> Table:
    """Candidates, one a row."""
    made = table("id", "task", "variant", "source", "labels", "size", "registered (UTC)")
    for one in candidates:
        manifest = one.manifest
        made.add_row(
            id_of(one.name),
            manifest.task,
            manifest.variant.id,
            manifest.source_model.name,
            str(len(manifest.classification.labels)),
            bytes_text(one.size_bytes),
            time_text(one.create_time),
        )
    return made


def set_table(evaluation_sets: Iterable[v1.EvaluationSet]) -> Table:
    """Evaluation sets, one a row."""
    made = table("id", "task", "examples", "labels", "from", "size", "registered (UTC)")
    for one in evaluation_sets:
        made.add_row(
            id_of(one.name),
            one.task,
            f"{one.example_count:,}",
            LABEL_KINDS.get(one.label_kind, ABSENT),
            one.description,
            bytes_text(one.size_bytes),
            time_text(one.create_time),
        )
    return made


def target_table(targets: Iterable[v1.Target]) -> Table:
    """Targets, one a row."""
    made = table("id", "device", "available", "hardware", "why not")
    for one in targets:
        fingerprint = one.fingerprint
        made.add_row(
            id_of(one.name),
            one.device,
            "yes" if one.available else "no",
            fingerprint.accelerator_model or fingerprint.cpu_model or ABSENT,
            one.unavailable_reason,
        )
    return made


def evaluation_table(evaluations: Iterable[v1.Evaluation]) -> Table:
    """Evaluations, one a row."""
    made = table("id", "state", "done", "candidates", "set", "created (UTC)")
    for one in evaluations:
        made.add_row(
            id_of(one.name),
            state_text(one),
            f"{one.progress.share:.0%}",
            ", ".join(id_of(name) for name in one.spec.candidates),
            id_of(one.spec.evaluation_set),
            time_text(one.create_time),
        )
    return made


def print_candidate(console: Console, candidate: v1.Candidate) -> None:
    """Prints all that matters of a candidate."""
    manifest = candidate.manifest
    source, variant, head = manifest.source_model, manifest.variant, manifest.classification
    _print_pairs(
        console,
        {
            "name": candidate.name,
            "task": manifest.task,
            "problem": _enum(v1.ClassificationHead.ProblemType, head.problem_type, "PROBLEM_TYPE_"),
            "source": " ".join(part for part in (source.name, source.architecture) if part),
            "parameters": f"{source.parameter_count:,}" if source.parameter_count else ABSENT,
            "variant": f"{variant.id} (by {variant.backend}, opset {variant.opset})",
            "labels": _listed(list(head.labels)),
            "parity": _parity(manifest),
            "size": bytes_text(candidate.size_bytes),
            "files": ", ".join(file.path for file in manifest.files),
            "sha256": candidate.sha256,
            "registered": f"{time_text(candidate.create_time)} UTC",
        },
    )


def print_set(console: Console, evaluation_set: v1.EvaluationSet) -> None:
    """Prints all that matters of an evaluation set."""
    counts = [f"{one.label} ({one.count:,})" for one in evaluation_set.label_counts]
    _print_pairs(
        console,
        {
            "name": evaluation_set.name,
            "task": evaluation_set.task,
            "from": evaluation_set.description or ABSENT,
            "examples": f"{evaluation_set.example_count:,}",
            "texts": "pairs" if evaluation_set.text_pairs else "single",
            "longest text": f"{evaluation_set.max_text_characters:,} characters",
            "label kind": LABEL_KINDS.get(evaluation_set.label_kind, ABSENT),
            "labels": _listed(counts) or ABSENT,
            "attributes": ", ".join(evaluation_set.attribute_names) or "none",
            "size": bytes_text(evaluation_set.size_bytes),
            "sha256": evaluation_set.sha256,
            "registered": f"{time_text(evaluation_set.create_time)} UTC",
        },
    )


def print_target(console: Console, target: v1.Target) -> None:
    """Prints all that matters of a target."""
    fingerprint = target.fingerprint
    providers = [f"{one.name}: {'loads' if one.loads else one.failure}" for one in target.providers]
    _print_pairs(
        console,
        {
            "name": target.name,
            "device": target.device,
            "available": "yes" if target.available else f"no: {target.unavailable_reason}",
            "providers": "\n".join(providers) or ABSENT,
            "processor": fingerprint.cpu_model or ABSENT,
            "usable processors": f"{fingerprint.usable_cpu_count:g}",
            "memory": bytes_text(fingerprint.memory_limit_bytes),
            "accelerator": fingerprint.accelerator_model or "none",
            "platform": fingerprint.platform or ABSENT,
            "software": "\n".join(
                f"{name} {version}"
                for name, version in sorted(fingerprint.software_versions.items())
            ),
            "fingerprint": fingerprint.sha256 or ABSENT,
        },
    )


def print_evaluation(console: Console, evaluation: v1.Evaluation) -> None:
    """Prints an evaluation without its report."""
    spec = evaluation.spec
    _print_pairs(
        console,
        {
            "name": evaluation.name,
            "state": state_text(evaluation),
            "candidates": "\n".join(id_of(name) for name in spec.candidates),
            "set": id_of(spec.evaluation_set),
            "target": id_of(spec.target),
            "constraints": "\n".join(spec.constraints) or "none",
            "objectives": "\n".join(spec.objectives) or "the task's main metric",
            "created": f"{time_text(evaluation.create_time)} UTC",
            "ended": f"{time_text(evaluation.end_time)} UTC" if evaluation.end_time.seconds else "",
        },
    )


def state_text(evaluation: v1.Evaluation) -> str:
    """The state in a word, and why it failed."""
    word = _enum(v1.Evaluation.State, evaluation.state, "STATE_")
    if evaluation.HasField("error"):
        error = error_from_status(evaluation.error)
        return f"{word}: {error.message} [{error.reason}]"
    return word


def _print_pairs(console: Console, pairs: dict[str, str]) -> None:
    made = table("", "")
    made.show_header = False
    for name, value in pairs.items():
        made.add_row(Text(name, style="bold"), value)
    console.print(made)


def _enum(kind: object, value: int, prefix: str) -> str:
    name: str = kind.Name(value)  # type: ignore[attr-defined]  # every enum of protobuf has it
    return name.removeprefix(prefix).lower().replace("_", " ")


def _listed(words: list[str]) -> str:
    shown = ", ".join(words[:LABELS_SHOWN])
    more = len(words) - LABELS_SHOWN
    return f"{shown}, and {more} more" if more > 0 else shown


def _parity(manifest: v1.Manifest) -> str:
    if not manifest.HasField("parity"):
        return "not compared"
    parity = manifest.parity
    return (
        f"{'passed' if parity.passed else 'failed'} against {parity.reference}: "
        f"{parity.label_flip_count} label flips in {parity.example_count:,} examples, "
        f"largest difference {parity.max_abs_difference:.2g}"
    )
