"""Running until it is steady: three windows in a row within a tenth of each other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

AGREEING_WINDOW_COUNT: Final = 3
AGREEMENT_RATIO: Final = 1.1
MAX_WINDOW_COUNT: Final = 40
MAX_DURATION_NS: Final = 10_000_000_000


@dataclass(frozen=True, slots=True)
class WarmUp:
    """How a warm-up went. `rates_per_s` has one rate a window."""

    settled: bool
    query_count: int
    rates_per_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Queries of one window and how long they took."""

    query_count: int
    duration_ns: int


def warm_up(run_window: Callable[[], Window]) -> WarmUp:
    """Run windows until the last three agree, or the bound of number or time is reached.

    Three windows run in any case, however long they take.
    """
    rates: list[float] = []
    elapsed_ns = query_count = 0
    while len(rates) < MAX_WINDOW_COUNT:
        window = run_window()
        elapsed_ns += window.duration_ns
        query_count += window.query_count
        rates.append(window.query_count / max(window.duration_ns, 1) * 1e9)
        latest = rates[-AGREEING_WINDOW_COUNT:]
        if len(latest) < AGREEING_WINDOW_COUNT:
            continue
        if max(latest) <= AGREEMENT_RATIO * min(latest):
            return WarmUp(settled=True, query_count=query_count, rates_per_s=tuple(rates))
        if elapsed_ns >= MAX_DURATION_NS:
            break
    return WarmUp(settled=False, query_count=query_count, rates_per_s=tuple(rates))
