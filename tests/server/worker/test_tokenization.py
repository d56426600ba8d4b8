"""Promises of encoding texts, with transformers' fast tokenizers as the oracle."""

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from bakeoff.server.errors import InvalidManifestError, UnparseableTokenizerError
from bakeoff.server.worker.encoding import LONGEST_TEXT_CHARACTERS, Encoded, Unencodable
from bakeoff.server.worker.session import Port
from bakeoff.server.worker.tokenization import TokenEncoder
from bakeoff.v1 import TextInput, Tokenization

if TYPE_CHECKING:
    from conftest import Workshop

INPUTS = ("input_ids", "token_type_ids", "attention_mask")
PADDING = "[PAD]"


def settings_of(
    max_length: int = 12,
    truncation: "Tokenization.Side.ValueType" = Tokenization.SIDE_RIGHT,
    padding: "Tokenization.Side.ValueType" = Tokenization.SIDE_RIGHT,
) -> Tokenization:
    return Tokenization(
        max_length=max_length,
        truncation_side=truncation,
        padding_side=padding,
        pad_token=PADDING,
        pad_token_id=0,
        pad_token_type_id=0,
    )


def encoder_of(
    tokenizer: Tokenizer | bytes,
    settings: Tokenization | None = None,
    names: tuple[str, ...] = INPUTS,
    element_type: str = "int64",
) -> TokenEncoder:
    definition = tokenizer if isinstance(tokenizer, bytes) else tokenizer.to_str().encode()
    ports = [Port(name, element_type, ("batch", "sequence")) for name in names]
    return TokenEncoder(settings or settings_of(), definition, ports)


def encoded_all(encoder: TokenEncoder, texts: list[TextInput]) -> list[Encoded]:
    results = encoder.encode(texts)
    assert all(isinstance(item, Encoded) for item in results)
    return [item for item in results if isinstance(item, Encoded)]


@pytest.fixture
def texts(workshop: "Workshop") -> list[TextInput]:
    singles = [*workshop.sentences(40, longest=20), "", "unknown w1 words", "w1  [SEP] w2"]
    firsts, seconds = workshop.sentences(40, 14, seed=5), workshop.sentences(40, 14, seed=6)
    return [
        *(TextInput(text=text) for text in singles),
        *(TextInput(text=a, text_pair=b) for a, b in zip(firsts, seconds, strict=True)),
        TextInput(text="w1", text_pair=""),
    ]


@pytest.mark.parametrize("padding", ["left", "right"])
@pytest.mark.parametrize("truncation", ["left", "right"])
def test_arrays_are_those_of_transformers(
    workshop: "Workshop", texts: list[TextInput], truncation: str, padding: str
) -> None:
    """Singles and pairs, cut and padded on either side."""
    transformers = pytest.importorskip("transformers", reason="needs the exporter extra")
    tokenizer = workshop.tokenizer()
    oracle = transformers.PreTrainedTokenizerFast(
        tokenizer_object=workshop.tokenizer(),
        pad_token=PADDING,
        truncation_side=truncation,
        padding_side=padding,
        model_max_length=12,
        model_input_names=list(INPUTS),
    )
    side = {"left": Tokenization.SIDE_LEFT, "right": Tokenization.SIDE_RIGHT}
    encoder = encoder_of(tokenizer, settings_of(12, side[truncation], side[padding]))
    for pairs in (False, True):
        chosen = [text for text in texts if text.HasField("text_pair") == pairs]
        wanted = oracle(
            [text.text for text in chosen],
            [text.text_pair for text in chosen] if pairs else None,
            truncation=True,
            padding=True,
            return_tensors="np",
        )
        arrays = encoder.collate(encoded_all(encoder, chosen))
        assert set(INPUTS) == arrays.keys()
        for name in INPUTS:
            assert wanted[name].tolist() == arrays[name].tolist()


def test_only_what_the_graph_asks_for_is_made_in_its_type(workshop: "Workshop") -> None:
    encoder = encoder_of(workshop.tokenizer(), names=("input_ids",), element_type="int32")
    arrays = encoder.collate(encoded_all(encoder, [TextInput(text="w0 w1")]))
    assert {"input_ids": [[2, 4, 5, 3]]} == {name: a.tolist() for name, a in arrays.items()}
    assert np.dtype("int32") == arrays["input_ids"].dtype


def test_padding_uses_the_ids_of_the_manifest(workshop: "Workshop") -> None:
    settings = settings_of()
    settings.pad_token, settings.pad_token_id, settings.pad_token_type_id = "", 7, 1
    encoder = encoder_of(workshop.tokenizer(), settings)
    texts = [TextInput(text="w0"), TextInput(text="w0 w1 w2")]
    arrays = encoder.collate(encoded_all(encoder, texts))
    assert [2, 4, 3, 7, 7] == arrays["input_ids"][0].tolist()
    assert [0, 0, 0, 1, 1] == arrays["token_type_ids"][0].tolist()
    assert [1, 1, 1, 0, 0] == arrays["attention_mask"][0].tolist()


def test_an_example_tells_its_length_and_whether_it_was_cut(workshop: "Workshop") -> None:
    encoder = encoder_of(workshop.tokenizer(), settings_of(max_length=6))
    exact, longer = " ".join(["w0"] * 4), " ".join(["w0"] * 5)
    found = encoded_all(
        encoder, [TextInput(text="w0"), TextInput(text=exact), TextInput(text=longer)]
    )
    assert [3, 6, 6] == [item.token_count for item in found]
    assert [False, False, True] == [item.truncated for item in found]


