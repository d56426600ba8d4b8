"""Evaluations beside each other, and over time.

Knows no store and no transport. Quality is compared on the same examples, cost on the same hardware
and software; what is unlike stands side by side and is never subtracted.
"""

from bakeoff.server.history.comparison import compare_evaluations
from bakeoff.server.history.constraints import read_constraints
from bakeoff.server.history.evaluated import Evaluated
from bakeoff.server.history.holdings import Holdings
from bakeoff.server.history.likeness import has_same_examples
from bakeoff.server.history.model_history import model_history
from bakeoff.server.history.pairs import Pair, given_pairs, matching_pairs
from bakeoff.server.history.points import Point, Series, series_of
from bakeoff.server.history.regressions import Paired, StoredPredictions
from bakeoff.server.history.wanted_figures import wanted_figures

__all__ = [
    "Evaluated",
    "Holdings",
    "Pair",
    "Paired",
    "Point",
    "Series",
    "StoredPredictions",
    "compare_evaluations",
    "given_pairs",
    "has_same_examples",
    "matching_pairs",
    "model_history",
    "read_constraints",
    "series_of",
    "wanted_figures",
]
