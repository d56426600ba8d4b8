"""Why two candidates stay together is said by what the evidence rests on."""

import pytest

from bakeoff.server.selection import Basis, Contrast, Objective, Standing, Tolerance
from bakeoff.server.selection.explanation import draw_words
from bakeoff.server.types import Direction

_P50 = Objective("min:latency_p50_ms", "latency_p50_ms", "single-stream", Direction.LOWER_IS_BETTER)
_TWO_PER_CENT = Tolerance(0.02, is_share=True)
_ACCURACY = Objective("max:accuracy", "accuracy", "", Direction.HIGHER_IS_BETTER)


@pytest.mark.parametrize(
    ("contrast", "expected"),
    [
        (
            Contrast(Standing.ALIKE, Basis.PAIRED_ROUNDS, tolerance=_TWO_PER_CENT),
            "p50 latency is alike within 2 %",
        ),
        (
            Contrast(Standing.UNTOLD, Basis.PAIRED_ROUNDS),
            "p50 latency is not told apart by the paired rounds",
        ),
        (
            Contrast(Standing.UNTOLD, Basis.INTERVALS, difference=0.1),
            "p50 latency is not told apart by the intervals",
        ),
        (Contrast(Standing.UNTOLD, Basis.VALUES), "p50 latency is not known"),
    ],
)
def test_a_draw_on_a_cost_says_why_it_is_one(contrast: Contrast, expected: str) -> None:
    assert expected == draw_words([(_P50, contrast)])


def test_draws_after_the_first_are_told_in_one_clause() -> None:
    draws = [
        (_ACCURACY, Contrast(Standing.ALIKE, Basis.PAIRED_TEST, 0.001, 0.7, Tolerance(0.005))),
        (_P50, Contrast(Standing.UNTOLD, Basis.PAIRED_ROUNDS)),
        (_P50, Contrast(Standing.UNTOLD, Basis.INTERVALS)),
    ]

    expected = (
        "accuracy is alike within 0.5 points, and p50 latency (in paired rounds) and p50 latency "
        "do not tell them apart either"
    )
    assert expected == draw_words(draws)
