"""A checkpoint loaded into torch: what gets exported, and what the export is compared with."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.exporter.checkpoint import Checkpoint
from bakeoff.exporter.errors import (
    MissingWeightsError,
    SourceUnsupportedError,
    TokenizerUnsupportedError,
)
from bakeoff.exporter.examples import Example
from bakeoff.exporter.quiet import quiet_libraries
from bakeoff.exporter.tokenization import longest_sequence
from bakeoff.exporter.tokenizer_file import TOKENIZER_FILE


@dataclass(frozen=True)
class Network:
    """A model of transformers in fp32 and evaluation mode, with its tokenizer.

    `input_names` are what the tokenizer feeds and the model takes, in the tokenizer's order.
    """

    model: Any
    tokenizer: Any
    input_names: tuple[str, ...]
    max_length: int

    @property
    def parameter_count(self) -> int:
        """Number of parameters, shared ones counted once."""
        return int(sum(parameter.numel() for parameter in self.model.parameters()))

    @property
    def config(self) -> dict[str, Any]:
        """The configuration, defaults filled in."""
        return dict(self.model.config.to_dict())

    @property
    def takes_pairs(self) -> bool:
        """Whether a pair of texts stays within the token types that the model knows."""
        if "token_type_ids" not in self.input_names:
            return True
        types = self.config.get("type_vocab_size")
        first, second = self.tokenizer(["a"], ["b"]), self.tokenizer(["a"])
        highest = max(first["token_type_ids"][0] + second["token_type_ids"][0])
        return types is None or types == 0 or highest < types

    def can_answer(self, example: Example) -> bool:
        """Whether the model has an answer to an example.

        A classifier with encoder and decoder reads its answer at the end token, and fails in torch
        where a text spells out a second one.
        """
        end = self.tokenizer.eos_token
        if not self.config.get("is_encoder_decoder") or end is None:
            return True
        return end not in example.text and end not in (example.text_pair or "")

    def encode(self, examples: Sequence[Example]) -> dict[str, Any]:
        """Encode a batch as transformers does: int64 tensors of shape [batch, longest]."""
        pairs = [example.text_pair for example in examples]
        texts = [example.text for example in examples]
        encoded = self.tokenizer(
            texts,
            pairs if pairs[0] is not None else None,
            padding=True,
            truncation=True,
            max_length=self.max_length,
            return_tensors="pt",
        )
        return {name: encoded[name] for name in self.input_names}


class TorchReference:
    """Answers of the source model itself: its own tokenizer, torch, fp32."""

    name = "torch"

    def __init__(self, network: Network) -> None:
        self._network = network

    def outputs(self, examples: Sequence[Example]) -> npt.NDArray[np.float64]:
        """Logits of a batch, shape [batch, labels]."""
        import torch

        encoded = self._network.encode(examples)
        try:
            with torch.inference_mode(), quiet_libraries():
                logits = self._network.model(**encoded).logits
        except Exception as failure:  # any layer may fail in any way
            shape = "x".join(str(size) for size in next(iter(encoded.values())).shape)
            message = f"source: the model fails in torch on a batch of {shape}: {failure}"
            raise SourceUnsupportedError(message) from failure
        return np.asarray(logits.numpy(), dtype=np.float64)


def load_network(checkpoint: Checkpoint, *, max_length: int | None = None) -> Network:
    """Load a checkpoint for text classification, in fp32 on the CPU.

    Raises SourceUnsupportedError when transformers cannot build it, MissingWeightsError when its
    head would be made of random numbers, and TokenizerUnsupportedError.
    """
    import torch
    import transformers

    transformers.utils.logging.disable_progress_bar()
    with quiet_libraries():
        try:
            model, loading = transformers.AutoModelForSequenceClassification.from_pretrained(
                checkpoint.folder,
                dtype=torch.float32,
                use_safetensors=True,
                output_loading_info=True,
                trust_remote_code=checkpoint.trust_remote_code,
            )
        except Exception as failure:  # any class of the checkpoint's own architecture may fail here
            message = (
                f"source: transformers {transformers.__version__} cannot load "
                f"{checkpoint.name!r} for text classification: {_first_line(failure)}"
            )
            raise SourceUnsupportedError(message) from failure
    missing = sorted(loading["missing_keys"]) + sorted(
        str(key) for key in loading["mismatched_keys"]
    )
    if missing:
        message = (
            f"source: {checkpoint.name!r} has no weights for {', '.join(missing[:4])}"
            f"{', …' if len(missing) > 4 else ''}. "  # noqa: PLR2004 - a glimpse
            "It was not fine-tuned for text classification."
        )
        raise MissingWeightsError(message)
    model.eval()
    tokenizer = _load_tokenizer(checkpoint, model)
    parameters = inspect.signature(model.forward).parameters
    input_names = tuple(name for name in tokenizer.model_input_names if name in parameters)
    return Network(
        model=model,
        tokenizer=tokenizer,
        input_names=input_names,
        max_length=longest_sequence(
            model.config.to_dict(), tokenizer.model_max_length, asked=max_length
        ),
    )


def _load_tokenizer(checkpoint: Checkpoint, model: Any) -> Any:  # noqa: ANN401 - transformers ships no types
    import transformers

    with quiet_libraries():
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(
                checkpoint.folder, trust_remote_code=checkpoint.trust_remote_code
            )
        except Exception as failure:  # each tokenizer class fails in its own way
            message = (
                f"tokenizer: transformers {transformers.__version__} cannot load that of "
                f"{checkpoint.name!r}: {_first_line(failure)}"
            )
            raise TokenizerUnsupportedError(message) from failure
    if not getattr(tokenizer, "is_fast", False):
        message = (
            f"tokenizer: {type(tokenizer).__name__} of {checkpoint.name!r} is written in Python. "
            "A bundle needs one of the `tokenizers` library (a tokenizer.json)."
        )
        raise TokenizerUnsupportedError(message)
    files = {TOKENIZER_FILE, *tokenizer.vocab_files_names.values()}
    if not any((checkpoint.folder / file).exists() for file in files):
        # transformers would go on with an empty vocabulary, and every word would be unknown.
        message = (
            f"tokenizer: {checkpoint.name!r} has none of the files of a "
            f"{type(tokenizer).__name__}: {', '.join(sorted(files))}."
        )
        raise TokenizerUnsupportedError(message)
    if tokenizer.pad_token is None and model.config.pad_token_id is not None:
        tokenizer.pad_token = tokenizer.convert_ids_to_tokens(model.config.pad_token_id)
    if tokenizer.pad_token is None:
        message = (
            f"tokenizer: that of {checkpoint.name!r} has no padding token, so texts of different "
            "lengths cannot share a batch. Set `tokenizer.pad_token` and save it again."
        )
        raise TokenizerUnsupportedError(message)
    highest = max(tokenizer.get_vocab().values())
    rows = model.get_input_embeddings().num_embeddings
    if highest >= rows:
        message = (
            f"tokenizer: it knows ids up to {highest}, and the model has embeddings for "
            f"{rows}. They do not belong together."
        )
        raise TokenizerUnsupportedError(message)
    return tokenizer


def _first_line(failure: Exception) -> str:
    lines = str(failure).strip().splitlines()
    return f"{type(failure).__name__}: {lines[0]}" if lines else type(failure).__name__
