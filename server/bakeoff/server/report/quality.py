"""Quality of one candidate, from its predictions and the labels of the set."""

from collections.abc import Sequence

from bakeoff.server.metrics import confusion
from bakeoff.server.quality import Certainty, class_figures, figures
from bakeoff.server.report.messages import figure_message
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Figure
from bakeoff.v1 import ClassResult, ConfusionMatrix, ExampleCounts


def quality_figures(
    sample: Sample, metric_ids: Sequence[str], certainty: Certainty
) -> list[Figure]:
    """One figure a metric over all scored examples, with its interval."""
    return figures(sample, metric_ids, certainty)


def class_results(sample: Sample, certainty: Certainty) -> list[ClassResult]:
    """Quality of each class; none for regression."""
    return [
        ClassResult(
            label=found.label,
            support=found.support,
            figures=[figure_message(figure) for figure in found.figures],
        )
        for found in class_figures(sample, certainty)
    ]


def confusion_matrix(sample: Sample) -> ConfusionMatrix | None:
    """Counts of true class by predicted class; None unless classes exclude each other."""
    counts = confusion(sample)
    if counts is None:
        return None
    return ConfusionMatrix(labels=sample.labels, counts=counts.ravel().tolist())


def example_counts(sample: Sample) -> ExampleCounts:
    """Examples by what became of them."""
    counts = sample.counts
    return ExampleCounts(
        total=counts.total,
        scored=counts.scored,
        unlabelled=counts.unlabelled,
        failed=counts.failed,
        non_finite=counts.non_finite,
        truncated=counts.truncated,
    )
