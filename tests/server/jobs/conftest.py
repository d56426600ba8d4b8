"""Real bundles of a few kilobytes, a real store, and evaluations that take seconds."""

import dataclasses
import hashlib
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
from google.protobuf.duration_pb2 import Duration
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from bakeoff.server.settings import Settings
from bakeoff.server.store import Store, bundle_sha256, file_sha256
from bakeoff.server.store.delimited import write_messages
from bakeoff.v1 import (
    BatchPolicy,
    BundleFile,
    Candidate,
    ClassificationHead,
    Dimension,
    Evaluation,
    EvaluationSet,
    EvaluationSpec,
    ExampleKey,
    Label,
    LabelKind,
    Manifest,
    Scenario,
    SingleStream,
    SourceModel,
    StatisticsSettings,
    Tensor,
    TextInput,
    TokenBudget,
    Tokenization,
    UnlabelledExample,
    Variant,
)

LABELS = ("bird", "fish", "tree")
WORDS_PER_LABEL = 20
VOCABULARY = ["[PAD]", "[UNK]"] + [
    f"{label}{i}" for label in LABELS for i in range(WORDS_PER_LABEL)
]
SET_NAME = "evaluationSets/animals"


@dataclasses.dataclass(frozen=True)
class Workshop:
    """A store with candidates and a set, made as a server would."""

    store: Store
    settings: Settings

    def add_candidate(
        self,
        name: str,
        *,
        wrong_word_share: float = 0.0,
        trip_count: int = 0,
        batch_dependent: bool = False,
        corrupt: bool = False,
    ) -> str:
        """Register a classifier that counts words.

        A share of its words speaks for the wrong class; `trip_count` turns of a loop slow every
        run down; a batch dependent one subtracts what its batch mates reach.
        """
        staging = self.store.begin_upload()
        graph = _graph(wrong_word_share, trip_count, batch_dependent=batch_dependent)
        content = b"no graph" if corrupt else graph.SerializeToString()
        (staging / "model.onnx").write_bytes(content)
        _tokenizer().save(str(staging / "tokenizer.json"))
        manifest = _manifest(name)
        for path in sorted(staging.iterdir()):
            manifest.files.append(
                BundleFile(path=path.name, size_bytes=path.stat().st_size, sha256=file_sha256(path))
            )
        candidate = Candidate(
            name=f"candidates/{name}",
            manifest=manifest,
            sha256=bundle_sha256(manifest.files),
            size_bytes=sum(file.size_bytes for file in manifest.files),
        )
        return self.store.add_candidate(candidate, staging).name

    def add_set(self, example_count: int) -> str:
        """Register a set of that many short texts, each with a label."""
        generator = random.Random(7)
        inputs: list[UnlabelledExample] = []
        keys: list[ExampleKey] = []
        for index in range(example_count):
            label = generator.choice(LABELS)
            words = [f"{label}{generator.randrange(WORDS_PER_LABEL)}" for _ in range(3)]
            other = generator.choice(LABELS)
            words += [f"{other}{generator.randrange(WORDS_PER_LABEL)}"] * generator.randrange(3)
            inputs.append(UnlabelledExample(index=index, text=TextInput(text=" ".join(words))))
            keys.append(ExampleKey(id=f"row-{index}", label=Label(class_name=label)))
        staging = self.store.begin_upload()
        write_messages(staging / "inputs", inputs)
        write_messages(staging / "keys", keys)
        digest = hashlib.sha256((staging / "inputs").read_bytes()).hexdigest()
        evaluation_set = EvaluationSet(
            name=SET_NAME,
            task="text-classification",
            example_count=example_count,
            sha256=digest,
            label_kind=LabelKind.LABEL_KIND_CLASS,
        )
        for label in LABELS:
            indices = [i for i, key in enumerate(keys) if key.label.class_name == label]
            evaluation_set.label_counts.add(label=label, count=len(indices), first_index=indices[0])
        return self.store.add_evaluation_set(
            evaluation_set, staging / "inputs", staging / "keys"
        ).name

    def add_evaluation(
        self, name: str, candidates: list[str], *, scenarios: list[Scenario] | None = None
    ) -> Evaluation:
        """Accept an evaluation that takes no longer than it must."""
        evaluation = Evaluation(
            name=f"evaluations/{name}",
            state=Evaluation.STATE_QUEUED,
            spec=EvaluationSpec(
                candidates=candidates,
                evaluation_set=SET_NAME,
                target="targets/cpu",
                scenarios=scenarios,
                batch_policy=BatchPolicy(
                    token_budget=TokenBudget(padded_token_count=512, max_batch_size=64)
                ),
                baseline=candidates[0],
                metrics=["accuracy", "f1.macro"],
                objectives=["max:accuracy"],
                statistics=StatisticsSettings(
                    confidence_level=0.95,
                    resample_count=200,
                    seed=1,
                    equivalence_margin=0.005,
                ),
                profile_repeat_count=1,
                batch_sensitivity_example_count=0,
                intra_op_thread_count=1,
                caller_count=1,
            ),
        )
        return self.store.create_evaluation(evaluation).evaluation


