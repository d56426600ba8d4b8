"""`bakeoff demo`."""

import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import click

from bakeoff.client.display.console import notes
from bakeoff.client.errors import BakeoffClientError, MissingExtraError

DEFAULT_EXAMPLES = Path("examples/wordnet")
BASELINE = "tfidf-logreg"
CHECKPOINTS = ("bert-small", "bert-nano")
VARIANTS = ("fp32", "int8-dynamic")

# What the steps import; the two extras bring it.
NEEDED = ("onnxruntime", "sklearn", "sqlalchemy", "torch", "transformers")

# A recommendation, none that qualifies, or undecided: the demo has shown what it is for.
FINISHED = (0, 3, 4)


@dataclass(frozen=True)
class Step:
    """A child process of the same interpreter. `words` is how a person would write it."""

    title: str
    words: tuple[str, ...]
    arguments: tuple[str, ...]
    good_codes: Sequence[int] = (0,)


@click.command()
@click.option(
    "--examples",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_EXAMPLES,
    show_default=True,
    help="Folder with the data, the checkpoints and the script of the baseline.",
)
@click.option(
    "--work-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".demo"),
    show_default=True,
    help="Where bundles, the server's data and the report go.",
)
def demo(examples: Path, work_dir: Path) -> None:
    """Everything on shipped data: train a baseline, export, evaluate, decide.

    Runs in a checkout of the project, with the extras `server` and `exporter`. Each
    step is a command that could be typed, and is shown as such.
    """
    _check(examples)
    console = notes()
    begin_s = time.monotonic()
    # A baseline that is fitted anew is another candidate of the same name.
    shutil.rmtree(work_dir / "data", ignore_errors=True)
    steps = _steps(examples, work_dir)
    for number, step in enumerate(steps, start=1):
        console.print(f"\n[{number}/{len(steps)}] {step.title}", style="bold")
        console.print(f"$ {shlex.join(step.words)}", style="dim", soft_wrap=True)
        step_begin_s = time.monotonic()
        outcome = subprocess.run([sys.executable, *step.arguments], check=False)
        if outcome.returncode not in step.good_codes:
            message = (
                f"The step {step.title!r} ended with code {outcome.returncode}; "
                "its own words stand above."
            )
            raise BakeoffClientError(message, reason="DEMO_STEP_FAILED")
        console.print(f"took {time.monotonic() - step_begin_s:.0f} s", style="dim")
    console.print(
        f"\nThe demo took {time.monotonic() - begin_s:.0f} s. "
        f"Its report, with everything that was found, is {work_dir / 'report.html'}.",
        style="bold",
    )


def _check(examples: Path) -> None:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        message = (
            f"The demo trains, exports and serves, and lacks {', '.join(missing)}: "
            "pip install '.[server,exporter]' in the checkout."
        )
        raise MissingExtraError(message)
    wanted = [
        examples / "train_baseline.py",
        examples / "test.csv",
        examples / "train.csv",
        *(examples / "checkpoints" / name for name in CHECKPOINTS),
    ]
    absent = next((path for path in wanted if not path.exists()), None)
    if absent is not None:
        message = (
            f"There is no {str(absent)!r}. Run the demo in a checkout of the project, or name "
            "the folder with --examples."
        )
        raise BakeoffClientError(message, reason="EXAMPLES_MISSING")


def _steps(examples: Path, work_dir: Path) -> list[Step]:
    bundles = work_dir / "bundles"
    baseline = work_dir / f"{BASELINE}.skops"
    work_dir.mkdir(parents=True, exist_ok=True)
    texts = examples / "train.csv"
    script = (str(examples / "train_baseline.py"), "--output", str(baseline))
    return [
        Step("Train the classical baseline", ("python", *script), script),
        _export("Export the baseline", baseline, ("fp32",), texts, bundles),
        *(
            _export(f"Export {name}", examples / "checkpoints" / name, VARIANTS, texts, bundles)
            for name in CHECKPOINTS
        ),
        _evaluate(examples, work_dir, bundles),
    ]


def _export(title: str, source: Path, variants: Sequence[str], texts: Path, bundles: Path) -> Step:
    options = [word for variant in variants for word in ("--variant", variant)]
    return _command(
        title,
        *("export", str(source), "--task", "text-classification", *options),
        *("--parity-examples", str(texts), "--output", str(bundles), "--overwrite"),
    )


def _evaluate(examples: Path, work_dir: Path, bundles: Path) -> Step:
    names = [
        f"{BASELINE}.fp32",
        *(f"{name}.{variant}" for name in CHECKPOINTS for variant in VARIANTS),
    ]
    candidates = [word for name in names for word in ("--candidate", str(bundles / name))]
    return _command(
        "Evaluate, compare, decide",
        *("evaluate", *candidates, "--set", str(examples / "test.csv")),
        *("--constraint", "accuracy>=0.75", "--constraint", "latency_p99_ms<=20"),
        *("--objective", "max:accuracy", "--objective", "min:latency_p99_ms"),
        *("--data-dir", str(work_dir / "data"), "--html", str(work_dir / "report.html")),
        good_codes=FINISHED,
    )


def _command(title: str, *words: str, good_codes: Sequence[int] = (0,)) -> Step:
    return Step(title, ("bakeoff", *words), ("-m", "bakeoff.client", *words), good_codes)
