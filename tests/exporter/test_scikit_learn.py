"""Text pipelines of scikit-learn, exported and asked anew: scikit-learn against the bundle."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC

from bakeoff.exporter import ExportedBundle, ExportRequest, ProblemType, export, verify_bundle
from bakeoff.exporter.errors import (
    BackendFailedError,
    LabelsMismatchError,
    OptionError,
    ParityFailedError,
    SourceNotFoundError,
    SourceUnsupportedError,
    UnsafeWeightsError,
    VariantUnsupportedError,
)
from bakeoff.exporter.examples import Example, shipped_examples
from bakeoff.exporter.inference import BundleInference
from bakeoff.exporter.scikit_learn_graph import token_expression
from bakeoff.v1 import ClassificationHead

TEXTS = [example.text for example in shipped_examples(pairs=False)]
ANY_WORD = r"(?u)\b\w+\b"
LENGTHS = np.array([len(text) for text in TEXTS])
TWO = np.array(["short", "long"])[(LENGTHS > 40).astype(int)]
THREE = np.array(["ask", "tell", "shout"])[
    [0 if "?" in text else 2 if text.isupper() else 1 for text in TEXTS]
]
MANY = np.stack([LENGTHS > 40, ["the" in text for text in TEXTS], LENGTHS % 2 == 0], axis=1)


def save(pipeline: Any, path: Path) -> Path:  # noqa: ANN401 - scikit-learn ships no types
    skops.io.dump(pipeline, path)
    return path


def export_pipeline(source: Path, output: Path, **settings: object) -> ExportedBundle:
    (bundle,) = export(
        ExportRequest(
            source=str(source),
            task="text-classification",
            variants=["fp32"],
            output=output,
            **settings,
        )
    )
    return bundle


def answers_of(bundle: ExportedBundle) -> np.ndarray:
    return BundleInference(bundle.path, verify_bundle(bundle.path)).outputs(
        [Example(text) for text in TEXTS]
    )


@pytest.mark.parametrize(
    "vectorizer",
    [
        TfidfVectorizer(),
        TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=2),
        TfidfVectorizer(token_pattern=ANY_WORD, sublinear_tf=True, norm="l1"),
        TfidfVectorizer(lowercase=False, binary=True, use_idf=False),
        TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True),
        CountVectorizer(ngram_range=(1, 2)),
        TfidfVectorizer(stop_words="english"),
        FeatureUnion(
            [
                ("words", TfidfVectorizer(sublinear_tf=True)),
                ("pairs", TfidfVectorizer(ngram_range=(2, 2))),
            ]
        ),
    ],
    ids=["plain", "sublinear", "any-word", "binary", "characters", "counts", "stop-words", "union"],
)
def test_a_bundle_answers_as_its_pipeline_does(vectorizer: object, tmp_path: Path) -> None:
    """Labels of every shipped text, in every script; probabilities but for rare letters."""
    pipeline = make_pipeline(vectorizer, LogisticRegression(C=10, max_iter=300)).fit(TEXTS, THREE)
    bundle = export_pipeline(save(pipeline, tmp_path / "model.skops"), tmp_path / "out")

    expected = pipeline.predict_proba(TEXTS)
    actual = answers_of(bundle)

    assert expected.argmax(axis=1).tolist() == actual.argmax(axis=1).tolist()
    assert np.mean(np.abs(expected - actual).max(axis=1) > 1e-5) < 0.02
    head = bundle.manifest.classification
    assert ["ask", "shout", "tell"] == list(head.labels)
    assert ClassificationHead.SCALE_PROBABILITIES == head.scale
    assert ("skl2onnx", "fp32") == (bundle.manifest.variant.backend, bundle.manifest.variant.id)
    assert "scikit-learn" == bundle.manifest.parity.reference
    assert (True, "text") == (bundle.manifest.raw_text.column, bundle.manifest.raw_text.input_name)


def test_logarithmic_counts_are_those_of_scikit_learn(tmp_path: Path) -> None:
    """A text that repeats a word shows whether it is 1 + log(count) or log(count + 1)."""
    texts = ["one", "one one one one", "two two one", "three"] * 3
    pipeline = make_pipeline(
        TfidfVectorizer(sublinear_tf=True, norm=None), LogisticRegression(C=100)
    ).fit(texts, ["a", "b", "b", "a"] * 3)
    bundle = export_pipeline(save(pipeline, tmp_path / "model.skops"), tmp_path / "out")

    actual = BundleInference(bundle.path, bundle.manifest).outputs([Example(t) for t in texts])

    assert np.abs(pipeline.predict_proba(texts) - actual).max() < 1e-6


@pytest.mark.parametrize("classifier", [LinearSVC(), RidgeClassifier()], ids=["svc", "ridge"])
@pytest.mark.parametrize("labels", [TWO, THREE], ids=["two", "three"])
def test_a_classifier_without_probabilities_gives_a_margin_for_each_label(
    classifier: object, labels: np.ndarray, tmp_path: Path
) -> None:
    pipeline = make_pipeline(TfidfVectorizer(lowercase=False), classifier).fit(TEXTS, labels)
    bundle = export_pipeline(save(pipeline, tmp_path / "model.skops"), tmp_path / "out")

    margins = pipeline.decision_function(TEXTS)
    expected = np.stack([-margins, margins], axis=1) if margins.ndim == 1 else margins
    actual = answers_of(bundle)

    assert np.abs(expected - actual).max() < 1e-5
    assert pipeline.predict(TEXTS).tolist() == pipeline.classes_[actual.argmax(axis=1)].tolist()
    assert ClassificationHead.SCALE_MARGINS == bundle.manifest.classification.scale


@pytest.mark.parametrize(
    ("classifier", "scale"),
    [
        (LogisticRegression(C=10), ClassificationHead.SCALE_PROBABILITIES),
        (LinearSVC(), ClassificationHead.SCALE_MARGINS),
    ],
    ids=["probabilities", "margins"],
)
def test_several_labels_come_from_one_against_the_rest(
    classifier: object, scale: int, tmp_path: Path
) -> None:
    pipeline = make_pipeline(TfidfVectorizer(lowercase=False), OneVsRestClassifier(classifier))
    pipeline.fit(TEXTS, MANY.astype(int))
    bundle = export_pipeline(
        save(pipeline, tmp_path / "model.skops"), tmp_path / "out", labels=["long", "the", "even"]
    )

    actual = answers_of(bundle)
    threshold = 0.5 if scale == ClassificationHead.SCALE_PROBABILITIES else 0.0

    assert pipeline.predict(TEXTS).tolist() == (actual > threshold).astype(int).tolist()
    head = bundle.manifest.classification
    assert ClassificationHead.PROBLEM_TYPE_MULTI_LABEL == head.problem_type
    assert (["long", "the", "even"], scale) == (list(head.labels), head.scale)


def test_a_regressor_answers_with_a_value(tmp_path: Path) -> None:
    pipeline = make_pipeline(TfidfVectorizer(lowercase=False), Ridge()).fit(TEXTS, LENGTHS / 100)
    bundle = export_pipeline(save(pipeline, tmp_path / "model.skops"), tmp_path / "out")

    actual = answers_of(bundle)

    assert np.abs(pipeline.predict(TEXTS) - actual[:, 0]).max() < 1e-4
    head = bundle.manifest.classification
    assert ClassificationHead.PROBLEM_TYPE_REGRESSION == head.problem_type
    assert ClassificationHead.SCALE_VALUE == head.scale


def test_classes_that_are_numbers_become_names(tmp_path: Path) -> None:
    pipeline = make_pipeline(CountVectorizer(), ComplementNB()).fit(TEXTS, (LENGTHS > 40) * 7)
    bundle = export_pipeline(save(pipeline, tmp_path / "model.skops"), tmp_path / "out")

    assert ["0", "7"] == list(bundle.manifest.classification.labels)


def test_lower_case_needs_no_locale_of_the_host(tmp_path: Path) -> None:
    """Small images lack en_US.UTF-8; C.UTF-8 is there wherever onnxruntime is."""
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, THREE)
    bundle = export_pipeline(save(pipeline, tmp_path / "model.skops"), tmp_path / "out")

    content = (bundle.path / "model.onnx").read_bytes()

    assert b"C.UTF-8" in content
    assert b"en_US" not in content


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"(?u)\b\w\w+\b", r"[\p{L}\p{N}_]{2,}"),
        (r"(?u)\b\w+\b", r"[\p{L}\p{N}_]{1,}"),
        (r"\w\w\w+", r"[\p{L}\p{N}_]{3,}"),
        (r"[a-z]+", r"[a-z]+"),
        (r"(?u)\w+-\w+", r"[\p{L}\p{N}_]+-[\p{L}\p{N}_]+"),
    ],
)
def test_a_token_pattern_keeps_its_meaning_beyond_ascii(pattern: str, expected: str) -> None:
    assert expected == token_expression(pattern)


@pytest.fixture(scope="module")
def plain() -> Pipeline:
    return make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, THREE)


@pytest.mark.parametrize("suffix", [".joblib", ".pkl", ".pickle"])
def test_a_pickle_has_to_be_trusted(plain: Pipeline, tmp_path: Path, suffix: str) -> None:
    source = tmp_path / f"model{suffix}"
    joblib.dump(plain, source)

    with pytest.raises(UnsafeWeightsError, match=r"skops\.io\.dump.*--trust-pickle"):
        export_pipeline(source, tmp_path / "out")
    bundle = export_pipeline(source, tmp_path / "out", trust_pickle=True)

    assert "model.fp32" == bundle.path.name


def test_an_unknown_type_has_to_be_trusted_by_name(tmp_path: Path) -> None:
    pipeline = make_pipeline(
        TfidfVectorizer(), FunctionTransformer(np.linalg.norm), LogisticRegression()
    )
    source = save(pipeline, tmp_path / "model.skops")
    unknown = skops.io.get_untrusted_types(file=source)
    assert unknown

    with pytest.raises(UnsafeWeightsError, match=f"{unknown[0]}.*--trust TYPE"):
        export_pipeline(source, tmp_path / "out")
    # Trusted, it is read, and then refused because it was never fitted.
    with pytest.raises(SourceUnsupportedError, match="must be fitted"):
        export_pipeline(source, tmp_path / "out", trusted_types=unknown)


@pytest.mark.parametrize("suffix", [".skops", ".pkl"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"model{suffix}").write_bytes(b"garbage")

    with pytest.raises(SourceUnsupportedError, match="cannot be read"):
        export_pipeline(tmp_path / f"model{suffix}", tmp_path / "out", trust_pickle=True)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError, match="there is no file"):
        export_pipeline(tmp_path / "gone.skops", tmp_path / "out")


@pytest.mark.parametrize(
    ("settings", "error", "match"),
    [
        ({"labels": ["a"]}, LabelsMismatchError, "3 outputs; got 1"),
        ({"problem_type": ProblemType.REGRESSION}, OptionError, "answers single-label"),
        ({"parity_examples": [Example("a", "b")] * 5}, OptionError, "got pairs"),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    plain: Pipeline, tmp_path: Path, settings: dict[str, object], error: type, match: str
) -> None:
    with pytest.raises(error, match=match):
        export_pipeline(save(plain, tmp_path / "model.skops"), tmp_path / "out", **settings)

    assert not (tmp_path / "out").exists()


def test_only_single_precision_is_made(plain: Pipeline, tmp_path: Path) -> None:
    request = ExportRequest(
        source=str(save(plain, tmp_path / "model.skops")),
        task="text-classification",
        variants=["fp32", "int8-dynamic"],
        output=tmp_path / "out",
    )

    with pytest.raises(VariantUnsupportedError, match="as fp32; got 'int8-dynamic'"):
        export(request)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (
            lambda: make_pipeline(TfidfVectorizer(strip_accents="unicode"), LogisticRegression()),
            BackendFailedError,
            "strip_accents",
        ),
        (
            lambda: make_pipeline(TfidfVectorizer(analyzer="char_wb"), LogisticRegression()),
            BackendFailedError,
            "skl2onnx cannot convert",
        ),
        (lambda: make_pipeline(TfidfVectorizer()), SourceUnsupportedError, "neither a classifier"),
    ],
    ids=["accents", "word-bounds", "no-classifier"],
)
def test_what_skl2onnx_cannot_draw_is_refused_with_its_reason(
    tmp_path: Path, make: Callable[[], Pipeline], error: type, match: str
) -> None:
    pipeline = make().fit(TEXTS, THREE)

    with pytest.raises(error, match=match):
        export_pipeline(save(pipeline, tmp_path / "model.skops"), tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_what_skl2onnx_draws_wrongly_fails_in_parity(tmp_path: Path) -> None:
    """It pairs words across those left out, where scikit-learn leaves them out before it pairs."""
    pipeline = make_pipeline(
        CountVectorizer(ngram_range=(1, 2), stop_words="english"), LogisticRegression(C=10)
    ).fit(TEXTS, THREE)

    with pytest.raises(ParityFailedError, match="fp32 does not follow scikit-learn"):
        export_pipeline(save(pipeline, tmp_path / "model.skops"), tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_several_outputs_that_are_no_labels_are_refused(tmp_path: Path) -> None:
    pipeline = make_pipeline(TfidfVectorizer(), MultiOutputClassifier(LogisticRegression()))
    pipeline.fit(TEXTS, MANY.astype(int))

    with pytest.raises(SourceUnsupportedError, match="need a OneVsRestClassifier"):
        export_pipeline(save(pipeline, tmp_path / "model.skops"), tmp_path / "out")
