"""`bakeoff evaluations regenerate`, and the call behind it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from google.protobuf import json_format

from bakeoff import v1
from bakeoff.client import AsyncClient, Client
from bakeoff.client.cli import bakeoff

if TYPE_CHECKING:
    from conftest import Shelf

SAME = v1.RegenerateReportResponse(identical=True, stored_sha256="ab", regenerated_sha256="ab")
OTHER = v1.RegenerateReportResponse(
    stored_sha256="ab", regenerated_sha256="cd", differences=["selection.summary", "warnings"]
)


@pytest.fixture
def run(shelf: "Shelf", serve: Callable[..., str]) -> Callable[..., Result]:
    address = serve(shelf)

    def invoke(*words: str) -> Result:
        words = ("evaluations", "regenerate", *words)
        return CliRunner(env={"BAKEOFF_SERVER": address}).invoke(bakeoff, words)

    return invoke


def test_a_report_that_is_the_stored_one_ends_well(
    shelf: "Shelf", run: Callable[..., Result]
) -> None:
    shelf.regenerated = SAME
    outcome = run("nightly")
    assert 0 == outcome.exit_code
    assert "is the stored one, byte for byte" in outcome.stdout


def test_a_report_that_differs_ends_with_1_and_says_where(
    shelf: "Shelf", run: Callable[..., Result]
) -> None:
    shelf.regenerated = OTHER
    outcome = run("nightly")
    assert 1 == outcome.exit_code
    for expected in ("is not the stored one", "SHA-256 ab", "SHA-256 cd", *OTHER.differences):
        assert expected in outcome.stdout
    as_json = run("nightly", "--format", "json")
    assert 1 == as_json.exit_code
    answer = json_format.Parse(as_json.stdout, v1.RegenerateReportResponse())
    assert "evaluations/nightly" == answer.report.evaluation
    assert OTHER.differences == answer.differences


async def test_both_clients_ask_by_name_or_id(
    shelf: "Shelf", serve: Callable[..., str], client_of: Callable[..., Client]
) -> None:
    assert "evaluations/e" == client_of(shelf).regenerate_report("e").report.evaluation
    async with AsyncClient(serve(shelf)) as client:
        answer = await client.regenerate_report("evaluations/f")
    assert "evaluations/f" == answer.report.evaluation
