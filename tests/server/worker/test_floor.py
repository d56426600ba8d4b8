"""Promises of measuring the engine itself."""

import pytest

from bakeoff.server.errors import InvalidFieldError
from bakeoff.server.worker.floor import NullModel, measure_floor
from bakeoff.v1 import TextInput
from bakeoff.worker.v1 import MeasureFloor

DURATION_NS = 50_000_000


def test_every_scenario_is_measured_with_a_model_that_does_nothing() -> None:
    blocks = measure_floor(MeasureFloor(duration_ns=DURATION_NS, qps=2000)).blocks
    assert ["single-stream", "multi-stream:n=8", "server:qps=2000", "offline"] == [
        block.scenario for block in blocks
    ]
    single, multi, server, offline = blocks
    assert single.sample_count == len(single.end_to_end_ns) > 0
    assert multi.sample_count == 8 * len(multi.end_to_end_ns) > 0
    assert server.sample_count == len(server.lateness_ns) == len(server.end_to_end_ns) > 0
    assert offline.sample_count > 0
    assert {0} == {*single.model_only_ns, *multi.model_only_ns, *server.model_only_ns}


def test_the_floor_is_above_nothing() -> None:
    """The engine's own work is in every latency, also in that of an empty model."""
    single, _, server, _ = measure_floor(MeasureFloor(duration_ns=DURATION_NS, qps=500)).blocks
    assert min(single.end_to_end_ns) > 0
    assert all(
        lateness_ns < latency_ns
        for lateness_ns, latency_ns in zip(server.lateness_ns, server.end_to_end_ns, strict=True)
    )


def test_a_model_that_does_nothing_still_answers_each_example() -> None:
    model = NullModel()
    batch = model.encoder.encode([TextInput(text="a"), TextInput(text="b")])
    answer = model.answer(batch)
    assert (2, 1) == answer.values.values.shape
    assert (2, 2) == (answer.token_count, answer.padded_token_count)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (MeasureFloor(qps=1), "duration_ns must be positive, got 0"),
        (MeasureFloor(duration_ns=DURATION_NS), "poisson_qps must be above 0"),
    ],
)
def test_an_impossible_floor_is_refused(command: MeasureFloor, said: str) -> None:
    with pytest.raises(InvalidFieldError, match=said):
        measure_floor(command)
