"""The seam to whatever can be exported: a checkpoint, a scikit-learn pipeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bakeoff.exporter.examples import Example
from bakeoff.exporter.head import Head, ProblemType
from bakeoff.exporter.parity import ReferenceAnswers
from bakeoff.exporter.parity_rule import ParityRule
from bakeoff.exporter.progress import Progress
from bakeoff.v1 import RawText, SourceModel, Tokenization


@dataclass(frozen=True)
class ExportRequest:
    """What to export and how. What is absent comes from the source model or from the variant."""

    source: str
    task: str
    variants: Sequence[str]
    output: Path
    name: str | None = None
    revision: str | None = None
    backend: str | None = None
    problem_type: ProblemType | None = None
    labels: Sequence[str] | None = None
    max_length: int | None = None
    parity_examples: Sequence[Example] | None = None
    calibration_examples: Sequence[Example] | None = None
    max_abs_difference: float | None = None
    label_flip_share: float | None = None
    trust_remote_code: bool = False
    trusted_types: Sequence[str] = ()
    trust_pickle: bool = False
    overwrite: bool = False


@dataclass(frozen=True)
class Prepared:
    """A source model that was loaded, asked and drawn: what its variants share.

    `tokenizer` is the file that goes into each bundle, for a source that has one; `parity`
    replaces the rule of a variant.
    """

    source_model: SourceModel
    head: Head
    output_name: str
    preprocessing: Tokenization | RawText
    tokenizer: Path | None
    fp32: Path
    backend: str
    answers: ReferenceAnswers
    parity: ParityRule | None = None


class Source(Protocol):
    """A source model that was found and not loaded yet."""

    @property
    def name(self) -> str:
        """Short name, from which bundles get theirs."""

    @property
    def variants(self) -> tuple[str, ...]:
        """Variants that can be made of it."""

    def prepare(self, scratch: Path, progress: Progress) -> Prepared:
        """Load it, ask it about the examples, and draw its fp32 graph into `scratch`."""
