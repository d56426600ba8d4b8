"""Fields of a spec that tell how candidates are stopped early."""

import math
from typing import Final

from bakeoff.server.api.field_ranges import check_count
from bakeoff.server.errors import InvalidFieldError
from bakeoff.v1 import EvaluationSpec

_MOST_ERROR: Final = 0.5
_LOOKS: Final = (1, 32)
_DEFAULT_LOOK_COUNT: Final = 8


def fill_adaptive(spec: EvaluationSpec) -> None:
    """Fill in how candidates are stopped early, where that is asked for.

    The level of confidence is filled in already. Raises InvalidFieldError for the first field that
    cannot be right.
    """
    if not spec.HasField("adaptive"):
        return
    adaptive = spec.adaptive
    # Rounded, so that 1 less 0.95 is 0.05.
    adaptive.error_rate = adaptive.error_rate or round(1 - spec.statistics.confidence_level, 12)
    adaptive.look_count = adaptive.look_count or _DEFAULT_LOOK_COUNT
    rate = adaptive.error_rate
    if not (math.isfinite(rate) and 0 < rate < _MOST_ERROR):
        msg = f"spec.adaptive.error_rate must be above 0 and below {_MOST_ERROR}, got {rate:g}"
        raise InvalidFieldError(msg, field="spec.adaptive.error_rate")
    check_count("spec.adaptive.look_count", adaptive.look_count, _LOOKS)
