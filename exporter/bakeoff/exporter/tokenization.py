"""The tokenizer pipeline that is in effect, for the `tokenizers` library alone to run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bakeoff.exporter.encoding import load_pipeline, text_of
from bakeoff.exporter.errors import OptionError, TokenizerUnsupportedError
from bakeoff.exporter.examples import Example
from bakeoff.exporter.tokenizer_file import TOKENIZER_FILE
from bakeoff.v1 import Tokenization

# Their position ids start behind the padding id, so that many positions are never used.
_OFFSET_MODEL_TYPES = frozenset(
    {
        "camembert",
        "data2vec-text",
        "ibert",
        "longformer",
        "luke",
        "mpnet",
        "roberta",
        "roberta-prelayernorm",
        "xlm-roberta",
        "xlm-roberta-xl",
        "xmod",
    }
)
_POSITION_KEYS = ("max_position_embeddings", "n_positions", "max_seq_len")
_SIDES = {"left": Tokenization.SIDE_LEFT, "right": Tokenization.SIDE_RIGHT}
# A tokenizer without a limit of its own says a number beyond any sequence, such as 10^30.
_NO_LIMIT = 1_000_000


def longest_sequence(
    config: Mapping[str, Any], tokenizer_limit: int | None, *, asked: int | None = None
) -> int:
    """Longest sequence that a model takes, in tokens, special tokens included.

    The smaller of the tokenizer's limit and the model's positions, of which some families lose
    `pad_token_id + 1`. `asked` may lower it.
    """
    limits = []
    if tokenizer_limit is not None and 0 < tokenizer_limit < _NO_LIMIT:
        limits.append(tokenizer_limit)
    positions = next((config[key] for key in _POSITION_KEYS if config.get(key)), None)
    if isinstance(positions, int) and positions > 0:
        offset = 0
        if config.get("model_type") in _OFFSET_MODEL_TYPES:
            offset = int(config.get("pad_token_id") or 0) + 1
        limits.append(positions - offset)
    if asked is not None:
        if asked < 1 or (limits and asked > min(limits)):
            most = f"1 to {min(limits)}" if limits else "1 or more"
            message = f"max_length: this model takes {most} tokens; got {asked}."
            raise OptionError(message)
        return asked
    if not limits:
        message = (
            "max_length: neither the tokenizer (`model_max_length`) nor the model "
            "(`max_position_embeddings`) sets a limit; give one with --max-length."
        )
        raise TokenizerUnsupportedError(message)
    return min(limits)


def describe_tokenization(
    tokenizer: Any,  # noqa: ANN401 - transformers ships no types
    *,
    max_length: int,
    input_names: Sequence[str],
) -> Tokenization:
    """Describe how a fast tokenizer of transformers cuts and pads."""
    return Tokenization(
        tokenizer_path=TOKENIZER_FILE,
        max_length=max_length,
        truncation_side=_SIDES[tokenizer.truncation_side],
        padding_side=_SIDES[tokenizer.padding_side],
        pad_token=tokenizer.pad_token,
        pad_token_id=tokenizer.pad_token_id,
        pad_token_type_id=tokenizer.pad_token_type_id,
        model_input_names=input_names,
    )


def count_encoded_otherwise(
    tokenizer: Any,  # noqa: ANN401 - transformers ships no types
    file: Path,
    examples: Sequence[Example],
) -> int:
    """Count the examples whose ids differ between a fast tokenizer and the file it came from.

    transformers 5 builds the pipeline of many classes anew and takes only the vocabulary from the
    file, so that it may cut words otherwise than transformers 4 did in training.
    """
    from tokenizers import Tokenizer

    pipelines = (load_pipeline(file), Tokenizer.from_str(tokenizer.backend_tokenizer.to_str()))
    ids = []
    for pipeline in pipelines:
        pipeline.no_truncation()
        pipeline.no_padding()
        encoded = pipeline.encode_batch([text_of(example) for example in examples])
        ids.append([encoding.ids for encoding in encoded])
    return sum(first != second for first, second in zip(*ids, strict=True))
