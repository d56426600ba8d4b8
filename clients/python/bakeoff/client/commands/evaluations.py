"""`bakeoff evaluations`."""

from itertools import islice
from typing import BinaryIO, get_args

import click

from bakeoff import v1
from bakeoff.client.display.console import print_json, print_json_line, results
from bakeoff.client.display.flips import flip_table, flips_of
from bakeoff.client.display.outcome import exit_code, show_outcome
from bakeoff.client.display.predictions import prediction_table
from bakeoff.client.display.progress import progress_display
from bakeoff.client.display.regeneration import DIFFERS, regeneration
from bakeoff.client.display.resources import evaluation_table, print_evaluation
from bakeoff.client.evaluating import report_of
from bakeoff.client.evaluation_requests import (
    Artifact,
    Observations,
    RenderedReport,
    ReportFormat,
)
from bakeoff.client.names import CANDIDATES, id_of, resource_name
from bakeoff.client.options.output import details_option, format_option, yes_option
from bakeoff.client.options.server import ServerChoice, server_options
from bakeoff.client.options.spec import answer_options

STATES = {
    "queued": v1.Evaluation.STATE_QUEUED,
    "running": v1.Evaluation.STATE_RUNNING,
    "succeeded": v1.Evaluation.STATE_SUCCEEDED,
    "failed": v1.Evaluation.STATE_FAILED,
    "cancelled": v1.Evaluation.STATE_CANCELLED,
}


@click.group()
def evaluations() -> None:
    """Evaluations that a server knows."""


@evaluations.command("list")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(list(STATES)),
    help="State to list; may be repeated.  [default: all]",
)
@format_option
@server_options
def list_(states: tuple[str, ...], output_format: str, server: ServerChoice) -> None:
    """Lists evaluations, the newest first."""
    with server.client() as client:
        found = list(client.list_evaluations([STATES[state] for state in states]))
    if output_format == "json":
        print_json(v1.ListEvaluationsResponse(evaluations=found))
    else:
        results().print(evaluation_table(found))


@evaluations.command()
@click.argument("name")
@details_option
@format_option
@server_options
def describe(name: str, *, details: bool, output_format: str, server: ServerChoice) -> None:
    """Shows one evaluation, with its report when it has one."""
    with server.client() as client:
        evaluation = client.get_evaluation(name)
    if output_format == "json":
        print_json(evaluation)
        return
    print_evaluation(results(), evaluation)
    if evaluation.HasField("report"):
        show_outcome(evaluation.report, output_format, details=details)


@evaluations.command()
@click.argument("name")
@details_option
@format_option
@server_options
@click.pass_context
def watch(
    ctx: click.Context, name: str, *, details: bool, output_format: str, server: ServerChoice
) -> None:
    """Follows an evaluation to its end and shows its report. Exit codes as of `evaluate`."""
    last = v1.Evaluation()
    with server.client() as client, progress_display() as progress:
        for evaluation in client.watch_evaluation(name):
            progress.change(evaluation)
            last = evaluation
    report = report_of(last)
    show_outcome(report, output_format, details=details)
    ctx.exit(exit_code(report))


@evaluations.command()
@click.argument("name")
@server_options
def cancel(name: str, server: ServerChoice) -> None:
    """Ends an evaluation that waits or runs."""
    with server.client() as client:
        client.cancel_evaluation(name)


@evaluations.command()
@click.argument("name")
@yes_option
@server_options
def delete(name: str, *, yes: bool, server: ServerChoice) -> None:
    """Removes an evaluation that has ended, with its predictions and observations."""
    if not yes:
        click.confirm(f"Delete the evaluation {name}?", abort=True, err=True)
    with server.client() as client:
        client.delete_evaluation(name)


