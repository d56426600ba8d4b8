"""What is told of the default batch budget is what it is."""

from pathlib import Path

import pytest

from bakeoff.server.api.spec_fields import filled
from bakeoff.server.batch_defaults import MAX_BATCH_SIZE, PADDED_TOKEN_COUNT
from bakeoff.server.worker.batching import TokenBudgetPolicy, policy_from
from bakeoff.v1 import BatchPolicy, EvaluationSpec

ROOT = Path(__file__).resolve().parents[2]
TOLD = {
    "docs/measurement.md": f"sorted by length, {PADDED_TOKEN_COUNT} padded tokens",
    "docs/gpu.md": f"The default of {PADDED_TOKEN_COUNT} padded tokens",
    "docs/decisions/0002-batch-policy-is-pinned.md": f"{PADDED_TOKEN_COUNT} padded tokens",
    "proto/bakeoff/v1/scenario.proto": f"padding included. 0 means {PADDED_TOKEN_COUNT}.",
    "clients/python/bakeoff/client/options/spec.py": f"token-budget={PADDED_TOKEN_COUNT}]",
}


@pytest.mark.parametrize("target", ["", "targets/cpu", "targets/cuda-0"])
def test_the_default_is_the_same_on_every_target(target: str) -> None:
    """Answers may change with the batch, and targets are compared by answers."""
    spec = filled(
        EvaluationSpec(
            candidates=["candidates/a"], evaluation_set="evaluationSets/s", target=target
        )
    )

    budget = spec.batch_policy.token_budget
    assert (PADDED_TOKEN_COUNT, MAX_BATCH_SIZE) == (
        budget.padded_token_count,
        budget.max_batch_size,
    )
    assert TokenBudgetPolicy(PADDED_TOKEN_COUNT, MAX_BATCH_SIZE) == policy_from(BatchPolicy())


@pytest.mark.parametrize(("path", "words"), TOLD.items())
def test_the_default_is_told_as_it_is(path: str, words: str) -> None:
    assert words in (ROOT / path).read_text()
