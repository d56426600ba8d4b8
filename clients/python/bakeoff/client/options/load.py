"""How load is offered, and how long that may take."""

from typing import Any

import click

from bakeoff import v1
from bakeoff.client.spec_text import parse_duration, parse_scenario, parse_slo, parse_sweep

DEFAULT_SCENARIOS = ("offline", "single-stream")

LOAD_OPTIONS = (
    click.option(
        "--scenario",
        "scenarios",
        multiple=True,
        metavar="KIND[:KEY=VALUE,...]",
        help="Load to measure: offline, single-stream, multi-stream:n=8, server:qps=50, "
        "peak-load:p99=20ms or soak. More settings follow, as in "
        "server:qps=50,batch=8,delay=5ms,threads=2,min_duration=10s; docs/command.md has them "
        "all. May be repeated.  [default: offline and single-stream]",
    ),
    click.option(
        "--slo",
        "slos",
        multiple=True,
        metavar="BOUND",
        help="Find the highest load at which latency holds a bound such as 'p99<=20ms', beside "
        "the scenarios; may be repeated.",
    ),
    click.option(
        "--sweep",
        "sweeps",
        multiple=True,
        metavar="batch=N,...|threads=N,...",
        help="Measure multi-stream at each of these batch sizes, numbers of threads, or pairs of "
        "both, beside the scenarios: throughput against latency.",
    ),
    click.option("--quality-only", is_flag=True, help="Measure no load."),
    click.option(
        "--budget",
        metavar="DURATION",
        help="Longest time to measure for, over all candidates and scenarios, such as 5m. What it "
        "does not suffice for is told.  [default: each scenario's own limit]",
    ),
    click.option(
        "--threads",
        type=click.IntRange(min=1),
        help="Threads within one run of the graph.  [default: found by a short trial]",
    ),
    click.option(
        "--callers",
        type=click.IntRange(min=1),
        help="Runs of the graph at a time.  [default: found by a short trial]",
    ),
)


def fill_load(spec: v1.EvaluationSpec, settings: dict[str, Any]) -> None:
    """Takes what these options say out of the settings, into the spec."""
    asked = {name: settings.pop(name) for name in ("scenarios", "slos", "sweeps")}
    if settings.pop("quality_only"):
        for name, texts in asked.items():
            if texts:
                message = f"--quality-only leaves no room for --{name.removesuffix('s')}."
                raise click.UsageError(message)
    else:
        texts = asked["scenarios"] or DEFAULT_SCENARIOS
        spec.scenarios.extend(parse_scenario(text) for text in texts)
        spec.scenarios.extend(parse_slo(text) for text in asked["slos"])
        spec.scenarios.extend(parse_sweep(asked["sweeps"]))
    budget = settings.pop("budget")
    if budget is not None:
        spec.time_budget.CopyFrom(parse_duration("budget", budget))
    spec.intra_op_thread_count = settings.pop("threads") or 0
    spec.caller_count = settings.pop("callers") or 0
