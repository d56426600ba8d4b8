"""Promises about the page of the command: what can be typed is in it."""

import re
from pathlib import Path

import pytest

from bakeoff.client import parse_scenario, parse_slo, parse_sweep
from bakeoff.client.options.deployment import DEPLOYMENT_OPTIONS
from bakeoff.client.options.load import LOAD_OPTIONS
from bakeoff.client.options.slices import SLICE_OPTIONS
from bakeoff.client.options.statistics import STATISTICS_OPTIONS
from bakeoff.client.spec_text.scenario import COMMON_KEYS, SCENARIOS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "command.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| `")
]


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_every_scenario_is_in_the_docs_as_it_may_be_typed(name: str) -> None:
    typed = {text.strip("`") for text, *_ in ROWS if text.strip("`").partition(":")[0] == name}
    assert 1 == len(typed)
    assert name.replace("-", "_") == parse_scenario(typed.pop()).WhichOneof("kind")


def test_every_setting_is_in_the_docs_with_the_scenarios_that_take_it() -> None:
    takers: dict[str, set[str]] = {}
    for name, kind in SCENARIOS.items():
        for key in (*kind.keys, *COMMON_KEYS):
            takers.setdefault(key, set()).add(name)
    told = {row[0].strip("`"): row[1] for row in ROWS if row[0].strip("`") in takers}
    expected = {key: _takers_text(names) for key, names in takers.items()}
    assert expected == told


def _takers_text(names: set[str]) -> str:
    others = set(SCENARIOS) - names
    if not others:
        return "all"
    if others == {"peak-load"}:
        return "all but `peak-load`"
    return ", ".join(f"`{name}`" for name in SCENARIOS if name in names)


def test_every_option_of_load_deployment_statistics_and_slices_is_in_the_docs() -> None:
    def marked() -> None:
        """Carries the options."""

    for option in (*LOAD_OPTIONS, *DEPLOYMENT_OPTIONS, *STATISTICS_OPTIONS, *SLICE_OPTIONS):
        option(marked)
    names = {option.opts[0] for option in marked.__click_params__}
    assert set() == names - set(re.findall(r"`(--[a-z-]+)", PAGE))


def test_examples_of_scenarios_objectives_and_sweeps_can_be_typed() -> None:
    for text in re.findall(r"--scenario (\S+)", PAGE):
        parse_scenario(text.rstrip("`"))
    for text in re.findall(r"--slo '([^']+)'", PAGE):
        parse_slo(text)
    parse_sweep(re.findall(r"--sweep (\S+?)`", PAGE))
