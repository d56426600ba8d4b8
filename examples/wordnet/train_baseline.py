"""Fit the classical baseline: TF-IDF words and a logistic regression.

The pipeline takes texts and is written for `bakeoff export`: as `.skops`, which is safe to load,
or as `.joblib`, which is a pickle. Fitting takes seconds, so no fitted file ships.

    python examples/wordnet/train_baseline.py --output baseline.skops
"""

from __future__ import annotations

import argparse
import csv
import time
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED

import joblib
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.pipeline import Pipeline
from skops import io as skops_io
from threadpoolctl import threadpool_limits

HERE = Path(__file__).parent
# Chosen so that the ONNX graph is the same function. scikit-learn's default pattern has no exact
# counterpart in onnxruntime's tokenizer, this one means the same to both. For the same reason
# `sublinear_tf` stays off: skl2onnx turns it into log(1 + tf), where scikit-learn has 1 + log(tf).
WORD_PATTERN = "[a-zA-Z0-9_]+"
SUFFIXES = (".skops", ".joblib")


class ExamplesError(Exception):
    """A file does not hold labelled texts."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Texts and their labels, row by row."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]


def main() -> None:
    """Fit on the training rows, write the pipeline, print its accuracy on the test rows."""
    parser = argparse.ArgumentParser(description="Fit TF-IDF + logistic regression.")
    parser.add_argument(
        "--output", type=Path, required=True, help="file to write: NAME.skops or NAME.joblib"
    )
    parser.add_argument(
        "--train",
        type=Path,
        help="CSV with the columns text and label (default: train.csv of this example)",
    )
    parser.add_argument(
        "--test",
        type=Path,
        help="CSV to score (default: test.csv of this example, unless --train is given)",
    )
    arguments = parser.parse_args()
    if arguments.output.suffix not in SUFFIXES:
        parser.error(f"--output must end in {' or '.join(SUFFIXES)}, got {arguments.output}")
    test_path = arguments.test
    if test_path is None and arguments.train is None:
        test_path = HERE / "test.csv"
    try:
        train = read_examples(arguments.train or HERE / "train.csv")
        test = None if test_path is None else read_examples(test_path)
    except ExamplesError as error:
        parser.error(str(error))

    print(f"fitting on {len(train.texts)} rows", flush=True)
    start_s = time.perf_counter()
    pipeline = build_pipeline()
    # The steps are too small to share: more threads would only wait for each other.
    with threadpool_limits(limits=1):
        pipeline.fit(train.texts, train.labels)
    print(f"fitted in {time.perf_counter() - start_s:.1f} s")
    if test is not None:
        accuracy = accuracy_score(test.labels, pipeline.predict(test.texts))
        print(f"accuracy {accuracy:.4f} on {len(test.texts)} rows")
    write_pipeline(pipeline, arguments.output)
    print(f"{arguments.output}: {arguments.output.stat().st_size} bytes")


def read_examples(path: Path) -> Examples:
    """Read a CSV file with the columns `text` and `label`; raise ExamplesError without them."""
    if not path.is_file():
        message = f"the rows must be a CSV file, got {path}"
        raise ExamplesError(message)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns = reader.fieldnames or ()
        if not {"text", "label"} <= set(columns):
            message = f"{path} must have the columns text and label, has {', '.join(columns)}"
            raise ExamplesError(message)
        rows = list(reader)
    return Examples(
        texts=tuple(row["text"] for row in rows), labels=tuple(row["label"] for row in rows)
    )


def build_pipeline() -> Pipeline:
    """Build the unfitted pipeline, from texts to labels."""
    return Pipeline(
        [
            ("tfidf", TfidfVectorizer(token_pattern=WORD_PATTERN)),
            ("classifier", LogisticRegression(C=10.0, max_iter=1_000)),
        ]
    )


def write_pipeline(pipeline: Pipeline, path: Path) -> None:
    """Write `pipeline` in the format that the suffix of `path` names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".skops":
        skops_io.dump(pipeline, path, compression=ZIP_DEFLATED)
    else:
        joblib.dump(pipeline, path)


if __name__ == "__main__":
    main()
