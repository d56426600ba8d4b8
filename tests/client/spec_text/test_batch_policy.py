"""Batch policies as a person writes them."""

import pytest

from bakeoff import v1
from bakeoff.client import InvalidOptionError, parse_batch_policy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "token-budget=256",
            v1.BatchPolicy(token_budget=v1.TokenBudget(padded_token_count=256)),
        ),
        (
            "token-budget=256,max_batch_size=8",
            v1.BatchPolicy(token_budget=v1.TokenBudget(padded_token_count=256, max_batch_size=8)),
        ),
        ("fixed=1", v1.BatchPolicy(fixed_size=v1.FixedSize(batch_size=1))),
    ],
)
def test_a_batch_policy_is_read(text: str, expected: v1.BatchPolicy) -> None:
    assert expected == parse_batch_policy(text)


@pytest.mark.parametrize(
    "text", ["", "fixed", "fixed=0", "fixed=-1", "fixed=a", "token-budget", "token-budget=1,a=2"]
)
def test_a_batch_policy_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(InvalidOptionError):
        parse_batch_policy(text)
