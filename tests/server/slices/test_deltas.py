"""Which slices are named broken or improved."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from bakeoff.server.quality import Certainty
from bakeoff.server.slices import Kind, Outcome, Slice, SliceDelta, slice_deltas
from bakeoff.server.statistics import benjamini_hochberg, exact_mcnemar
from bakeoff.server.tasks import Sample

MakeSample = Callable[..., Sample]

BROKEN = Outcome.BROKEN
RATE = 0.05
REPETITIONS = 2000
WHOLE_REPETITIONS = 5
PARTS = 21
PART_SIZE = 200
CERTAINTY = Certainty(level=0.95, resample_count=100, seed=1)
REFERENCE = {"candidates/int8": "candidates/fp32"}


def parts_of(size: int, kind: Kind = Kind.COLUMN) -> list[Slice]:
    """Twenty-one parts of equal size, in turn."""
    return [
        Slice(f"part={index}", kind, f"part: {index}", np.arange(size) % PARTS == index)
        for index in range(PARTS)
    ]


def deltas(
    int8: Sample, fp32: Sample, slices: list[Slice], rate: float = RATE
) -> tuple[SliceDelta, ...]:
    return slice_deltas(
        slices,
        {"candidates/fp32": fp32, "candidates/int8": int8},
        REFERENCE,
        ["accuracy"],
        certainty=CERTAINTY,
        rate=rate,
    )


def named(found: tuple[SliceDelta, ...]) -> dict[str, Outcome]:
    return {one.slice_id: one.outcome for one in found if one.outcome is not Outcome.NOT_TOLD}


def draw_answers(
    rng: np.random.Generator, *, broken: tuple[int, ...] = (), flips: float = 0.04
) -> tuple[np.ndarray, np.ndarray]:
    """Right answers of fp32 and int8: a few flip either way as often, a broken part loses more."""
    size = PARTS * PART_SIZE
    part = np.arange(size) % PARTS
    fp32 = rng.random(size) < 0.85
    flipped = rng.random(size) < np.where(fp32, flips, flips * 0.85 / 0.15)
    int8 = fp32 ^ flipped
    lost = np.isin(part, broken) & (rng.random(size) < 0.25)
    return fp32, int8 & ~lost


def test_the_slice_that_int8_breaks_is_named_and_no_other(make_sample: MakeSample) -> None:
    """One part of twenty-one loses a quarter of its right answers."""
    fp32, int8 = draw_answers(np.random.default_rng(5), broken=(7,))
    found = deltas(make_sample(int8), make_sample(fp32), parts_of(len(fp32)))
    assert {"part=7": Outcome.BROKEN} == named(found)
    (broken,) = [one for one in found if one.slice_id == "part=7"]
    assert ("candidates/int8", "candidates/fp32") == (broken.candidate, broken.reference)
    assert PART_SIZE == broken.comparison.example_count


def test_a_slice_that_gets_better_is_improved(make_sample: MakeSample) -> None:
    fp32, int8 = draw_answers(np.random.default_rng(5), broken=(7,))
    found = deltas(make_sample(fp32), make_sample(int8), parts_of(len(fp32)))
    assert {"part=7": Outcome.IMPROVED} == named(found)


def test_p_values_are_corrected_over_all_slices(make_sample: MakeSample) -> None:
    fp32, int8 = draw_answers(np.random.default_rng(6), broken=(2, 3))
    found = deltas(make_sample(int8), make_sample(fp32), parts_of(len(fp32)))
    expected = benjamini_hochberg([one.comparison.p_value for one in found])
    assert expected == tuple(one.adjusted_p_value for one in found)


@cache
def p_value_of(ahead: int, behind: int) -> float:
    return exact_mcnemar(ahead, behind)


def named_by_hand(fp32: np.ndarray, int8: np.ndarray) -> dict[str, Outcome]:
    """What `deltas` names, from counts alone, so that many repetitions are quick."""
    part = np.arange(len(fp32)) % PARTS
    ahead = np.bincount(part, int8 & ~fp32, PARTS).astype(int)
    behind = np.bincount(part, fp32 & ~int8, PARTS).astype(int)
    adjusted = benjamini_hochberg(
        [p_value_of(*counts) for counts in zip(ahead.tolist(), behind.tolist(), strict=True)]
    )
    return {
        f"part={index}": BROKEN if ahead[index] < behind[index] else Outcome.IMPROVED
        for index, p_value in enumerate(adjusted)
        if p_value is not None and p_value <= RATE
    }


@pytest.mark.parametrize("broken", [(), (7,), tuple(range(5)), tuple(range(15))])
def test_false_discoveries_stay_under_the_rate(
    make_sample: MakeSample, broken: tuple[int, ...]
) -> None:
    """The mean share of false ones among those named; where none is named there is no share.

    Over 2,000 repetitions, the first of which go through `slice_deltas` itself. The bound leaves
    room for three standard errors of a mean of so many shares at the rate.
    """
    rng = np.random.default_rng(len(broken))
    true = {f"part={index}" for index in broken}
    shares, hit_count = [], 0
    for repetition in range(REPETITIONS):
        fp32, int8 = draw_answers(rng, broken=broken)
        found = named_by_hand(fp32, int8)
        if repetition < WHOLE_REPETITIONS:
            slices = parts_of(len(fp32))
            assert found == named(deltas(make_sample(int8), make_sample(fp32), slices))
        right = {one for one in true if found.get(one) is BROKEN}
        shares.append((len(found) - len(right)) / max(len(found), 1))
        hit_count += len(right)
    assert np.mean(shares) <= RATE + 3 * np.sqrt(RATE * (1 - RATE) / REPETITIONS)
    assert hit_count >= 0.95 * REPETITIONS * len(broken)


def exchangeable(rng: np.random.Generator, size: int) -> tuple[np.ndarray, ...]:
    """Right answers and confidence of two candidates that nothing tells apart."""
    easiness = rng.normal(1.2, 1.2, size)
    first, second = easiness + rng.normal(0, 0.8, size), easiness + rng.normal(0, 0.8, size)
    return first > 0, second > 0, 1 / (1 + np.exp(-np.abs(first)))


def test_slices_drawn_by_answers_would_accuse_a_candidate_that_is_alike(
    make_sample: MakeSample,
) -> None:
    """Why slices of confidence are not compared.

    Two candidates are drawn alike. Where the first is sure it was lucky, and the second falls back
    to its own average: compared there, the second is named worse nearly every time.
    """
    rng = np.random.default_rng(9)
    accused = 0
    for _ in range(20):
        right, others, sure = exchangeable(rng, 4000)
        quarters = np.searchsorted(np.quantile(sure, [0.25, 0.5, 0.75]), sure)
        slices = [
            Slice(f"q{index}", Kind.COLUMN, f"q{index}", quarters == index) for index in range(4)
        ]
        found = deltas(make_sample(others), make_sample(right), slices)
        accused += BROKEN in named(found).values()
        drawn = [Slice(one.id, Kind.CONFIDENCE, one.title, one.members) for one in slices]
        assert () == deltas(make_sample(others), make_sample(right), drawn)
    assert accused >= 18


def test_a_slice_of_a_sample_holds_the_members_that_were_scored(make_sample: MakeSample) -> None:
    odd = Slice("odd", Kind.PREDICATE, "odd", np.arange(40) % 2 == 1)
    part = odd.of(make_sample([True] * 10, indices=range(5, 15)))
    assert [5, 7, 9, 11, 13] == part.indices.tolist()


def test_small_p_values_get_the_resamples_that_a_large_family_asks_for(
    make_sample: MakeSample,
) -> None:
    """With 100 resamples no p-value is below 1 / 101, too much for the first of 21 at 5 %."""
    fp32, int8 = draw_answers(np.random.default_rng(5), broken=(7,))
    found = slice_deltas(
        parts_of(len(fp32)),
        {"candidates/fp32": make_sample(fp32), "candidates/int8": make_sample(int8)},
        REFERENCE,
        ["f1.macro"],
        certainty=CERTAINTY,
        rate=RATE,
    )
    assert {"part=7": BROKEN} == named(found)
    assert RATE / PARTS > min(one.comparison.p_value or 1.0 for one in found)


def test_each_candidate_is_compared_with_its_own_reference(make_sample: MakeSample) -> None:
    rng = np.random.default_rng(11)
    fp32, int8 = draw_answers(rng, broken=(7,))
    found = slice_deltas(
        parts_of(len(fp32)),
        {
            "candidates/fp32": make_sample(fp32),
            "candidates/int8": make_sample(int8),
            "candidates/other": make_sample(int8),
        },
        {"candidates/int8": "candidates/fp32", "candidates/other": "candidates/int8"},
        ["accuracy"],
        certainty=CERTAINTY,
        rate=RATE,
    )
    assert 2 * PARTS == len(found)
    assert {("candidates/int8", "candidates/fp32", "part=7")} == {
        (one.candidate, one.reference, one.slice_id) for one in found if one.outcome is BROKEN
    }


def test_what_is_not_defined_is_not_told(make_sample: MakeSample) -> None:
    """Margins are no probabilities, and the Brier score needs some."""
    sample = make_sample([True] * 42)
    found = slice_deltas(
        parts_of(42),
        {"candidates/fp32": sample, "candidates/int8": sample},
        REFERENCE,
        ["brier"],
        certainty=CERTAINTY,
        rate=RATE,
    )
    assert {Outcome.NOT_TOLD} == {one.outcome for one in found}
    assert {None} == {one.adjusted_p_value for one in found}
