"""Holm's correction of p-values for how many there are."""

from collections.abc import Sequence


def holm(p_values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return adjusted p-values, in the same order; None stays None and does not count.

    The i-th smallest of m is multiplied by m - i + 1, never below a smaller one's, at most 1.
    Comparing each with alpha keeps the chance of any false difference at alpha or less.
    Source: Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of
    Statistics 6, 1979.
    """
    known = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, index) in enumerate(known):
        largest = max(largest, min(p * (len(known) - rank), 1.0))
        adjusted[index] = largest
    return tuple(adjusted)
