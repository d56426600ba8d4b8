"""How certainty is stated in a report, with defaults where the spec leaves it open."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bakeoff.server.quality import Certainty, McNemarTest, ResamplingTest
from bakeoff.v1 import ExampleKey, StatisticsSettings

_DEFAULT_LEVEL = 0.95
_DEFAULT_RESAMPLE_COUNT = 2000
_DEFAULT_MARGIN = 0.005
_MC_NEMAR_TESTS = {
    StatisticsSettings.MC_NEMAR_TEST_UNSPECIFIED: McNemarTest.EXACT,
    StatisticsSettings.MC_NEMAR_TEST_EXACT: McNemarTest.EXACT,
    StatisticsSettings.MC_NEMAR_TEST_MID_P: McNemarTest.MID_P,
}
_RESAMPLING_TESTS = {
    StatisticsSettings.RESAMPLING_TEST_UNSPECIFIED: ResamplingTest.PAIRED_BOOTSTRAP,
    StatisticsSettings.RESAMPLING_TEST_PAIRED_BOOTSTRAP: ResamplingTest.PAIRED_BOOTSTRAP,
    StatisticsSettings.RESAMPLING_TEST_APPROXIMATE_RANDOMISATION: (
        ResamplingTest.APPROXIMATE_RANDOMISATION
    ),
}


def certainty(settings: StatisticsSettings, keys: Sequence[ExampleKey]) -> Certainty:
    """Settings of a spec, 0 meaning the default, with the clusters of the set's examples.

    `keys` are all examples of the set in its order. An example without the attribute that groups
    is a cluster of its own.
    """
    clusters = _clusters(keys, settings.group_attribute) if settings.group_attribute else None
    return Certainty(
        level=settings.confidence_level or _DEFAULT_LEVEL,
        resample_count=settings.resample_count or _DEFAULT_RESAMPLE_COUNT,
        seed=settings.seed,
        margin=settings.equivalence_margin or _DEFAULT_MARGIN,
        mcnemar_test=_MC_NEMAR_TESTS[settings.mcnemar_test],
        resampling_test=_RESAMPLING_TESTS[settings.resampling_test],
        clusters=clusters,
    )


def _clusters(keys: Sequence[ExampleKey], attribute: str) -> npt.NDArray[np.int64]:
    """Return the cluster of each example, int64[n], numbered as they come."""
    numbers: dict[str | int, int] = {}
    return np.array(
        [
            # A position can be no attribute's text.
            numbers.setdefault(key.attributes.get(attribute, position), len(numbers))
            for position, key in enumerate(keys)
        ],
        dtype=np.int64,
    )
