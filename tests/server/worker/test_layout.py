"""Promises of the thread layout trial."""

from typing import TYPE_CHECKING

import pytest

from bakeoff.server.worker.batching import TokenBudgetPolicy
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.layout import choose_layout
from bakeoff.server.worker.model import Model
from bakeoff.server.worker.providers import Layout

if TYPE_CHECKING:
    from conftest import Workshop


def test_the_fastest_layout_is_chosen_and_its_model_is_loaded(workshop: "Workshop") -> None:
    bundle = workshop.bundle()
    loaded: dict[int, Model] = {}

    def load(thread_count: int) -> Model:
        loaded[thread_count] = workshop.model(bundle, thread_count)
        return loaded[thread_count]

    examples = ExampleFile(workshop.inputs(workshop.sentences(100)))
    candidates = [Layout(2, 1), Layout(1, 2), Layout(1, 1)]
    choice = choose_layout(candidates, load, examples, TokenBudgetPolicy(512, 64))
    trials = choice.layout.trials
    assert candidates == [
        Layout(trial.intra_op_thread_count, trial.caller_count) for trial in trials
    ]
    best = max(trials, key=lambda trial: trial.samples_per_s)
    assert best.samples_per_s > 0
    assert (best.intra_op_thread_count, best.caller_count) == (
        choice.layout.intra_op_thread_count,
        choice.layout.caller_count,
    )
    assert {1, 2} == loaded.keys()
    assert choice.model is loaded[choice.layout.intra_op_thread_count]


@pytest.mark.parametrize("count", [1, 3])
def test_a_small_set_is_enough(workshop: "Workshop", count: int) -> None:
    examples = ExampleFile(workshop.inputs(workshop.sentences(count)))
    choice = choose_layout(
        [Layout(1, 1)], lambda _: workshop.model(), examples, TokenBudgetPolicy(512, 64)
    )
    assert 1 == len(choice.layout.trials)
