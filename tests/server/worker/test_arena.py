"""Promises of reading the arena's memory from onnxruntime's profile."""

from typing import TYPE_CHECKING

import pytest

from bakeoff.server.errors import WorkerOutOfMemoryError
from bakeoff.server.worker import arena
from bakeoff.server.worker.arena import ArenaMemory, arena_of, arena_trial
from bakeoff.server.worker.session import SessionSettings

if TYPE_CHECKING:
    from conftest import Workshop


def event(provider: str, held_bytes: int, peak_bytes: int) -> dict[str, object]:
    """An event of a node, with numbers as onnxruntime writes them."""
    return {
        "cat": "Node",
        "args": {
            "provider": provider,
            "mem_arena_held": str(held_bytes),
            "mem_in_use_peak": str(peak_bytes),
        },
    }


def test_the_most_of_every_node_counts() -> None:
    events = [event("A", 30, 10), event("A", 40, 25), event("A", 35, 25), {"cat": "Session"}]
    assert ArenaMemory(40, 25, "") == arena_of(events, "A")


def test_another_providers_arena_is_not_its_own() -> None:
    assert ArenaMemory(3, 2, "") == arena_of([event("A", 3, 2), event("B", 50, 40)], "A")


def test_a_profile_without_memory_gives_a_reason() -> None:
    expected = ArenaMemory(None, None, "onnxruntime's profile tells no memory of an arena")
    assert expected == arena_of([{"cat": "Node", "args": {"provider": "A"}}], "A")


def test_a_real_run_uses_no_more_than_it_reserves(workshop: "Workshop") -> None:
    model = workshop.model()
    batch = [model.encoder.probe(20, largest_id=False)] * 16
    found = arena_trial(model, [batch]).run(SessionSettings(1))
    assert found.used_bytes is not None
    assert found.reserved_bytes is not None
    # The scores of attention alone.
    assert 16 * 20 * 20 * 4 < found.used_bytes <= found.reserved_bytes
    assert "" == found.absent_reason


def test_a_shape_runs_no_more_often_than_memory_can_tell(workshop: "Workshop") -> None:
    """The second run of a shape is planned; a third changes nothing."""
    model = workshop.model()
    short, long = (model.encoder.probe(length, largest_id=False) for length in (5, 9))
    trial = arena_trial(model, [[short], [long], [short], [short], [short, long]])
    shapes = [arrays["input_ids"].shape for arrays in trial.inputs]
    assert [(1, 5), (1, 9), (1, 5), (2, 9)] == shapes


def test_a_session_that_does_not_fit_leaves_the_arena_unknown(
    workshop: "Workshop", monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(*_: object) -> None:
        message = "the graph needs more memory than it may have"
        raise WorkerOutOfMemoryError(message)

    model = workshop.model()
    trial = arena_trial(model, [[model.encoder.probe(5, largest_id=False)]])
    monkeypatch.setattr(arena, "Session", too_large)
    found = trial.run(SessionSettings(1))
    assert found.used_bytes is None
    assert "the session that is profiled needs more memory than it may have" == found.absent_reason
