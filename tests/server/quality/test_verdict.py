"""What a paired comparison shows."""

import math
from dataclasses import replace

import pytest
from scipy import stats

from bakeoff.server.quality import PAIRED_BOOTSTRAP, PairedComparison, Verdict, decide, verdict
from bakeoff.server.statistics import exact_mcnemar, more_examples_needed
from bakeoff.server.types import Direction, Interval

HIGHER = Direction.HIGHER_IS_BETTER
LOWER = Direction.LOWER_IS_BETTER


def _comparison(
    difference: float | None,
    bounds: tuple[float | None, float | None] | None = None,
    direction: Direction = HIGHER,
    p_value: float | None = None,
    deviation: float | None = None,
) -> PairedComparison:
    return PairedComparison(
        metric_id="f1.macro",
        direction=direction,
        example_count=1000,
        test=PAIRED_BOOTSTRAP,
        difference=difference,
        interval=None if bounds is None else Interval(*bounds, 0.95, "percentile-bootstrap"),
        p_value=p_value,
        deviation=deviation,
    )


@pytest.mark.parametrize(
    ("difference", "bounds", "direction", "p_value", "expected"),
    [
        (0.03, (0.01, 0.05), HIGHER, 0.01, Verdict.BETTER),
        (-0.03, (-0.05, -0.01), HIGHER, 0.01, Verdict.WORSE),
        (-0.03, (-0.05, -0.01), LOWER, 0.01, Verdict.BETTER),
        (0.03, (0.01, 0.05), LOWER, 0.01, Verdict.WORSE),
        (0.03, (-0.01, 0.07), HIGHER, 0.2, Verdict.UNDECIDED),
        # Certain for itself, not after the correction for the family.
        (0.03, (0.001, 0.06), HIGHER, 0.06, Verdict.UNDECIDED),
        # Exactly at the level.
        (0.03, (0.001, 0.06), HIGHER, 0.05, Verdict.BETTER),
        # Certain and tiny: alike comes first.
        (0.002, (0.001, 0.003), HIGHER, 0.001, Verdict.EQUIVALENT),
        (0.0, (-0.004, 0.004), HIGHER, 1.0, Verdict.EQUIVALENT),
        # The margin itself is still alike.
        (0.0, (-0.005, 0.005), HIGHER, 1.0, Verdict.EQUIVALENT),
        (0.0, (-0.0051, 0.004), HIGHER, 1.0, Verdict.UNDECIDED),
        (0.0, (None, 0.004), HIGHER, 1.0, Verdict.UNDECIDED),
        (0.0, None, HIGHER, 0.01, Verdict.UNDECIDED),
        (0.03, None, HIGHER, 0.01, Verdict.BETTER),
        (0.03, (0.01, 0.05), HIGHER, None, Verdict.UNDECIDED),
        (None, None, HIGHER, None, Verdict.UNDECIDED),
    ],
)
def test_the_verdict_follows_interval_margin_and_adjusted_p_value(
    difference: float | None,
    bounds: tuple[float | None, float | None] | None,
    direction: Direction,
    p_value: float | None,
    expected: Verdict,
) -> None:
    comparison = _comparison(difference, bounds, direction)
    assert expected is verdict(comparison, p_value, level=0.95, margin=0.005)


def test_without_a_margin_only_certainty_of_no_difference_is_alike() -> None:
    exact = _comparison(0.0, (0.0, 0.0))
    assert Verdict.EQUIVALENT is verdict(exact, 1.0, level=0.95, margin=0.0)


def test_a_family_is_decided_with_holms_correction() -> None:
    """0.02 of three becomes 0.06 beside 0.03 and 0.04; one that is not defined does not count."""
    family = [
        _comparison(0.03, (0.01, 0.05), p_value=0.001),
        _comparison(0.03, (0.001, 0.06), p_value=0.03, deviation=0.6),
        _comparison(None),
        _comparison(-0.04, (-0.08, -0.001), p_value=0.04, deviation=0.7),
    ]
    actual = decide(family, level=0.95, margin=0.005)
    assert [0.003, 0.06, None, 0.06] == [
        None if each.adjusted_p_value is None else round(each.adjusted_p_value, 9)
        for each in actual
    ]
    expected = [Verdict.BETTER, Verdict.UNDECIDED, Verdict.UNDECIDED, Verdict.UNDECIDED]
    assert expected == [each.verdict for each in actual]
    assert family == [each.comparison for each in actual]


