"""Whether a variant answers as its source model does, on real examples at several shapes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bakeoff.exporter.errors import ExamplesError, LabelsMismatchError, ParityFailedError
from bakeoff.exporter.examples import Example
from bakeoff.exporter.head import Head, ProblemType, Scale
from bakeoff.exporter.inference import BundleInference
from bakeoff.exporter.parity_rule import ParityRule
from bakeoff.v1 import Parity

FEWEST_SHAPES = 3

_BATCH_SIZES = (2, 1, 3, 8, 5, 16)
# A long text pads all its batch mates to its own length, so it gets few of them.
_MOST_PADDED_CHARACTERS = 12_000

Outputs = npt.NDArray[np.float64]


class Reference(Protocol):
    """What a variant is compared with."""

    @property
    def name(self) -> str:
        """Name, as a manifest records it."""

    def outputs(self, examples: Sequence[Example]) -> Outputs:
        """Output of a batch, shape [batch, labels]."""


@dataclass(frozen=True)
class ReferenceAnswers:
    """Batches of examples and what the reference answered to each."""

    name: str
    batches: tuple[tuple[Example, ...], ...]
    outputs: tuple[Outputs, ...]

    @property
    def example_count(self) -> int:
        """Number of examples over all batches."""
        return sum(len(batch) for batch in self.batches)

    @property
    def spread(self) -> float:
        """Standard deviation over all output values."""
        return float(np.concatenate([batch.ravel() for batch in self.outputs]).std())


def split_into_batches(examples: Sequence[Example]) -> tuple[tuple[Example, ...], ...]:
    """Split examples, in their order, into batches of several sizes.

    Pairs and single texts do not share a batch, because transformers encodes only one kind at a
    time. Raises ExamplesError when there are too few for three batches.
    """
    batches: list[tuple[Example, ...]] = []
    for kind in (
        [example for example in examples if example.text_pair is None],
        [example for example in examples if example.text_pair is not None],
    ):
        start = 0
        while start < len(kind):
            size = _BATCH_SIZES[len(batches) % len(_BATCH_SIZES)]
            batch = kind[start : start + size]
            while len(batch) > 1 and _padded_characters(batch) > _MOST_PADDED_CHARACTERS:
                batch.pop()
            batches.append(tuple(batch))
            start += len(batch)
    if len(batches) < FEWEST_SHAPES:
        message = (
            f"parity: needs examples for {FEWEST_SHAPES} batches of different sizes, which is "
            f"{sum(_BATCH_SIZES[: FEWEST_SHAPES - 1]) + 1} or more; got {len(examples)}."
        )
        raise ExamplesError(message)
    return tuple(batches)


def _padded_characters(batch: Sequence[Example]) -> int:
    return len(batch) * max(len(example.text) + len(example.text_pair or "") for example in batch)


def ask_reference(
    reference: Reference, examples: Sequence[Example], head: Head
) -> ReferenceAnswers:
    """Let the reference answer every example once.

    Raises ParityFailedError when its own answers are not finite, and LabelsMismatchError when they
    do not have one column a label.
    """
    batches = split_into_batches(examples)
    outputs = tuple(reference.outputs(batch) for batch in batches)
    for batch, output in zip(batches, outputs, strict=True):
        _check_shape(reference.name, output, len(batch), head)
        if not np.isfinite(output).all():
            message = f"parity: {reference.name} itself answers with NaN or infinity."
            raise ParityFailedError(message)
    return ReferenceAnswers(reference.name, batches, outputs)


def compare(
    answers: ReferenceAnswers, variant: BundleInference, head: Head, rule: ParityRule
) -> Parity:
    """Compare a variant with what the reference answered, on the same batches."""
    tolerance = _regression_tolerance(answers, rule)
    differences = []
    flips = non_finite = 0
    shapes: dict[str, None] = {}
    for batch, expected in zip(answers.batches, answers.outputs, strict=True):
        inputs = variant.encode(batch)
        shapes["x".join(str(size) for size in next(iter(inputs.values())).shape)] = None
        actual = variant.run(inputs)
        _check_shape("the variant", actual, len(batch), head)
        finite = np.isfinite(actual)
        non_finite += int(actual.size - finite.sum())
        differences.append(np.abs(actual[finite] - expected[finite]))
        flips += int(_flipped(expected, actual, head, tolerance).sum())
    difference = np.concatenate(differences)
    largest = float(difference.max(initial=0.0))
    allowed = _max_abs_difference(answers, head, rule)
    return Parity(
        reference=answers.name,
        example_count=answers.example_count,
        shapes=list(shapes),
        max_abs_difference=largest,
        mean_abs_difference=float(difference.mean()) if difference.size else 0.0,
        label_flip_count=flips,
        non_finite_count=non_finite,
        max_abs_difference_allowed=allowed,
        label_flip_share_allowed=rule.label_flip_share,
        regression_tolerance=tolerance if head.problem_type is ProblemType.REGRESSION else None,
        passed=(
            (allowed is None or largest <= allowed)
            and non_finite == 0
            and flips <= rule.label_flip_share * answers.example_count
        ),
    )


def require_parity(parity: Parity, variant_id: str) -> None:
    """Raise ParityFailedError, with the numbers and the bounds, unless the bounds were held."""
    if parity.passed:
        return
    allowed = (
        f" (allowed {parity.max_abs_difference_allowed:g})"
        if parity.HasField("max_abs_difference_allowed")
        else ""
    )
    message = (
        f"parity: {variant_id} does not follow {parity.reference}: over {parity.example_count} "
        f"examples {parity.label_flip_count} label flips "
        f"(allowed {parity.label_flip_share_allowed:.2%}), largest absolute difference "
        f"{parity.max_abs_difference:.3g}{allowed}, mean {parity.mean_abs_difference:.3g}, "
        f"{parity.non_finite_count} values NaN or infinite. "
        "Compare on texts of your own with --parity-examples, or set other bounds with "
        "--max-label-flips and --max-abs-difference."
    )
    raise ParityFailedError(message)


def smoke_run(variant: BundleInference, examples: Sequence[Example], head: Head) -> None:
    """Run examples through a graph that has nothing to be compared with.

    Raises InvalidGraphError when it does not run, LabelsMismatchError when it answers in another
    shape than its labels ask for, and ParityFailedError when it answers with NaN or infinity.
    """
    non_finite = 0
    for batch in split_into_batches(examples):
        output = variant.outputs(batch)
        _check_shape("the graph", output, len(batch), head)
        non_finite += int(output.size - np.isfinite(output).sum())
    if non_finite:
        message = (
            f"parity: the graph answers {len(examples)} examples with "
            f"{non_finite} values NaN or infinite."
        )
        raise ParityFailedError(message)


def _max_abs_difference(answers: ReferenceAnswers, head: Head, rule: ParityRule) -> float | None:
    """Bound on any output value. That of a regression grows with the scale of its answers."""
    if rule.max_abs_difference is None or head.scale is not Scale.VALUE:
        return rule.max_abs_difference
    return rule.max_abs_difference * max(1.0, answers.spread)


def _regression_tolerance(answers: ReferenceAnswers, rule: ParityRule) -> float:
    if rule.tolerance_share > 0:
        return rule.tolerance_share * answers.spread
    return (rule.max_abs_difference or 0.0) * max(1.0, answers.spread)


def _check_shape(who: str, output: Outputs, batch_size: int, head: Head) -> None:
    expected = (batch_size, len(head.labels))
    if output.shape != expected:
        message = (
            f"graph: {who} must answer {expected[0]} examples with shape {list(expected)}, "
            f"one column for each of its {expected[1]} labels; got shape {list(output.shape)}."
        )
        raise LabelsMismatchError(message)


def _flipped(
    expected: Outputs, actual: Outputs, head: Head, tolerance: float
) -> npt.NDArray[np.bool_]:
    """Which examples are answered differently; a value that is not finite is always different."""
    broken = ~np.isfinite(actual).all(axis=1)
    safe = np.where(np.isfinite(actual), actual, 0.0)
    if head.problem_type is ProblemType.REGRESSION:
        apart = np.abs(safe - expected).max(axis=1) > tolerance
    elif head.problem_type is ProblemType.MULTI_LABEL:
        threshold = 0.5 if head.scale is Scale.PROBABILITIES else 0.0
        apart = ((safe >= threshold) != (expected >= threshold)).any(axis=1)
    else:
        apart = safe.argmax(axis=1) != expected.argmax(axis=1)
    return np.asarray(apart | broken, dtype=np.bool_)
