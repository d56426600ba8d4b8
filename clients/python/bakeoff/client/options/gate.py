"""The gate that candidates must pass, and the files that tell of it."""

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from bakeoff import v1
from bakeoff.client.errors import InvalidOptionError
from bakeoff.client.failure import failure_of
from bakeoff.client.gates import (
    Findings,
    Gate,
    GateResult,
    absence_junit_xml,
    absence_markdown,
    absence_of,
    gate_markdown,
    judge,
    junit_xml,
    read_gate,
    sentence_of,
    with_names,
)

Command = Callable[..., Any]

_READABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
_WRITABLE = click.Path(dir_okay=False, writable=True, path_type=Path)

GATE_OPTIONS = (
    click.option(
        "--gate",
        "gate_file",
        type=_READABLE,
        help="YAML file of what candidates must hold. The command then ends with 0 when they "
        "do and with 1 when they do not.",
    ),
    click.option(
        "--junit", type=_WRITABLE, help="Write the checks of the gate here, as JUnit XML."
    ),
    click.option(
        "--summary",
        type=_WRITABLE,
        help="Write a few lines of Markdown here, for a pull request.",
    ),
    click.option(
        "--append-summary",
        type=_WRITABLE,
        help="Append the same lines to this file, such as the step summary of a workflow.",
    ),
)


@dataclass
class LastSeen:
    """An evaluation as it was last seen; None before the server has taken it on."""

    evaluation: v1.Evaluation | None = None


@dataclass(frozen=True)
class GateChoice:
    """What was asked for. None where it was not."""

    gate: Gate | None
    junit: Path | None
    summary: Path | None
    append_summary: Path | None

    @property
    def wants_summary(self) -> bool:
        """Whether lines of Markdown are to be written anywhere."""
        return self.summary is not None or self.append_summary is not None

    def constraints_with(self, given: Sequence[str]) -> tuple[str, ...]:
        """The constraints that were typed, and those of the gate after them, none twice."""
        asked = () if self.gate is None else self.gate.constraints
        return tuple(dict.fromkeys((*given, *asked)))

    def judge(
        self, gate: Gate, findings: Findings, given: Sequence[str], among: Sequence[str] = ()
    ) -> GateResult:
        """What the gate that was given came to, also as JUnit XML where that is wanted.

        `given` are the candidates of the report as the gate may name them; `among` are those
        that are judged where the gate names none, or nothing for what a gate means then.
        """
        names = [one.candidate.name for one in findings.report.candidates]
        gate = replace(gate, candidates=gate.candidates or tuple(among))
        result = judge(with_names(gate, given, names), findings)
        if self.junit is not None:
            self.junit.write_bytes(junit_xml(result, findings))
        return result

    def write_summary(self, result: GateResult | None, lines: str) -> None:
        """Writes what the gate came to, and the lines below it, wherever they are wanted."""
        self._write_lines(lines if result is None else f"{gate_markdown(result)}\n{lines}")

    @contextmanager
    def telling_of_absence(self, seen: LastSeen) -> Iterator[None]:
        """What keeps the block from its end is told in the files that are wanted, and raised.

        Wrong usage is not: nothing was asked of a server then.
        """
        try:
            yield
        except (InvalidOptionError, click.UsageError):
            raise
        except (Exception, KeyboardInterrupt) as failure:  # told in the files, and raised anew
            self._write_absence(failure, seen)
            raise

    def _write_absence(self, failure: BaseException, seen: LastSeen) -> None:
        if isinstance(failure, Exception):
            told = failure_of(failure)
            reason, message = told.reason, told.message
        else:
            reason, message = "INTERRUPTED", "The command was interrupted."
        absence = absence_of(failure, seen.evaluation, reason, message)
        try:
            if self.junit is not None:
                self.junit.write_bytes(absence_junit_xml(absence))
            self._write_lines(absence_markdown(absence, gated=self.gate is not None))
        except OSError as unwritten:
            # What went wrong first is what the command ends with.
            click.echo(f"That there is no report could not be written: {unwritten}.", err=True)

    def _write_lines(self, text: str) -> None:
        if self.summary is not None:
            self.summary.write_text(text, encoding="utf-8")
        if self.append_summary is not None:
            with self.append_summary.open("a", encoding="utf-8") as file:
                file.write(text)


def gate_options(command: Command) -> Command:
    """Gives a command the options of a gate, and as `gating` what they say."""

    @functools.wraps(command)
    def with_gate(*args: Any, **settings: Any) -> Any:  # noqa: ANN401 (whatever the command takes)
        return command(*args, gating=_choice(settings), **settings)

    for option in reversed(GATE_OPTIONS):
        option(with_gate)
    return with_gate


def tell_result(result: GateResult) -> None:
    """Says on standard error what a gate came to: each warning in a line, the reason in the last.

    The files that were asked for hold every check.
    """
    for check in result.warned:
        click.echo(f"Warning: {sentence_of(check)}", err=True)
    click.echo(result.reason, err=True)


def _choice(settings: dict[str, Any]) -> GateChoice:
    file: Path | None = settings.pop("gate_file")
    files: dict[str, Path | None] = {
        key: settings.pop(key) for key in ("junit", "summary", "append_summary")
    }
    for key, path in files.items():
        if path is not None and not path.absolute().parent.is_dir():
            message = f"--{key.replace('_', '-')}: there is no folder {str(path.parent)!r}."
            raise click.UsageError(message)
    if files["junit"] is not None and file is None:
        message = "--junit needs --gate: its checks are what it tells."
        raise click.UsageError(message)
    return GateChoice(gate=None if file is None else read_gate(file), **files)
