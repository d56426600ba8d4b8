"""Energy that was used while a scenario was measured."""

from bakeoff.server.types import Direction, Figure, ScenarioEvidence


def energy_figure(evidence: ScenarioEvidence, sample_count: int) -> Figure | None:
    """Energy for one sample, absent with its reason; None where nobody looked for a meter."""
    energy = evidence.energy
    if energy is None:
        return None
    known = energy.HasField("joules_per_sample")
    return Figure(
        id="joules_per_sample",
        value=energy.joules_per_sample if known else None,
        observation_count=sample_count,
        unit="J",
        direction=Direction.LOWER_IS_BETTER,
        method=energy.method,
        scenario=evidence.scenario,
        boundary=energy.boundary,
        absent_reason="" if known else energy.absent_reason or "no meter told it",
    )
