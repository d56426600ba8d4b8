"""A Hugging Face checkpoint: where it lies, what it is, and whether it is safe to read."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bakeoff.exporter.digest import files_sha256
from bakeoff.exporter.errors import (
    RemoteCodeError,
    SourceNotFoundError,
    SourceUnsupportedError,
    UnsafeWeightsError,
)

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_UNSAFE_WEIGHTS = (
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
    "tf_model.h5",
    "flax_model.msgpack",
)
_HUB_PATTERNS = ["*.json", "*.safetensors", "*.txt", "*.model", "*.jinja"]


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint folder that was looked at but not loaded."""

    folder: Path
    name: str
    hub_id: str
    config: Mapping[str, Any]
    sha256: str
    trust_remote_code: bool

    @property
    def architecture(self) -> str:
        """Class that implements the model. Empty when the configuration does not say."""
        architectures = self.config.get("architectures") or [""]
        return str(architectures[0])


def find_checkpoint(
    source: str, *, revision: str | None = None, trust_remote_code: bool = False
) -> Checkpoint:
    """Find the checkpoint that `source` names: a local folder, or else a hub id.

    Raises SourceNotFoundError, UnsafeWeightsError when there are no safetensors, and
    RemoteCodeError when it brings code and `trust_remote_code` is not set.
    """
    folder = Path(source)
    hub_id = ""
    if folder.is_dir():
        if revision is not None:
            message = f"revision: only a hub id has revisions; {source!r} is a local folder."
            raise SourceNotFoundError(message)
        name = folder.resolve().name
    else:
        folder = _download(source, revision, trust_remote_code=trust_remote_code)
        name = source.rsplit("/", 1)[-1]
        hub_id = f"{source}@{folder.name}"
    config = read_json(folder / "config.json", source)
    if not trust_remote_code:
        _refuse_remote_code(folder, config, source)
    weights = _weights(folder, source)
    return Checkpoint(
        folder=folder,
        name=name,
        hub_id=hub_id,
        config=config,
        sha256=files_sha256([folder / "config.json", *weights]),
        trust_remote_code=trust_remote_code,
    )


def read_json(path: Path, source: str) -> dict[str, Any]:
    """Read a JSON object of a checkpoint; `source` names it in messages."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"source: {source!r} has no {path.name}, so it is not a checkpoint."
        raise SourceNotFoundError(message) from None
    except ValueError as failure:
        message = f"source: {path.name} of {source!r} is not JSON: {failure}"
        raise SourceUnsupportedError(message) from failure
    if not isinstance(value, dict):
        message = (
            f"source: {path.name} of {source!r} must be a JSON object; got {type(value).__name__}."
        )
        raise SourceUnsupportedError(message)
    return value


def _download(source: str, revision: str | None, *, trust_remote_code: bool) -> Path:
    if not _HUB_ID.fullmatch(source):
        message = f"source: {source!r} is neither a folder here nor a hub id such as `owner/name`."
        raise SourceNotFoundError(message)
    from huggingface_hub import snapshot_download

    patterns = [*_HUB_PATTERNS, "*.py"] if trust_remote_code else _HUB_PATTERNS
    try:
        return Path(snapshot_download(source, revision=revision, allow_patterns=patterns))
    except Exception as failure:  # the hub's client fails in many ways: network, cache, credentials
        at = f" at revision {revision!r}" if revision else ""
        message = (
            f"source: {source!r} is not a folder here, and the hub did not deliver it{at}: "
            f"{type(failure).__name__}: {str(failure).strip().splitlines()[0]}"
        )
        raise SourceNotFoundError(message) from failure


def _refuse_remote_code(folder: Path, config: Mapping[str, Any], source: str) -> None:
    carriers = ["config.json"] if config.get("auto_map") else []
    tokenizer_config = folder / "tokenizer_config.json"
    if tokenizer_config.exists() and read_json(tokenizer_config, source).get("auto_map"):
        carriers.append(tokenizer_config.name)
    if carriers:
        message = (
            f"source: {source!r} brings its own code (`auto_map` in {' and '.join(carriers)}). "
            "Read that code, then allow it with --trust-remote-code."
        )
        raise RemoteCodeError(message)


def _weights(folder: Path, source: str) -> list[Path]:
    if (folder / "adapter_config.json").exists():
        message = f"source: {source!r} is an adapter. Merge it into its base model and save that."
        raise SourceUnsupportedError(message)
    if (folder / "model.safetensors").exists():
        return [folder / "model.safetensors"]
    index = folder / "model.safetensors.index.json"
    if index.exists():
        names = sorted(set(read_json(index, source).get("weight_map", {}).values()))
        missing = [name for name in names if not (folder / name).is_file()]
        if missing or not names:
            listed = ", ".join(missing) or "any shard"
            message = f"source: {source!r} lacks {listed}, which {index.name} asks for."
            raise SourceNotFoundError(message)
        return [index, *(folder / name for name in names)]
    unsafe = [name for name in _UNSAFE_WEIGHTS if (folder / name).exists()]
    if unsafe:
        message = (
            f"source: {source!r} has its weights only in {', '.join(unsafe)}. Bakeoff reads "
            "safetensors alone. Load it where you trust it and call "
            "`model.save_pretrained(folder)`, which writes model.safetensors."
        )
        raise UnsafeWeightsError(message)
    message = f"source: {source!r} has no weights: there is no model.safetensors."
    raise SourceNotFoundError(message)
