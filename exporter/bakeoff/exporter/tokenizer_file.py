"""Writes a pipeline of the `tokenizers` library so that reading it gives the same pipeline."""

import json
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

TOKENIZER_FILE = "tokenizer.json"

# The library reads a number as a whole number of up to 64 bits over a power of ten.
_MOST_SIGNIFICANT = 2**64
_DECIMALS = range(14, 23)
_STEPS = (0, -1, 1, -2, 2)


def write_pipeline(pipeline: Any, folder: Path) -> Path:  # noqa: ANN401 - its stubs leave members out
    """Write a pipeline, without cutting or padding in it.

    The library reads one number in eight a last bit off. Among the scores of a Unigram model that
    decides ties, as in a row of dots, so those are written with digits that read as they are.
    """
    content = json.loads(pipeline.to_str())
    content["truncation"] = content["padding"] = None
    text = _dump(content)
    if content["model"].get("type") == "Unigram":
        model = content.pop("model")
        vocabulary = _vocabulary_text(model.pop("vocab"))
        text = _with_member(
            _dump(content), "model", _with_member(_dump(model), "vocab", vocabulary)
        )
    path = folder / TOKENIZER_FILE
    path.write_text(text, encoding="utf-8")
    return path


def _vocabulary_text(vocabulary: Sequence[tuple[str, float]]) -> str:
    """Pieces and scores as JSON. A score that no digits can tell exactly is a last bit off."""
    scores = [score for _, score in vocabulary]
    digits = [repr(score) for score in scores]
    wrong = [index for index, read in enumerate(_read(digits)) if read != scores[index]]
    tried = [(index, text) for index in wrong for text in _other_digits(scores[index])]
    for (index, text), read in zip(tried, _read([text for _, text in tried]), strict=True):
        if read == scores[index]:
            digits[index] = text
    entries = zip(vocabulary, digits, strict=True)
    return f"[{','.join(f'[{_dump(piece)},{text}]' for (piece, _), text in entries)}]"


def _other_digits(number: float) -> Iterator[str]:
    """Decimal numbers close to one, with more digits or fewer."""
    exact = abs(Fraction(number))
    for decimals in _DECIMALS:
        middle = round(exact * 10**decimals)
        step = max(1, int(math.ulp(float(middle))))
        for steps in _STEPS:
            significant = middle + steps * step
            if 0 <= significant < _MOST_SIGNIFICANT:
                digits = str(significant).rjust(decimals + 1, "0")
                sign = "-" if number < 0 else ""
                yield f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def _read(digits: Sequence[str]) -> list[float]:
    """Numbers as the library reads them."""
    from tokenizers import Tokenizer

    if not digits:
        return []
    vocabulary = ",".join(f'["{index}",{text}]' for index, text in enumerate(digits))
    model = f'{{"type":"Unigram","unk_id":0,"byte_fallback":false,"vocab":[{vocabulary}]}}'
    read = Tokenizer.from_str(f'{{"version":"1.0","added_tokens":[],"model":{model}}}')
    return [score for _, score in json.loads(read.to_str())["model"]["vocab"]]


def _with_member(json_object: str, name: str, value: str) -> str:
    """A JSON object, not empty, with one more member."""
    return f"{json_object[:-1]}, {_dump(name)}: {value}}}"


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
