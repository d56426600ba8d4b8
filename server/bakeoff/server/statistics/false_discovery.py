"""Benjamini and Hochberg's correction of p-values, for the share of false discoveries."""

from collections.abc import Sequence


def benjamini_hochberg(p_values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return adjusted p-values, in the same order; None stays None and does not count.

    The i-th smallest of m is multiplied by m / i, never above a larger one's, at most 1. Taking
    those at most q as discoveries keeps the expected share of false ones among them at q or less,
    for p-values that are independent or depend on each other positively.
    Source: Benjamini and Hochberg, Controlling the false discovery rate, Journal of the Royal
    Statistical Society B 57, 1995.
    """
    known = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    smallest = 1.0
    for rank in range(len(known), 0, -1):
        p, index = known[rank - 1]
        smallest = min(smallest, p * len(known) / rank)
        adjusted[index] = smallest
    return tuple(adjusted)
