"""`bakeoff history`, and the call behind it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from google.protobuf import json_format
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff import v1
from bakeoff.client import AsyncClient, Client
from bakeoff.client.cli import bakeoff
from bakeoff.client.commands.compare import compare
from bakeoff.client.commands.history import history

if TYPE_CHECKING:
    from conftest import Shelf

Run = Callable[..., Result]
PAIRED = v1.Regression(
    evaluation="evaluations/june",
    candidate="candidates/v2",
    previous_evaluation="evaluations/may",
    previous_candidate="candidates/v1",
    difference=-0.125,
    interval=v1.Interval(lower=-0.2, upper=-0.05),
    adjusted_p_value=0.0123,
    basis="paired-examples",
)


@pytest.fixture
def run(shelf: "Shelf", serve: Callable[..., str]) -> Run:
    address = serve(shelf)

    def invoke(*words: str) -> Result:
        return CliRunner(env={"BAKEOFF_SERVER": address}).invoke(bakeoff, ("history", *words))

    return invoke


def series(*points: tuple[str, str, str], regression: v1.Regression = PAIRED) -> v1.HistorySeries:
    """Points by evaluation, candidate and version."""
    return v1.HistorySeries(
        variant="fp32",
        evaluation_set_sha256="5e7" * 20,
        fingerprint=v1.Fingerprint(cpu_model="Some CPU", sha256="f1" * 32),
        figure="accuracy",
        points=[
            v1.HistoryPoint(
                evaluation=f"evaluations/{evaluation}",
                candidate=f"candidates/{candidate}",
                source_sha256=version,
                create_time=Timestamp(seconds=1_790_000_000 + 86_400 * day),
                figure=v1.Figure(id="accuracy", value=0.875, unit="1"),
            )
            for day, (evaluation, candidate, version) in enumerate(points)
        ],
        regressions=[regression],
    )


def test_every_series_is_told_with_what_fell_behind(shelf: "Shelf", run: Run) -> None:
    shelf.history = v1.ModelHistory(
        model="bert", series=[series(("may", "v1", "aaa"), ("june", "v2", "bbb"))]
    )
    outcome = run("bert")
    assert 0 == outcome.exit_code
    for expected in (
        *("accuracy of fp32", "set 5e75e75e75e7", "Some CPU", "fingerprint f1f1f1f1f1f1"),
        *("2026-09-21 14:13:20", "may", "v1", "aaa", "0.8750"),
        "worse than v1 in may: -0.1250 [-0.2000, -0.0500] (on the same examples, p 0.0123)",
    ):
        assert expected in outcome.stdout
    as_json = run("bert", "--format", "json")
    assert shelf.history == json_format.Parse(as_json.stdout, v1.ModelHistory())


def test_a_size_that_grew_is_told_by_its_values(shelf: "Shelf", run: Run) -> None:
    grew = v1.Regression(basis="values", difference=12)
    grew.MergeFrom(v1.Regression(evaluation="evaluations/june", candidate="candidates/v2"))
    shelf.history.series.append(series(("june", "v2", "bbb"), regression=grew))
    assert "+12.0000 (by values)" in run("bert").stdout


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ([("may", "v1", "aaa"), ("june", "v2", "bbb")], 1),
        ([("may", "v1", "aaa"), ("june", "v2", "bbb"), ("july", "v2", "bbb")], 1),
        ([("may", "v1", "aaa"), ("june", "v2", "bbb"), ("july", "v1", "aaa")], 1),
        ([("may", "v1", "aaa"), ("june", "v2", "bbb"), ("july", "v3", "ccc")], 0),
    ],
)
def test_a_check_fails_when_the_newest_version_fell_behind(
    shelf: "Shelf", run: Run, points: list[tuple[str, str, str]], code: int
) -> None:
    shelf.history.series.append(series(*points))
    assert code == run("bert", "--check").exit_code
    assert 0 == run("bert").exit_code


@pytest.mark.parametrize("output_format", ["table", "json"])
def test_a_check_of_nothing_fails_and_says_so(shelf: "Shelf", run: Run, output_format: str) -> None:
    """An empty history is no fault by itself; a check that passes on it would be one."""
    checked = run("bert", "--check", "--format", output_format)
    assert (1, "") == (checked.exit_code, checked.stdout)
    assert checked.stderr.endswith("so that nothing can be checked. [NOTHING_TO_CHECK]\n")
    assert 0 == run("bert", "--format", output_format).exit_code
    assert 2 == len(shelf.histories_asked)


def test_what_is_asked_for_is_sent(shelf: "Shelf", run: Run) -> None:
    outcome = run(
        *("bert", "--variant", "fp32", "--set", "news", "--figure", "accuracy"),
        *("--figure", "latency_p99_ms@server", "--confidence", "0.9", "--margin", "0.01"),
    )
    assert "No figure of" in outcome.stdout
    expected = v1.GetModelHistoryRequest(
        model="bert",
        variant="fp32",
        evaluation_set="evaluationSets/news",
        figures=["accuracy", "latency_p99_ms@server"],
        statistics=v1.StatisticsSettings(confidence_level=0.9, equivalence_margin=0.01),
    )
    assert [expected] == shelf.histories_asked


async def test_both_clients_give_the_history(
    shelf: "Shelf", serve: Callable[..., str], client_of: Callable[..., Client]
) -> None:
    shelf.history = v1.ModelHistory(model="bert", series=[series(("may", "v1", "aaa"))])
    assert shelf.history == client_of(shelf).get_model_history("bert", figures=["accuracy"])
    async with AsyncClient(serve(shelf)) as client:
        assert shelf.history == await client.get_model_history("bert", figures=["accuracy"])
    first, second = shelf.histories_asked
    assert first == second == v1.GetModelHistoryRequest(model="bert", figures=["accuracy"])


def test_every_option_of_history_and_of_judging_by_an_earlier_one_is_in_the_docs() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "command.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`(--[a-z-]+)", page))
    served = {"--format", "--server", "--data-dir", "--token", "--root-certificates"}
    served |= {"--client-certificate", "--client-key", "--insecure", "--timeout"}
    options = {option.opts[0] for option in (*history.params, *compare.params)}
    assert set() == {one for one in options if one.startswith("--")} - told - served - {"--details"}