@pytest.fixture
def make_workshop() -> Iterator[Callable[[Path], Workshop]]:
    """Opens the store of a data directory; all are closed at the end."""
    opened: list[Store] = []

    def make(data_dir: Path, **settings: object) -> Workshop:
        store = Store.open(data_dir)
        opened.append(store)
        return Workshop(store, Settings(data_dir=data_dir, **settings))  # type: ignore[arg-type] # any setting

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def workshop(make_workshop: Callable[[Path], Workshop], tmp_path: Path) -> Workshop:
    return make_workshop(tmp_path / "data")


def _tokenizer() -> Tokenizer:
    vocabulary = {word: number for number, word in enumerate(VOCABULARY)}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106 - a word of the vocabulary, no password
    tokenizer.pre_tokenizer = Whitespace()
    return tokenizer


def _manifest(name: str) -> Manifest:
    free = [Dimension(name="batch"), Dimension(name="sequence")]
    return Manifest(
        schema_version=1,
        task="text-classification",
        source_model=SourceModel(name=name, kind=SourceModel.KIND_ONNX),
        variant=Variant(id="fp32", backend="adopted", opset=17),
        graph_path="model.onnx",
        inputs=[
            Tensor(name=input_name, element_type="int64", dimensions=free)
            for input_name in ("input_ids", "attention_mask")
        ],
        outputs=[
            Tensor(
                name="logits",
                element_type="float32",
                dimensions=[Dimension(name="batch"), Dimension(size=len(LABELS))],
            )
        ],
        tokenization=Tokenization(
            tokenizer_path="tokenizer.json",
            max_length=64,
            truncation_side=Tokenization.SIDE_RIGHT,
            padding_side=Tokenization.SIDE_RIGHT,
            pad_token="[PAD]",  # noqa: S106 - a word of the vocabulary, no password
            pad_token_id=0,
            model_input_names=["input_ids", "attention_mask"],
        ),
        classification=ClassificationHead(
            problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
            output_name="logits",
            scale=ClassificationHead.SCALE_LOGITS,
            labels=LABELS,
        ),
    )


def _word_scores(wrong_word_share: float) -> np.ndarray:
    """One row a word: 1 for the class that it speaks for."""
    scores = np.zeros((len(VOCABULARY), len(LABELS)), dtype=np.float32)
    generator = random.Random(11)
    for row, word in enumerate(VOCABULARY[2:], start=2):
        label = next(i for i, name in enumerate(LABELS) if word.startswith(name))
        wrong = generator.random() < wrong_word_share
        scores[row, (label + wrong) % len(LABELS)] = 1.0
    return scores


def _graph(wrong_word_share: float, trip_count: int, *, batch_dependent: bool) -> onnx.ModelProto:
    constants = [
        numpy_helper.from_array(_word_scores(wrong_word_share), "scores"),
        numpy_helper.from_array(np.array([2]), "last"),
        numpy_helper.from_array(np.array([1]), "words"),
        numpy_helper.from_array(np.array([0]), "mates"),
        numpy_helper.from_array(np.eye(len(LABELS), dtype=np.float32), "same"),
        numpy_helper.from_array(np.array(trip_count, dtype=np.int64), "trips"),
        numpy_helper.from_array(np.array([True]).reshape(()), "always"),
        numpy_helper.from_array(np.array(0.9, dtype=np.float32), "most"),
    ]
    nodes = [
        helper.make_node("Gather", ["scores", "input_ids"], ["found"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
        helper.make_node("Mul", ["found", "column"], ["counted"]),
        helper.make_node("ReduceSum", ["counted", "words"], ["summed"], keepdims=0),
        helper.make_node("Loop", ["trips", "always", "summed"], ["looped"], body=_loop_body()),
    ]
    if batch_dependent:
        nodes += [
            helper.make_node("ReduceMax", ["looped"], ["reached"], axes=[0], keepdims=1),
            helper.make_node("Mul", ["reached", "most"], ["taken"]),
            helper.make_node("Sub", ["looped", "taken"], ["logits"]),
        ]
    else:
        nodes.append(helper.make_node("Identity", ["looped"], ["logits"]))
    shape = ["batch", "sequence"]
    graph = helper.make_graph(
        nodes,
        "word-counter",
        [
            helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape),
            helper.make_tensor_value_info("attention_mask", TensorProto.INT64, shape),
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", len(LABELS)])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def _loop_body() -> onnx.GraphProto:
    values = ["batch", len(LABELS)]
    return helper.make_graph(
        [
            helper.make_node("MatMul", ["values_in", "same"], ["values_out"]),
            helper.make_node("Identity", ["go_in"], ["go_out"]),
        ],
        "turn",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("go_in", TensorProto.BOOL, []),
            helper.make_tensor_value_info("values_in", TensorProto.FLOAT, values),
        ],
        [
            helper.make_tensor_value_info("go_out", TensorProto.BOOL, []),
            helper.make_tensor_value_info("values_out", TensorProto.FLOAT, values),
        ],
    )
