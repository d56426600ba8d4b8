"""`bakeoff history`."""

import click

from bakeoff import v1
from bakeoff.client.display.console import print_json, results
from bakeoff.client.display.history import newest_fell_behind, print_history
from bakeoff.client.errors import BakeoffClientError
from bakeoff.client.options.output import format_option
from bakeoff.client.options.server import ServerChoice, server_options

FELL_BEHIND = 1


@click.command()
@click.argument("model")
@click.option("--variant", default="", help="Variant, such as int8-dynamic.  [default: all]")
@click.option(
    "--set", "evaluation_set", default="", metavar="NAME", help="Evaluation set.  [default: all]"
)
@click.option(
    "--figure",
    "figures",
    multiple=True,
    help="Figure to follow, such as accuracy or latency_p99_ms@server; may be repeated.  "
    "[default: the main metric, median and p99 latency, throughput, peak memory]",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Seed of every random choice.")
@click.option(
    "--confidence",
    type=click.FloatRange(0.5, 1, min_open=True, max_open=True),
    help="Level of intervals; one less it is the rate of false regressions.  [default: 0.95]",
)
@click.option(
    "--margin",
    type=click.FloatRange(min=0, min_open=True),
    help="Largest difference of a metric that counts as alike.  [default: 0.005]",
)
@click.option(
    "--check",
    is_flag=True,
    help="End with 1 when the newest version is worse than the one before it, or nothing is there "
    "to check.",
)
@format_option
@server_options
@click.pass_context
def history(
    ctx: click.Context,
    model: str,
    *,
    variant: str,
    evaluation_set: str,
    figures: tuple[str, ...],
    seed: int,
    confidence: float | None,
    margin: float | None,
    check: bool,
    output_format: str,
    server: ServerChoice,
) -> None:
    """Shows how a source model went from version to version.

    One series for each variant, set, kind of machine and figure, over all
    evaluations that are stored. MODEL is the name of the source model, as
    `bakeoff candidates list` shows it.
    """
    statistics = v1.StatisticsSettings(
        confidence_level=confidence or 0.0, equivalence_margin=margin or 0.0, seed=seed
    )
    with server.client() as client:
        found = client.get_model_history(
            model,
            variant=variant,
            evaluation_set=evaluation_set,
            figures=figures,
            statistics=statistics,
        )
    if check and not found.series:
        message = f"No figure of {model} fits what was asked for, so that nothing can be checked."
        raise BakeoffClientError(message, reason="NOTHING_TO_CHECK")
    if output_format == "json":
        print_json(found)
    else:
        print_history(results(), found)
    ctx.exit(FELL_BEHIND if check and newest_fell_behind(found) else 0)
