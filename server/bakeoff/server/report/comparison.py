"""Comparisons of every candidate with the baseline, as one family."""

from collections.abc import Sequence

from bakeoff.server.quality import Decision, Verdict
from bakeoff.server.report.messages import interval_message
from bakeoff.server.report.pairing import Pairing
from bakeoff.v1 import Comparison

_VERDICTS = {
    Verdict.BETTER: Comparison.VERDICT_BETTER,
    Verdict.WORSE: Comparison.VERDICT_WORSE,
    Verdict.EQUIVALENT: Comparison.VERDICT_EQUIVALENT,
    Verdict.UNDECIDED: Comparison.VERDICT_UNDECIDED,
}


def comparisons(
    pairing: Pairing, candidates: Sequence[str], baseline: str, metric_ids: Sequence[str]
) -> list[Comparison]:
    """Each candidate that was scored against the baseline, in each metric.

    All of them are one family: p-values are corrected by Holm's method for their number. Nothing
    when the baseline itself was not scored.
    """
    if baseline not in pairing.samples:
        return []
    family = [
        (metric_id, candidate, baseline)
        for candidate in candidates
        if candidate != baseline and candidate in pairing.samples
        for metric_id in metric_ids
    ]
    return [
        comparison_message(candidate, baseline, decision, pairing.certainty.margin)
        for (_, candidate, _), decision in zip(family, pairing.decisions(family), strict=True)
    ]


def comparison_message(
    candidate: str, baseline: str, decision: Decision, margin: float
) -> Comparison:
    """A comparison that was decided, as it is sent."""
    found = decision.comparison
    return Comparison(
        candidate=candidate,
        baseline=baseline,
        figure_id=found.metric_id,
        example_count=found.example_count,
        candidate_value=found.candidate_value,
        baseline_value=found.baseline_value,
        difference=found.difference,
        interval=None if found.interval is None else interval_message(found.interval),
        p_value=found.p_value,
        adjusted_p_value=decision.adjusted_p_value,
        test=found.test,
        verdict=_VERDICTS[decision.verdict],
        equivalence_margin=margin,
        candidate_only_right_count=found.candidate_only_right_count,
        baseline_only_right_count=found.baseline_only_right_count,
        more_examples_needed=decision.more_examples_needed,
    )
