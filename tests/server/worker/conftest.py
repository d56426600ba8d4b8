"""Real graphs, tokenizers, bundles and worker processes, small enough to make on the spot."""

import select
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from google.protobuf.proto import parse_length_prefixed, serialize_length_prefixed
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from bakeoff.server.worker.bundle import Bundle
from bakeoff.server.worker.model import Model, load
from bakeoff.server.worker.providers import device_named
from bakeoff.server.worker.session import SessionSettings
from bakeoff.v1 import (
    ClassificationHead,
    Dimension,
    Manifest,
    Prediction,
    RawText,
    Tensor,
    TextInput,
    Tokenization,
    UnlabelledExample,
)
from bakeoff.worker.v1 import Command, Event, Load

PADDING, UNKNOWN = "[PAD]", "[UNK]"
SPECIAL_TOKENS = (PADDING, UNKNOWN, "[CLS]", "[SEP]")
LABELS = ("red", "green", "blue")
ANSWER_TIMEOUT_S = 60.0
MODULE = "bakeoff.server.worker"

_ELEMENT_TYPES = {
    TensorProto.FLOAT: "float32",
    TensorProto.FLOAT16: "float16",
    TensorProto.DOUBLE: "float64",
    TensorProto.INT64: "int64",
    TensorProto.INT32: "int32",
    TensorProto.STRING: "str",
}


