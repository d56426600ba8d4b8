"""`bakeoff compare`."""

from collections.abc import Mapping

import click

from bakeoff import v1
from bakeoff.client.client import Client
from bakeoff.client.display.changes import changes_exit_code, print_changes
from bakeoff.client.display.console import print_json, results
from bakeoff.client.display.runs import print_runs
from bakeoff.client.errors import BakeoffClientError
from bakeoff.client.gates import GateResult, changes_markdown, findings_against
from bakeoff.client.names import EVALUATIONS, resource_name
from bakeoff.client.options.gate import GateChoice, LastSeen, gate_options, tell_result
from bakeoff.client.options.output import details_option, format_option
from bakeoff.client.options.server import ServerChoice, server_options
from bakeoff.client.options.side_by_side import SideBySideFiles, side_by_side_options


@click.command()
@click.argument("evaluations", nargs=-1, required=True, metavar="EVALUATION...")
@click.option(
    "--against",
    metavar="EVALUATION",
    help="Judge one evaluation by this earlier one: quality paired on the same examples, cost "
    "where hardware and software are the same.",
)
@click.option(
    "--pair",
    "pair_words",
    multiple=True,
    metavar="CANDIDATE=EARLIER",
    help="A candidate, and the one of the earlier evaluation that it is judged by; may be "
    "repeated.  [default: those of the same source model and variant]",
)
@click.option(
    "--constraint",
    "constraints",
    multiple=True,
    help="What a candidate must hold, such as 'accuracy >= baseline - 0.5pt'; the baseline is the "
    "one that it is judged by. May be repeated.",
)
@gate_options
@side_by_side_options
@details_option
@format_option
@server_options
@click.pass_context
def compare(
    ctx: click.Context,
    evaluations: tuple[str, ...],
    against: str | None,
    pair_words: tuple[str, ...],
    constraints: tuple[str, ...],
    *,
    gating: GateChoice,
    files: SideBySideFiles,
    details: bool,
    output_format: str,
    server: ServerChoice,
) -> None:
    """Shows evaluations side by side, or judges one by an earlier one.

    Side by side, a change is told only for the same candidate on the same hardware
    and software, and for quality on the same examples; it is not paired. With
    --against it is, and candidates of one source model and variant are set against
    each other, whatever their version.

    Exit codes with --against and --constraint: 0 all are met; 3 one is violated;
    4 the evidence does not decide. With --gate: 0 it is passed; 1 it is not.
    """
    if against is None and (pair_words or constraints):
        message = "--pair and --constraint need --against, the evaluation to judge by."
        raise click.UsageError(message)
    if against is None and (gating.gate is not None or gating.wants_summary):
        message = "--gate and --summary need --against, the evaluation to judge by."
        raise click.UsageError(message)
    if against is not None and len(evaluations) != 1:
        message = f"--against takes one evaluation to judge, got {len(evaluations)}."
        raise click.UsageError(message)
    files.check(evaluations, against)
    pairs = _pairs(pair_words)
    seen = LastSeen(v1.Evaluation(name=resource_name(EVALUATIONS, evaluations[0])))
    with gating.telling_of_absence(seen), server.client() as client:
        if against is None:
            _side_by_side(client, evaluations, output_format, details=details)
            files.write(client, evaluations)
            return
        found = client.compare_evaluations(
            evaluations[0],
            against,
            pairs=pairs,
            constraints=gating.constraints_with(constraints),
        )
        result = _judged(client, gating, found, evaluations[0], pairs)
        gating.write_summary(result, changes_markdown(found))
    if output_format == "json":
        print_json(found)
    else:
        print_changes(results(), found, details=details)
    if result is None:
        ctx.exit(changes_exit_code(found))
    tell_result(result)
    ctx.exit(result.exit_code)


def _judged(
    client: Client,
    gating: GateChoice,
    found: v1.EvaluationComparison,
    name: str,
    pairs: Mapping[str, str],
) -> GateResult | None:
    """What the gate came to; None without one. Where pairs were typed, only they are judged."""
    if gating.gate is None:
        return None
    report = client.get_evaluation(name).report
    names = [one.candidate.name for one in report.candidates]
    return gating.judge(gating.gate, findings_against(report, found), names, tuple(pairs))


def _pairs(words: tuple[str, ...]) -> Mapping[str, str]:
    pairs: dict[str, str] = {}
    for word in words:
        candidate, equals, baseline = word.partition("=")
        if not (candidate and equals and baseline):
            message = f"--pair takes CANDIDATE=EARLIER, got {word!r}."
            raise click.UsageError(message)
        if candidate in pairs:
            message = f"--pair takes each candidate once, got {candidate} again."
            raise click.UsageError(message)
        pairs[candidate] = baseline
    return pairs


def _side_by_side(
    client: Client, names: tuple[str, ...], output_format: str, *, details: bool
) -> None:
    found = [client.get_evaluation(name) for name in names]
    for evaluation in found:
        if not evaluation.HasField("report"):
            state = v1.Evaluation.State.Name(evaluation.state).removeprefix("STATE_").lower()
            message = f"{evaluation.name} has no report: it is {state}."
            raise BakeoffClientError(message, reason="NO_REPORT")
    if output_format == "json":
        print_json(v1.ListEvaluationsResponse(evaluations=found))
    else:
        print_runs(results(), [evaluation.report for evaluation in found], details=details)
