"""Architectures, exported and asked anew: transformers in torch against the bundle alone."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from bakeoff.exporter import verify_bundle
from bakeoff.exporter.examples import Example, shipped_examples
from bakeoff.exporter.inference import BundleInference

pytestmark = pytest.mark.slow

LEFT = {"padding_side": "left", "truncation_side": "left"}


def answers_of_transformers(
    folder: Path, batch: list[Example], max_length: int
) -> npt.NDArray[np.float64]:
    """Logits as anybody would compute them, without a line of the exporter."""
    import torch
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    texts = [example.text for example in batch]
    pairs = [example.text_pair for example in batch] if batch[0].text_pair is not None else None
    rows = []
    for start in range(0, len(texts), 24):
        inputs = tokenizer(
            texts[start : start + 24],
            None if pairs is None else pairs[start : start + 24],
            padding=True,
            truncation=True,
            max_length=max_length,
            return_tensors="pt",
        )
        with torch.inference_mode():
            rows.append(model(**inputs).logits.numpy())
    return np.concatenate(rows).astype(np.float64)


def answers_of_bundle(inference: BundleInference, batch: list[Example]) -> npt.NDArray[np.float64]:
    return np.concatenate(
        [inference.outputs(batch[start : start + 24]) for start in range(0, len(batch), 24)]
    )


@pytest.mark.parametrize(
    ("family", "settings"),
    [
        ("bert", {}),
        ("bert", {"saved_by": 5, "sides": LEFT}),
        ("distilbert", {"saved_by": 5}),
        ("roberta", {}),
        ("albert", {"sides": {"truncation_side": "left"}}),
        ("deberta-v2", {"saved_by": 5}),
        ("bart", {}),
    ],
    ids=["bert", "bert-left", "distilbert", "roberta", "albert", "deberta-v2", "bart"],
)
def test_a_bundle_answers_as_its_checkpoint_does(
    make_checkpoint: Callable[..., Path],
    exported: Callable[..., Path],
    thousand_texts: tuple[str, ...],
    family: str,
    settings: Mapping[str, object],
) -> None:
    """Over a thousand texts and all pairs: no label flips, and logits within 1e-4.

    But for texts that spell out an end token, which BART itself cannot answer.
    """
    folder = make_checkpoint(family, **settings)
    bundle = exported(family, **settings)
    manifest = verify_bundle(bundle)
    inference = BundleInference(bundle, manifest)
    singles = [Example(t) for t in thousand_texts if family != "bart" or "</s>" not in t]
    pairs = [example for example in shipped_examples(pairs=True) if example.text_pair is not None]

    for batch in (singles, pairs):
        expected = answers_of_transformers(folder, batch, 64)
        actual = answers_of_bundle(inference, batch)

        assert 0 == (expected.argmax(axis=1) != actual.argmax(axis=1)).sum()
        assert np.abs(expected - actual).max() < 1e-4
    assert "transformers" == manifest.variant.backend
    assert manifest.parity.passed
    assert 0 == manifest.parity.label_flip_count
    assert len(manifest.parity.shapes) >= 3
    assert ["logits"] == [tensor.name for tensor in manifest.outputs]
