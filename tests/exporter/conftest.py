"""Tiny checkpoints with random weights and tokenizers that were really trained."""

import hashlib
import importlib.util
import json
import random
import shutil
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

if TYPE_CHECKING:
    from bakeoff.exporter import ExportedBundle

_MISSING = [
    name for name in ("torch", "transformers", "onnx") if not importlib.util.find_spec(name)
]
# The modules here import what only the extra brings.
collect_ignore_glob = ["test_*.py", "*/test_*.py"] if _MISSING else []

LABELS = ("praise", "complaint", "question", "other")
_SPECIAL = {
    "wordpiece": {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"},
    "bpe": {"pad": "<pad>", "unk": "<unk>", "cls": "<s>", "sep": "</s>", "mask": "<mask>"},
    "albert": {"pad": "<pad>", "unk": "<unk>", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"},
    "deberta": {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"},
}
_SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    # Far apart logits, so that a flip means something.
    "initializer_range": 0.4,
}


@dataclass(frozen=True)
class Family:
    """An architecture and the tokenizer that usually comes with it."""

    config_class: str
    model_class: str
    tokenizer_class: str
    tokenizer_kind: str
    sizes: dict[str, object]


FAMILIES = {
    "bert": Family(
        "BertConfig", "BertForSequenceClassification", "BertTokenizer", "wordpiece", _SIZES
    ),
    "distilbert": Family(
        "DistilBertConfig",
        "DistilBertForSequenceClassification",
        "DistilBertTokenizer",
        "wordpiece",
        {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64, "initializer_range": 0.4},
    ),
    "roberta": Family(
        "RobertaConfig",
        "RobertaForSequenceClassification",
        "RobertaTokenizer",
        "bpe",
        {**_SIZES, "type_vocab_size": 1},
    ),
    "albert": Family(
        "AlbertConfig",
        "AlbertForSequenceClassification",
        "AlbertTokenizer",
        "albert",
        {**_SIZES, "embedding_size": 16},
    ),
    "bart": Family(
        "BartConfig",
        "BartForSequenceClassification",
        "BartTokenizer",
        "bpe",
        {
            "d_model": 32,
            "encoder_layers": 1,
            "decoder_layers": 1,
            "encoder_attention_heads": 2,
            "decoder_attention_heads": 2,
            "encoder_ffn_dim": 64,
            "decoder_ffn_dim": 64,
            "init_std": 0.4,
        },
    ),
    "deberta-v2": Family(
        "DebertaV2Config",
        "DebertaV2ForSequenceClassification",
        "DebertaV2Tokenizer",
        "deberta",
        {
            **_SIZES,
            "relative_attention": True,
            "position_buckets": 16,
            "norm_rel_ebd": "layer_norm",
            "share_att_key": True,
            "pos_att_type": ["p2c", "c2p"],
            "position_biased_input": False,
            "type_vocab_size": 0,
            "pooler_hidden_size": 32,
        },
    ),
}


def pytest_report_header() -> str:
    """Say aloud when this room is left out."""
    if _MISSING:
        return f"tests/exporter: left out, because {', '.join(_MISSING)} is not installed"
    return "tests/exporter: with the exporter extra"


def train_pipeline(kind: str) -> Any:  # noqa: ANN401 - a Tokenizer, whose stubs leave members out
    """Train a tokenizer of the `tokenizers` library on the texts that come with the exporter."""
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
        trainers,
    )

    from bakeoff.exporter.examples import shipped_examples

    special = _SPECIAL[kind]
    tokens = list(special.values())
    texts = [example.text for example in shipped_examples(pairs=True)]
    if kind == "wordpiece":
        pipeline = Tokenizer(models.WordPiece(unk_token=special["unk"]))
        pipeline.normalizer = normalizers.BertNormalizer(lowercase=True)
        pipeline.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        pipeline.decoder = decoders.WordPiece()
        trainer = trainers.WordPieceTrainer(
            vocab_size=600, special_tokens=tokens, show_progress=False
        )
    elif kind == "bpe":
        pipeline = Tokenizer(models.BPE())
        pipeline.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        pipeline.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=700,
            special_tokens=tokens,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
    else:
        pipeline = Tokenizer(models.Unigram())
        spaces = normalizers.Replace(Regex(" {2,}"), " ")
        pipeline.normalizer = normalizers.Sequence(
            [
                normalizers.Replace("``", '"'),
                normalizers.Replace("''", '"'),
                normalizers.NFKD(),
                normalizers.StripAccents(),
                normalizers.Lowercase(),
                spaces,
            ]
            if kind == "albert"
            else [normalizers.Strip(), spaces]
        )
        pipeline.pre_tokenizer = pre_tokenizers.Metaspace()
        pipeline.decoder = decoders.Metaspace()
        trainer = trainers.UnigramTrainer(
            vocab_size=600, special_tokens=tokens, unk_token=special["unk"], show_progress=False
        )
    pipeline.train_from_iterator(texts, trainer)
    first, last = special["cls"], special["sep"]
    ids = {token: pipeline.token_to_id(token) for token in (first, last)}
    if kind == "bpe":
        pipeline.post_processor = processors.RobertaProcessing(
            (last, ids[last]), (first, ids[first]), trim_offsets=True, add_prefix_space=False
        )
        pipeline.add_special_tokens([AddedToken(special["mask"], lstrip=True)])
    else:
        pipeline.post_processor = processors.TemplateProcessing(
            single=f"{first}:0 $A:0 {last}:0",
            pair=f"{first}:0 $A:0 {last}:0 $B:1 {last}:1",
            special_tokens=[(first, ids[first]), (last, ids[last])],
        )
    return pipeline


def write_tokenizer_as_transformers_4(
    pipeline: Any,  # noqa: ANN401 - a Tokenizer, whose stubs leave members out
    family: Family,
    folder: Path,
    *,
    max_length: int,
    sides: Mapping[str, str],
) -> None:
    """Write the files that transformers 4 leaves beside a model."""
    special = {f"{name}_token": token for name, token in _SPECIAL[family.tokenizer_kind].items()}
    pipeline.save(str(folder / "tokenizer.json"))
    (folder / "special_tokens_map.json").write_text(json.dumps(special))
    if family.tokenizer_kind == "wordpiece":
        by_id = sorted(pipeline.get_vocab().items(), key=lambda item: item[1])
        (folder / "vocab.txt").write_text("".join(f"{token}\n" for token, _ in by_id))
    added = {
        str(pipeline.token_to_id(token)): {
            "content": token,
            "lstrip": family.tokenizer_kind == "bpe" and name == "mask_token",
            "normalized": False,
            "rstrip": False,
            "single_word": False,
            "special": True,
        }
        for name, token in special.items()
    }
    fast = "Fast" if family.tokenizer_kind in ("albert", "deberta") else ""
    (folder / "tokenizer_config.json").write_text(
        json.dumps(
            {
                **special,
                **sides,
                "added_tokens_decoder": added,
                "clean_up_tokenization_spaces": True,
                "model_max_length": max_length,
                "tokenizer_class": family.tokenizer_class + fast,
            }
        )
    )


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that the processes of one run share."""
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent
    folder /= "exporter"
    folder.mkdir(exist_ok=True)
    return folder


def made_once(folder: Path, make: Callable[[Path], object]) -> Path:
    """Let the first process that asks fill the folder; the others wait for it."""
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            unfinished = folder.with_name(f"{folder.name}.unfinished")
            # What an attempt that failed has left.
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
    return folder


@pytest.fixture(scope="session")
def make_checkpoint(shared_folder: Path) -> Callable[..., Path]:
    """Make a tiny checkpoint of a family, as transformers 4 or 5 would have saved it.

    The same settings give the same folder, which no test may change.
    """

    def make(name: str, **settings: object) -> Path:
        digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:8]
        folder = shared_folder / f"{name}-{digest}" / f"tiny-{name}"
        folder.parent.mkdir(exist_ok=True)
        return made_once(folder, lambda place: write_checkpoint(name, place, **settings))

    return make


@pytest.fixture(scope="session")
def exported(make_checkpoint: Callable[..., Path]) -> Callable[..., Path]:
    """Export a tiny checkpoint in single precision; gives the bundle, which no test may change."""

    def export_once(name: str, **settings: object) -> Path:
        from bakeoff.exporter import ExportRequest, export

        checkpoint = make_checkpoint(name, **settings)
        bundles = made_once(
            checkpoint.parent / "bundles",
            lambda output: export(
                ExportRequest(
                    source=str(checkpoint),
                    task="text-classification",
                    variants=["fp32"],
                    output=output,
                )
            ),
        )
        return bundles / f"{checkpoint.name}.fp32"

    return export_once


def write_checkpoint(
    name: str,
    folder: Path,
    *,
    saved_by: int = 4,
    num_labels: int = len(LABELS),
    max_length: int = 64,
    sides: Mapping[str, str] | None = None,
    **config: object,
) -> None:
    """Write a checkpoint with random weights; `config` goes into its configuration."""
    import torch
    import transformers

    family = FAMILIES[name]
    pipeline = train_pipeline(family.tokenizer_kind)
    special = _SPECIAL[family.tokenizer_kind]
    settings: dict[str, object] = {
        "vocab_size": pipeline.get_vocab_size(),
        "max_position_embeddings": 64 + (2 if name == "roberta" else 0),
        "num_labels": num_labels,
        "pad_token_id": pipeline.token_to_id(special["pad"]),
        "bos_token_id": pipeline.token_to_id(special["cls"]),
        "eos_token_id": pipeline.token_to_id(special["sep"]),
        **family.sizes,
        **config,
    }
    if num_labels == len(LABELS):
        settings["id2label"] = dict(enumerate(LABELS))
        settings["label2id"] = {label: index for index, label in enumerate(LABELS)}
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on import, some models still use torch.jit.script
        model_class = getattr(transformers, family.model_class)
    model = model_class(getattr(transformers, family.config_class)(**settings))
    model.save_pretrained(folder)
    write_tokenizer_as_transformers_4(
        pipeline, family, folder, max_length=max_length, sides=sides or {}
    )
    if saved_by == 5:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        for file in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
            (folder / file).unlink()
        (folder / "vocab.txt").unlink(missing_ok=True)
        tokenizer.save_pretrained(folder)


@pytest.fixture(scope="session")
def bert(make_checkpoint: Callable[..., Path]) -> Path:
    """A BERT checkpoint for four labels."""
    return make_checkpoint("bert")


@pytest.fixture(scope="session")
def bert_bundles(bert: Path) -> Mapping[str, "ExportedBundle"]:
    """Every variant of the BERT checkpoint, by id, exported once for all tests."""
    from bakeoff.exporter import ExportedBundle, ExportRequest, export, verify_bundle
    from bakeoff.exporter.examples import shipped_examples
    from bakeoff.exporter.variants import VARIANTS

    folder = made_once(
        bert.parent / "every-variant",
        lambda output: export(
            ExportRequest(
                source=str(bert),
                task="text-classification",
                variants=list(VARIANTS),
                output=output,
                calibration_examples=shipped_examples(pairs=False)[:64],
                # Random weights have no margins to speak of; the tests look at the numbers.
                label_flip_share=1.0,
            )
        ),
    )
    paths = {variant_id: folder / f"{bert.name}.{variant_id}" for variant_id in VARIANTS}
    return {
        variant_id: ExportedBundle(path, verify_bundle(path)) for variant_id, path in paths.items()
    }


@pytest.fixture(scope="session")
def thousand_texts() -> tuple[str, ...]:
    """A thousand different texts: those that are shipped, and passages put together from them."""
    from bakeoff.exporter.examples import shipped_examples

    shipped = [example.text for example in shipped_examples(pairs=False)]
    generator = random.Random(11)
    texts = dict.fromkeys(shipped)
    while len(texts) < 1000:
        texts[" ".join(generator.sample(shipped[:200], generator.randint(2, 5)))[:600]] = None
    return tuple(texts)
