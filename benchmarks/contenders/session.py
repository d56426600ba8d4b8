"""Onnxruntime itself: the naive loop, and the bound that nothing can pass.

`--way naive` tokenises and runs one example after another with a session's defaults.
`--way bound` runs batches that were tokenised, sorted by length and padded beforehand:
nothing but `session.run` is timed. `--callers` threads share its session.
"""

import argparse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer
from turn import take_turns
from workload import read_texts

MAX_LENGTH = 512
Batch = dict[str, np.ndarray]


def batch_of(encodings: list, names: list[str]) -> Batch:
    """Pad encodings to the longest and give the inputs that the graph takes, int64."""
    shape = (len(encodings), max(len(encoding.ids) for encoding in encodings))
    batch = {name: np.zeros(shape, np.int64) for name in names}
    for row, encoding in enumerate(encodings):
        length = len(encoding.ids)
        batch["input_ids"][row, :length] = encoding.ids
        batch["attention_mask"][row, :length] = 1
        if "token_type_ids" in batch:
            batch["token_type_ids"][row, :length] = encoding.type_ids
    return batch


def budgeted(encodings: list, names: list[str], budget: int) -> list[Batch]:
    """Sort by length and fill batches up to a number of padded tokens."""
    batches: list[Batch] = []
    pending: list = []
    for encoding in sorted(encodings, key=lambda encoding: len(encoding.ids)):
        if pending and len(encoding.ids) * (len(pending) + 1) > budget:
            batches.append(batch_of(pending, names))
            pending = []
        pending.append(encoding)
    return [*batches, batch_of(pending, names)]


def main() -> None:
    """Run the contender."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--way", choices=("naive", "bound"), required=True)
    parser.add_argument("--bundle", type=Path, required=True)
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=0, help="threads in a run; 0 is the default")
    parser.add_argument("--callers", type=int, default=1, help="runs at a time")
    parser.add_argument("--budget", type=int, default=256, help="padded tokens in a batch")
    options = parser.parse_args()

    texts = read_texts(options.examples)
    tokenizer = Tokenizer.from_file(str(options.bundle / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_LENGTH)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    # The naive loop has a session's defaults; the bound is the fastest session known.
    session = onnxruntime.InferenceSession(
        options.bundle / "model.onnx",
        settings,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=["SkipLayerNormFusion"] if options.way == "bound" else [],
    )
    names = [item.name for item in session.get_inputs()]

    if options.way == "naive":

        def run() -> int:
            for text in texts:
                session.run(None, batch_of([tokenizer.encode(text)], names))
            return len(texts)

        take_turns(run)
        return

    batches = budgeted(tokenizer.encode_batch(texts), names, options.budget)
    # The largest first, so that the callers end together.
    batches.sort(key=lambda batch: -batch["input_ids"].size)
    with ThreadPoolExecutor(options.callers) as pool:

        def run() -> int:
            for _ in pool.map(lambda batch: session.run(None, batch), batches):
                pass
            return len(texts)

        take_turns(run)


if __name__ == "__main__":
    main()
