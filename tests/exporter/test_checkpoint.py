"""Finding a checkpoint, and refusing one that is not safe or not whole."""

import json
import shutil
from pathlib import Path

import pytest

from bakeoff.exporter.checkpoint import find_checkpoint
from bakeoff.exporter.errors import (
    RemoteCodeError,
    SourceNotFoundError,
    SourceUnsupportedError,
    UnsafeWeightsError,
)

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def checkpoint_folder(tmp_path: Path) -> Path:
    """The files that make a folder a checkpoint; nothing here loads its weights."""
    folder = tmp_path / "My Model"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"architectures": ["BertThing"]}))
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "tokenizer_config.json").write_text("{}")
    return folder


def test_a_local_folder_is_named_after_itself(checkpoint_folder: Path) -> None:
    found = find_checkpoint(str(checkpoint_folder))

    assert ("My Model", "", "BertThing") == (found.name, found.hub_id, found.architecture)


def test_the_digest_follows_weights_and_configuration_and_nothing_else(
    checkpoint_folder: Path, tmp_path: Path
) -> None:
    before = find_checkpoint(str(checkpoint_folder)).sha256
    copy = shutil.copytree(checkpoint_folder, tmp_path / "elsewhere")
    (copy / "README.md").write_text("new")

    assert before == find_checkpoint(str(copy)).sha256

    (copy / "model.safetensors").write_bytes(b"other weights")

    assert before != find_checkpoint(str(copy)).sha256


def test_shards_of_an_index_all_count_as_weights(checkpoint_folder: Path) -> None:
    (checkpoint_folder / "model.safetensors").rename(checkpoint_folder / "a.safetensors")
    (checkpoint_folder / "b.safetensors").write_bytes(b"more")
    index = {"weight_map": {"x": "a.safetensors", "y": "b.safetensors"}}
    (checkpoint_folder / "model.safetensors.index.json").write_text(json.dumps(index))
    before = find_checkpoint(str(checkpoint_folder)).sha256

    (checkpoint_folder / "b.safetensors").write_bytes(b"else")

    assert before != find_checkpoint(str(checkpoint_folder)).sha256


def test_a_missing_shard_is_named(checkpoint_folder: Path) -> None:
    (checkpoint_folder / "model.safetensors").unlink()
    index = {"weight_map": {"x": "gone.safetensors"}}
    (checkpoint_folder / "model.safetensors.index.json").write_text(json.dumps(index))

    with pytest.raises(SourceNotFoundError, match=r"gone\.safetensors"):
        find_checkpoint(str(checkpoint_folder))


def test_weights_that_can_run_code_are_refused_with_the_remedy(checkpoint_folder: Path) -> None:
    (checkpoint_folder / "model.safetensors").rename(checkpoint_folder / "pytorch_model.bin")

    with pytest.raises(UnsafeWeightsError, match=r"pytorch_model\.bin.*save_pretrained"):
        find_checkpoint(str(checkpoint_folder))


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json"])
def test_code_that_a_checkpoint_brings_is_refused_unless_trusted(
    checkpoint_folder: Path, file: str
) -> None:
    (checkpoint_folder / file).write_text(json.dumps({"auto_map": {"AutoModel": "m.Model"}}))

    with pytest.raises(RemoteCodeError, match=rf"{file}.*--trust-remote-code"):
        find_checkpoint(str(checkpoint_folder))

    assert find_checkpoint(str(checkpoint_folder), trust_remote_code=True).trust_remote_code


def test_an_adapter_is_refused(checkpoint_folder: Path) -> None:
    (checkpoint_folder / "adapter_config.json").write_text("{}")

    with pytest.raises(SourceUnsupportedError, match="Merge it"):
        find_checkpoint(str(checkpoint_folder))


def test_a_folder_without_weights_is_refused(checkpoint_folder: Path) -> None:
    (checkpoint_folder / "model.safetensors").unlink()

    with pytest.raises(SourceNotFoundError, match=r"no model\.safetensors"):
        find_checkpoint(str(checkpoint_folder))


def test_a_folder_without_configuration_is_refused(checkpoint_folder: Path) -> None:
    (checkpoint_folder / "config.json").unlink()

    with pytest.raises(SourceNotFoundError, match=r"no config\.json"):
        find_checkpoint(str(checkpoint_folder))


@pytest.mark.parametrize("text", ["{", "[]", "3"])
def test_a_configuration_that_is_no_json_object_is_refused(
    checkpoint_folder: Path, text: str
) -> None:
    (checkpoint_folder / "config.json").write_text(text)

    with pytest.raises(SourceUnsupportedError, match=r"config\.json"):
        find_checkpoint(str(checkpoint_folder))


def test_a_local_folder_has_no_revision(checkpoint_folder: Path) -> None:
    with pytest.raises(SourceNotFoundError, match="only a hub id has revisions"):
        find_checkpoint(str(checkpoint_folder), revision="main")


@pytest.mark.parametrize("source", ["./nowhere", "/nowhere/at/all", "a/b/c", "../x"])
def test_what_is_neither_folder_nor_hub_id_is_refused_without_asking_the_hub(source: str) -> None:
    with pytest.raises(SourceNotFoundError, match="neither a folder here nor a hub id"):
        find_checkpoint(source)


@pytest.fixture
def offline_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checkpoint_folder: Path) -> None:
    """A cache of the hub that holds one repository, and no network."""
    import huggingface_hub.constants

    repository = tmp_path / "hub" / "models--somebody--tiny"
    shutil.copytree(checkpoint_folder, repository / "snapshots" / COMMIT)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)


@pytest.mark.usefixtures("offline_hub")
def test_a_hub_id_is_recorded_with_the_commit_that_was_read() -> None:
    found = find_checkpoint("somebody/tiny")

    assert ("tiny", f"somebody/tiny@{COMMIT}") == (found.name, found.hub_id)


@pytest.mark.usefixtures("offline_hub")
def test_a_hub_id_that_cannot_be_had_is_refused_with_its_revision() -> None:
    with pytest.raises(SourceNotFoundError, match="hub did not deliver it at revision 'v9'"):
        find_checkpoint("somebody/tiny", revision="v9")
