"""What an evaluation found, with what its report was made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bakeoff.server.quality import Certainty
from bakeoff.server.report.observations import Observations
from bakeoff.server.report.parts import Parts
from bakeoff.server.tasks import Sample
from bakeoff.v1 import CandidateResult, Report


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An evaluation with the samples and usable observations of its candidates, by name.

    `certainty` is the one that its report states. Without samples and observations its figures are
    only known as they are reported. `parts` are the classes and slices of these samples.
    """

    report: Report
    certainty: Certainty
    samples: Mapping[str, Sample] = field(default_factory=dict)
    observations: Mapping[str, Mapping[str, Observations]] = field(default_factory=dict)
    parts: Parts = field(default_factory=Parts)

    def result(self, candidate: str) -> CandidateResult:
        """What was found of a candidate, which must be one of its own."""
        return next(one for one in self.report.candidates if one.candidate.name == candidate)

    def key(self, candidate: str) -> str:
        """What tells a candidate of this evaluation from the same one of another."""
        return f"{self.report.evaluation}/{candidate}"

    @property
    def samples_by_key(self) -> dict[str, Sample]:
        """Samples by what tells them from those of other evaluations."""
        return {self.key(name): sample for name, sample in self.samples.items()}
