"""Texts and checkpoints that the benchmarks run on, made on the spot from seeds.

Speed depends on the architecture and on the lengths of the texts, not on what the
weights have learnt: the checkpoints have the sizes of well-known models and random weights.
"""

import csv
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCE = REPOSITORY / "examples" / "wordnet" / "train.csv"
LABELS = ("no", "yes")


# About how many times faster than the slowest: a turn of each should take alike long.
SPEEDS = {"minilm": 3.0, "distilbert": 1.0}


@dataclass(frozen=True, slots=True)
class LengthProfile:
    """Log-normal distribution of the number of words in a text, cut to a range."""

    median_words: float
    sigma: float
    min_words: int
    max_words: int

    @property
    def mean_words(self) -> float:
        """Mean of the distribution, before it is cut."""
        return self.median_words * math.exp(self.sigma**2 / 2)


# Shapes of three kinds of text: sentences of reviews, news items, whole reviews.
LENGTH_PROFILES = {
    "sst2-like": LengthProfile(median_words=17, sigma=0.55, min_words=2, max_words=52),
    "news-like": LengthProfile(median_words=38, sigma=0.30, min_words=12, max_words=150),
    "review-like": LengthProfile(median_words=175, sigma=0.65, min_words=20, max_words=900),
}


def source_words() -> list[str]:
    """Words of the shipped definitions, in their order."""
    with SOURCE.open(encoding="utf-8", newline="") as file:
        return " ".join(row["text"] for row in csv.DictReader(file)).split()


def example_count(profile: str, words: int) -> int:
    """How many texts of a profile have about that many words together."""
    return round(words / LENGTH_PROFILES[profile].mean_words)


def texts(profile: str, count: int, seed: int = 0) -> list[str]:
    """Real words, cut into texts whose lengths follow a profile."""
    shape = LENGTH_PROFILES[profile]
    generator = np.random.default_rng(seed)
    drawn = generator.lognormal(np.log(shape.median_words), shape.sigma, count)
    lengths = np.clip(np.rint(drawn), shape.min_words, shape.max_words).astype(int)
    words = source_words()
    starts = generator.integers(0, len(words) - shape.max_words, count)
    return [
        " ".join(words[start : start + length])
        for start, length in zip(starts, lengths, strict=True)
    ]


def write_examples(path: Path, profile: str, count: int) -> None:
    """Write a labelled set as CSV; its labels alternate and mean nothing."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "text", "label"))
        for index, text in enumerate(texts(profile, count)):
            writer.writerow((index, text, LABELS[index % len(LABELS)]))


def read_texts(path: Path) -> list[str]:
    """Texts of a set that `write_examples` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


def make_checkpoint(folder: Path, size: str) -> None:
    """Save a random checkpoint of a known size with a WordPiece tokenizer of 30,522 tokens.

    `size` is `minilm` (6 layers of 384, as MiniLM-L6) or `distilbert` (6 layers of 768).
    """
    import torch
    from transformers import (
        BertConfig,
        BertForSequenceClassification,
        DistilBertConfig,
        DistilBertForSequenceClassification,
    )

    torch.manual_seed(0)
    vocabulary_size = 30_522
    labels = {"id2label": dict(enumerate(LABELS)), "label2id": {n: i for i, n in enumerate(LABELS)}}
    if size == "minilm":
        model = BertForSequenceClassification(
            BertConfig(
                vocab_size=vocabulary_size,
                hidden_size=384,
                num_hidden_layers=6,
                num_attention_heads=12,
                intermediate_size=1536,
                **labels,
            )
        )
        names = ["input_ids", "token_type_ids", "attention_mask"]
    else:
        model = DistilBertForSequenceClassification(
            DistilBertConfig(vocab_size=vocabulary_size, **labels)
        )
        names = ["input_ids", "attention_mask"]
    model.save_pretrained(folder)
    save_tokenizer(folder, vocabulary_size, names)


def save_tokenizer(folder: Path, vocabulary_size: int, model_input_names: list[str]) -> None:
    """Train a lower-casing WordPiece tokenizer on the shipped definitions and save it."""
    from tokenizers import BertWordPieceTokenizer

    tokenizer = BertWordPieceTokenizer(lowercase=True)
    tokenizer.train_from_iterator(source_words(), vocab_size=vocabulary_size, show_progress=False)
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "BertTokenizerFast"
        if "token_type_ids" in model_input_names
        else "DistilBertTokenizer",
        "model_max_length": 512,
        "model_input_names": model_input_names,
        "do_lower_case": True,
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
        "mask_token": "[MASK]",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2))
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    (folder / "vocab.txt").write_text("".join(f"{token}\n" for token, _ in vocabulary))
