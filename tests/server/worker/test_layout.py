"""Promises of the thread layout trial."""

from typing import TYPE_CHECKING

import pytest

from bakeoff.server.errors import InferenceError, InvalidExampleError
from bakeoff.server.worker.batching import TokenBudgetPolicy
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.layout import choose_layout, leads_clearly
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


def test_a_graph_that_fails_ends_the_trial(workshop: "Workshop") -> None:
    graph = workshop.classifier(row_count=workshop.row_count - 1)
    model = workshop.model(workshop.bundle(graph))
    examples = ExampleFile(workshop.inputs(["w59"] * 10))
    with pytest.raises(InferenceError, match="idx=63"):
        choose_layout([Layout(1, 2)], lambda _: model, examples, TokenBudgetPolicy(512, 64))


def test_a_set_without_any_input_cannot_be_tried(workshop: "Workshop") -> None:
    examples = ExampleFile(workshop.inputs(["x" * 1_000_001]))
    with pytest.raises(InvalidExampleError, match="no example of the set"):
        choose_layout(
            [Layout(1, 1)], lambda _: workshop.model(), examples, TokenBudgetPolicy(512, 64)
        )


def test_very_long_texts_are_left_out_of_the_trial(workshop: "Workshop") -> None:
    """One of them alone takes a second to tokenise."""
    texts = ["w1 w2"] * 4 + ["w1 " * 300_000] * 3
    examples = ExampleFile(workshop.inputs(texts))
    choice = choose_layout(
        [Layout(1, 1)], lambda _: workshop.model(), examples, TokenBudgetPolicy(512, 64)
    )
    assert choice.layout.trials[0].samples_per_s > 0


@pytest.mark.parametrize("count", [1, 3])
def test_a_small_set_is_enough(workshop: "Workshop", count: int) -> None:
    examples = ExampleFile(workshop.inputs(workshop.sentences(count)))
    choice = choose_layout(
        [Layout(1, 1)], lambda _: workshop.model(), examples, TokenBudgetPolicy(512, 64)
    )
    assert 1 == len(choice.layout.trials)


@pytest.mark.parametrize(
    ("rates", "clear"),
    [
        ([[100, 90, 110], [80, 70, 90], [60, 60, 60]], True),
        ([[100, 90, 110], [80, 90, 90]], False),
        ([[100, 100, 100], [98, 98, 98]], False),
        ([[100, 100, 100]], True),
    ],
    ids=["ahead in every round", "level in one round", "ahead by a hair", "alone"],
)
def test_a_lead_is_clear_when_it_is_large_in_every_round(
    rates: list[list[float]], *, clear: bool
) -> None:
    assert clear == leads_clearly(rates)
