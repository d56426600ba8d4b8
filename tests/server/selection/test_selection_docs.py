"""What the page on the decision shows can be written as it stands there."""

import re
from pathlib import Path

import pytest

from bakeoff.server.selection import (
    Extras,
    known_figures,
    parse_constraint,
    parse_objective,
    resolve_constraint,
    resolve_objective,
)
from bakeoff.server.selection.expression import OPERATORS
from bakeoff.server.selection.resolution import UNITS

_PAGE = (Path(__file__).parents[3] / "docs" / "selection.md").read_text(encoding="utf-8")
_KNOWN = known_figures(
    ["accuracy", "error_rate", "f1.macro"],
    ["offline", "server:qps=50"],
    Extras(price=True),
)


def _rows(heading: str) -> list[str]:
    """The first cell of each row of the table that follows a head of that first column."""
    table = _PAGE.partition(f"| {heading} | means |\n")[2].partition("\n\n")[0]
    return re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)


@pytest.mark.parametrize("text", _rows("constraint"))
def test_every_constraint_of_the_page_is_read(text: str) -> None:
    assert text == resolve_constraint(parse_constraint(text), _KNOWN).expression


@pytest.mark.parametrize("text", _rows("objective"))
def test_every_objective_of_the_page_is_read(text: str) -> None:
    assert text == resolve_objective(parse_objective(text), _KNOWN).expression


def test_the_page_has_every_operator_and_unit() -> None:
    written = set(re.findall(r"`([^`]+)`", _PAGE))

    units = {unit for of_figure in UNITS.values() for unit in of_figure}
    assert set() == {*OPERATORS, *units, "pt", "x", "*"} - written
    assert len(_rows("constraint")) > 10
    assert len(_rows("objective")) > 5
