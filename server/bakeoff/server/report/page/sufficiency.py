"""What more would decide, in words."""

import math

from bakeoff.server.selection.wording import counted, joined
from bakeoff.v1 import ConstraintResult, Selection


def deciders(found: ConstraintResult | Selection) -> str:
    """What more would decide: `about 1,400 more examples and 90 s more load`, or nothing."""
    words = []
    if found.HasField("more_examples_needed"):
        words.append(counted(found.more_examples_needed, "more example"))
    if found.HasField("more_load_seconds_needed"):
        words.append(f"{math.ceil(found.more_load_seconds_needed):,} s more load")
    return f"about {joined(words)}" if words else ""
