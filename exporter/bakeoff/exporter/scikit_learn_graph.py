"""Draws a scikit-learn text pipeline as a graph of strings, and repairs what skl2onnx misses."""

import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from bakeoff.exporter.errors import BackendFailedError
from bakeoff.exporter.graph import drop_unused, save_graph, tidy_graph
from bakeoff.exporter.head import Head, ProblemType, Scale
from bakeoff.exporter.inference import open_session
from bakeoff.exporter.quiet import quiet_libraries

INPUT_NAME = "text"

_OPSET = 18
_OUTPUT_NAMES = {
    Scale.PROBABILITIES: "probabilities",
    Scale.MARGINS: "margins",
    Scale.VALUE: "value",
}
# Python's \w in the expressions of the graph, which know \w for ASCII alone.
_WORD = r"[\p{L}\p{N}_]"
# Lower case by Unicode. Always there; the default, en_US.UTF-8, is missing in small images.
_LOCALE = "C.UTF-8"


def draw_pipeline(pipeline: Any, head: Head, path: Path) -> str:  # noqa: ANN401 - scikit-learn ships no types
    """Write the graph of a fitted pipeline to `path`; returns the name of its only output.

    The input `text` is a column of strings, shape [batch, 1]; the output has shape
    [batch, labels]. Raises BackendFailedError with what skl2onnx says.
    """
    try:
        with quiet_libraries():
            model = _convert(pipeline, head)
    except Exception as failure:  # skl2onnx raises any class, from its own to NameError
        lines = str(failure).strip().splitlines() or [""]
        message = f"backend: skl2onnx cannot convert this pipeline: {lines[0]}"
        raise BackendFailedError(message) from failure
    output_name = _keep_scores(model, head, path)
    _repair_sublinear_counts(model)
    tidy_graph(model)
    save_graph(model, path)
    return output_name


def _convert(pipeline: Any, head: Head) -> ModelProto:  # noqa: ANN401 - scikit-learn ships no types
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import StringTensorType

    options: dict[int, dict[str, object]] = {
        id(vectorizer): _vectorizer_options(vectorizer) for vectorizer in _vectorizers(pipeline)
    }
    asked: dict[str, object] = {"raw_scores": True} if head.scale is Scale.MARGINS else {}
    convert: Callable[..., ModelProto] = functools.partial(
        convert_sklearn,
        pipeline,
        initial_types=[(INPUT_NAME, StringTensorType([None, 1]))],
        target_opset=_OPSET,
    )
    if head.scale is Scale.VALUE:
        return convert(options=options)
    try:
        return convert(options={**options, id(pipeline): {**asked, "zipmap": False}})
    except NameError:
        # Some classifiers never answer with maps, and then the pipeline may not ask for none.
        final = pipeline.steps[-1][1] if hasattr(pipeline, "steps") else pipeline
        return convert(options={**options, id(final): asked} if asked else options)


def _vectorizers(estimator: Any) -> Iterator[Any]:  # noqa: ANN401 - scikit-learn ships no types
    """Every vectorizer of texts in a pipeline, however nested."""
    from sklearn.feature_extraction.text import CountVectorizer

    if isinstance(estimator, CountVectorizer):
        yield estimator
    for list_name in ("steps", "transformer_list", "transformers_"):
        for part in getattr(estimator, list_name, ()):
            yield from _vectorizers(part[1])


def _vectorizer_options(vectorizer: Any) -> dict[str, object]:  # noqa: ANN401 - scikit-learn ships no types
    options: dict[str, object] = {"locale": _LOCALE}
    if vectorizer.analyzer == "word":
        options["tokenexp"] = token_expression(vectorizer.token_pattern)
    return options


def token_expression(pattern: str) -> str:
    r"""Rewrite a token pattern of scikit-learn for the expressions that the graph's tokenizer runs.

    They are RE2's, where `\w` and `\b` mean ASCII. A run of `\w` that takes all it can needs no
    `\b` around it.

    >>> token_expression(r"(?u)\b\w\w+\b")
    '[\\p{L}\\p{N}_]{2,}'
    """
    bare = pattern.removeprefix("(?u)")
    run = re.fullmatch(r"(?:\\b)?((?:\\w)*)\\w\+(?:\\b)?", bare)
    if run:
        least = run.group(1).count(r"\w") + 1
        return f"{_WORD}{{{least},}}"
    return bare.replace(r"\w", _WORD)


