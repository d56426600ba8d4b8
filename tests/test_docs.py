"""Promises about the documentation: what exists is in it."""

import re
from pathlib import Path

import click
import pytest

from bakeoff.client.cli import bakeoff
from bakeoff.server.metrics import METRICS
from bakeoff.server.scenarios import SCENARIO_KINDS
from bakeoff.server.selection import Extras, known_figures
from bakeoff.server.status import TABLE

DOCS = Path(__file__).resolve().parents[1] / "docs"


def words_of(name: str) -> set[str]:
    """Everything that stands between backticks on a page."""
    return set(re.findall(r"`([^`]+)`", (DOCS / name).read_text(encoding="utf-8")))


def commands() -> list[str]:
    context = click.Context(bakeoff)
    return bakeoff.list_commands(context)


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_docs(command: str) -> None:
    assert f"bakeoff {command}" in words_of("command.md")


@pytest.mark.parametrize("metric_id", sorted(METRICS))
def test_every_metric_is_in_the_docs(metric_id: str) -> None:
    assert metric_id in words_of("metrics.md")


def test_every_figure_that_a_constraint_may_name_is_in_the_docs() -> None:
    everything = Extras(traffic=True, price=True, wanted_load=True)
    known = known_figures(METRICS, SCENARIO_KINDS, everything)
    figures = {figure.id for figure in known.values()}
    assert sorted(figures - words_of("metrics.md")) == []


def test_every_reason_of_the_service_is_in_the_docs() -> None:
    reasons = {error.reason for error in TABLE}
    assert sorted(reasons - words_of("errors.md")) == []


def test_every_reason_of_the_exporter_is_in_the_docs() -> None:
    errors = pytest.importorskip("bakeoff.exporter.errors", reason="needs the exporter extra")
    pending, reasons = [errors.ExportError], set()
    while pending:
        error = pending.pop()
        pending += error.__subclasses__()
        if not error.__subclasses__():
            reasons.add(error.reason)
    assert sorted(reasons - words_of("errors.md")) == []


@pytest.mark.parametrize("page", sorted(path.name for path in DOCS.rglob("*.md")))
def test_every_link_leads_to_a_file(page: str) -> None:
    path = next(DOCS.rglob(page))
    links = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []
