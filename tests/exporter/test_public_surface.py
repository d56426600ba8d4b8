"""What the package promises to others."""

import bakeoff.exporter
from bakeoff.exporter import errors


def test_every_public_name_can_be_had_and_the_list_is_sorted() -> None:
    names = bakeoff.exporter.__all__

    assert sorted(names) == names
    for name in names:
        assert getattr(bakeoff.exporter, name).__module__.startswith("bakeoff.exporter.")


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    assert not hasattr(bakeoff.exporter, "no_such_thing")


def test_every_error_has_a_reason_of_its_own() -> None:
    classes = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.ExportError)
    ]
    reasons = [error.reason for error in classes]

    assert len(reasons) == len(set(reasons))
    for error in classes:
        assert "reason" in vars(error)
        assert error.reason.isupper()
        assert error.__doc__
