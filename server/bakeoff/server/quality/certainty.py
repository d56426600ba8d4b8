"""How certainty of quality is stated: level, resamples, seed, margin, tests and clusters."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import numpy.typing as npt

from bakeoff.server.quality.resamples import SharedResamples
from bakeoff.server.tasks import Sample

_MOST_RESAMPLES = 100_000


class McNemarTest(Enum):
    """Form of McNemar's test; the value is its name in reports."""

    EXACT = "exact-mcnemar"
    MID_P = "mid-p-mcnemar"


class ResamplingTest(Enum):
    """Test of any other metric; the value is its name in reports."""

    PAIRED_BOOTSTRAP = "paired-bootstrap"
    APPROXIMATE_RANDOMISATION = "approximate-randomisation"


@dataclass(frozen=True, slots=True, eq=False)
class Certainty:
    """Level of intervals, bootstrap resamples, seed, and margin of equivalence.

    `margin`, 0 or more, is the largest difference that counts as alike, in the unit of a metric.
    `clusters`, int64[N], says for each of the N examples of the set to which cluster it belongs;
    None where every example is its own. `shared` holds what metrics of some samples come to over
    resamples of this seed and these clusters; without it that is found whenever it is asked for.
    """

    level: float
    resample_count: int
    seed: int
    margin: float = 0.0
    mcnemar_test: McNemarTest = McNemarTest.EXACT
    resampling_test: ResamplingTest = ResamplingTest.PAIRED_BOOTSTRAP
    clusters: npt.NDArray[np.int64] | None = None
    shared: SharedResamples | None = None

    def sharing(self, samples: Iterable[Sample]) -> "Certainty":
        """Return the same certainty, under which these samples are resampled together, and once.

        So they are under whatever is made of it with another level or number of resamples.
        """
        return replace(self, shared=SharedResamples(samples, self.seed, self.clusters))

    def resample_count_for(self, family_size: int) -> int:
        """Resamples for each comparison of a family, more than asked for where it is large.

        A p-value from B resamples is 1 / (B + 1) at least. Holm's method multiplies the smallest by
        the size of the family; what is left must be able to fall to half of 1 - level.
        """
        needed = math.ceil(2 * family_size / (1 - self.level))
        return min(max(self.resample_count, needed), _MOST_RESAMPLES)

    def clusters_of(self, sample: Sample) -> npt.NDArray[np.int64] | None:
        """Return the cluster of each example of a sample, int64[n]; None without clusters."""
        return None if self.clusters is None else self.clusters[sample.indices]