def test_only_what_is_undecided_needs_more_examples() -> None:
    family = [
        _comparison(0.03, (0.01, 0.05), p_value=0.001, deviation=0.5),
        _comparison(0.001, (-0.03, 0.03), p_value=0.9, deviation=0.5),
        _comparison(None),
    ]
    needed = [each.more_examples_needed for each in decide(family, level=0.95, margin=0.005)]
    assert needed[0] is None
    assert needed[1] is not None
    assert needed[2] is None


def test_a_family_asks_for_more_examples_than_one_comparison_alone() -> None:
    """Each of many must be surer."""
    doubtful = _comparison(0.02, (-0.01, 0.05), p_value=0.2, deviation=0.5)
    alone = decide([doubtful], level=0.95, margin=0.005)[0].more_examples_needed
    among = decide([doubtful] * 5, level=0.95, margin=0.005)[0].more_examples_needed
    assert alone is not None
    assert among is not None
    assert alone < among


def test_only_the_test_and_not_the_interval_is_corrected_for_the_family() -> None:
    """So a family does not delay what the margin decides."""
    alone, among = (
        more_examples_needed(0.0, 0.2, 100, level=0.95, margin=0.01, family_size=size)
        for size in (1, 20)
    )
    assert alone == among
    first = more_examples_needed(0.02, 0.2, 100, level=0.95, margin=0.01, family_size=20)
    assert math.ceil((stats.norm.ppf(1 - 0.025 / 20) * 0.2 / 0.02) ** 2) - 100 == first


def test_that_many_more_examples_decide_for_accuracy() -> None:
    """With 30 against 20 discordant of 1,000, the exact test at that size is at the level."""
    ahead, behind, size = 30, 20, 1000
    difference = (ahead - behind) / size
    deviation = math.sqrt((ahead + behind) / size - difference**2)
    more = more_examples_needed(difference, deviation, size, level=0.95, margin=0.0)
    assert more is not None
    growth = (size + more) / size
    decided = exact_mcnemar(round(ahead * growth), round(behind * growth))
    assert pytest.approx(0.05, abs=0.012) == decided


def test_the_arm_that_reaches_beyond_the_margin_is_the_one_that_must_shrink() -> None:
    """The lower arm, 0.0049 long, has 0.0043 of room: 2,400 (49 / 43)^2 examples in all.

    A normal interval around the same difference would lie within the margin already.
    """
    lopsided = replace(
        _comparison(-0.0007, (-0.0056, 0.0029), p_value=0.75, deviation=0.1), example_count=2400
    )

    found = decide([lopsided], level=0.95, margin=0.005)[0]

    assert Verdict.UNDECIDED is found.verdict
    assert math.ceil(2400 * (0.0049 / 0.0043) ** 2) - 2400 == found.more_examples_needed
    normal = more_examples_needed(-0.0007, 0.1, 2400, level=0.95, margin=0.005)
    assert 1 == normal


def test_no_fewer_examples_are_named_than_the_p_value_asks_for() -> None:
    """The deviation would have it decided already, and the test says p = 0.23."""
    doubtful = _comparison(-0.02, (-0.05, 0.005), p_value=0.23, deviation=0.3)

    found = decide([doubtful], level=0.95, margin=0.005)[0]

    of_test = 1000 * (stats.norm.ppf(0.975) / stats.norm.ppf(1 - 0.23 / 2)) ** 2
    assert math.ceil(of_test) - 1000 == found.more_examples_needed


def test_a_p_value_of_one_promises_nothing() -> None:
    found = _comparison(-0.02, (-0.05, 0.005), p_value=1.0, deviation=0.3)

    assert decide([found], level=0.95, margin=0.005)[0].more_examples_needed is None


def test_a_difference_within_the_margin_is_decided_by_whichever_comes_first() -> None:
    """To be told from 0, or to be told from the margin."""
    z = stats.norm.ppf(0.975)
    close = more_examples_needed(0.001, 0.2, 100, level=0.95, margin=0.005)
    far = more_examples_needed(0.004, 0.2, 100, level=0.95, margin=0.005)
    assert math.ceil((z * 0.2 / 0.004) ** 2) - 100 == close == far


@pytest.mark.parametrize(
    ("difference", "deviation", "margin", "expected"),
    [
        # No example differs: z^2 (1 / margin - 1) = 764.5 in all.
        (0.0, 0.0, 0.005, 665),
        # Nothing could ever decide.
        (0.0, 0.0, 0.0, None),
        (0.0, 0.3, 0.0, None),
        # Enough already by the approximation: one more, as the test did not decide.
        (0.5, 0.1, 0.005, 1),
    ],
)
def test_more_examples_at_the_edges(
    difference: float, deviation: float, margin: float, expected: int | None
) -> None:
    actual = more_examples_needed(difference, deviation, 100, level=0.95, margin=margin)
    assert expected == actual
