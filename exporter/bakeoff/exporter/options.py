"""Options of the commands, gathered into groups, and how their values are read."""

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from bakeoff.exporter.errors import ExportError
from bakeoff.exporter.tasks import TASKS

if TYPE_CHECKING:
    from bakeoff.exporter.examples import Example
    from bakeoff.exporter.head import ProblemType

P = ParamSpec("P")
R = TypeVar("R")
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_PERCENT = 100


class Share(click.ParamType[float]):
    """A share from 0 to 1, or a percentage such as `2%`."""

    name = "share"

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read it. Anything else is a usage error."""
        text = str(value).strip()
        try:
            share = float(text.removesuffix("%")) / (_PERCENT if text.endswith("%") else 1)
        except ValueError:
            self.fail(f"{value!r} is not a share such as 0.02 or 2%.", param, ctx)
        if not 0 <= share <= 1:
            self.fail(f"{value!r} must be from 0 to 1, or 0% to 100%.", param, ctx)
        return share


class ExportFailure(click.ClickException):
    """An ExportError as the command line shows it: one message, and exit status 1."""

    def __init__(self, failure: ExportError) -> None:
        super().__init__(f"{failure} [{failure.reason}]")


def explains_failures(command: Callable[P, R]) -> Callable[P, R]:
    """Turn an ExportError into one message on standard error and exit status 1."""

    @functools.wraps(command)
    def explained(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except ExportError as failure:
            raise ExportFailure(failure) from failure

    return explained


@dataclasses.dataclass(frozen=True)
class TargetOptions:
    """Where bundles go, and what they are called."""

    output: Path
    name: str | None
    overwrite: bool


@dataclasses.dataclass(frozen=True)
class HeadOptions:
    """What a model answers."""

    problem_type: str | None
    labels: str | None
    labels_file: Path | None

    def read_labels(self) -> tuple[str, ...] | None:
        """Labels from the list or from the lines of the file; nothing when neither is given."""
        if self.labels is not None and self.labels_file is not None:
            message = "give either --labels or --labels-file, not both."
            raise click.UsageError(message)
        if self.labels_file is not None:
            lines = self.labels_file.read_text(encoding="utf-8-sig").splitlines()
            return tuple(line.strip() for line in lines if line.strip())
        if self.labels is not None:
            return tuple(label.strip() for label in self.labels.split(","))
        return None

    def read_problem_type(self) -> "ProblemType | None":
        """The problem type of that name; nothing when none is given."""
        from bakeoff.exporter.head import ProblemType

        return None if self.problem_type is None else ProblemType(self.problem_type)


@dataclasses.dataclass(frozen=True)
class CalibrationOptions:
    """What a variant is calibrated on."""

    calibration: Path | None
    calibration_text_column: str
    calibration_text_pair_column: str | None
    calibration_examples: int

    def read(self) -> "tuple[Example, ...] | None":
        """Read the examples; nothing when no file is given."""
        from bakeoff.exporter.examples import read_examples

        if self.calibration is None:
            return None
        return read_examples(
            self.calibration,
            text_column=self.calibration_text_column,
            text_pair_column=self.calibration_text_pair_column,
            limit=self.calibration_examples,
        )


@dataclasses.dataclass(frozen=True)
class ParityOptions:
    """What parity is checked on, and how strictly."""

    parity_examples: Path | None
    parity_text_column: str
    parity_text_pair_column: str | None
    parity_count: int
    max_abs_difference: float | None
    max_label_flips: float | None

    def read(self) -> "tuple[Example, ...] | None":
        """Read the examples; nothing when no file is given, which means those that are shipped."""
        from bakeoff.exporter.examples import read_examples

        if self.parity_examples is None:
            return None
        return read_examples(
            self.parity_examples,
            text_column=self.parity_text_column,
            text_pair_column=self.parity_text_pair_column,
            limit=self.parity_count,
        )


@dataclasses.dataclass(frozen=True)
class TrustOptions:
    """What may be read although it can run code."""

    trust_remote_code: bool
    trust: tuple[str, ...]
    trust_pickle: bool


def _group(name: str, kind: type, *options: Decorator) -> Decorator:
    """Add options to a command, which gets their values as one `kind` under `name`."""
    fields = [field.name for field in dataclasses.fields(kind)]

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def gathered(**values: object) -> object:
            group = kind(**{field: values.pop(field) for field in fields})
            return command(**values, **{name: group})

        decorated: Callable[..., Any] = gathered
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


task_option: Decorator = click.option(
    "--task", required=True, type=click.Choice(TASKS), help="What the model does."
)
max_length_option: Decorator = click.option(
    "--max-length",
    type=click.IntRange(min=1),
    help="Cut texts after this many tokens. Default: the most that the model takes.",
)
format_option: Decorator = click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Print a table of the bundles, or their paths and manifests as JSON.",
)
target_options = _group(
    "target",
    TargetOptions,
    click.option(
        "--output",
        required=True,
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder that gets the bundles, each in a folder NAME.VARIANT of its own.",
    ),
    click.option(
        "--name", help="Name of the source model. Default: that of its folder, file or hub id."
    ),
    click.option("--overwrite", is_flag=True, help="Replace bundles of the same name."),
)
head_options = _group(
    "head",
    HeadOptions,
    click.option(
        "--problem-type",
        type=click.Choice(("single-label", "multi-label", "regression")),
        help="What the model was trained to answer. Default: as its configuration says.",
    ),
    click.option("--labels", help="Class names in the order of the outputs: a,b,c."),
    click.option("--labels-file", type=_FILE, help="Class names, one on a line."),
)
calibration_options = _group(
    "calibration",
    CalibrationOptions,
    click.option(
        "--calibration",
        type=_FILE,
        help="CSV, TSV or JSONL file of texts like those to come. int8-static needs it.",
    ),
    click.option(
        "--calibration-text-column",
        default="text",
        show_default=True,
        help="Column that holds the text.",
    ),
    click.option("--calibration-text-pair-column", help="Column of the second text of a pair."),
    click.option(
        "--calibration-examples",
        type=click.IntRange(min=1),
        default=200,
        show_default=True,
        help="Most examples to use, spread evenly over the file.",
    ),
)
parity_options = _group(
    "parity",
    ParityOptions,
    click.option(
        "--parity-examples",
        type=_FILE,
        help="CSV, TSV or JSONL file of texts to compare the variants on. "
        "Default: texts of many kinds that come with Bakeoff.",
    ),
    click.option(
        "--parity-text-column",
        default="text",
        show_default=True,
        help="Column that holds the text.",
    ),
    click.option("--parity-text-pair-column", help="Column of the second text of a pair."),
    click.option(
        "--parity-count",
        type=click.IntRange(min=4),
        default=1000,
        show_default=True,
        help="Most examples to use, spread evenly over the file.",
    ),
    click.option(
        "--max-abs-difference",
        type=click.FloatRange(min=0),
        help="Largest difference allowed of any output value. Default: 1e-4 for fp32, "
        "0.1 for probabilities of scikit-learn, and no bound otherwise.",
    ),
    click.option(
        "--max-label-flips",
        type=Share(),
        help="Share of examples whose label may differ, such as 0.02 or 2%. Default: 0 "
        "for fp32, 1% for fp16, 5% for int8-dynamic, 10% for int8-static.",
    ),
)
trust_options = _group(
    "trust",
    TrustOptions,
    click.option(
        "--trust-remote-code", is_flag=True, help="Run the code that a checkpoint brings along."
    ),
    click.option(
        "--trust",
        multiple=True,
        metavar="TYPE",
        help="Type that a .skops file may hold beyond those that skops knows. "
        "Give it once for each.",
    ),
    click.option("--trust-pickle", is_flag=True, help="Read a pickle, which can run any code."),
)
