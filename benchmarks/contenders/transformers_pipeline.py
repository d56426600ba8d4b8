"""Transformers' pipeline on torch, with its defaults and batch 32."""

import argparse
from pathlib import Path

from transformers import pipeline
from turn import take_turns
from workload import read_texts


def main() -> None:
    """Run the contender."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--examples", type=Path, required=True)
    options = parser.parse_args()
    texts = read_texts(options.examples)
    classify = pipeline("text-classification", model=str(options.checkpoint), device="cpu")
    take_turns(lambda: len(classify(texts, batch_size=32, truncation=True)))


if __name__ == "__main__":
    main()
