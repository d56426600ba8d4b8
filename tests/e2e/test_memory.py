"""Figures of memory belong to the candidate alone, through a real server."""

import csv
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf import json_format
from google.protobuf.duration_pb2 import Duration

from bakeoff.client import Client, EmbeddedServer
from bakeoff.v1 import CandidateResult, EvaluationSpec, Manifest, Scenario, SingleStream, Soak

pytestmark = [pytest.mark.torch, pytest.mark.usefixtures("unmeasured_processes")]

TOLERANCE = 0.03
REPEAT_COUNT = 5
OTHER_COUNT = 10
SOAK_QUERY_COUNT = 300

WORDNET = Path(__file__).resolve().parents[2] / "examples" / "wordnet"
QUICK = Scenario(
    single_stream=SingleStream(),
    min_duration=Duration(nanos=50_000_000),
    min_query_count=1,
    block_count=3,
)
SOAK = Scenario(
    soak=Soak(reading_interval=Duration(nanos=5_000_000)),
    min_duration=Duration(nanos=300_000_000),
    min_query_count=SOAK_QUERY_COUNT,
    block_count=3,
)


@pytest.fixture(scope="module")
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A server of its own, which holds nothing yet."""
    with (
        EmbeddedServer(data_dir=tmp_path_factory.mktemp("data")) as server,
        Client(server.address) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def few_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first hundred rows of the shipped set."""
    path = tmp_path_factory.mktemp("sets") / "few.csv"
    with (WORDNET / "test.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.reader(source))[:101]
    with path.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows(rows)
    return path


def measured(
    client: Client, bundle: Path, few_rows: Path, scenario: Scenario, repeat_count: int
) -> CandidateResult:
    spec = EvaluationSpec(scenarios=[scenario], profile_repeat_count=repeat_count)
    return client.evaluate([bundle], few_rows, spec).candidates[0]


def another(bundle: Path, folder: Path, number: int) -> Path:
    """The same bundle, with a tokenizer file that has as many more spaces at its end."""
    copy = shutil.copytree(bundle, folder / f"other-{number}")
    tokenizer = copy / "tokenizer.json"
    tokenizer.write_bytes(tokenizer.read_bytes() + b" " * (number + 1))
    manifest = json_format.Parse((copy / "manifest.json").read_text(), Manifest())
    for file in manifest.files:
        content = (copy / file.path).read_bytes()
        file.size_bytes, file.sha256 = len(content), hashlib.sha256(content).hexdigest()
    (copy / "manifest.json").write_text(json_format.MessageToJson(manifest))
    return copy


def test_memory_repeats_and_is_the_same_beside_ten_other_candidates(
    empty_server: Client, bundles: Path, few_rows: Path, tmp_path: Path
) -> None:
    """Five fresh processes agree within 3 %, and so do the medians before and after.

    The two set sizes are left out: they hang on who else maps the libraries.
    """
    bundle = bundles / "bert-nano.fp32"
    alone = measured(empty_server, bundle, few_rows, QUICK, REPEAT_COUNT)
    for number in range(OTHER_COUNT):
        empty_server.upload_candidate(another(bundle, tmp_path, number))
    assert OTHER_COUNT + 1 == len(list(empty_server.list_candidates()))
    crowded = measured(empty_server, bundle, few_rows, QUICK, REPEAT_COUNT)
    for reading, later in zip(alone.memory.readings, crowded.memory.readings, strict=True):
        assert reading.id == later.id
        assert reading.HasField("bytes") == later.HasField("bytes") != bool(later.absent_reason)
        if reading.HasField("bytes") and reading.id not in {"pss", "uss"}:
            for one in (reading, later):
                assert one.max_bytes <= (1 + TOLERANCE) * one.min_bytes, one
            assert pytest.approx(reading.bytes, rel=TOLERANCE) == later.bytes, reading.id


def test_a_soak_tells_how_memory_went(empty_server: Client, bundles: Path, few_rows: Path) -> None:
    found = measured(empty_server, bundles / "bert-nano.fp32", few_rows, SOAK, 1)
    (scenario,) = found.scenarios
    assert "soak" == scenario.scenario
    figures = {figure.id: figure for figure in scenario.memory_trend.figures}
    assert {"leak_kib_per_1000_queries", "leak_mib_per_h", "soak_growth_mib"} == set(figures)
    assert len(scenario.memory_trend.samples) > len(scenario.blocks)
    assert all(sample.uss_bytes > 0 for sample in scenario.memory_trend.samples)
    # What a thousand queries may add while a candidate settles.
    assert abs(figures["leak_kib_per_1000_queries"].value) < 1024
