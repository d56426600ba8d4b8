"""A real server on a free port, real stubs, and bundles of a few kilobytes that really run."""

import contextlib
import hashlib
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import onnx
import pytest
import pytest_asyncio
from google.protobuf.internal.encoder import _VarintBytes
from google.rpc import error_details_pb2
from grpc import aio
from grpc_status import rpc_status
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from bakeoff.server.api.running import running_server
from bakeoff.server.settings import Settings
from bakeoff.v1 import (
    BundleFile,
    Candidate,
    ClassificationHead,
    CreateEvaluationRequest,
    Dimension,
    Evaluation,
    EvaluationSet,
    EvaluationSpec,
    Example,
    Label,
    ListPredictionsRequest,
    Manifest,
    PredictionRecord,
    ReadArtifactRequest,
    SourceModel,
    StatisticsSettings,
    Tensor,
    TextInput,
    Tokenization,
    UploadCandidateRequest,
    UploadEvaluationSetRequest,
    Variant,
    WatchEvaluationRequest,
    candidate_service_pb2_grpc,
    evaluation_service_pb2_grpc,
    evaluation_set_service_pb2_grpc,
    target_service_pb2_grpc,
)

LABELS = ("cat", "dog")
WORDS = ["[PAD]", "[UNK]"] + [f"{label}{number}" for label in LABELS for number in range(10)]
CHUNK_BYTES = 4096


@dataclass(frozen=True)
class Failure:
    """How a call failed, as the wire tells it."""

    code: grpc.StatusCode
    message: str
    reason: str = ""
    domain: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    fields: Sequence[str] = ()
    retry_after_s: float | None = None


@dataclass(frozen=True)
class Bundle:
    """What an upload of a candidate is made of."""

    manifest: Manifest
    contents: Mapping[str, bytes]

    def requests(self, candidate_id: str) -> Iterator[UploadCandidateRequest]:
        header = UploadCandidateRequest.Header(candidate_id=candidate_id, manifest=self.manifest)
        yield UploadCandidateRequest(header=header)
        for file in self.manifest.files:
            content = self.contents[file.path]
            for start in range(0, len(content), CHUNK_BYTES):
                data = content[start : start + CHUNK_BYTES]
                yield UploadCandidateRequest(chunk={"path": file.path, "data": data})


class Caller:
    """A channel to a server, with its stubs and what tests do with them over and over."""

    def __init__(self, channel: aio.Channel) -> None:
        self.channel = channel
        self.candidates = candidate_service_pb2_grpc.CandidateServiceStub(channel)
        self.sets = evaluation_set_service_pb2_grpc.EvaluationSetServiceStub(channel)
        self.evaluations = evaluation_service_pb2_grpc.EvaluationServiceStub(channel)
        self.targets = target_service_pb2_grpc.TargetServiceStub(channel)

    async def upload_candidate(self, candidate_id: str, bundle: Bundle) -> Candidate:
        answer = await self.candidates.UploadCandidate(bundle.requests(candidate_id))
        return answer.candidate

    async def upload_set(
        self, set_id: str, content: bytes, piece_bytes: int = 1000, **header: str
    ) -> EvaluationSet:
        requests = set_requests(set_id, content, piece_bytes, **header)
        answer = await self.sets.UploadEvaluationSet(requests)
        return answer.evaluation_set

    async def create(self, spec: EvaluationSpec, **options: object) -> Evaluation:
        request = CreateEvaluationRequest(spec=spec, **options)
        answer = await self.evaluations.CreateEvaluation(request)
        return answer.evaluation

    async def ended(self, name: str) -> Evaluation:
        """Waits for the end of an evaluation, and gives it."""
        async for change in self.evaluations.WatchEvaluation(WatchEvaluationRequest(name=name)):
            last = change.evaluation
        return last

    async def all_predictions(
        self, name: str, candidate: str, page_size: int = 7, *, wrong_only: bool = False
    ) -> list[PredictionRecord]:
        """What a candidate answered, page by page."""
        found: list[PredictionRecord] = []
        request = ListPredictionsRequest(
            name=name, candidate=candidate, page_size=page_size, wrong_only=wrong_only
        )
        while True:
            page = await self.evaluations.ListPredictions(request)
            found += page.predictions
            request.page_token = page.next_page_token
            if not request.page_token:
                return found

    async def artifact(self, **fields: object) -> bytes:
        """A file of an evaluation, put together from its pieces."""
        pieces = self.evaluations.ReadArtifact(ReadArtifactRequest(**fields))
        return b"".join([piece.data async for piece in pieces])

    async def failure(self, call: Awaitable[Any]) -> Failure:
        """How a call fails; a call that does not fail fails the test."""
        with pytest.raises(aio.AioRpcError) as caught:
            await call
        return failure_of(caught.value)