def test_padding_and_truncation_saved_with_the_tokenizer_change_nothing(
    workshop: "Workshop",
) -> None:
    """Some checkpoints save what they were trained with; the manifest decides."""
    tokenizer = workshop.tokenizer()
    tokenizer.enable_padding(length=32)
    tokenizer.enable_truncation(5)
    plain = encoded_all(encoder_of(workshop.tokenizer()), [TextInput(text="w1 w2 w3 w4 w5")])
    saved = encoded_all(encoder_of(tokenizer), [TextInput(text="w1 w2 w3 w4 w5")])
    assert plain == saved


@pytest.mark.parametrize("place", ["text", "text_pair"])
def test_a_text_that_is_too_long_fails_alone(workshop: "Workshop", place: str) -> None:
    """At the limit it is encoded; one character more, and it is not looked at."""
    encoder = encoder_of(workshop.tokenizer())
    at_limit = TextInput(text="w0", text_pair="w0")
    beyond = TextInput(text="w0", text_pair="w0")
    setattr(at_limit, place, "x" * LONGEST_TEXT_CHARACTERS)
    setattr(beyond, place, "x" * (LONGEST_TEXT_CHARACTERS + 1))
    first, second, third = encoder.encode([TextInput(text="w1"), beyond, at_limit])
    assert isinstance(first, Encoded)
    assert Unencodable("TEXT_TOO_LONG") == second
    assert isinstance(third, Encoded)


def bare_tokenizer() -> Tokenizer:
    """No special tokens, and an error for a word other than a and b."""
    tokenizer = Tokenizer(models.Unigram([("a", -1.0), ("b", -1.0)]))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


def test_a_text_that_the_tokenizer_refuses_fails_alone() -> None:
    encoder = encoder_of(bare_tokenizer(), settings_of(max_length=8))
    texts = [TextInput(text="a b"), TextInput(text="z"), TextInput(text="b")]
    good, bad, also_good = encoder.encode(texts)
    assert Unencodable("TOKENIZER_PANIC") == bad
    assert [[0, 1], [1]] == [
        item.content.ids for item in (good, also_good) if isinstance(item, Encoded)
    ]


def test_a_text_that_the_tokenizer_panics_on_fails_alone(workshop: "Workshop") -> None:
    """Its regular expression backtracks without end; the panic is no Exception."""
    encoder = encoder_of(workshop.panicking_tokenizer())
    texts = [TextInput(text="w0"), TextInput(text=workshop.panicking_text)]
    good, bad = encoder.encode(texts)
    assert isinstance(good, Encoded)
    assert Unencodable("TOKENIZER_PANIC") == bad


def test_a_text_without_tokens_cannot_be_encoded() -> None:
    encoder = encoder_of(bare_tokenizer(), settings_of(max_length=8))
    assert [Unencodable("EXAMPLE_INVALID")] == encoder.encode([TextInput(text="")])


@pytest.mark.parametrize(
    "definition",
    [
        b"",
        b"garbage",
        b"{}",
        b"\xff\xfe",
        # Its merges make tokenizers panic, which is no Exception.
        b'{"model":{"type":"BPE","vocab":{"a":0},"merges":[["a","b"]]}}',
        b'{"model":{"type":"BPE","vocab":{"a":0,"b":1,"bb":2},"merges":[["a","b"]]}}',
    ],
)
def test_what_is_no_tokenizer_is_refused(definition: bytes) -> None:
    with pytest.raises(UnparseableTokenizerError, match="the tokenizer cannot be read"):
        encoder_of(definition)


def test_a_longest_example_without_room_for_words_is_refused(workshop: "Workshop") -> None:
    with pytest.raises(InvalidManifestError, match=r"at least 4, .* got 3"):
        encoder_of(workshop.tokenizer(), settings_of(max_length=3))


def test_another_id_for_padding_than_the_tokenizers_is_refused(workshop: "Workshop") -> None:
    settings = settings_of()
    settings.pad_token_id = 5
    with pytest.raises(InvalidManifestError, match=r"the tokenizer's id of '\[PAD\]', 0; got 5"):
        encoder_of(workshop.tokenizer(), settings)


@pytest.mark.parametrize("length", [4, 7, 300])
def test_a_probe_looks_as_the_tokenizer_lays_out_a_text(workshop: "Workshop", length: int) -> None:
    encoder = encoder_of(workshop.tokenizer())
    ordinary = encoder.probe(length, largest_id=False)
    largest = encoder.probe(length, largest_id=True)
    assert [2, *[1] * (length - 2), 3] == ordinary.content.ids
    assert [2, *[63] * (length - 2), 3] == largest.content.ids
    assert length == ordinary.length == len(ordinary.content.type_ids)


def test_a_tokenizer_that_cannot_read_its_own_tokens_can_be_probed() -> None:
    """Its words are in capitals, and it writes every text small before it looks."""
    tokenizer = Tokenizer(models.Unigram([("A", -1.0), ("B", -1.0)]))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="A $A", pair="A $A $B", special_tokens=[("A", 0)]
    )
    encoder = encoder_of(tokenizer, settings_of(max_length=8))
    assert [0, 1, 1, 1] == encoder.probe(4, largest_id=True).content.ids


def test_a_tokenizer_without_special_tokens_can_be_probed() -> None:
    encoder = encoder_of(bare_tokenizer(), settings_of(max_length=8))
    assert [1] * 5 == encoder.probe(5, largest_id=True).content.ids
