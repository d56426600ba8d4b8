"""What goes wrong gets a clear error, through a real server and the real command."""

import csv
import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from bakeoff.client import (
    Client,
    EmptySetError,
    EvaluationSetFileError,
    Health,
    NoSuchTargetError,
    ProviderUnavailableError,
    ServerError,
    TextTooLongError,
    UnknownLabelError,
)
from bakeoff.v1 import Evaluation, EvaluationSpec, Manifest

pytestmark = pytest.mark.torch

WORDNET = Path(__file__).resolve().parents[2] / "examples" / "wordnet"


def workers() -> list[int]:
    """Process ids of the worker processes of servers that these tests started."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "bakeoff.server.worker" in process.cmdline():
                found.append(process.pid)
    return found


def write_set(path: Path, rows: list[tuple[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    return path


@pytest.fixture
def broken(tmp_path: Path, bundles: Path) -> Callable[..., Path]:
    """Copy the nano bundle and let a change be made to one of its files."""

    def make(name: str, change: Callable[[bytes], bytes]) -> Path:
        folder = shutil.copytree(bundles / "bert-nano.fp32", tmp_path / "broken.fp32")
        content = change((folder / name).read_bytes())
        (folder / name).write_bytes(content)
        refresh_manifest(folder)
        return folder

    return make


def refresh_manifest(folder: Path) -> None:
    """Let the manifest list the files as they are now."""
    import hashlib

    from google.protobuf import json_format

    manifest = json_format.Parse((folder / "manifest.json").read_text(), Manifest())
    for file in manifest.files:
        content = (folder / file.path).read_bytes()
        file.size_bytes, file.sha256 = len(content), hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_text(json_format.MessageToJson(manifest))


def test_a_killed_worker_fails_its_candidate_and_nothing_else(
    client: Client, bundles: Path
) -> None:
    """The server and the other candidates go on; the reason names the signal."""
    spec = EvaluationSpec(
        candidates=[
            client.ensure_candidate(bundles / name).name
            for name in ("bert-nano.fp32", "bert-small.fp32")
        ],
        evaluation_set=client.upload_evaluation_set(WORDNET / "test.csv").name,
        profile_repeat_count=1,
        batch_sensitivity_example_count=0,
    )
    created = client.create_evaluation(spec)
    killed = False
    for evaluation in client.watch_evaluation(created.name):
        progress = evaluation.progress
        predicting = progress.phase == progress.PHASE_PREDICT
        if not killed and predicting and progress.candidate == "candidates/bert-nano.fp32":
            for process_id in workers():
                os.kill(process_id, signal.SIGKILL)
                killed = True
    assert killed
    assert evaluation.state == Evaluation.STATE_SUCCEEDED
    nano, small = evaluation.report.candidates
    assert "WORKER_CRASHED" in str(nano.error)
    assert "SIGKILL" in nano.error.message
    assert not small.HasField("error")
    assert small.example_counts.scored == 2400
    assert client.health() == Health.SERVING
    assert evaluation.report.selection.recommended == "candidates/bert-small.fp32"


def test_a_graph_cut_in_half_is_refused(client: Client, broken: Callable[..., Path]) -> None:
    folder = broken("model.onnx", lambda content: content[: len(content) // 2])
    with pytest.raises(ServerError) as caught:
        client.upload_candidate(folder, "half")
    assert caught.value.reason == "MODEL_UNPARSEABLE"


def test_a_tokenizer_of_another_model_is_refused(
    client: Client, broken: Callable[..., Path]
) -> None:
    """Its ids go beyond the rows of the embedding."""
    other = (WORDNET / "checkpoints" / "bert-small" / "tokenizer.json").read_bytes()
    folder = broken("tokenizer.json", lambda _: other)
    with pytest.raises(ServerError) as caught:
        client.upload_candidate(folder, "mismatched")
    assert caught.value.reason == "TOKENIZER_MODEL_MISMATCH"


def test_a_file_that_changed_after_export_is_refused(
    client: Client, bundles: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(bundles / "bert-nano.fp32", tmp_path / "changed.fp32")
    with (folder / "tokenizer.json").open("a") as file:
        file.write(" ")
    with pytest.raises(Exception, match=r"tokenizer\.json"):
        client.upload_candidate(folder, "changed")


def test_a_missing_label_column_names_the_columns_that_there_are(
    bakeoff: Callable, bundles: Path
) -> None:
    outcome = bakeoff(
        "evaluate",
        f"--candidate={bundles / 'bert-nano.fp32'}",
        f"--set={WORDNET / 'test.csv'}",
        "--label-column=kind",
        check=False,
    )
    assert outcome.returncode == 1
    assert "kind" in outcome.stderr
    assert "label" in outcome.stderr
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize(
    ("target", "error"),
    [("targets/abacus", NoSuchTargetError), ("targets/cuda-0", ProviderUnavailableError)],
)
def test_a_target_that_cannot_be_used_is_refused_with_the_cause(
    client: Client, bundles: Path, target: str, error: type[ServerError]
) -> None:
    found = {item.name: item for item in client.list_targets()}
    if target in found and found[target].available:
        pytest.skip("a CUDA device is at hand")
    spec = EvaluationSpec(
        candidates=[client.ensure_candidate(bundles / "bert-nano.fp32").name],
        evaluation_set=client.upload_evaluation_set(WORDNET / "test.csv").name,
        target=target,
    )
    with pytest.raises(error) as caught:
        client.create_evaluation(spec)
    assert target in caught.value.message


def test_a_label_that_the_model_does_not_know_is_refused_with_row_and_remedy(
    client: Client, bundles: Path, tmp_path: Path
) -> None:
    rows = [("a large tree", "plant"), ("a device that tells the time", "gadget")]
    evaluation_set = client.upload_evaluation_set(write_set(tmp_path / "set.csv", rows))
    spec = EvaluationSpec(
        candidates=[client.ensure_candidate(bundles / "bert-nano.fp32").name],
        evaluation_set=evaluation_set.name,
    )
    with pytest.raises(UnknownLabelError) as caught:
        client.create_evaluation(spec)
    assert "gadget" in caught.value.message
    assert "2" in caught.value.message
    assert "label_mapping" in caught.value.message


def test_a_text_of_50_mb_is_refused_with_its_row(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps({"text": "short", "label": "plant"}) + "\n")
        file.write(json.dumps({"text": "long " * 10_000_000, "label": "plant"}) + "\n")
    with pytest.raises((TextTooLongError, EvaluationSetFileError)) as caught:
        client.upload_evaluation_set(path)
    assert "row 2" in str(caught.value).lower()
    assert client.health() == Health.SERVING


def test_an_empty_set_is_refused(client: Client, tmp_path: Path) -> None:
    with pytest.raises((EmptySetError, EvaluationSetFileError)):
        client.upload_evaluation_set(write_set(tmp_path / "empty.csv", []))


def test_a_cancelled_evaluation_frees_its_workers(client: Client, bundles: Path) -> None:
    spec = EvaluationSpec(
        candidates=[client.ensure_candidate(bundles / "bert-small.fp32").name],
        evaluation_set=client.upload_evaluation_set(WORDNET / "test.csv").name,
    )
    created = client.create_evaluation(spec)
    for evaluation in client.watch_evaluation(created.name):
        if evaluation.state == Evaluation.STATE_RUNNING and workers():
            client.cancel_evaluation(created.name)
            break
    states = [item.state for item in client.watch_evaluation(created.name)]
    assert states[-1] == Evaluation.STATE_CANCELLED
    deadline_s = time.monotonic() + 10
    while workers() and time.monotonic() < deadline_s:
        time.sleep(0.05)
    assert workers() == []
