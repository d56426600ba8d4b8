"""Evaluations side by side, written to files."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bakeoff import v1
from bakeoff.client.cli import bakeoff

if TYPE_CHECKING:
    from conftest import Shelf

_RENDERED = v1.ReadArtifactRequest.RenderedReport


@pytest.fixture
def compare(shelf: "Shelf", serve: Callable[..., str]) -> Callable[..., tuple[int, str]]:
    """Runs the command; gives its exit code and what it said."""
    for name in ("e1", "e2", "e3"):
        evaluation = v1.Evaluation(name=f"evaluations/{name}", report=v1.Report())
        evaluation.report.evaluation = evaluation.name
        shelf.evaluations[evaluation.name] = evaluation
    address = serve(shelf)

    def run(*words: str) -> tuple[int, str]:
        outcome = CliRunner().invoke(bakeoff, ["compare", *words, "--server", address])
        return outcome.exit_code, outcome.stderr

    return run


@pytest.mark.parametrize(
    ("option", "file_format"),
    [("html", _RENDERED.FORMAT_HTML), ("markdown", _RENDERED.FORMAT_MARKDOWN)],
)
def test_evaluations_are_written_in_the_order_typed(
    compare: Callable[..., tuple[int, str]],
    shelf: "Shelf",
    tmp_path: Path,
    option: str,
    file_format: "_RENDERED.Format.ValueType",
) -> None:
    path = tmp_path / "page"

    assert 0 == compare("e2", "e1", "e3", f"--{option}", str(path))[0]

    (asked,) = shelf.artifacts_asked
    assert "evaluations/e2" == asked.name
    assert ["evaluations/e1", "evaluations/e3"] == list(asked.rendered_comparison.evaluations)
    assert file_format == asked.rendered_comparison.format
    assert b"<html></html>" == path.read_bytes()


@pytest.mark.parametrize(
    "words",
    [
        ("e1", "--html", "page.html"),
        ("e1", "--against", "e2", "--markdown", "page.md"),
        ("e1", "e2", "--html", "no-such-folder/page.html"),
    ],
)
def test_what_cannot_be_written_is_refused_before_a_server_is_asked(
    compare: Callable[..., tuple[int, str]], shelf: "Shelf", words: tuple[str, ...]
) -> None:
    code, said = compare(*words)

    assert 2 == code
    assert words[-2] in said
    assert [] == shelf.artifacts_asked
