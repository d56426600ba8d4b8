"""A scikit-learn text pipeline as a source of bundles: the classical baseline."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.exporter.digest import file_sha256
from bakeoff.exporter.errors import (
    OptionError,
    SourceNotFoundError,
    SourceUnsupportedError,
    UnsafeWeightsError,
)
from bakeoff.exporter.examples import Example, shipped_examples
from bakeoff.exporter.head import Head, ProblemType, Scale
from bakeoff.exporter.parity import ask_reference
from bakeoff.exporter.parity_rule import ParityRule
from bakeoff.exporter.progress import Progress
from bakeoff.exporter.scikit_learn_graph import INPUT_NAME, draw_pipeline
from bakeoff.exporter.source import ExportRequest, Prepared
from bakeoff.v1 import RawText, SourceModel

_SAFE_SUFFIX = ".skops"
_PICKLE_SUFFIXES = (".joblib", ".pkl", ".pickle")

# A graph lowers the case of a few rare letters otherwise than Python does, so that a probability
# may move on a text that holds one; a label may not.
_PROBABILITY_RULE = ParityRule(max_abs_difference=0.1, label_flip_share=0.0)
_MARGIN_RULE = ParityRule(max_abs_difference=None, label_flip_share=0.0)
_VALUE_RULE = ParityRule(max_abs_difference=None, label_flip_share=0.01, tolerance_share=0.01)


def is_scikit_learn(source: str) -> bool:
    """Whether a source is named as a file of scikit-learn is."""
    return Path(source).suffix.lower() in (_SAFE_SUFFIX, *_PICKLE_SUFFIXES)


class ScikitLearnSource:
    """Reads a fitted pipeline that takes texts, and draws it with skl2onnx."""

    variants = ("fp32",)

    def __init__(self, request: ExportRequest) -> None:
        self._request = request
        self._path = Path(request.source)
        if not self._path.is_file():
            message = f"source: there is no file {request.source!r}."
            raise SourceNotFoundError(message)

    @property
    def name(self) -> str:
        """Name of the file without its suffix."""
        return self._path.stem

    def prepare(self, scratch: Path, progress: Progress) -> Prepared:
        """Load it, ask it about the examples, and draw its fp32 graph into `scratch`."""
        request = self._request
        progress.stage(f"Loading {self._path.name} into scikit-learn")
        pipeline = load_pipeline(
            self._path, trusted_types=request.trusted_types, trust_pickle=request.trust_pickle
        )
        head = head_of_pipeline(pipeline, problem_type=request.problem_type, labels=request.labels)
        examples = request.parity_examples or shipped_examples(pairs=False)
        if any(example.text_pair is not None for example in examples):
            message = "parity: a scikit-learn pipeline takes single texts; got pairs."
            raise OptionError(message)
        progress.stage(f"Asking {self.name} in scikit-learn about {len(examples)} examples")
        answers = ask_reference(ScikitLearnReference(pipeline, head), examples, head)
        progress.stage("Drawing the graph with skl2onnx")
        path = scratch / "skl2onnx.onnx"
        output_name = draw_pipeline(pipeline, head, path)
        return Prepared(
            source_model=SourceModel(
                name=request.name or self.name,
                kind=SourceModel.KIND_SCIKIT_LEARN,
                sha256=file_sha256(self._path),
                architecture=_architecture(pipeline),
            ),
            head=head,
            output_name=output_name,
            preprocessing=RawText(input_name=INPUT_NAME, column=True),
            tokenizer=None,
            fp32=path,
            backend="skl2onnx",
            answers=answers,
            parity={
                Scale.PROBABILITIES: _PROBABILITY_RULE,
                Scale.MARGINS: _MARGIN_RULE,
                Scale.VALUE: _VALUE_RULE,
            }[head.scale],
        )


class ScikitLearnReference:
    """Answers of the pipeline itself, in double precision."""

    name = "scikit-learn"

    def __init__(self, pipeline: Any, head: Head) -> None:  # noqa: ANN401 - scikit-learn ships no types
        self._pipeline = pipeline
        self._head = head

    def outputs(self, examples: Sequence[Example]) -> npt.NDArray[np.float64]:
        """Probabilities, margins or values of a batch, shape [batch, labels]."""
        texts = [example.text for example in examples]
        if self._head.scale is Scale.PROBABILITIES:
            return np.asarray(self._pipeline.predict_proba(texts), dtype=np.float64)
        if self._head.scale is Scale.VALUE:
            return np.asarray(self._pipeline.predict(texts), dtype=np.float64).reshape(-1, 1)
        margins = np.asarray(self._pipeline.decision_function(texts), dtype=np.float64)
        if margins.ndim == 1 and self._head.problem_type is ProblemType.SINGLE_LABEL:
            return np.stack([-margins, margins], axis=1)
        return margins.reshape(len(texts), -1)


def load_pipeline(
    path: Path, *, trusted_types: Sequence[str] = (), trust_pickle: bool = False
) -> Any:  # noqa: ANN401 - scikit-learn ships no types
    """Load a fitted estimator.

    A `.skops` file is read safely: types that skops does not know have to be named in
    `trusted_types`. A pickle runs code when it is read, so it needs `trust_pickle`. Raises
    UnsafeWeightsError otherwise, SourceUnsupportedError when the file cannot be read.
    """
    if path.suffix.lower() in _PICKLE_SUFFIXES:
        if not trust_pickle:
            message = (
                f"source: {path.name} is a pickle, which can run any code when it is read. Save it "
                "with `skops.io.dump(pipeline, 'model.skops')`, or allow it with --trust-pickle."
            )
            raise UnsafeWeightsError(message)
        import joblib

        return _read(path, lambda: joblib.load(path))
    import skops.io

    unknown = _read(path, lambda: skops.io.get_untrusted_types(file=path))
    untrusted = sorted(set(unknown) - set(trusted_types))
    if untrusted:
        message = (
            f"source: {path.name} holds types that are not known to be safe: "
            f"{', '.join(untrusted)}. If you know them, allow each with --trust TYPE."
        )
        raise UnsafeWeightsError(message)
    return _read(path, lambda: skops.io.load(path, trusted=sorted(set(unknown))))


def head_of_pipeline(
    pipeline: Any,  # noqa: ANN401 - scikit-learn ships no types
    *,
    problem_type: ProblemType | None = None,
    labels: Sequence[str] | None = None,
) -> Head:
    """Head of a fitted classifier or regressor. `labels` replace the names of its classes.

    Raises SourceUnsupportedError when it is neither, or has several outputs that are no labels.
    """
    from sklearn.base import is_classifier, is_regressor

    if is_classifier(pipeline):
        classes = getattr(pipeline, "classes_", None)
        if classes is None or np.asarray(classes, dtype=object).ndim != 1:
            message = (
                f"source: {_architecture(pipeline)} has no single list of classes; it must be "
                "fitted, and several labels need a OneVsRestClassifier."
            )
            raise SourceUnsupportedError(message)
        names = [str(name) for name in classes]
        found = ProblemType.MULTI_LABEL if _is_multi_label(pipeline) else ProblemType.SINGLE_LABEL
        scale = Scale.PROBABILITIES if hasattr(pipeline, "predict_proba") else Scale.MARGINS
    elif is_regressor(pipeline):
        names, found, scale = ["value"], ProblemType.REGRESSION, Scale.VALUE
    else:
        message = (
            f"source: {_architecture(pipeline)} is neither a classifier nor a regressor of "
            "scikit-learn."
        )
        raise SourceUnsupportedError(message)
    if problem_type not in (None, found):
        message = f"problem_type: this pipeline answers {found}; got {problem_type}."
        raise OptionError(message)
    head = Head(found, tuple(names), scale)
    return head if labels is None else head.renamed(labels)


def _is_multi_label(pipeline: Any) -> bool:  # noqa: ANN401 - scikit-learn ships no types
    final = pipeline.steps[-1][1] if hasattr(pipeline, "steps") else pipeline
    return bool(getattr(final, "multilabel_", False))


def _architecture(pipeline: Any) -> str:  # noqa: ANN401 - scikit-learn ships no types
    """Classes of the steps, such as `TfidfVectorizer+LogisticRegression`."""
    steps = [step for _, step in getattr(pipeline, "steps", [("", pipeline)])]
    return "+".join(type(step).__name__ for step in steps)


def _read(path: Path, read: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    try:
        return read()
    except Exception as failure:  # a broken archive or pickle fails in any way
        message = f"source: {path.name} cannot be read: {type(failure).__name__}: {failure}"
        raise SourceUnsupportedError(message) from failure
