"""Promises of loading a bundle and asking it about one batch."""

from typing import TYPE_CHECKING

import pytest

from bakeoff.server.errors import InvalidManifestError
from bakeoff.server.worker.encoding import Encoded
from bakeoff.v1 import TextInput

if TYPE_CHECKING:
    from conftest import Workshop


def test_loading_is_timed_in_its_parts(workshop: "Workshop") -> None:
    times = workshop.model().load_times
    assert times.session_ns > 0
    assert times.tokenizer_ns > 0


def test_an_answer_counts_tokens_with_and_without_padding(workshop: "Workshop") -> None:
    model = workshop.model()
    texts = [TextInput(text="w1 w2 w3"), TextInput(text="w4")]
    batch = [item for item in model.encoder.encode(texts) if isinstance(item, Encoded)]
    answer = model.answer(batch)
    assert (8, 10) == (answer.token_count, answer.padded_token_count)
    assert (2, 3) == answer.values.values.shape
    assert min(answer.copy_in_ns, answer.run_ns, answer.copy_out_ns, answer.decode_ns) > 0


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("tokenization", "must have tokenization or raw_text, got neither"),
        ("classification", "must have a head for its task, got none"),
    ],
)
def test_a_manifest_that_lacks_a_part_is_invalid(
    workshop: "Workshop", field: str, said: str
) -> None:
    bundle = workshop.bundle()
    bundle.manifest.ClearField(field)
    with pytest.raises(InvalidManifestError, match=said):
        workshop.model(bundle)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_file_that_the_bundle_lacks_is_named(workshop: "Workshop", name: str) -> None:
    bundle = workshop.bundle()
    (bundle.path / name).unlink()
    with pytest.raises(InvalidManifestError, match=f"names '{name}', which the bundle"):
        workshop.model(bundle)
