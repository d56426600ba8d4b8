"""Evidence of predictions alone."""

from collections.abc import Mapping, Sequence

import numpy as np

from bakeoff.server.types import CandidateEvidence, Evidence
from bakeoff.v1 import (
    Candidate,
    ClassificationHead,
    ClassificationOutput,
    Environment,
    EvaluationSet,
    EvaluationSpec,
    ExampleKey,
    Label,
    Manifest,
    Prediction,
    StatisticsSettings,
    Target,
    TextInput,
)


def evidence_of_predictions(
    head: ClassificationHead,
    labels: Sequence[Label | None],
    outputs: Mapping[str, Sequence[Sequence[float]]],
    **of_spec: object,
) -> Evidence:
    candidates = [
        CandidateEvidence(
            candidate=Candidate(
                name=f"candidates/{name}",
                manifest=Manifest(task="text-classification", classification=head),
            ),
            error=None,
            predictions=[
                Prediction(
                    index=index,
                    classification=ClassificationOutput(values=values),
                    non_finite_count=int(not np.isfinite(values).all()),
                )
                for index, values in enumerate(rows)
            ],
        )
        for name, rows in outputs.items()
    ]
    names = [found.candidate.name for found in candidates]
    spec = {"baseline": names[0], "statistics": StatisticsSettings(resample_count=100)} | of_spec
    return Evidence(
        evaluation="evaluations/bare",
        spec=EvaluationSpec(candidates=names, **spec),
        evaluation_set=EvaluationSet(
            name="evaluationSets/bare", task="text-classification", example_count=len(labels)
        ),
        target=Target(name="targets/cpu", device="cpu"),
        environment=Environment(),
        keys=[ExampleKey(id=f"e{index}", label=label) for index, label in enumerate(labels)],
        texts=[TextInput(text=f"text {index}") for index in range(len(labels))],
        candidates=candidates,
    )
