"""Resource names."""

import pytest

from bakeoff.server.errors import InvalidNameError
from bakeoff.server.store import CANDIDATES, resource_id, resource_name


@pytest.mark.parametrize("good", ["a", "7", "minilm.int8-dynamic", "a_b", "a" * 128])
def test_an_id_that_follows_the_rule_makes_a_name_and_comes_back(good: str) -> None:
    assert good == resource_id(CANDIDATES, resource_name(CANDIDATES, good))


@pytest.mark.parametrize("bad", ["", "A", "-a", ".a", "a/b", "a b", "ä", "a" * 129, "..", "a\n"])
def test_an_id_that_breaks_the_rule_is_refused_with_its_field(bad: str) -> None:
    with pytest.raises(InvalidNameError) as caught:
        resource_name(CANDIDATES, bad, "header.candidate_id")
    assert caught.value.metadata["field"] == "header.candidate_id"


@pytest.mark.parametrize(
    "bad", ["", "a", "candidates/", "candidates/A", "evaluations/a", "candidates/a/b", "candidates"]
)
def test_a_name_of_another_collection_or_form_is_refused(bad: str) -> None:
    with pytest.raises(InvalidNameError):
        resource_id(CANDIDATES, bad)


def test_a_long_name_is_not_repeated_whole() -> None:
    with pytest.raises(InvalidNameError) as caught:
        resource_id(CANDIDATES, "x" * 100_000)
    assert len(caught.value.message) < 500