class Workshop:
    """Makes what a worker is given. Words are w0, w1, ... with ids from 4."""

    word_count = 60
    row_count = word_count + len(SPECIAL_TOKENS)

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._number = 0

    def tokenizer(self, word_count: int = word_count) -> Tokenizer:
        """[CLS] and [SEP] around a text and between a pair."""
        vocabulary = [*SPECIAL_TOKENS, *(f"w{number}" for number in range(word_count))]
        tokenizer = Tokenizer(
            models.WordLevel({word: id_ for id_, word in enumerate(vocabulary)}, unk_token=UNKNOWN)
        )
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]",
            pair="[CLS] $A [SEP] $B:1 [SEP]:1",
            special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
        )
        return tokenizer

    # Backtracks without end in the normalizer of `panicking_tokenizer`.
    panicking_text = "a" * 60 + "b"

    def panicking_tokenizer(self) -> Tokenizer:
        """A tokenizer whose native code panics on `panicking_text`."""
        tokenizer = self.tokenizer()
        tokenizer.normalizer = normalizers.Replace(Regex("(?:a|aa)+$"), "x")
        return tokenizer

    def graph(
        self,
        nodes: Sequence[NodeProto],
        inputs: Sequence[ValueInfoProto],
        outputs: Sequence[ValueInfoProto],
        initializers: Sequence[TensorProto] = (),
    ) -> ModelProto:
        graph = helper.make_graph(nodes, "graph", inputs, outputs, initializers)
        opsets = [helper.make_opsetid("", 17)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)

    def classifier(
        self,
        *,
        row_count: int = row_count,
        position_count: int = 512,
        label_count: int = len(LABELS),
        input_type: int = TensorProto.INT64,
        float_type: int = TensorProto.FLOAT,
        type_ids: bool = False,
        hidden: int = 32,
        poison_id: int | None = None,
    ) -> ModelProto:
        """One layer of self-attention; the first token is read.

        Token `poison_id` makes the output of its example NaN.
        """
        random = np.random.default_rng(7)
        dtype = helper.tensor_dtype_to_np_dtype(float_type)

        def weight(name: str, *shape: int) -> TensorProto:
            values = random.normal(scale=shape[0] ** -0.5, size=shape).astype(dtype)
            if name == "embedding" and poison_id is not None:
                values[poison_id] = np.nan
            return numpy_helper.from_array(values, name)

        def constant(name: str, value: object, kind: "np.typing.DTypeLike") -> TensorProto:
            return numpy_helper.from_array(np.array(value, dtype=kind), name)

        initializers = [
            weight("embedding", row_count, hidden),
            weight("positions", position_count, hidden),
            weight("types", 2, hidden),
            weight("query", hidden, hidden),
            weight("key", hidden, hidden),
            weight("value", hidden, hidden),
            weight("head", hidden, label_count),
            constant("zero", [0], np.int64),
            constant("one", [1], np.int64),
            constant("start", 0, np.int64),
            constant("step", 1, np.int64),
            constant("unit", 1, dtype),
            constant("far", -30000, dtype),
        ]
        typed = [
            helper.make_node("Gather", ["types", "token_type_ids"], ["kinds"]),
            helper.make_node("Add", ["words", "kinds"], ["typed"]),
        ]
        nodes = [
            helper.make_node("Gather", ["embedding", "input_ids"], ["words"], name="/words/Gather"),
            *(typed if type_ids else [helper.make_node("Identity", ["words"], ["typed"])]),
            helper.make_node("Shape", ["input_ids"], ["shape"]),
            helper.make_node("Gather", ["shape", "step"], ["width"]),
            helper.make_node("Range", ["start", "width", "step"], ["places"]),
            helper.make_node("Gather", ["positions", "places"], ["place"], name="/places/Gather"),
            helper.make_node("Add", ["typed", "place"], ["embedded"]),
            helper.make_node("MatMul", ["embedded", "query"], ["q"]),
            helper.make_node("MatMul", ["embedded", "key"], ["k"]),
            helper.make_node("MatMul", ["embedded", "value"], ["v"]),
            helper.make_node("Transpose", ["k"], ["kt"], perm=[0, 2, 1]),
            helper.make_node("MatMul", ["q", "kt"], ["scores"]),
            helper.make_node("Cast", ["attention_mask"], ["mask"], to=float_type),
            helper.make_node("Sub", ["unit", "mask"], ["unseen"]),
            helper.make_node("Mul", ["unseen", "far"], ["bias"]),
            helper.make_node("Unsqueeze", ["bias", "one"], ["biases"]),
            helper.make_node("Add", ["scores", "biases"], ["masked"]),
            helper.make_node("Softmax", ["masked"], ["weights"], axis=-1),
            helper.make_node("MatMul", ["weights", "v"], ["context"]),
            helper.make_node("Slice", ["context", "zero", "one", "one"], ["first"]),
            helper.make_node("Squeeze", ["first", "one"], ["pooled"]),
            helper.make_node("MatMul", ["pooled", "head"], ["logits"]),
        ]
        names = ["input_ids", "attention_mask", *(["token_type_ids"] if type_ids else [])]
        inputs = [
            helper.make_tensor_value_info(name, input_type, ["batch", "sequence"]) for name in names
        ]
        output = helper.make_tensor_value_info("logits", float_type, ["batch", label_count])
        return self.graph(nodes, inputs, [output], initializers)

    def continued(
        self, nodes: Sequence[NodeProto], initializers: Sequence[TensorProto] = ()
    ) -> ModelProto:
        """The classifier with more nodes between its last, now `raw_logits`, and its output.

        `width` and `start` are the sequence length and 0: sizes that hang on the input.
        """
        graph = self.classifier()
        last = next(node for node in graph.graph.node if node.output[0] == "logits")
        last.output[0] = "raw_logits"
        graph.graph.node.extend(nodes)
        graph.graph.initializer.extend(initializers)
        return graph

    def manifest(
        self, graph: ModelProto, labels: Sequence[str] = LABELS, max_length: int = 32
    ) -> Manifest:
        """Manifest that is true of the graph and of `tokenizer()`."""
        return Manifest(
            schema_version=1,
            task="text-classification",
            graph_path="model.onnx",
            inputs=[_tensor(value) for value in graph.graph.input],
            outputs=[_tensor(value) for value in graph.graph.output],
            tokenization=Tokenization(
                tokenizer_path="tokenizer.json",
                max_length=max_length,
                truncation_side=Tokenization.SIDE_RIGHT,
                padding_side=Tokenization.SIDE_RIGHT,
                pad_token=PADDING,
                pad_token_id=0,
                model_input_names=["input_ids", "token_type_ids", "attention_mask"],
            ),
            classification=ClassificationHead(
                problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
                output_name=graph.graph.output[0].name,
                scale=ClassificationHead.SCALE_LOGITS,
                labels=labels,
            ),
        )

    def bundle(
        self,
        graph: ModelProto | None = None,
        manifest: Manifest | None = None,
        tokenizer: Tokenizer | None = None,
    ) -> Bundle:
        """A folder with a graph and a tokenizer, and its manifest."""
        graph = self.classifier() if graph is None else graph
        self._number += 1
        path = self.folder / f"bundle-{self._number}"
        path.mkdir()
        (path / "model.onnx").write_bytes(graph.SerializeToString())
        (path / "tokenizer.json").write_text(
            (tokenizer or self.tokenizer()).to_str(), encoding="utf-8"
        )
        return Bundle(path, manifest or self.manifest(graph))

    def text_bundle(self, *, column: bool) -> Bundle:
        """A bundle whose graph takes strings and knows two words."""
        shape = ["batch", 1] if column else ["batch"]
        nodes = [
            helper.make_node("Reshape", ["text", "flat"], ["row"]),
            helper.make_node(
                "LabelEncoder",
                ["row"],
                ["values"],
                domain="ai.onnx.ml",
                keys_strings=["warm", "cold"],
                values_floats=[1.0, -1.0],
                default_float=0.0,
            ),
            helper.make_node("Reshape", ["values", "column"], ["first"]),
            helper.make_node("Neg", ["first"], ["second"]),
            helper.make_node("Concat", ["first", "second"], ["scores"], axis=1),
        ]
        graph = self.graph(
            nodes,
            [helper.make_tensor_value_info("text", TensorProto.STRING, shape)],
            [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 2])],
            [
                numpy_helper.from_array(np.array([-1]), "flat"),
                numpy_helper.from_array(np.array([-1, 1]), "column"),
            ],
        )
        graph.opset_import.append(helper.make_opsetid("ai.onnx.ml", 2))
        manifest = self.manifest(graph, labels=("summer", "winter"))
        manifest.raw_text.CopyFrom(RawText(input_name="text", column=column))
        return self.bundle(graph, manifest)

    def model(self, bundle: Bundle | None = None, thread_count: int = 1) -> Model:
        """A bundle loaded in this process, on the processor."""
        return load(bundle or self.bundle(), device_named("cpu"), SessionSettings(thread_count))

    def inputs(self, texts: Sequence[str | tuple[str, str]]) -> Path:
        """A file of examples, in order."""
        self._number += 1
        path = self.folder / f"inputs-{self._number}"
        with path.open("wb") as file:
            for example in self.examples(texts):
                serialize_length_prefixed(example, file)
        return path

    def examples(self, texts: Sequence[str | tuple[str, str]]) -> list[UnlabelledExample]:
        """Examples, numbered in order."""
        return [
            UnlabelledExample(
                index=index,
                text=TextInput(text=text)
                if isinstance(text, str)
                else TextInput(text=text[0], text_pair=text[1]),
            )
            for index, text in enumerate(texts)
        ]

    def sentences(self, count: int, longest: int = 24, seed: int = 3) -> list[str]:
        """Seeded texts of 1 to `longest` words."""
        random = np.random.default_rng(seed)
        lengths = random.integers(1, longest + 1, size=count)
        return [
            " ".join(f"w{word}" for word in random.integers(0, self.word_count, size=length))
            for length in lengths
        ]

    def predictions(self, path: Path) -> list[Prediction]:
        """Predictions of a file, in its order."""
        found = []
        with path.open("rb") as file:
            while (prediction := parse_length_prefixed(Prediction, file)) is not None:
                found.append(prediction)
        return found


