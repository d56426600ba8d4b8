"""Which class of a model a class name of a set stands for."""

import pytest

from bakeoff.server.tasks.class_matching import ClassMatching, Unmatched

LABELS = ["animal", "plant", "tool"]


@pytest.mark.parametrize(
    ("name", "index"),
    [("animal", 0), ("tool", 2), ("0", 0), ("2", 2), ("3", None), ("Animal", None), ("", None)],
)
def test_a_name_stands_for_a_class_by_name_or_else_by_index(name: str, index: int | None) -> None:
    assert index == ClassMatching(LABELS, {}).index(name)


@pytest.mark.parametrize("name", ["01", "-1", "+1", "1.0", " 1", "²", "1" * 5000])
def test_only_a_plain_whole_number_is_an_index(name: str) -> None:
    assert ClassMatching(LABELS, {}).index(name) is None


def test_the_mapping_goes_before_the_name() -> None:
    """Even when the model knows the name itself."""
    assert 2 == ClassMatching(LABELS, {"animal": "tool"}).index("animal")


def test_a_mapping_to_a_class_of_another_model_leaves_the_name_as_it_is() -> None:
    """One mapping serves candidates whose labels differ."""
    matching = ClassMatching(LABELS, {"animal": "LABEL_0"})
    assert 0 == matching.index("animal")
    assert 0 == ClassMatching(["LABEL_0", "LABEL_1"], {"animal": "LABEL_0"}).index("animal")


def test_classes_with_whole_numbers_as_names_go_by_name_alone() -> None:
    """Stars from 1 to 5 must not be taken for indices from 0."""
    stars = ClassMatching(["1", "2", "3", "4", "5"], {})
    assert 0 == stars.index("1")
    assert stars.index("0") is None


def test_a_set_whose_names_all_match_has_no_unmatched_name() -> None:
    assert ClassMatching(LABELS, {}).first_unmatched(["tool", "plant"]) is None
    assert ClassMatching(LABELS, {}).first_unmatched(["2", "0"]) is None
    assert ClassMatching(LABELS, {"x": "tool"}).first_unmatched(["x", "plant"]) is None


def test_the_first_name_without_a_match_is_told_with_what_the_model_knows() -> None:
    expected = Unmatched("rock", "it knows 'animal', 'plant', 'tool'")
    assert expected == ClassMatching(LABELS, {}).first_unmatched(["tool", "rock", "sand"])


def test_a_long_list_of_classes_is_cut() -> None:
    unmatched = ClassMatching([f"c{i}" for i in range(77)], {}).first_unmatched(["x"])
    assert unmatched is not None
    assert unmatched.why.endswith("'c7' and 69 more")


@pytest.mark.parametrize("names", [["tool", "0"], ["0", "tool"]])
def test_a_set_goes_by_name_or_by_index_and_not_by_both(names: list[str]) -> None:
    """A stray number among names is a mistake, not a class."""
    unmatched = ClassMatching(LABELS, {}).first_unmatched(names)
    assert unmatched is not None
    assert "0" == unmatched.name
