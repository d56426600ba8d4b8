"""What was compared."""

from bakeoff.server.report.page.cells import DASH, mebibytes, shown_digest
from bakeoff.server.report.page.document import Cell, Column, Section, Table
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import counted, significant
from bakeoff.v1 import SourceModel

_SOURCE_KINDS = {
    SourceModel.KIND_HUGGING_FACE: "Hugging Face checkpoint",
    SourceModel.KIND_SCIKIT_LEARN: "scikit-learn pipeline",
    SourceModel.KIND_ONNX: "ONNX file",
}


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
        Cell(shown_digest(candidate.sha256), code=True),
    )
