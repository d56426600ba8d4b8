"""`bakeoff compare`."""

import click

from bakeoff import v1
from bakeoff.client.display.console import print_json, results
from bakeoff.client.display.runs import print_runs
from bakeoff.client.errors import BakeoffClientError
from bakeoff.client.options.output import details_option, format_option
from bakeoff.client.options.server import ServerChoice, server_options


@click.command()
@click.argument("evaluations", nargs=-1, required=True, metavar="EVALUATION...")
@details_option
@format_option
@server_options
def compare(
    evaluations: tuple[str, ...], *, details: bool, output_format: str, server: ServerChoice
) -> None:
    """Shows evaluations side by side, across runs and across hardware.

    A change is told only for the same candidate on the same hardware and software,
    and for quality on the same examples. It is not paired: for a verdict, evaluate
    the candidates together.
    """
    with server.client() as client:
        found = [client.get_evaluation(name) for name in evaluations]
    for evaluation in found:
        if not evaluation.HasField("report"):
            state = v1.Evaluation.State.Name(evaluation.state).removeprefix("STATE_").lower()
            message = f"{evaluation.name} has no report: it is {state}."
            raise BakeoffClientError(message, reason="NO_REPORT")
    if output_format == "json":
        print_json(v1.ListEvaluationsResponse(evaluations=found))
    else:
        print_runs(results(), [evaluation.report for evaluation in found], details=details)
