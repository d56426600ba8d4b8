"""A tokenizer file reads as the pipeline that was written."""

import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models

from bakeoff.exporter.tokenizer_file import write_pipeline


def scores_of(pipeline: Tokenizer) -> list[float]:
    return [score for _, score in json.loads(pipeline.to_str())["model"]["vocab"]]


@pytest.mark.parametrize("precision", [np.float64, np.float32])
def test_scores_of_a_unigram_model_survive_to_the_last_bit(
    tmp_path: Path, precision: type[np.floating]
) -> None:
    """But for two in a thousand, which no digits can tell; as the library writes it, for 130."""
    scores = [float(precision(score)) for score in np.random.default_rng(0).uniform(-20, 0, 5000)]
    vocabulary = [("<unk>", 0.0), *((f"{index}", score) for index, score in enumerate(scores))]
    pipeline = Tokenizer(models.Unigram(vocabulary, unk_id=0, byte_fallback=False))

    usual = Tokenizer.from_str(pipeline.to_str())
    written = Tokenizer.from_file(str(write_pipeline(pipeline, tmp_path)))

    wrong = np.mean(np.array(scores_of(written)) != np.array(scores_of(pipeline)))
    assert wrong <= 0.003 < np.mean(np.array(scores_of(usual)) != np.array(scores_of(pipeline)))
    np.testing.assert_allclose(scores_of(pipeline), scores_of(written), rtol=1e-15)


def test_pieces_of_every_script_survive(tmp_path: Path) -> None:
    pieces = [
        "<unk>",
        "▁",
        '"',
        "\\",
        "\u2028",
        "日",
        "\U0001f642",
        "\x07",
    ]
    pipeline = Tokenizer(
        models.Unigram([(piece, -1.0) for piece in pieces], unk_id=0, byte_fallback=False)
    )

    written = Tokenizer.from_file(str(write_pipeline(pipeline, tmp_path)))

    assert pipeline.get_vocab() == written.get_vocab()
