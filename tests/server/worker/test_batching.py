"""Promises of the batch policies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakeoff.server.errors import InvalidFieldError
from bakeoff.server.worker.batching import FixedSizePolicy, TokenBudgetPolicy, policy_from
from bakeoff.v1 import BatchPolicy, FixedSize, TokenBudget

LENGTHS = st.lists(st.integers(min_value=1, max_value=700), max_size=200)


@given(LENGTHS, st.integers(1, 1024), st.integers(1, 80))
def test_each_example_is_in_one_batch_and_no_batch_passes_its_budget(
    lengths: list[int], budget: int, most: int
) -> None:
    """Only an example that is longer than the budget may pass it, alone."""
    batches = list(TokenBudgetPolicy(budget, most).batches(lengths))
    assert list(range(len(lengths))) == sorted(member for batch in batches for member in batch)
    for batch in batches:
        width = max(lengths[member] for member in batch)
        assert len(batch) <= most
        assert len(batch) == 1 or len(batch) * width <= budget


@given(LENGTHS)
def test_batches_go_from_the_longest_to_the_shortest(lengths: list[int]) -> None:
    batches = TokenBudgetPolicy(512, 64).batches(lengths)
    in_order = [lengths[member] for batch in batches for member in batch]
    assert sorted(lengths, reverse=True) == in_order


def test_examples_of_one_length_keep_their_order() -> None:
    assert [[0, 1], [2, 3]] == list(TokenBudgetPolicy(20, 2).batches([5, 5, 5, 5]))


@given(LENGTHS, st.integers(1, 40))
def test_a_fixed_size_takes_examples_in_the_order_of_the_set(lengths: list[int], size: int) -> None:
    batches = list(FixedSizePolicy(size).batches(lengths))
    assert list(range(len(lengths))) == [member for batch in batches for member in batch]
    assert all(len(batch) == size for batch in batches[:-1])


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (BatchPolicy(), TokenBudgetPolicy(256, 64)),
        (BatchPolicy(token_budget=TokenBudget()), TokenBudgetPolicy(256, 64)),
        (
            BatchPolicy(token_budget=TokenBudget(padded_token_count=99, max_batch_size=3)),
            TokenBudgetPolicy(99, 3),
        ),
        (BatchPolicy(fixed_size=FixedSize(batch_size=5)), FixedSizePolicy(5)),
    ],
)
def test_a_policy_fills_in_what_is_not_given(
    message: BatchPolicy, expected: TokenBudgetPolicy | FixedSizePolicy
) -> None:
    assert expected == policy_from(message)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (BatchPolicy(fixed_size=FixedSize(batch_size=0)), "at least 1, got 0"),
        (BatchPolicy(token_budget=TokenBudget(padded_token_count=-1)), "must not be negative"),
        (BatchPolicy(token_budget=TokenBudget(max_batch_size=-2)), "must not be negative"),
    ],
)
def test_an_impossible_policy_is_refused(message: BatchPolicy, said: str) -> None:
    with pytest.raises(InvalidFieldError, match=said):
        policy_from(message)
