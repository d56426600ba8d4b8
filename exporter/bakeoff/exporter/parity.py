"""Whether a variant answers as its source model does, on real examples at several shapes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from bakeoff.exporter.errors import InvalidGraphError, ParityFailedError
from bakeoff.exporter.examples import Example
from bakeoff.exporter.head import Head, ProblemType, Scale
from bakeoff.exporter.inference import BundleInference
from bakeoff.v1 import Parity

_BATCH_SIZES = (2, 1, 3, 8, 5, 16)

Outputs = npt.NDArray[np.float64]


class Reference(Protocol):
    """What a variant is compared with."""

    @property
    def name(self) -> str:
        """Name, as a manifest records it."""

    def outputs(self, examples: Sequence[Example]) -> Outputs:
        """Output of a batch, shape [batch, labels]."""


@dataclass(frozen=True)
class Bounds:
    """What a variant is held to.

    `regression_tolerance` is the absolute difference from which a regression counts as flipped.
    """

    max_abs_difference: float | None
    label_flip_share: float
    regression_tolerance: float = 0.0


@dataclass(frozen=True)
class ReferenceAnswers:
    """Batches of examples and what the reference answered to each."""

    name: str
    batches: tuple[tuple[Example, ...], ...]
    outputs: tuple[Outputs, ...]

    @property
    def spread(self) -> float:
        """Standard deviation over all output values."""
        return float(np.concatenate([batch.ravel() for batch in self.outputs]).std())


def split_into_batches(examples: Sequence[Example]) -> tuple[tuple[Example, ...], ...]:
    """Split examples, in their order, into batches of several sizes.

    Pairs and single texts do not share a batch, because transformers encodes only one kind at a
    time.
    """
    batches: list[tuple[Example, ...]] = []
    for kind in (
        [example for example in examples if example.text_pair is None],
        [example for example in examples if example.text_pair is not None],
    ):
        start = 0
        while start < len(kind):
            size = _BATCH_SIZES[len(batches) % len(_BATCH_SIZES)]
            batches.append(tuple(kind[start : start + size]))
            start += size
    return tuple(batches)


def ask_reference(
    reference: Reference, examples: Sequence[Example], head: Head
) -> ReferenceAnswers:
    """Let the reference answer every example once.

    Raises ParityFailedError when its own answers are not finite, and InvalidGraphError when they
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
    answers: ReferenceAnswers, variant: BundleInference, head: Head, bounds: Bounds
) -> Parity:
    """Compare a variant with what the reference answered, batch by batch, on the same batches."""
    differences = []
    flips = 0
    non_finite = 0
    shapes: dict[str, None] = {}
    for batch, expected in zip(answers.batches, answers.outputs, strict=True):
        inputs = variant.encode(batch)
        shape = "x".join(str(size) for size in next(iter(inputs.values())).shape)
        shapes[shape] = None
        actual = variant.run(inputs)
        _check_shape("the variant", actual, len(batch), head)
        finite = np.isfinite(actual)
        non_finite += int(actual.size - finite.sum())
        differences.append(np.abs(np.where(finite, actual, 0.0) - expected)[finite])
        flips += int(_flipped(expected, actual, head, bounds).sum())
    difference = np.concatenate(differences) if differences else np.zeros(0)
    largest = float(difference.max(initial=0.0))
    example_count = sum(len(batch) for batch in answers.batches)
    within = bounds.max_abs_difference is None or largest <= bounds.max_abs_difference
    return Parity(
        reference=answers.name,
        example_count=example_count,
        shapes=list(shapes),
        max_abs_difference=largest,
        mean_abs_difference=float(difference.mean()) if difference.size else 0.0,
        label_flip_count=flips,
        non_finite_count=non_finite,
        max_abs_difference_allowed=bounds.max_abs_difference,
        label_flip_share_allowed=bounds.label_flip_share,
        passed=within and non_finite == 0 and flips <= bounds.label_flip_share * example_count,
    )


def require_parity(parity: Parity, variant_id: str) -> None:
    """Raise ParityFailedError, with the numbers and the bounds, unless the bounds were held."""
    if parity.passed:
        return
    bound = (
        f" (allowed {parity.max_abs_difference_allowed:g})"
        if parity.HasField("max_abs_difference_allowed")
        else ""
    )
    message = (
        f"parity: {variant_id} does not follow {parity.reference}: over {parity.example_count} "
        f"examples {parity.label_flip_count} label flips "
        f"(allowed {parity.label_flip_share_allowed:.2%}), largest absolute difference "
        f"{parity.max_abs_difference:.3g}{bound}, mean {parity.mean_abs_difference:.3g}, "
        f"{parity.non_finite_count} values NaN or infinite. "
        "Set the bounds with --max-label-flips and --max-abs-difference."
    )
    raise ParityFailedError(message)


def _check_shape(who: str, output: Outputs, batch_size: int, head: Head) -> None:
    expected = (batch_size, len(head.labels))
    if output.shape != expected:
        message = (
            f"graph: {who} must answer {expected[0]} examples with shape {list(expected)}, one column "
            f"for each of its {expected[1]} labels; got shape {list(output.shape)}."
        )
        raise InvalidGraphError(message)


def _flipped(
    expected: Outputs, actual: Outputs, head: Head, bounds: Bounds
) -> npt.NDArray[np.bool_]:
    """Which examples are answered differently; a value that is not finite is always different."""
    broken = ~np.isfinite(actual).all(axis=1)
    if head.problem_type is ProblemType.REGRESSION:
        with np.errstate(invalid="ignore"):
            apart = np.abs(actual - expected).max(axis=1) > bounds.regression_tolerance
    elif head.problem_type is ProblemType.MULTI_LABEL:
        threshold = 0.5 if head.scale is Scale.PROBABILITIES else 0.0
        apart = ((actual >= threshold) != (expected >= threshold)).any(axis=1)
    else:
        safe = np.where(np.isfinite(actual), actual, -np.inf)
        apart = safe.argmax(axis=1) != expected.argmax(axis=1)
    return np.asarray(apart | broken, dtype=np.bool_)
