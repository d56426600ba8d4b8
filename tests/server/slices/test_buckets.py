"""Automatic slices."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bakeoff.server.slices import BUCKETS, Examples, Kind, Slice, Sliceable
from bakeoff.server.slices.ranges import cuts
from bakeoff.server.tasks import Sample
from bakeoff.v1 import ClassificationHead

MakeExamples = Callable[..., Examples]
MakeSample = Callable[..., Sample]
SourceOf = Callable[..., Sliceable]


def drawn(name: str, source: Sliceable) -> list[Slice]:
    return list(BUCKETS[name].draw(source))


def counts(slices: list[Slice]) -> dict[str, int]:
    return {found.id: found.example_count for found in slices}


def test_lengths_are_parted_into_quarters_and_the_longest_twentieth(
    make_examples: MakeExamples, source_of: SourceOf
) -> None:
    source = source_of(make_examples(200, lengths=list(range(1, 201))))
    slices = drawn("length", source)
    assert {
        "length:1-50": 50,
        "length:51-100": 50,
        "length:101-150": 50,
        "length:151-190": 40,
        "length:191-200": 10,
    } == counts(slices)
    assert "51 to 100 characters" == slices[1].title
    assert {Kind.LENGTH} == {found.kind for found in slices}


def test_equal_lengths_stay_together(make_examples: MakeExamples, source_of: SourceOf) -> None:
    lengths = [7] * 60 + [8] * 30 + [1000] * 10
    source = source_of(make_examples(100, lengths=lengths))
    assert {"length:7-7": 60, "length:8-8": 30, "length:9-1000": 10} == counts(
        drawn("length", source)
    )


def test_examples_of_one_length_have_no_slices_of_it(
    make_examples: MakeExamples, source_of: SourceOf
) -> None:
    assert [] == drawn("length", source_of(make_examples(50)))
    assert [] == drawn("length", source_of(make_examples(0)))


@pytest.mark.parametrize("seed", range(20))
def test_ranges_part_the_values_without_gap_or_overlap(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.geometric(rng.uniform(0.01, 0.9), size=int(rng.integers(1, 300)))
    ends = cuts(values, (0.25, 0.5, 0.75, 0.95))
    assert sorted(set(ends)) == ends
    assert values.max() == ends[-1]
    assert set(ends) <= set(values.tolist())
    for share, end in zip((0.25, 0.5, 0.75, 0.95), np.sort(values), strict=False):
        at_least = min(value for value in ends if (values <= value).mean() >= share)
        assert (values < at_least).mean() < share or at_least == min(ends)
        assert end <= ends[-1]


def test_each_class_is_a_slice_the_most_frequent_first(
    make_examples: MakeExamples, source_of: SourceOf
) -> None:
    labels = [frozenset({"x"}), frozenset({"x", "y"}), None, frozenset({"y", "x"}), frozenset()]
    slices = drawn("class", source_of(make_examples(5, labels=labels)))
    assert {"class:x": 3, "class:y": 2} == counts(slices)
    assert [True, True, False, True, False] == slices[0].members.tolist()
    assert [] == drawn("class", source_of(make_examples(2, labels=[1.5, 2.5])))


def test_columns_of_few_values_are_slices(make_examples: MakeExamples, source_of: SourceOf) -> None:
    columns = {
        "source": ["web", "mail", "web", None] * 10,
        "constant": ["same"] * 40,
        "number": [str(index) for index in range(40)],
        "prose": ["x" * 101, "y"] * 20,
        "two words": ["x", "y"] * 20,
    }
    slices = drawn("attribute", source_of(make_examples(40, columns=columns)))
    assert {"source=web": 20, "source=mail": 10, "`two words`=x": 20, "`two words`=y": 20} == (
        counts(slices)
    )
    assert "two words: x" == slices[2].title


def test_confidence_is_that_of_the_baseline(
    make_examples: MakeExamples, make_sample: MakeSample, source_of: SourceOf
) -> None:
    sure = [0.4 + 0.005 * index for index in range(100)]
    samples = {
        "baseline": make_sample([True] * 100, confidence=sure, indices=range(10, 110)),
        "other": make_sample([False] * 110, confidence=[0.9] * 110),
    }
    slices = drawn("confidence", source_of(make_examples(110), samples))
    assert [25, 25, 25, 25] == list(counts(slices).values())
    assert "confidence:0.4000-0.5200" == slices[0].id
    assert "confidence 0.4000 to 0.5200" == slices[0].title
    assert not slices[0].members[:10].any()
    assert slices[0].members[10:35].all()


def test_there_is_no_confidence_without_probabilities_or_baseline(
    make_examples: MakeExamples, make_sample: MakeSample, source_of: SourceOf
) -> None:
    examples = make_examples(40)
    assert [] == drawn("confidence", source_of(examples))
    assert [] == drawn("confidence", source_of(examples, {"b": make_sample([True] * 40)}))
    alike = make_sample([True] * 40, confidence=[0.7] * 40)
    assert [] == drawn("confidence", source_of(examples, {"b": alike}))


def test_difficulty_counts_the_candidates_that_are_right(
    make_examples: MakeExamples, make_sample: MakeSample, source_of: SourceOf
) -> None:
    right = np.array([[index < count for index in range(5)] for count in range(6)])
    samples = {f"c{index}": make_sample(right[:, index]) for index in range(5)}
    slices = drawn("difficulty", source_of(make_examples(6), samples))
    assert {
        "difficulty:all-right": "5 of 5 candidates right",
        "difficulty:most-right": "3 to 4 of 5 candidates right",
        "difficulty:few-right": "1 to 2 of 5 candidates right",
        "difficulty:none-right": "none of 5 candidates right",
    } == {found.id: found.title for found in slices}
    assert [[5], [3, 4], [1, 2], [0]] == [found.members.nonzero()[0].tolist() for found in slices]


def test_difficulty_takes_two_candidates_that_can_be_right(
    make_examples: MakeExamples, make_sample: MakeSample, source_of: SourceOf
) -> None:
    examples, one = make_examples(3), make_sample([True, False, True])
    assert [] == drawn("difficulty", source_of(examples, {"a": one}))
    real = replace(one, problem_type=ClassificationHead.PROBLEM_TYPE_REGRESSION)
    assert [] == drawn("difficulty", source_of(examples, {"a": real, "b": real}))
    short = make_sample([True, True], indices=[0, 1])
    slices = drawn("difficulty", source_of(examples, {"a": one, "b": short}))
    assert 2 == sum(found.example_count for found in slices)


def test_only_slices_that_no_answer_draws_are_compared(
    make_examples: MakeExamples, make_sample: MakeSample, source_of: SourceOf
) -> None:
    columns = {"source": ["web", "mail"] * 20}
    samples = {
        name: make_sample([True, False] * 20, confidence=np.linspace(0.5, 1, 40))
        for name in ("a", "b")
    }
    source = source_of(make_examples(40, lengths=range(40), columns=columns), samples)
    compared = {name: {found.is_compared for found in drawn(name, source)} for name in BUCKETS}
    assert {
        "attribute": {True},
        "length": {True},
        "class": {True},
        "confidence": {False},
        "difficulty": {False},
    } == compared
