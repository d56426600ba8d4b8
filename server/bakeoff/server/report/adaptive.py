"""What measuring adaptively spared."""

from bakeoff.server.types import CandidateEvidence, Evidence
from bakeoff.v1 import AdaptiveSummary


def adaptive_summary(evidence: Evidence) -> AdaptiveSummary | None:
    """Examples and blocks of load, measured and as the full measurement would have had them.

    None when all was measured in full. Candidates that failed are left out.
    """
    if not evidence.spec.HasField("adaptive"):
        return None
    summary = AdaptiveSummary(error_rate=evidence.spec.adaptive.error_rate)
    example_count = len(evidence.keys)
    planned_block_count = sum(scenario.block_count for scenario in evidence.spec.scenarios)
    for found in evidence.candidates:
        if found.error is not None:
            continue
        stopped = found.early_stop
        summary.full_example_count += example_count
        if stopped is None:
            block_count = _block_count(found)
            summary.predicted_example_count += example_count
            summary.measured_block_count += block_count
            summary.full_block_count += block_count
        else:
            summary.predicted_example_count += stopped.example_count
            summary.measured_block_count += stopped.round_count
            summary.full_block_count += max(planned_block_count, stopped.round_count)
    return summary


def _block_count(found: CandidateEvidence) -> int:
    return sum(len(scenario.positions) for scenario in found.scenarios.values())
