"""Loading a checkpoint into torch, and refusing one that would answer at random."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bakeoff.exporter.checkpoint import find_checkpoint
from bakeoff.exporter.errors import (
    MissingWeightsError,
    RemoteCodeError,
    SourceUnsupportedError,
    TokenizerUnsupportedError,
)
from bakeoff.exporter.examples import Example
from bakeoff.exporter.network import TorchReference, load_network


@pytest.fixture
def copy(bert: Path, tmp_path: Path) -> Path:
    """A BERT checkpoint to spoil."""
    return shutil.copytree(bert, tmp_path / "copy")


def test_a_base_model_without_its_head_is_refused(copy: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(copy / "model.safetensors")
    save_file(
        {name: tensor for name, tensor in weights.items() if not name.startswith("classifier")},
        copy / "model.safetensors",
        metadata={"format": "pt"},
    )

    with pytest.raises(MissingWeightsError, match=r"classifier\.bias, classifier\.weight"):
        load_network(find_checkpoint(str(copy)))


def test_weights_of_half_precision_are_loaded_in_full(copy: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    weights = {
        name: tensor.half() for name, tensor in load_file(copy / "model.safetensors").items()
    }
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})

    network = load_network(find_checkpoint(str(copy)))

    assert {torch.float32} == {parameter.dtype for parameter in network.model.parameters()}


def test_an_architecture_without_classification_is_refused(copy: Path) -> None:
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps({**config, "model_type": "t5gemma-unknown"}))

    with pytest.raises(SourceUnsupportedError, match="cannot load 'copy' for text classification"):
        load_network(find_checkpoint(str(copy)))


def test_a_checkpoint_without_tokenizer_is_refused(copy: Path) -> None:
    for file in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        (copy / file).unlink()

    with pytest.raises(
        TokenizerUnsupportedError, match=r"none of the files.*tokenizer\.json, vocab\.txt"
    ):
        load_network(find_checkpoint(str(copy)))


def test_a_broken_tokenizer_file_is_refused(copy: Path) -> None:
    (copy / "tokenizer.json").write_text("{")

    with pytest.raises(TokenizerUnsupportedError, match="cannot load that of 'copy'"):
        load_network(find_checkpoint(str(copy)))


def test_a_tokenizer_in_python_is_refused(copy: Path) -> None:
    config = json.loads((copy / "tokenizer_config.json").read_text())
    config["tokenizer_class"] = "CanineTokenizer"
    (copy / "tokenizer_config.json").write_text(json.dumps(config))
    (copy / "tokenizer.json").unlink()

    with pytest.raises(TokenizerUnsupportedError, match=r"CanineTokenizer .*written in Python"):
        load_network(find_checkpoint(str(copy)))


def test_the_padding_token_may_come_from_the_model(
    make_checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(make_checkpoint("roberta"), tmp_path / "copy")
    _forget_padding(folder)

    assert "<pad>" == load_network(find_checkpoint(str(folder))).tokenizer.pad_token


def test_a_model_without_any_padding_token_is_refused(
    make_checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(make_checkpoint("roberta", pad_token_id=None), tmp_path / "copy")
    _forget_padding(folder)

    with pytest.raises(TokenizerUnsupportedError, match="no padding token"):
        load_network(find_checkpoint(str(folder)))


def _forget_padding(folder: Path) -> None:
    """Make the tokenizer one that nobody gave a padding token."""
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        config = json.loads((folder / name).read_text())
        del config["pad_token"]
        if "tokenizer_class" in config:
            config["tokenizer_class"] = "PreTrainedTokenizerFast"
        (folder / name).write_text(json.dumps(config))


def test_a_model_of_one_token_type_takes_no_pairs(make_checkpoint: Callable[..., Path]) -> None:
    narrow = load_network(find_checkpoint(str(make_checkpoint("bert", type_vocab_size=1))))
    usual = load_network(find_checkpoint(str(make_checkpoint("bert"))))

    assert (False, True) == (narrow.takes_pairs, usual.takes_pairs)


def test_a_tokenizer_that_knows_more_than_the_model_is_refused(
    make_checkpoint: Callable[..., Path],
) -> None:
    folder = make_checkpoint("bert", vocab_size=500)

    with pytest.raises(TokenizerUnsupportedError, match="embeddings for 500"):
        load_network(find_checkpoint(str(folder)))


def test_a_model_that_fails_in_torch_is_refused_with_the_batch(bert: Path) -> None:
    """Here with positions for 64 tokens and a configuration that promises more."""
    network = load_network(find_checkpoint(str(bert)))
    longer = dataclasses.replace(network, max_length=80)

    with pytest.raises(SourceUnsupportedError, match="on a batch of 1x80"):
        TorchReference(longer).outputs([Example("word " * 100)])


def test_parameters_are_counted(bert: Path) -> None:
    from safetensors.torch import load_file

    expected = sum(tensor.numel() for tensor in load_file(bert / "model.safetensors").values())

    assert expected == load_network(find_checkpoint(str(bert))).parameter_count


def test_code_that_a_checkpoint_brings_runs_once_it_is_trusted(
    copy: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import transformers.dynamic_module_utils

    monkeypatch.setattr(
        transformers.dynamic_module_utils, "HF_MODULES_CACHE", str(tmp_path / "modules")
    )
    config = json.loads((copy / "config.json").read_text())
    config["auto_map"] = {"AutoModelForSequenceClassification": "own.OwnModel"}
    (copy / "config.json").write_text(json.dumps(config))
    (copy / "own.py").write_text(
        "from transformers import BertForSequenceClassification\n"
        "class OwnModel(BertForSequenceClassification):\n"
        "    pass\n"
    )

    with pytest.raises(RemoteCodeError, match="--trust-remote-code"):
        load_network(find_checkpoint(str(copy)))
    network = load_network(find_checkpoint(str(copy), trust_remote_code=True))

    assert "OwnModel" == type(network.model).__name__


def test_a_text_that_spells_out_an_end_token_is_not_asked_of_bart(
    make_checkpoint: Callable[..., Path],
) -> None:
    bart = load_network(find_checkpoint(str(make_checkpoint("bart"))))
    roberta = load_network(find_checkpoint(str(make_checkpoint("roberta"))))
    examples = [Example("fine"), Example("an </s> in it"), Example("fine", "and </s> here")]

    assert [True, False, False] == [bart.can_answer(example) for example in examples]
    assert [True, True, True] == [roberta.can_answer(example) for example in examples]
