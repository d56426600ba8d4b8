"""Optimum's onnxruntime pipeline, with its defaults and batch 32, on the bundle's graph."""

import argparse
import shutil
import tempfile
from pathlib import Path

from optimum.onnxruntime import ORTModelForSequenceClassification, pipeline
from transformers import AutoConfig, BertTokenizerFast, DistilBertTokenizerFast
from turn import take_turns
from workload import read_texts

TOKENIZERS = {"bert": BertTokenizerFast, "distilbert": DistilBertTokenizerFast}


def main() -> None:
    """Run the contender."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--bundle", type=Path, required=True)
    parser.add_argument("--examples", type=Path, required=True)
    options = parser.parse_args()
    texts = read_texts(options.examples)
    config = AutoConfig.from_pretrained(options.checkpoint)
    # It wants graph and configuration in one folder.
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(options.bundle / "model.onnx", folder)
        config.save_pretrained(folder)
        model = ORTModelForSequenceClassification.from_pretrained(folder, file_name="model.onnx")
    tokenizer = TOKENIZERS[config.model_type].from_pretrained(options.checkpoint)
    classify = pipeline("text-classification", model=model, tokenizer=tokenizer)
    take_turns(lambda: len(classify(texts, batch_size=32, truncation=True)))


if __name__ == "__main__":
    main()
