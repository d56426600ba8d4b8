"""Real bundles of a few kilobytes, a real store, and evaluations that take seconds."""

import asyncio
import contextlib
import dataclasses
import hashlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import psutil
import pytest
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from bakeoff.server.jobs import Engine
from bakeoff.server.settings import Settings
from bakeoff.server.store import Store, bundle_sha256, file_sha256
from bakeoff.server.store.delimited import write_messages
from bakeoff.v1 import (
    BatchPolicy,
    BundleFile,
    Candidate,
    CandidateResult,
    ClassificationHead,
    Dimension,
    Evaluation,
    EvaluationSet,
    EvaluationSpec,
    ExampleKey,
    Label,
    LabelKind,
    Manifest,
    Offline,
    Progress,
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

    def offline(self) -> Scenario:
        """A scenario of about a tenth of a second."""
        return Scenario(
            offline=Offline(),
            min_duration=Duration(nanos=100_000_000),
            max_duration=Duration(seconds=2),
            block_count=2,
        )

    def single_stream(self, *, min_query_count: int = 20, block_count: int = 2) -> Scenario:
        """A scenario of about a tenth of a second."""
        return Scenario(
            single_stream=SingleStream(),
            min_duration=Duration(nanos=100_000_000),
            max_duration=Duration(seconds=2),
            min_query_count=min_query_count,
            block_count=block_count,
        )

    async def finish(self, engine: Engine, name: str) -> Evaluation:
        """Watch an evaluation to its end."""
        async with asyncio.timeout(60):
            async for evaluation in engine.changes(name):
                last = evaluation
        return last

    async def reach(
        self, engine: Engine, name: str, reached: Callable[[Progress], bool]
    ) -> Evaluation:
        """Watch an evaluation until its progress is there."""
        async with asyncio.timeout(60):
            async for evaluation in engine.changes(name):
                if reached(evaluation.progress):
                    return evaluation
        pytest.fail(f"{name} ended before it was there")

    async def reach_prediction(
        self, engine: Engine, name: str, candidate: str, done_count: int = 0
    ) -> Evaluation:
        """Watch an evaluation until so many examples are predicted, and a candidate is at it."""
        return await self.reach(
            engine,
            name,
            lambda progress: (
                progress.phase == Progress.PHASE_PREDICT
                and progress.candidate == candidate
                and progress.done_count >= done_count
            ),
        )

    def workers(self) -> list[psutil.Process]:
        """Worker processes of this one, the oldest first."""
        found: list[tuple[float, psutil.Process]] = []
        for child in psutil.Process().children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if "bakeoff.server.worker" in child.cmdline():
                    found.append((child.create_time(), child))
        return [child for _, child in sorted(found, key=lambda one: one[0])]

    def result(self, evaluation: Evaluation, candidate: str) -> CandidateResult:
        """What the report says of a candidate."""
        return next(r for r in evaluation.report.candidates if r.candidate.name == candidate)

    def reason(self, status: Status) -> str:
        """Reason of an error."""
        info = ErrorInfo()
        status.details[0].Unpack(info)
        return info.reason

    def with_settings(self, **settings: object) -> Settings:
        return dataclasses.replace(self.settings, **settings)

    def add_candidate(
        self,
        name: str,
        *,
        wrong_word_share: float = 0.0,
        trip_count: int = 0,
        ending: str = "plain",
        corrupt: bool = False,
    ) -> str:
        """Register a classifier that counts words.

        A share of its words speaks for the wrong class; `trip_count` turns of a loop slow every
        run down. The graph may end `plain`; `moody`, taking off what its batch mates reach;
        `roomy`, taking 4 MiB an example; `wasteful`, asking for 64 GiB; or `number`, with the
        count itself.
        """
        staging = self.store.begin_upload()
        graph = _graph(wrong_word_share, trip_count, ending)
        content = b"no graph" if corrupt else graph.SerializeToString()
        (staging / "model.onnx").write_bytes(content)
        _tokenizer().save(str(staging / "tokenizer.json"))
        manifest = _manifest(name, number=ending == "number")
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

    def add_set(self, example_count: int, *, numbers: bool = False, labelled: bool = True) -> str:
        """Register a set of short texts, each with its class, or with the count of its words."""
        generator = random.Random(7)
        inputs: list[UnlabelledExample] = []
        keys: list[ExampleKey] = []
        for index in range(example_count):
            label = generator.choice(LABELS)
            words = [f"{label}{generator.randrange(WORDS_PER_LABEL)}" for _ in range(3)]
            other = generator.choice(LABELS)
            words += [f"{other}{generator.randrange(WORDS_PER_LABEL)}"] * generator.randrange(3)
            inputs.append(UnlabelledExample(index=index, text=TextInput(text=" ".join(words))))
            count = max(sum(word.startswith(one) for word in words) for one in LABELS)
            answer = Label(value=count) if numbers else Label(class_name=label)
            keys.append(ExampleKey(id=f"row-{index}", label=answer if labelled else None))
        staging = self.store.begin_upload()
        write_messages(staging / "inputs", inputs)
        write_messages(staging / "keys", keys)
        digest = hashlib.sha256((staging / "inputs").read_bytes()).hexdigest()
        evaluation_set = EvaluationSet(
            name=SET_NAME,
            task="text-classification",
            example_count=example_count,
            sha256=digest,
            label_kind=LabelKind.LABEL_KIND_VALUE if numbers else LabelKind.LABEL_KIND_CLASS,
        )
        for label in LABELS if labelled and not numbers else ():
            indices = [i for i, key in enumerate(keys) if key.label.class_name == label]
            evaluation_set.label_counts.add(label=label, count=len(indices), first_index=indices[0])
        return self.store.add_evaluation_set(
            evaluation_set, staging / "inputs", staging / "keys"
        ).name

    def add_evaluation(self, name: str, candidates: list[str], **spec_fields: object) -> Evaluation:
        """Accept an evaluation that takes no longer than it must."""
        fields: dict[str, Any] = {
            "candidates": candidates,
            "evaluation_set": SET_NAME,
            "target": "targets/cpu",
            "batch_policy": BatchPolicy(
                token_budget=TokenBudget(padded_token_count=512, max_batch_size=64)
            ),
            "baseline": candidates[0],
            "metrics": ["accuracy", "f1.macro"],
            "objectives": ["max:accuracy"],
            "statistics": StatisticsSettings(
                confidence_level=0.95, resample_count=200, seed=1, equivalence_margin=0.005
            ),
            "profile_repeat_count": 1,
            "batch_sensitivity_example_count": 0,
            "intra_op_thread_count": 1,
            "caller_count": 1,
        }
        evaluation = Evaluation(
            name=f"evaluations/{name}",
            state=Evaluation.STATE_QUEUED,
            spec=EvaluationSpec(**(fields | spec_fields)),
        )
        return self.store.create_evaluation(evaluation).evaluation


@pytest.fixture
def make_workshop() -> Iterator[Callable[[Path], Workshop]]:
    """Opens the store of a data directory; all are closed at the end."""
    opened: list[Store] = []

    def make(data_dir: Path) -> Workshop:
        store = Store.open(data_dir)
        opened.append(store)
        return Workshop(store, Settings(data_dir=data_dir))

    yield make
    for store in opened:
        store.close()


@pytest.fixture
async def start_engine() -> AsyncIterator[Callable[..., Awaitable[Engine]]]:
    """Starts engines on a workshop; at the end they are stopped, and no worker is left."""
    started: list[tuple[Workshop, Engine]] = []

    async def start(workshop: Workshop, **settings: object) -> Engine:
        engine = Engine(workshop.store, workshop.with_settings(**settings))
        started.append((workshop, engine))
        await engine.start()
        return engine

    yield start
    for workshop, engine in started:
        await engine.stop()
        assert workshop.workers() == []


@pytest.fixture
def workshop(make_workshop: Callable[[Path], Workshop], tmp_path: Path) -> Workshop:
    return make_workshop(tmp_path / "data")


def _tokenizer() -> Tokenizer:
    vocabulary = {word: number for number, word in enumerate(VOCABULARY)}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106 - a word of the vocabulary, no password
    tokenizer.pre_tokenizer = Whitespace()
    return tokenizer


def _manifest(name: str, *, number: bool) -> Manifest:
    single_label = ClassificationHead(
        problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
        output_name="logits",
        scale=ClassificationHead.SCALE_LOGITS,
        labels=LABELS,
    )
    regression = ClassificationHead(
        problem_type=ClassificationHead.PROBLEM_TYPE_REGRESSION,
        output_name="logits",
        scale=ClassificationHead.SCALE_VALUE,
        labels=["count"],
    )
    head = regression if number else single_label
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
                dimensions=[Dimension(name="batch"), Dimension(size=len(head.labels))],
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
        classification=head,
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


def _graph(wrong_word_share: float, trip_count: int, ending: str) -> onnx.ModelProto:
    constants = {
        "scores": _word_scores(wrong_word_share),
        "zero": np.array([0]),
        "one": np.array([1]),
        "two": np.array([2]),
        "same": np.eye(len(LABELS), dtype=np.float32),
        "trips": np.array(trip_count),
        "always": np.array(True),  # noqa: FBT003 - what the loop asks for
        "most": np.array(0.9, dtype=np.float32),
        "nothing": np.array(0, dtype=np.float32),
        "much": np.array([2**20]),
        "too_much": np.array([2**34]),
    }
    nodes = [
        helper.make_node("Gather", ["scores", "input_ids"], ["found"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "two"], ["column"]),
        helper.make_node("Mul", ["found", "column"], ["counted"]),
        helper.make_node("ReduceSum", ["counted", "one"], ["summed"], keepdims=0),
        helper.make_node("Loop", ["trips", "always", "summed"], ["looped"], body=_loop_body()),
        *_endings()[ending],
    ]
    shape = ["batch", "sequence"]
    label_count = 1 if ending == "number" else len(LABELS)
    graph = helper.make_graph(
        nodes,
        "word-counter",
        [
            helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape),
            helper.make_tensor_value_info("attention_mask", TensorProto.INT64, shape),
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", label_count])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def _endings() -> dict[str, list[onnx.NodeProto]]:
    return {
        "plain": [helper.make_node("Identity", ["looped"], ["logits"])],
        "moody": [
            helper.make_node("ReduceMax", ["looped"], ["reached"], axes=[0], keepdims=1),
            helper.make_node("Mul", ["reached", "most"], ["taken"]),
            helper.make_node("Sub", ["looped", "taken"], ["logits"]),
        ],
        "roomy": _spread("much"),
        "wasteful": _spread("too_much"),
        "number": [
            helper.make_node("ReduceMax", ["looped"], ["logits"], axes=[1], keepdims=1),
        ],
    }


def _spread(count: str) -> list[onnx.NodeProto]:
    """Nodes that take room for so many floats an example, and add nothing."""
    return [
        helper.make_node("Shape", ["input_ids"], ["shape"]),
        helper.make_node("Slice", ["shape", "zero", "one"], ["batch_size"]),
        helper.make_node("Mul", ["batch_size", count], ["wanted"]),
        helper.make_node("Expand", ["nothing", "wanted"], ["waste"]),
        helper.make_node("ReduceMax", ["waste"], ["least"], keepdims=0),
        helper.make_node("Add", ["looped", "least"], ["logits"]),
    ]


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
