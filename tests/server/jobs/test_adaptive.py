"""Adaptive bake-offs through a real engine: who is stopped, who comes back, what is left."""

from collections.abc import Awaitable, Callable

import pytest

from bakeoff.server.jobs import Engine
from bakeoff.v1 import AdaptiveSettings, CandidateResult, EarlyStop, Evaluation

from .conftest import Workshop

StartEngine = Callable[..., Awaitable[Engine]]

EXAMPLE_COUNT = 600
ADAPTIVE = AdaptiveSettings(error_rate=0.05, look_count=5)


def _is_complete(result: CandidateResult) -> bool:
    return bool(result.quality)


async def _run(
    workshop: Workshop, start_engine: StartEngine, candidates: list[str], **fields: object
) -> Evaluation:
    evaluation = workshop.add_evaluation("one", candidates, adaptive=ADAPTIVE, **fields)
    engine = await start_engine(workshop)
    await engine.submit(evaluation)
    ended = await workshop.finish(engine, evaluation.name)
    assert Evaluation.STATE_SUCCEEDED == ended.state
    return ended


@pytest.fixture
def field(workshop: Workshop) -> list[str]:
    """A good candidate, a bad one, and one that is just as good as the first."""
    workshop.add_set(EXAMPLE_COUNT)
    return [
        workshop.add_candidate("good"),
        workshop.add_candidate("bad", wrong_word_share=0.6),
        workshop.add_candidate("twin"),
    ]


async def test_a_candidate_far_behind_is_stopped_early(
    workshop: Workshop, start_engine: StartEngine, field: list[str]
) -> None:
    ended = await _run(workshop, start_engine, field)
    stopped = workshop.result(ended, field[1])
    assert EarlyStop.STAGE_PREDICTION == stopped.early_stop.stage
    assert 0 < stopped.early_stop.example_count < EXAMPLE_COUNT
    assert "behind" in stopped.early_stop.reason
    assert not _is_complete(stopped)
