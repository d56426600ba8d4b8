"""Promises about the page of slices: what can be asked for is in it."""

import re
from pathlib import Path

import pytest

from bakeoff.server.slices import BUCKETS, parse_predicate

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "slices.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", BUCKETS)
def test_every_bucket_is_in_the_docs(name: str) -> None:
    assert f"| `{name}` |" in PAGE


def test_conditions_in_the_docs_can_be_read() -> None:
    options = re.findall(r"--slice '([^']+)'", PAGE)
    written = re.findall(r"(?:`` (.+?) ``|`(\w+ == [\d.]+)`)", PAGE)
    conditions = [*options, *("".join(parts) for parts in written)]
    assert 4 == len(conditions)
    for condition in conditions:
        parse_predicate(condition)
