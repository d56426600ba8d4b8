"""Parity tells a graph that follows its source model from one that does not."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from onnx import helper, numpy_helper

from bakeoff.exporter import ExportedBundle
from bakeoff.exporter.errors import (
    ExamplesError,
    LabelsMismatchError,
    OptionError,
    ParityFailedError,
)
from bakeoff.exporter.examples import Example, shipped_examples
from bakeoff.exporter.head import Head, ProblemType, Scale
from bakeoff.exporter.inference import BundleInference
from bakeoff.exporter.parity import (
    ReferenceAnswers,
    ask_reference,
    compare,
    require_parity,
    smoke_run,
    split_into_batches,
)
from bakeoff.exporter.parity_rule import ParityRule
from bakeoff.v1 import Parity

STRICT = ParityRule(max_abs_difference=1e-4, label_flip_share=0.0)
LENIENT = ParityRule(max_abs_difference=None, label_flip_share=1.0)
FOUR = Head(ProblemType.SINGLE_LABEL, ("a", "b", "c", "d"), Scale.LOGITS)


def test_batches_have_several_sizes_and_keep_every_example() -> None:
    examples = shipped_examples(pairs=True)
    batches = split_into_batches(examples)

    assert {1, 2, 3, 5, 8, 16} <= {len(batch) for batch in batches}
    assert set(examples) == {example for batch in batches for example in batch}
    assert len(examples) == sum(len(batch) for batch in batches)
    for batch in batches:
        assert 1 == len({example.text_pair is None for example in batch})


def test_a_long_text_has_few_batch_mates() -> None:
    batches = split_into_batches([Example("word " * 2000)] * 12)

    assert 12 == len(batches)


def test_too_few_examples_for_three_shapes_are_refused() -> None:
    with pytest.raises(ExamplesError, match="4 or more; got 3"):
        split_into_batches([Example("a"), Example("b"), Example("c")])


@pytest.mark.parametrize(
    ("difference", "share", "match"),
    [(-1.0, 0.0, "max_abs_difference"), (float("nan"), 0.0, "max_abs"), (None, 1.5, "got 1.5")],
)
def test_a_rule_outside_its_range_is_refused(
    difference: float | None, share: float, match: str
) -> None:
    with pytest.raises(OptionError, match=match):
        ParityRule(difference, share)


class BundleReference:
    """A bundle in the place of its source model."""

    name = "fp32"

    def __init__(self, bundle: ExportedBundle) -> None:
        self._inference = BundleInference(bundle.path, bundle.manifest)

    def outputs(self, examples: Sequence[Example]) -> npt.NDArray[np.float64]:
        return self._inference.outputs(examples)


@pytest.fixture(scope="module")
def answers(bert_bundles: Mapping[str, ExportedBundle]) -> ReferenceAnswers:
    return ask_reference(BundleReference(bert_bundles["fp32"]), shipped_examples(pairs=True), FOUR)


@pytest.fixture
def spoiled(bert_bundles: Mapping[str, ExportedBundle], tmp_path: Path) -> ExportedBundle:
    """A copy of the fp32 bundle, to be spoiled."""
    bundle = bert_bundles["fp32"]
    return ExportedBundle(shutil.copytree(bundle.path, tmp_path / "copy"), bundle.manifest)


def change_head(
    bundle: ExportedBundle, change: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]
) -> None:
    """Put a step behind the logits of a graph: a table of four columns times them, plus four."""
    path = bundle.path / "model.onnx"
    model = onnx.load(path)
    for node in model.graph.node:
        node.output[:] = ["true_logits" if name == "logits" else name for name in node.output]
    table = change(np.vstack([np.eye(4), np.zeros(4)]).astype(np.float32))
    model.graph.initializer.append(numpy_helper.from_array(table[:4], "table"))
    model.graph.initializer.append(numpy_helper.from_array(table[4], "shift"))
    model.graph.node.append(helper.make_node("Gemm", ["true_logits", "table", "shift"], ["logits"]))
    onnx.save(model, path)


@pytest.mark.slow
def test_the_same_graph_differs_by_nothing(
    bert_bundles: Mapping[str, ExportedBundle], answers: ReferenceAnswers
) -> None:
    bundle = bert_bundles["fp32"]

    parity = compare(answers, BundleInference(bundle.path, bundle.manifest), FOUR, STRICT)

    assert (0.0, 0.0, 0, 0) == (
        parity.max_abs_difference,
        parity.mean_abs_difference,
        parity.label_flip_count,
        parity.non_finite_count,
    )
    assert ("fp32", len(shipped_examples(pairs=True))) == (parity.reference, parity.example_count)
    assert parity.passed
    require_parity(parity, "fp32")


@pytest.mark.slow
def test_a_graph_with_one_wrong_weight_fails(
    spoiled: ExportedBundle, answers: ReferenceAnswers
) -> None:
    def bump(table: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        table[4, 0] += 0.001
        return table

    change_head(spoiled, bump)

    parity = compare(answers, BundleInference(spoiled.path, spoiled.manifest), FOUR, STRICT)

    assert 0.001 == pytest.approx(parity.max_abs_difference, rel=0.01)
    assert 0.00025 == pytest.approx(parity.mean_abs_difference, rel=0.01)
    with pytest.raises(ParityFailedError, match=r"largest absolute difference 0\.001 \(allowed"):
        require_parity(parity, "fp32")


@pytest.mark.slow
def test_a_graph_that_swaps_two_labels_fails_on_labels_alone(
    spoiled: ExportedBundle, answers: ReferenceAnswers
) -> None:
    change_head(spoiled, lambda table: table[[1, 0, 2, 3, 4]])
    expected = sum(int(np.isin(output.argmax(axis=1), (0, 1)).sum()) for output in answers.outputs)

    rule = ParityRule(max_abs_difference=None, label_flip_share=0.0)
    parity = compare(answers, BundleInference(spoiled.path, spoiled.manifest), FOUR, rule)

    assert expected == parity.label_flip_count
    assert expected > 0
    assert not parity.passed


@pytest.mark.slow
def test_not_a_number_fails_whatever_the_bounds(
    spoiled: ExportedBundle, answers: ReferenceAnswers
) -> None:
    def poison(table: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        table[4, 2] = np.nan
        return table

    change_head(spoiled, poison)

    inference = BundleInference(spoiled.path, spoiled.manifest)
    parity = compare(answers, inference, FOUR, LENIENT)

    assert answers.example_count == parity.non_finite_count
    assert answers.example_count == parity.label_flip_count
    with pytest.raises(ParityFailedError, match="values NaN or infinite"):
        require_parity(parity, "fp32")
    with pytest.raises(ParityFailedError, match="values NaN or infinite"):
        smoke_run(inference, shipped_examples(pairs=False), FOUR)


@pytest.mark.slow
def test_other_columns_than_labels_are_refused(
    bert_bundles: Mapping[str, ExportedBundle], answers: ReferenceAnswers
) -> None:
    bundle = bert_bundles["fp32"]
    three = Head(ProblemType.SINGLE_LABEL, ("a", "b", "c"), Scale.LOGITS)

    with pytest.raises(LabelsMismatchError, match=r"each of its 3 labels; got shape \[2, 4\]"):
        compare(answers, BundleInference(bundle.path, bundle.manifest), three, STRICT)


class FixedReference:
    """Answers with rows of a table, in the order in which it is asked."""

    name = "table"

    def __init__(self, rows: Sequence[Sequence[float]]) -> None:
        self._rows = [list(row) for row in rows]

    def outputs(self, examples: Sequence[Example]) -> npt.NDArray[np.float64]:
        taken, self._rows = self._rows[: len(examples)], self._rows[len(examples) :]
        return np.array(taken, dtype=np.float64)

    def encode(self, examples: Sequence[Example]) -> dict[str, npt.NDArray[np.float64]]:
        return {"x": self.outputs(examples)}

    def run(self, inputs: dict[str, npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
        return inputs["x"]


def parity_of(
    head: Head,
    rule: ParityRule,
    expected: Sequence[Sequence[float]],
    actual: Sequence[Sequence[float]],
) -> Parity:
    """Parity between two tables of answers."""
    examples = [Example(str(index)) for index in range(len(expected))]
    answers = ask_reference(FixedReference(expected), examples, head)
    return compare(answers, FixedReference(actual), head, rule)


def flips(
    head: Head,
    rule: ParityRule,
    expected: Sequence[Sequence[float]],
    actual: Sequence[Sequence[float]],
) -> int:
    """Number of flips between two tables of answers."""
    return int(parity_of(head, rule, expected, actual).label_flip_count)


def test_a_label_of_many_flips_where_it_crosses_its_threshold() -> None:
    logits = Head(ProblemType.MULTI_LABEL, ("a", "b"), Scale.LOGITS)
    expected = [[1.0, -1.0], [0.1, 0.1], [-3.0, 2.0], [0.0, 5.0], [-0.1, 1.0]]
    actual = [[9.0, -9.0], [-0.1, 0.1], [-3.0, -2.0], [0.1, 5.0], [0.1, -1.0]]

    assert 3 == flips(logits, LENIENT, expected, actual)


def test_the_threshold_of_probabilities_is_a_half() -> None:
    head = Head(ProblemType.MULTI_LABEL, ("a",), Scale.PROBABILITIES)
    expected = [[0.6], [0.4], [0.51], [0.2], [0.9]]
    actual = [[0.9], [0.1], [0.49], [0.6], [0.5]]

    assert 2 == flips(head, LENIENT, expected, actual)


def test_a_regression_flips_beyond_its_tolerance() -> None:
    """The tolerance is a tenth of the standard deviation of 1, 2, 3, 4, 5, which is 0.1414."""
    head = Head(ProblemType.REGRESSION, ("score",), Scale.VALUE)
    rule = ParityRule(max_abs_difference=None, label_flip_share=1.0, tolerance_share=0.1)
    expected = [[1.0], [2.0], [3.0], [4.0], [5.0]]
    actual = [[1.1], [2.0], [3.2], [3.8], [5.14]]

    found = parity_of(head, rule, expected, actual)
    assert 2 == found.label_flip_count
    assert found.regression_tolerance == pytest.approx(0.14142135623730951)


def test_classes_have_no_tolerance() -> None:
    found = parity_of(FOUR, LENIENT, [[0.0, 1.0, 2.0, 3.0]] * 5, [[0.0, 1.0, 2.0, 3.0]] * 5)
    assert not found.HasField("regression_tolerance")


def test_a_reference_that_is_not_finite_cannot_be_followed() -> None:
    rows = [[0.0, 1.0, 2.0, float("inf")]] * 5

    with pytest.raises(ParityFailedError, match="table itself answers with NaN or infinity"):
        ask_reference(FixedReference(rows), [Example("x")] * 5, FOUR)
