"""Which size to try next, to find the largest that fits a given memory. Knows no worker."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# Peaks grow in steps, so that a guess may be off time and again: every third trial halves.
_HALVING_PERIOD: Final = 3
_POINTS_OF_A_LINE: Final = 2
_LONGEST_LEAP: Final = 8


@dataclass(frozen=True, slots=True)
class Fit:
    """What trials have shown: the largest size that fits and the smallest that does not.

    `largest` is 0 when none fits; `smallest_too_large` is None when everything has fitted.
    """

    largest: int
    smallest_too_large: int | None

    @classmethod
    def of(cls, peaks_bytes: Mapping[int, int | None], limit_bytes: int) -> "Fit":
        """Read the trials: peak by size, None where the process died of it."""
        too_large = [
            size for size, peak in peaks_bytes.items() if peak is None or peak > limit_bytes
        ]
        smallest_too_large = min(too_large, default=None)
        fitting = [
            size
            for size in peaks_bytes
            if size not in too_large and (smallest_too_large is None or size < smallest_too_large)
        ]
        return cls(max(fitting, default=0), smallest_too_large)


def next_size(
    peaks_bytes: Mapping[int, int | None], limit_bytes: int, first: int, most: int
) -> int | None:
    """Choose the next size to try, 1 to `most`, beginning with `first`; None when it is known.

    The size is doubled until it does not fit, and the range between is halved. Where the peaks so
    far lie on a line that meets the limit, the size there is tried instead, but no more than
    eightfold the largest that fitted.
    """
    if not peaks_bytes:
        return first
    fit = Fit.of(peaks_bytes, limit_bytes)
    low, high = fit.largest, fit.smallest_too_large
    if (most + 1 if high is None else high) - low <= 1:
        return None
    expected = _expected(peaks_bytes, limit_bytes, fit)
    if high is None:
        wanted = 2 * low if expected is None else min(expected, _LONGEST_LEAP * low)
        return max(min(wanted, most), low + 1)
    if expected is None or len(peaks_bytes) % _HALVING_PERIOD == 0:
        return (low + high) // 2
    return max(min(expected, high - 1), low + 1)


def _expected(peaks_bytes: Mapping[int, int | None], limit_bytes: int, fit: Fit) -> int | None:
    """Size at which the line through the two trials nearest to the limit meets it."""
    known = {size: peak for size, peak in peaks_bytes.items() if peak is not None}
    if fit.smallest_too_large is not None and fit.smallest_too_large not in known:
        return None
    fitting = sorted(size for size in known if size <= fit.largest)
    above = [size for size in known if size == fit.smallest_too_large]
    nearest = [*fitting, *above][-_POINTS_OF_A_LINE:]
    if len(nearest) < _POINTS_OF_A_LINE:
        return None
    left, right = nearest
    rise_bytes = known[right] - known[left]
    if rise_bytes <= 0:
        return None
    return left + (limit_bytes - known[left]) * (right - left) // rise_bytes
