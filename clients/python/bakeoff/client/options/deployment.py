"""What is known of the deployment: its memory, its traffic, its price."""

from typing import Any

import click

from bakeoff import v1
from bakeoff.client.spec_text import parse_size, parse_traffic

DEPLOYMENT_OPTIONS = (
    click.option(
        "--fit-memory",
        metavar="SIZE",
        help="Find the largest batch and the longest input that fit into so much memory, such as "
        "1GiB.",
    ),
    click.option(
        "--traffic",
        metavar="FILE|TOKENS=WEIGHT,...",
        help="Lengths of your own traffic, by which latency is weighted as well: the most tokens "
        "of each bucket and its weight, as 32=0.5,128=0.3,512=0.2, or a CSV file of both.",
    ),
    click.option(
        "--price-per-hour",
        type=click.FloatRange(min=0, min_open=True),
        metavar="USD",
        help="Price of the target for an hour, in US dollars: what a million inferences cost is "
        "told.",
    ),
    click.option(
        "--wanted-load",
        type=click.FloatRange(min=0, min_open=True),
        metavar="SAMPLES_PER_S",
        help="Samples per second that the deployment must carry: the replicas that it takes are "
        "told. Needs --price-per-hour.",
    ),
)


def fill_deployment(spec: v1.EvaluationSpec, settings: dict[str, Any]) -> None:
    """Takes what these options say out of the settings, into the spec."""
    fit_memory, traffic = settings.pop("fit_memory"), settings.pop("traffic")
    if fit_memory is not None:
        spec.fit_memory_bytes = parse_size("fit-memory", fit_memory)
    if traffic is not None:
        spec.traffic.CopyFrom(parse_traffic(traffic))
    price, wanted = settings.pop("price_per_hour"), settings.pop("wanted_load")
    if price is not None:
        spec.pricing.price_per_hour_usd = price
        spec.pricing.wanted_samples_per_s = wanted or 0
    elif wanted is not None:
        message = "--wanted-load needs --price-per-hour."
        raise click.UsageError(message)
