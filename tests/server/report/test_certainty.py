"""How certainty is stated in a report."""

import pytest

from bakeoff.server.quality import Certainty, McNemarTest, ResamplingTest
from bakeoff.server.report.certainty import certainty
from bakeoff.v1 import ExampleKey, StatisticsSettings

KEYS = [
    ExampleKey(id="a", attributes={"document": "two"}),
    ExampleKey(id="b", attributes={"document": "one"}),
    ExampleKey(id="c"),
    ExampleKey(id="d", attributes={"document": "two", "source": "web"}),
    ExampleKey(id="e"),
]


def test_what_is_left_open_has_its_default() -> None:
    found = certainty(StatisticsSettings(), KEYS)
    assert (0.95, 2000, 0, 0.005) == (
        found.level,
        found.resample_count,
        found.seed,
        found.margin,
    )
    tests = (found.mcnemar_test, found.resampling_test)
    assert (McNemarTest.EXACT, ResamplingTest.PAIRED_BOOTSTRAP) == tests
    assert found.clusters is None


def test_the_tests_are_those_asked_for() -> None:
    found = certainty(
        StatisticsSettings(
            mcnemar_test=StatisticsSettings.MC_NEMAR_TEST_MID_P,
            resampling_test=StatisticsSettings.RESAMPLING_TEST_APPROXIMATE_RANDOMISATION,
        ),
        KEYS,
    )
    tests = (found.mcnemar_test, found.resampling_test)
    assert (McNemarTest.MID_P, ResamplingTest.APPROXIMATE_RANDOMISATION) == tests


def test_examples_of_one_group_are_one_cluster_and_those_of_none_are_their_own() -> None:
    found = certainty(StatisticsSettings(group_attribute="document"), KEYS)
    assert found.clusters is not None
    assert [0, 1, 2, 0, 3] == found.clusters.tolist()


@pytest.mark.parametrize(
    ("family_size", "expected"), [(1, 2000), (50, 2000), (51, 2040), (5000, 100_000)]
)
def test_a_large_family_has_more_resamples(family_size: int, expected: int) -> None:
    """So that its smallest p-value can still tell, and never more than a hundred thousand."""
    assert expected == Certainty(0.95, 2000, 0).resample_count_for(family_size)
