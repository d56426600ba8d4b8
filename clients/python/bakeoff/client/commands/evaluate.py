"""`bakeoff evaluate`."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import click

from bakeoff import v1
from bakeoff.client.client import Client
from bakeoff.client.display.console import notes, print_json, results
from bakeoff.client.display.outcome import exit_code, show_outcome
from bakeoff.client.display.progress import ProgressDisplay, progress_display
from bakeoff.client.display.resources import print_evaluation
from bakeoff.client.display.set_file import tell_reading
from bakeoff.client.evaluating import OnChange
from bakeoff.client.evaluation_requests import RenderedReport, ReportFormat
from bakeoff.client.gates import findings_of, labels_of, spec_with, with_names
from bakeoff.client.naming import local_set
from bakeoff.client.options.gate import GateChoice, LastSeen, gate_options, tell_result
from bakeoff.client.options.output import details_option, format_option
from bakeoff.client.options.reading import reading_options
from bakeoff.client.options.server import ServerChoice, server_options
from bakeoff.client.options.spec import spec_options
from bakeoff.client.reading import ReadingOptions, Spool, read_set

_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command()
@click.option(
    "--candidate",
    "-c",
    "candidates",
    multiple=True,
    required=True,
    metavar="NAME|FOLDER",
    help="A registered candidate, or the folder of a bundle, which is sent first under the "
    "folder's name; if that belongs to another, a part of its digest is added. Repeat it to "
    "compare.",
)
@click.option(
    "--set",
    "-s",
    "evaluation_set",
    required=True,
    metavar="NAME|FILE",
    help="A registered evaluation set, or a file, which is read and sent first.",
)
@spec_options
@reading_options
@click.option("--html", type=_FILE, help="Write the report here, as one HTML page.")
@click.option("--markdown", type=_FILE, help="Write the report here, as Markdown.")
@click.option("--json", "json_file", type=_FILE, help="Write the report here, as JSON.")
@click.option(
    "--model-card", type=_FILE, help="Write the section on evaluation of a model card here."
)
@gate_options
@click.option("--detach", is_flag=True, help="Leave it to the server and say only its name.")
@click.option("--validate-only", is_flag=True, help="Check whether it could run, and run nothing.")
@details_option
@format_option
@server_options
@click.pass_context
def evaluate(
    ctx: click.Context,
    candidates: tuple[str, ...],
    evaluation_set: str,
    spec: v1.EvaluationSpec,
    reading: ReadingOptions,
    *,
    html: Path | None,
    markdown: Path | None,
    json_file: Path | None,
    model_card: Path | None,
    gating: GateChoice,
    detach: bool,
    validate_only: bool,
    details: bool,
    output_format: str,
    server: ServerChoice,
) -> None:
    """Compares candidates over an evaluation set and says which one to deploy.

    Without --server, a server runs on this machine for as long as it takes. When
    interrupted, the evaluation is cancelled.

    Exit codes: 0 a candidate is recommended; 1 an error; 2 wrong usage; 3 no
    candidate meets the constraints; 4 the evidence does not decide. With --gate:
    0 the gate is passed; 1 it is not, or an error; 2 wrong usage. Always: 130
    interrupted; 143 terminated (SIGTERM).
    """
    files: dict[ReportFormat, Path | None] = {
        "html": html,
        "markdown": markdown,
        "json": json_file,
        "model-card": model_card,
    }
    _check_folders(files)
    if detach and server.server is None:
        message = "--detach needs --server: a server of the command's own ends with it."
        raise click.UsageError(message)
    if detach and (gating.gate is not None or gating.wants_summary):
        message = "--detach leaves no room for --gate and --summary: both need the report."
        raise click.UsageError(message)
    if gating.gate is not None:
        spec = spec_with(with_names(gating.gate, candidates, candidates), spec)
    seen = LastSeen()
    with ExitStack() as stack:
        if not (detach or validate_only):
            stack.enter_context(gating.telling_of_absence(seen))
        source = _read(evaluation_set, reading, stack)
        client = stack.enter_context(server.client())
        if detach or validate_only:
            with progress_display() as progress:
                whole = client.prepare(candidates, source, spec, on_transfer=progress.transfer)
            accepted = client.create_evaluation(whole, validate_only=validate_only)
            _show_accepted(accepted, output_format, validate_only=validate_only)
            return
        with progress_display() as progress:
            report = client.evaluate(
                candidates,
                source,
                spec,
                on_transfer=progress.transfer,
                on_change=_hearing(seen, progress),
            )
        _write_files(client, report.evaluation, files)
        lines = b""
        if gating.wants_summary:
            lines = b"".join(client.read_artifact(report.evaluation, RenderedReport("summary")))
        result = None
        if gating.gate is not None:
            labels = labels_of(candidates, report.spec.candidates)
            result = gating.judge(gating.gate, findings_of(report, labels), candidates)
        gating.write_summary(result, lines.decode())
    show_outcome(report, output_format, details=details)
    if result is None:
        ctx.exit(exit_code(report))
    tell_result(result)
    ctx.exit(result.exit_code)


def _hearing(seen: LastSeen, progress: ProgressDisplay) -> OnChange:
    """Shows each change of an evaluation, and keeps the last."""

    def hear(evaluation: v1.Evaluation) -> None:
        seen.evaluation = evaluation
        progress.change(evaluation)

    return hear


def _read(evaluation_set: str, reading: ReadingOptions, stack: ExitStack) -> str | Spool:
    """The set's name, or the examples of its file: read before a server is troubled."""
    file = local_set(evaluation_set)
    if file is None:
        return evaluation_set
    with progress_display() as progress:
        read = read_set(file, reading, progress.transfer)
    tell_reading(read)
    return stack.enter_context(read.spool)


def _check_folders(files: Mapping[ReportFormat, Path | None]) -> None:
    for option, path in files.items():
        if path is not None and not path.absolute().parent.is_dir():
            message = f"--{option}: there is no folder {str(path.parent)!r}."
            raise click.UsageError(message)


def _write_files(
    client: Client, evaluation: str, files: Mapping[ReportFormat, Path | None]
) -> None:
    for report_format, path in files.items():
        if path is not None:
            artifact = RenderedReport(report_format)
            with path.open("wb") as file:
                file.writelines(client.read_artifact(evaluation, artifact))
            notes().print(f"Wrote {path}.")


def _show_accepted(accepted: v1.Evaluation, output_format: str, *, validate_only: bool) -> None:
    if output_format == "json":
        print_json(accepted)
    elif validate_only:
        print_evaluation(results(), accepted)
    else:
        click.echo(accepted.name)
