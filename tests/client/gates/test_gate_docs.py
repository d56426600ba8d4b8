"""Promises about the page of gates: what it shows can be run, and what there is is on it."""

import re
from pathlib import Path

import pytest

from bakeoff.client import parse_gate
from bakeoff.client.gates.document import KEYS, SLICE_KEYS
from bakeoff.client.options.gate import GATE_OPTIONS
from bakeoff.server.selection import parse_constraint

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGE = (DOCS / "gates.md").read_text(encoding="utf-8")


def test_the_file_on_the_page_is_a_gate_that_the_server_can_read() -> None:
    gate = parse_gate(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0], Path("gates.yaml"))
    assert "sentiment.fp32" == gate.baseline
    assert 6 == len(gate.constraints)
    told_below = re.findall(r"`([a-z0-9_@-]+ <= [^`]+)`", PAGE)
    for expression in (*gate.constraints, *told_below):
        parse_constraint(expression)


def test_every_key_of_the_file_is_in_the_table_and_no_other() -> None:
    table = PAGE.split("## The file\n")[1].split("\n## ")[0]
    expected = [*KEYS, *(f"slices.{key}" for key in SLICE_KEYS)]
    assert expected == re.findall(r"^\| `([a-z.]+)` \|", table, re.MULTILINE)


@pytest.mark.parametrize("page", ["gates.md", "command.md"])
def test_every_option_is_on_the_page(page: str) -> None:
    def marked() -> None:
        """Carries the options."""

    for option in GATE_OPTIONS:
        option(marked)
    names = {option.opts[0] for option in marked.__click_params__}
    text = (DOCS / page).read_text(encoding="utf-8")
    assert set() == names - set(re.findall(r"--[a-z-]+", text))


def test_the_example_of_the_library_is_code() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    compile(example, "gates.md", "exec")
    imported = re.search(r"from bakeoff\.client import (.*)", example)
    assert imported is not None
    client = __import__("bakeoff.client", fromlist=["client"])
    assert [] == [name for name in imported[1].split(", ") if not hasattr(client, name)]
