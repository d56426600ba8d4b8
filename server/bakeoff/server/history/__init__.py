"""Evaluations beside each other, and over time.

Knows no store and no transport. Quality is compared on the same examples, cost on the same hardware
and software; what is unlike stands side by side and is never subtracted.
"""

from bakeoff.server.history.comparison import Evaluated, compare_evaluations
from bakeoff.server.history.pairs import Pair, given_pairs, matching_pairs

__all__ = ["Evaluated", "Pair", "compare_evaluations", "given_pairs", "matching_pairs"]