class WorkerProcess:
    """A real worker process and this end of its socket."""

    def __init__(self, *arguments: str) -> None:
        self.connection, other = socket.socketpair()
        self.start_ns = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        with other:
            self.process = subprocess.Popen(
                [sys.executable, "-m", MODULE, "--fd", str(other.fileno()), *arguments],
                pass_fds=[other.fileno()],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )

    def send(self, payload: bytes) -> None:
        self.connection.sendall(struct.pack(">I", len(payload)) + payload)

    def receive(self) -> Event:
        (size,) = struct.unpack(">I", self._read(4))
        return Event.FromString(self._read(size))

    def ask(self, command: Command) -> Event:
        """The event that ends a command."""
        self.send(command.SerializeToString())
        while (event := self.receive()).WhichOneof("kind") == "progressed":
            pass
        return event

    def load(self, bundle: Bundle, device: str = "cpu") -> Event:
        command = Load(
            bundle_path=str(bundle.path),
            manifest=bundle.manifest,
            device=device,
            intra_op_thread_count=1,
        )
        return self.ask(Command(load=command))

    def close(self) -> tuple[int, bytes, bytes]:
        """Exit status, standard output and standard error after the socket is closed."""
        self.connection.close()
        output, error = self.process.communicate(timeout=ANSWER_TIMEOUT_S)
        return self.process.returncode, output, error

    def _read(self, size: int) -> bytes:
        received = b""
        while len(received) < size:
            readable, _, _ = select.select([self.connection], [], [], ANSWER_TIMEOUT_S)
            assert readable, "the worker does not answer"
            chunk = self.connection.recv(size - len(received))
            assert chunk, f"the worker ended with {self.process.wait()}"
            received += chunk
        return received


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


@pytest.fixture
def start_worker() -> Iterator[Callable[..., WorkerProcess]]:
    started: list[WorkerProcess] = []

    def start(*arguments: str) -> WorkerProcess:
        worker = WorkerProcess(*arguments)
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.connection.close()
        try:
            worker.process.communicate(timeout=ANSWER_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            worker.process.kill()
            worker.process.communicate()
            raise


def _tensor(value: ValueInfoProto) -> Tensor:
    tensor = value.type.tensor_type
    return Tensor(
        name=value.name,
        element_type=_ELEMENT_TYPES[tensor.elem_type],
        dimensions=[
            Dimension(name=item.dim_param) if item.dim_param else Dimension(size=item.dim_value)
            for item in tensor.shape.dim
        ],
    )
