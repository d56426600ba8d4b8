"""The seam between a task and the rooms that score, compare and list its predictions."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bakeoff.server.tasks.sample import Sample
from bakeoff.v1 import (
    ClassificationHead,
    EvaluationSet,
    ExampleKey,
    Manifest,
    Prediction,
    PredictionRecord,
    TextInput,
)


class Task(Protocol):
    """A task: a module with these functions."""

    def check_manifest(self, manifest: Manifest) -> None:
        """Raise InvalidManifestError when a manifest of this task contradicts itself."""

    def check_set(
        self,
        evaluation_set: EvaluationSet,
        manifests: Mapping[str, Manifest],
        label_mapping: Mapping[str, str],
    ) -> None:
        """Raise when these candidates cannot be scored on this set.

        `manifests` is by candidate name; `label_mapping` leads from class names of the set to
        class names of the candidates. Raises TaskMismatchError, MissingLabelsError or
        UnknownLabelError.
        """

    def probabilities(
        self, values: npt.ArrayLike, head: ClassificationHead
    ) -> npt.NDArray[np.float64] | None:
        """Return the probability of each class, or None when the outputs have none."""

    def predicted(
        self, values: npt.ArrayLike, head: ClassificationHead
    ) -> npt.NDArray[np.int64] | npt.NDArray[np.bool_] | npt.NDArray[np.float64]:
        """Return the answers that raw output values stand for."""

    def sample(
        self,
        keys: Sequence[ExampleKey],
        predictions: Sequence[Prediction],
        head: ClassificationHead,
        label_mapping: Mapping[str, str],
    ) -> Sample:
        """Align labels with predictions, and count what cannot be scored."""

    def record(
        self,
        example_id: str,
        text: TextInput,
        key: ExampleKey,
        prediction: Prediction,
        *,
        head: ClassificationHead,
        label_mapping: Mapping[str, str],
    ) -> PredictionRecord:
        """Set a prediction beside its example, as a person reads it."""

    def default_metrics(
        self,
        problem_type: "ClassificationHead.ProblemType.ValueType",
        class_count: int | None = None,
    ) -> tuple[str, ...]:
        """Return the ids of all metrics that fit, the main one first."""

    def main_metric(self, problem_type: "ClassificationHead.ProblemType.ValueType") -> str:
        """Return the id of the metric that decides when nobody says which."""