@evaluations.command()
@click.argument("name")
@click.option("--id", "evaluation_id", default="", help="Id of the new evaluation.")
@answer_options
@details_option
@format_option
@server_options
@click.pass_context
def rescore(
    ctx: click.Context,
    name: str,
    evaluation_id: str,
    spec: v1.EvaluationSpec,
    *,
    details: bool,
    output_format: str,
    server: ServerChoice,
) -> None:
    """Answers other metrics, constraints or objectives from what is stored.

    No model runs. Exit codes as of `evaluate`.
    """
    if spec.baseline:
        spec.baseline = resource_name(CANDIDATES, spec.baseline)
    with server.client() as client:
        report = report_of(client.rescore_evaluation(name, spec, evaluation_id))
    show_outcome(report, output_format, details=details)
    ctx.exit(exit_code(report))


@evaluations.command()
@click.argument("name")
@format_option
@server_options
@click.pass_context
def regenerate(ctx: click.Context, name: str, output_format: str, server: ServerChoice) -> None:
    """Makes the report anew from what is stored, and says whether it is the stored one.

    No model runs and nothing is stored. Exits with 1 when the two differ.
    """
    with server.client() as client:
        found = client.regenerate_report(name)
    if output_format == "json":
        print_json(found)
    else:
        results().print(regeneration(found))
    ctx.exit(0 if found.identical else DIFFERS)


@evaluations.command()
@click.argument("name")
@click.option("--candidate", required=True, help="Whose answers to list.")
@click.option("--wrong-only", is_flag=True, help="List wrong answers only.")
@click.option("--limit", type=click.IntRange(min=1), help="Stop after so many.  [default: all]")
@format_option
@server_options
def predictions(
    name: str,
    candidate: str,
    *,
    wrong_only: bool,
    limit: int | None,
    output_format: str,
    server: ServerChoice,
) -> None:
    """Lists what one candidate answered. As JSON, one prediction a line."""
    with server.client() as client:
        records = islice(client.list_predictions(name, candidate, wrong_only=wrong_only), limit)
        if output_format == "table":
            results().print(prediction_table(records))
        else:
            for record in records:
                print_json_line(record)


@evaluations.command()
@click.argument("name")
@click.option(
    "--candidate",
    "candidates",
    multiple=True,
    help="Whose changed answers to list; may be repeated.  [default: all]",
)
@format_option
@server_options
def flips(
    name: str, candidates: tuple[str, ...], *, output_format: str, server: ServerChoice
) -> None:
    """Lists answers that candidates change, right to wrong first.

    Against the fp32 variant of the same model, or else the baseline. As JSON, one candidate a line.
    """
    with server.client() as client:
        report = report_of(client.get_evaluation(name))
    compared = [id_of(found.candidate) for found in report.flips]
    unknown = [one for one in candidates if id_of(one) not in compared]
    if unknown:
        known = ", ".join(compared) or "none"
        message = f"must be a candidate that is compared with another: {known}; got {unknown[0]!r}"
        raise click.BadParameter(message, param_hint="--candidate")
    for found in flips_of(report, candidates):
        if output_format == "table":
            results().print(flip_table(found))
        else:
            print_json_line(found)


@evaluations.command()
@click.argument("name")
@click.option(
    "--report",
    "report_format",
    type=click.Choice(get_args(ReportFormat)),
    default="html",
    show_default=True,
    help="The report, in this format.",
)
@click.option(
    "--observations",
    help="Raw latencies of a scenario, such as single-stream or server:qps=50.",
)
@click.option("--candidate", help="Whose observations.")
@click.option(
    "--output",
    "-o",
    type=click.File("wb", lazy=True),
    default="-",
    help="File to write.  [default: stdout]",
)
@server_options
def download(
    name: str,
    *,
    report_format: ReportFormat,
    observations: str | None,
    candidate: str | None,
    output: BinaryIO,
    server: ServerChoice,
) -> None:
    """Reads a file of an evaluation: its report, or raw observations of a candidate."""
    if (observations is None) != (candidate is None):
        message = "--observations and --candidate belong together, and one is missing."
        raise click.UsageError(message)
    artifact: Artifact = RenderedReport(report_format)
    if observations is not None and candidate is not None:
        artifact = Observations(candidate, observations)
    with server.client() as client:
        output.writelines(client.read_artifact(name, artifact))
