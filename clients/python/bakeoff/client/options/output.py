"""How a command prints what it was asked for."""

from collections.abc import Callable
from typing import Any

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

format_option: Decorator = click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Print tables, or the contract's messages as JSON.",
)

yes_option: Decorator = click.option("--yes", "-y", is_flag=True, help="Do not ask.")

details_option: Decorator = click.option(
    "--details",
    is_flag=True,
    help="Show every figure, the time of each stage, latency by length, and each "
    "rate that a search for the peak tried.",
)