def failure_of(error: aio.AioRpcError) -> Failure:
    status = rpc_status.from_call(error)
    if status is None:
        return Failure(error.code(), error.details() or "")
    info, bad, retry = (
        error_details_pb2.ErrorInfo(),
        error_details_pb2.BadRequest(),
        error_details_pb2.RetryInfo(),
    )
    retry_after_s = None
    for detail in status.details:
        if detail.Unpack(retry):
            retry_after_s = retry.retry_delay.ToMilliseconds() / 1000
        else:
            assert detail.Unpack(info) or detail.Unpack(bad)
    return Failure(
        code=error.code(),
        message=status.message,
        reason=info.reason,
        domain=info.domain,
        metadata=dict(info.metadata),
        fields=[violation.field for violation in bad.field_violations],
        retry_after_s=retry_after_s,
    )


def set_requests(
    set_id: str, content: bytes, piece_bytes: int = 1000, **header: str
) -> Iterator[UploadEvaluationSetRequest]:
    fields = {
        "evaluation_set_id": set_id,
        "task": "text-classification",
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    yield UploadEvaluationSetRequest(
        header=UploadEvaluationSetRequest.Header(**{**fields, **header})
    )
    for start in range(0, len(content), piece_bytes):
        yield UploadEvaluationSetRequest(data=content[start : start + piece_bytes])


def encoded(examples: Sequence[Example]) -> bytes:
    """Examples as an upload has them: each after its length."""
    parts = [example.SerializeToString() for example in examples]
    return b"".join(_VarintBytes(len(part)) + part for part in parts)


def labelled(count: int) -> list[Example]:
    """Short texts of one or the other class, whose every word tells it."""
    return [
        Example(
            id=f"row-{number}",
            text=TextInput(text=f"{LABELS[number % 2]}{number % 10} {LABELS[number % 2]}3"),
            label=Label(class_name=LABELS[number % 2]),
        )
        for number in range(count)
    ]


def make_bundle(
    wrong_words: int = 0,
    labels: Sequence[str] = LABELS,
    replaced: Mapping[str, bytes] | None = None,
) -> Bundle:
    """A classifier that counts words; so many words of a class speak for the other one.

    `replaced` puts other bytes in the place of its files.
    """
    tokenizer = Tokenizer(
        WordLevel({word: index for index, word in enumerate(WORDS)}, unk_token=WORDS[1])
    )
    tokenizer.pre_tokenizer = Whitespace()
    contents = {
        "model.onnx": _graph(wrong_words).SerializeToString(),
        "tokenizer.json": tokenizer.to_str().encode(),
    }
    contents |= replaced or {}
    return Bundle(_manifest(contents, labels), contents)


def _graph(wrong_words: int) -> onnx.ModelProto:
    scores = np.zeros((len(WORDS), len(LABELS)), dtype=np.float32)
    for row, word in enumerate(WORDS[2:], start=2):
        wrong = int(word[-1]) < wrong_words
        scores[row, (LABELS.index(word[:3]) + wrong) % len(LABELS)] = 1 + int(word[-1]) / 10
    shape = ["batch", "sequence"]
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["scores", "input_ids"], ["found"]),
            helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
            helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
            helper.make_node("Mul", ["found", "column"], ["counted"]),
            helper.make_node("ReduceSum", ["counted", "words"], ["logits"], keepdims=0),
        ],
        "word-counter",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, shape)
            for name in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", len(LABELS)])],
        [
            numpy_helper.from_array(scores, "scores"),
            numpy_helper.from_array(np.array([2]), "last"),
            numpy_helper.from_array(np.array([1]), "words"),
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def _manifest(contents: Mapping[str, bytes], labels: Sequence[str]) -> Manifest:
    free = [Dimension(name="batch"), Dimension(name="sequence")]
    return Manifest(
        schema_version=1,
        task="text-classification",
        source_model=SourceModel(name="word-counter", kind=SourceModel.KIND_ONNX),
        variant=Variant(id="fp32", backend="adopted", opset=17),
        graph_path="model.onnx",
        inputs=[
            Tensor(name=name, element_type="int64", dimensions=free)
            for name in ("input_ids", "attention_mask")
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
            max_length=32,
            truncation_side=Tokenization.SIDE_RIGHT,
            padding_side=Tokenization.SIDE_RIGHT,
            pad_token=WORDS[0],
            pad_token_id=0,
            model_input_names=["input_ids", "attention_mask"],
        ),
        classification=ClassificationHead(
            problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
            output_name="logits",
            scale=ClassificationHead.SCALE_LOGITS,
            labels=labels,
        ),
        files=[
            BundleFile(
                path=path, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest()
            )
            for path, content in contents.items()
        ],
    )


def quick_spec(*candidates: str, evaluation_set: str = "pets") -> EvaluationSpec:
    """A spec that takes as little time as can be: quality, one profile, nothing timed."""
    return EvaluationSpec(
        candidates=[f"candidates/{one}" for one in candidates],
        evaluation_set=f"evaluationSets/{evaluation_set}",
        profile_repeat_count=1,
        batch_sensitivity_example_count=0,
        intra_op_thread_count=1,
        caller_count=1,
        statistics=StatisticsSettings(resample_count=100),
    )


@contextlib.asynccontextmanager
async def calling(address: str) -> AsyncIterator[Caller]:
    async with aio.insecure_channel(address) as channel:
        yield Caller(channel)


def quality(evaluation: Evaluation, index: int) -> dict[str, float]:
    """Values of the quality figures of one candidate, by id."""
    return {one.id: one.value for one in evaluation.report.candidates[index].quality}


class Tools:
    """The functions above, for tests that cannot import this file."""

    bundle = staticmethod(make_bundle)
    calling = staticmethod(calling)
    encoded = staticmethod(encoded)
    failure_of = staticmethod(failure_of)
    figures = staticmethod(quality)
    labelled = staticmethod(labelled)
    set_requests = staticmethod(set_requests)
    spec = staticmethod(quick_spec)


@pytest.fixture(scope="session")
def tools() -> type[Tools]:
    return Tools


@pytest.fixture(scope="module", autouse=True)
def workers_unmeasured(unmeasured_processes: None) -> None:
    """What a worker does is measured in other rooms."""


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the shared server keeps everything."""
    return tmp_path_factory.mktemp("shared") / "data"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def address(data_dir: Path) -> AsyncIterator[str]:
    """Address of a server that all tests of a run share; each uses names of its own."""
    settings = Settings(address="127.0.0.1:0", data_dir=data_dir, shutdown_grace_s=1)
    async with running_server(settings) as server:
        yield server.address


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def caller(address: str) -> AsyncIterator[Caller]:
    """A caller of the shared server."""
    async with calling(address) as caller:
        yield caller


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stocked(caller: Caller) -> Caller:
    """The shared server with candidates `right` and `wrong`, and a set `pets` of 40 examples."""
    await caller.upload_candidate("right", make_bundle())
    await caller.upload_candidate("wrong", make_bundle(wrong_words=5))
    await caller.upload_set("pets", encoded(labelled(40)))
    return caller


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def finished(stocked: Caller) -> Evaluation:
    """An evaluation of both candidates that has succeeded."""
    created = await stocked.create(quick_spec("right", "wrong"), evaluation_id="finished")
    return await stocked.ended(created.name)
