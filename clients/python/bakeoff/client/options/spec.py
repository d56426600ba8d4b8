"""What an evaluation is asked to find."""

import functools
import json
from collections.abc import Callable
from typing import Any, BinaryIO

import click

from bakeoff import v1
from bakeoff.client.options.adaptive import ADAPTIVE_OPTIONS, fill_adaptive
from bakeoff.client.options.deployment import DEPLOYMENT_OPTIONS, fill_deployment
from bakeoff.client.options.load import LOAD_OPTIONS, fill_load
from bakeoff.client.options.slices import SLICE_OPTIONS, fill_slices
from bakeoff.client.options.statistics import STATISTICS_OPTIONS, fill_statistics
from bakeoff.client.spec_text import parse_batch_policy

Command = Callable[..., Any]

# What a rescore may ask anew.
_ANSWER_OPTIONS = (
    click.option("--metric", "metrics", multiple=True, help="Metric to find.  [default: all]"),
    click.option(
        "--constraint",
        "constraints",
        multiple=True,
        help="What a candidate must hold, such as 'accuracy>=0.85', "
        "'latency_p99_ms@single-stream<=20', 'accuracy >= baseline - 0.5pt', "
        "'error_rate <= 1.2 x baseline', 'recall{class=refund} >= 0.9' or "
        "'accuracy{slice=length > 200} >= 0.8'; may be repeated.",
    ),
    click.option(
        "--objective",
        "objectives",
        multiple=True,
        help="What to choose by, such as max:accuracy, 'max:accuracy within 1pt', "
        "'max:recall{class=refund}' or 'max:accuracy - 0.002*latency_p99_ms'; what the first "
        "leaves alike, the next decides.  "
        "[default: the task's main metric]",
    ),
    click.option(
        "--frontier",
        "frontier_figures",
        multiple=True,
        metavar="FIGURE",
        help="Figure that spans the frontier, such as accuracy or host_peak_mib; two or more.  "
        "[default: quality and the first cost that is known]",
    ),
    click.option(
        "--baseline", help="Candidate that the others are compared with.  [default: the first]"
    ),
    click.option(
        "--label-map",
        "label_map",
        multiple=True,
        metavar="SET=CANDIDATE",
        help="A class of the set and what the candidates call it; may be repeated.",
    ),
    click.option(
        "--label-map-file",
        type=click.File("rb"),
        help="JSON object of such pairs.",
    ),
    *STATISTICS_OPTIONS,
    *SLICE_OPTIONS,
)

_RUN_OPTIONS = (
    click.option("--target", help="Device to run on, such as cpu or cuda:0.  [default: cpu]"),
    click.option(
        "--batch",
        help="How examples are put into batches: token-budget=256 or fixed=32.  "
        "[default: token-budget=256]",
    ),
    click.option(
        "--profile-repeats",
        type=click.IntRange(1, 20),
        help="Fresh processes for cold start and memory.  [default: 3]",
    ),
    click.option(
        "--sensitivity-examples",
        type=click.IntRange(min=0),
        help="Examples to predict one by one as well, to see what the batch changes.  "
        "[default: 1000]",
    ),
)


def spec_options(command: Command) -> Command:
    """Gives a command all options of a spec, and as `spec` what they say."""
    options = (
        *_ANSWER_OPTIONS,
        *_RUN_OPTIONS,
        *ADAPTIVE_OPTIONS,
        *LOAD_OPTIONS,
        *DEPLOYMENT_OPTIONS,
    )
    return _with_spec(command, options, _whole_spec)


def answer_options(command: Command) -> Command:
    """Gives a command the options of a rescore, and as `spec` what they say."""
    return _with_spec(command, _ANSWER_OPTIONS, _answer_spec)


def _with_spec(
    command: Command,
    options: tuple[Callable[[Command], Command], ...],
    build: Callable[[dict[str, Any]], v1.EvaluationSpec],
) -> Command:
    @functools.wraps(command)
    def with_spec(*args: Any, **settings: Any) -> Any:  # noqa: ANN401 (whatever the command takes)
        spec = build(settings)
        return command(*args, spec=spec, **settings)

    for option in reversed(options):
        option(with_spec)
    return with_spec


def _answer_spec(settings: dict[str, Any]) -> v1.EvaluationSpec:
    spec = v1.EvaluationSpec(
        metrics=settings.pop("metrics"),
        constraints=settings.pop("constraints"),
        objectives=settings.pop("objectives"),
        frontier_figures=settings.pop("frontier_figures"),
        baseline=settings.pop("baseline") or "",
        label_mapping={
            **_pairs_of(settings.pop("label_map_file")),
            **dict(_pair(text) for text in settings.pop("label_map")),
        },
    )
    fill_statistics(spec, settings)
    fill_slices(spec, settings)
    return spec


def _whole_spec(settings: dict[str, Any]) -> v1.EvaluationSpec:
    spec = _answer_spec(settings)
    spec.target = settings.pop("target") or ""
    fill_load(spec, settings)
    fill_deployment(spec, settings)
    fill_adaptive(spec, settings)
    batch = settings.pop("batch")
    if batch:
        spec.batch_policy.CopyFrom(parse_batch_policy(batch))
    spec.profile_repeat_count = settings.pop("profile_repeats") or 0
    example_count = settings.pop("sensitivity_examples")
    if example_count is not None:
        spec.batch_sensitivity_example_count = example_count
    return spec


def _pair(text: str) -> tuple[str, str]:
    left, equals, right = text.partition("=")
    if not equals or not left or not right:
        message = f"--label-map takes SET=CANDIDATE, got {text!r}."
        raise click.UsageError(message)
    return left, right


def _pairs_of(file: BinaryIO | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        pairs = json.load(file)
    except ValueError as failure:
        message = f"--label-map-file: {file.name} is not JSON: {failure}."
        raise click.UsageError(message) from failure
    if not isinstance(pairs, dict) or not all(isinstance(one, str) for one in pairs.values()):
        message = f"--label-map-file: {file.name} must hold a JSON object of texts."
        raise click.UsageError(message)
    return pairs
