"""Whether candidates that are surely out are measured no further."""

from typing import Any

import click

from bakeoff import v1

ADAPTIVE_OPTIONS = (
    click.option(
        "--adaptive",
        is_flag=True,
        help="Stop candidates as soon as they are surely out.  [default: measure all in full]",
    ),
    click.option(
        "--adaptive-error",
        type=click.FloatRange(0, 0.5, min_open=True, max_open=True),
        metavar="RATE",
        help="Rate at which the candidate that the full measurement would choose may be stopped. "
        "Takes --adaptive for granted.  [default: 1 less the level of confidence]",
    ),
    click.option(
        "--adaptive-looks",
        type=click.IntRange(1, 32),
        metavar="COUNT",
        help="Looks at the prediction pass. Takes --adaptive for granted.  [default: 8]",
    ),
)


def fill_adaptive(spec: v1.EvaluationSpec, settings: dict[str, Any]) -> None:
    """Takes what these options say out of the settings, into the spec."""
    asked = settings.pop("adaptive")
    error_rate, look_count = settings.pop("adaptive_error"), settings.pop("adaptive_looks")
    if asked or error_rate is not None or look_count is not None:
        spec.adaptive.SetInParent()
        spec.adaptive.error_rate = error_rate or 0
        spec.adaptive.look_count = look_count or 0
