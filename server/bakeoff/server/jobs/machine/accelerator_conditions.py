"""What an accelerator was like over several stretches of time."""

import statistics
from collections.abc import Sequence

from bakeoff.v1 import AcceleratorConditions


def joined(parts: Sequence[tuple[AcceleratorConditions, float]]) -> AcceleratorConditions:
    """Join conditions, each with the time in seconds that it was seen for.

    Power is weighted by time. Where one part tells nothing and another does, what is told counts,
    and there is no reason of absence.
    """
    known = [(part, weight) for part, weight in parts if not part.absent_reason]
    if not known:
        whole = AcceleratorConditions()
        if parts:
            whole.CopyFrom(parts[0][0])
        return whole
    messages = [part for part, _ in known]
    whole = AcceleratorConditions(
        min_sm_clock_mhz=min(
            (m.min_sm_clock_mhz for m in messages if m.HasField("min_sm_clock_mhz")), default=None
        ),
        max_sm_clock_mhz=max(
            (m.max_sm_clock_mhz for m in messages if m.HasField("max_sm_clock_mhz")), default=None
        ),
        max_temperature_celsius=max(
            (m.max_temperature_celsius for m in messages if m.HasField("max_temperature_celsius")),
            default=None,
        ),
        foreign_process_count=max(
            (m.foreign_process_count for m in messages if m.HasField("foreign_process_count")),
            default=None,
        ),
        throttle_reasons=sorted({reason for m in messages for reason in m.throttle_reasons}),
    )
    powered = [(m.mean_power_w, w) for m, w in known if m.HasField("mean_power_w") and w > 0]
    if powered:
        whole.mean_power_w = statistics.fmean([p for p, _ in powered], [w for _, w in powered])
    return whole
