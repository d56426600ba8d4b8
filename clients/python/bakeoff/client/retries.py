"""When to try a call again, and after how long."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from bakeoff.client.errors import ResourceExhaustedError, ServerError, UnavailableError

# A pause is drawn from the upper part of its range, so that callers who failed
# together do not come back together.
JITTER_SHARE = 0.5


@dataclass(frozen=True)
class RetryPolicy:
    """Exponential backoff with jitter, for calls that may be made twice.

    A call is tried again when no server answered (UNAVAILABLE), and when a
    limit was reached (RESOURCE_EXHAUSTED) and the server said after how long to
    come back; one that asks for more than `max_retry_after_s` is not waited for.
    `attempt_count` counts the first try; 1 means no retries.
    """

    attempt_count: int = 5
    initial_pause_s: float = 0.2
    max_pause_s: float = 10.0
    factor: float = 2.0
    max_retry_after_s: float = 30.0


class Attempts:
    """The tries of one call.

    With `timeout_s` the tries and the pauses between them end together after
    that many seconds; None means that only the policy ends them.
    """

    def __init__(
        self,
        policy: RetryPolicy,
        *,
        repeatable: bool,
        timeout_s: float | None,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._policy = policy
        self._repeatable = repeatable
        self._clock = clock
        self._draw = draw
        self._end_s = None if timeout_s is None else clock() + timeout_s
        self._failed_count = 0

    def remaining_s(self) -> float | None:
        """Seconds that the next try may take; None means that it is not bounded."""
        return None if self._end_s is None else max(self._end_s - self._clock(), 0.0)

    def pause_s(self, error: ServerError) -> float | None:
        """Seconds to wait before the next try; None means that there is none."""
        self._failed_count += 1
        if not self._repeatable or self._failed_count >= self._policy.attempt_count:
            return None
        retry_after_s = error.retry_after_s or 0.0
        if not worth_repeating(error) or retry_after_s > self._policy.max_retry_after_s:
            return None
        pause_s = max(self._backoff_s(), retry_after_s)
        remaining_s = self.remaining_s()
        return None if remaining_s is not None and pause_s >= remaining_s else pause_s

    def succeeded(self) -> None:
        """Something came back: the next failure begins a new row of tries."""
        self._failed_count = 0

    def _backoff_s(self) -> float:
        policy = self._policy
        longest_s = policy.initial_pause_s * policy.factor ** (self._failed_count - 1)
        longest_s = min(longest_s, policy.max_pause_s)
        return self._draw(longest_s * (1 - JITTER_SHARE), longest_s)


def worth_repeating(error: ServerError) -> bool:
    """Whether the same call may succeed later."""
    if isinstance(error, ResourceExhaustedError):
        return error.retry_after_s is not None
    return isinstance(error, UnavailableError)
