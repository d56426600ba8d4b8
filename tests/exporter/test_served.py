"""A thousand real texts through the server answer as transformers and torch do."""

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from bakeoff.client import Client
from bakeoff.v1 import EvaluationSpec, StatisticsSettings

pytestmark = [pytest.mark.torch, pytest.mark.slow]

WORDNET = Path(__file__).resolve().parents[2] / "examples" / "wordnet"
LABELS = ("praise", "complaint", "question", "other")
EXAMPLE_COUNT = 1000


@pytest.fixture(scope="module")
def texts() -> list[str]:
    with (WORDNET / "test.csv").open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)][: 2 * EXAMPLE_COUNT]


def answers_of_torch(
    checkpoint: Path, texts: list[str], pairs: list[str] | None
) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    """Logits, shape [examples, labels], in batches padded as transformers pads them."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    model = AutoModelForSequenceClassification.from_pretrained(checkpoint).eval()
    logits = []
    with torch.inference_mode():
        for start in range(0, len(texts), 50):
            span = slice(start, start + 50)
            batch = tokenizer(
                texts[span],
                None if pairs is None else pairs[span],
                padding=True,
                truncation=True,
                return_tensors="pt",
            )
            logits.append(model(**batch).logits.numpy())
    return np.concatenate(logits)


@pytest.mark.parametrize(
    ("family", "settings", "paired"),
    [
        ("deberta-v2", {"saved_by": 5}, False),
        ("albert", {"sides": {"truncation_side": "left"}}, True),
        ("distilbert", {"saved_by": 5}, True),
        ("roberta", {}, False),
    ],
    ids=["deberta-v2-texts", "albert-pairs", "distilbert-pairs", "roberta-texts"],
)
def test_an_architecture_answers_as_torch_does(
    *,
    family: str,
    settings: Mapping[str, object],
    paired: bool,
    make_checkpoint: Callable[..., Path],
    exported: Callable[..., Path],
    texts: list[str],
    client: Client,
    tmp_path: Path,
) -> None:
    """Zero label flips, logits within 1e-4, some texts cut, and no batch changes a bit."""
    checkpoint = make_checkpoint(family, **settings)
    firsts = texts[:EXAMPLE_COUNT]
    seconds = texts[EXAMPLE_COUNT:] if paired else None
    path = tmp_path / f"{family}.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for index, text in enumerate(firsts):
            row = {"text": text, "label": LABELS[index % len(LABELS)]}
            if seconds is not None:
                row["text_pair"] = seconds[index]
            file.write(json.dumps(row) + "\n")
    spec = EvaluationSpec(profile_repeat_count=1, statistics=StatisticsSettings(resample_count=100))
    report = client.evaluate([exported(family, **settings)], path, spec)
    (result,) = report.candidates
    records = list(client.list_predictions(report.evaluation, result.candidate.name))
    served = np.array([record.prediction.classification.values for record in records])
    expected = answers_of_torch(checkpoint, firsts, seconds)
    assert (EXAMPLE_COUNT, len(LABELS)) == served.shape
    assert (expected.argmax(axis=1) != served.argmax(axis=1)).sum() == 0
    assert np.abs(expected - served).max() < 1e-4
    assert any(record.prediction.truncated for record in records)
    assert result.batch_sensitivity.bit_identical