def _keep_scores(model: ModelProto, head: Head, path: Path) -> str:
    """Leave the scores as the only output, with one column a label.

    Of two classes, some classifiers answer with the margin of the second alone.
    """
    graph = model.graph
    scores = next(
        (output for output in graph.output if output.name in ("probabilities", "variable")),
        graph.output[-1],
    )
    if scores.type.WhichOneof("value") != "tensor_type":
        message = "backend: skl2onnx answers with something else than a tensor of scores."
        raise BackendFailedError(message)
    name, source = _OUTPUT_NAMES[head.scale], f"{scores.name}_drawn"
    _rename(model, scores.name, source)
    one_margin = (
        head.scale is Scale.MARGINS
        and head.problem_type is ProblemType.SINGLE_LABEL
        and _column_count(model, source, path) == 1
    )
    del graph.output[:]
    graph.output.append(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, len(head.labels)])
    )
    graph.output[0].type.tensor_type.shape.dim[0].dim_param = "batch"
    if one_margin:
        graph.node.append(helper.make_node("Neg", [source], [f"{name}_negative"]))
        graph.node.append(helper.make_node("Concat", [f"{name}_negative", source], [name], axis=1))
    else:
        graph.node.append(helper.make_node("Identity", [source], [name]))
    drop_unused(model)
    return name


def _column_count(model: ModelProto, output_name: str, path: Path) -> int:
    """Number of columns that an output really has; what skl2onnx declares is not always so."""
    save_graph(model, path)
    texts = np.array([["one"], ["two"]], dtype=object)
    (scores,) = open_session(path).run([output_name], {INPUT_NAME: texts})
    path.unlink()
    return int(np.asarray(scores).reshape(len(texts), -1).shape[1])


def _rename(model: ModelProto, name: str, new_name: str) -> None:
    for node in model.graph.node:
        node.input[:] = [new_name if value == name else value for value in node.input]
        node.output[:] = [new_name if value == name else value for value in node.output]
    for output in model.graph.output:
        if output.name == name:
            output.name = new_name


def _repair_sublinear_counts(model: ModelProto) -> None:
    """Make `sublinear_tf` mean 1 + log(count), and 0 for a count of 0, as scikit-learn has it.

    skl2onnx draws log(count + 1) instead.
    """
    graph = model.graph
    producers = {name: node for node in graph.node for name in node.output}
    constants = {tensor.name: tensor for tensor in graph.initializer}
    for log in [node for node in graph.node if node.op_type == "Log"]:
        add = producers.get(log.input[0])
        if add is None or add.op_type != "Add" or not _counts(add.input[0], producers):
            continue
        ones = constants.get(add.input[1])
        if ones is None or not (numpy_helper.to_array(ones) == 1).all():
            continue
        counts, ones_name, output = add.input[0], add.input[1], log.output[0]
        position = list(graph.node).index(add)
        graph.node.remove(add)
        graph.node.remove(log)
        for offset, node in enumerate(
            (
                helper.make_node("Max", [counts, ones_name], [f"{output}_floored"]),
                helper.make_node("Log", [f"{output}_floored"], [f"{output}_log"]),
                helper.make_node("Min", [counts, ones_name], [f"{output}_present"]),
                helper.make_node("Add", [f"{output}_log", f"{output}_present"], [output]),
            )
        ):
            graph.node.insert(position + offset, node)


def _counts(name: str, producers: dict[str, NodeProto]) -> bool:
    """Whether a value is what the vectorizer counted, perhaps cast or passed on."""
    node = producers.get(name)
    while node is not None and node.op_type in ("Identity", "Cast"):
        node = producers.get(node.input[0])
    return node is not None and node.op_type == "TfIdfVectorizer"
