"""Which figures a table shows unless it is asked for all of them."""

from bakeoff import v1

# Of quality, what most people ask for first.
QUALITY_HEADLINES = (
    "accuracy",
    "balanced_accuracy",
    "f1.macro",
    "mcc",
    "roc_auc",
    "roc_auc.macro",
    "log_loss",
    "ece",
    "hamming_loss",
    "pearson",
    "spearman",
    "mse",
    "mae",
)

# So many metrics are shown without being asked for one by one.
FEW_METRICS = 6

# Of load, what says little beside its neighbours.
LOAD_DETAILS = (
    "latency_p95_ms",
    "latency_p99_9_ms",
    "latency_mean_ms",
    "model_latency_p90_ms",
    "model_latency_p95_ms",
    "model_latency_p99_9_ms",
    "model_latency_mean_ms",
)

# Few machines have a meter, and that one has none is no news in each scenario.
METERED = ("joules_per_sample",)


def is_quality_headline(identity: str, spec: v1.EvaluationSpec) -> bool:
    """Whether a quality figure is shown: a headline, what decides, or one of a few asked for."""
    return (
        identity in QUALITY_HEADLINES
        or len(spec.metrics) <= FEW_METRICS
        or _decides(identity, spec)
    )


def is_load_headline(figure: v1.Figure, spec: v1.EvaluationSpec) -> bool:
    """Whether a figure of a scenario is shown: what most people ask for, or what decides."""
    if _decides(figure.id, spec):
        return True
    return figure.id not in LOAD_DETAILS and (figure.HasField("value") or figure.id not in METERED)


def _decides(identity: str, spec: v1.EvaluationSpec) -> bool:
    return any(identity in words for words in (*spec.constraints, *spec.objectives))
