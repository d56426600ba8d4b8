"""Real gRPC servers that answer as a test says, and files to send."""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from google.protobuf import json_format, proto

from bakeoff import v1
from bakeoff.client import Client, ReadingOptions, RetryPolicy, read_set
from bakeoff.v1 import (
    candidate_service_pb2_grpc,
    evaluation_service_pb2_grpc,
    evaluation_set_service_pb2_grpc,
    target_service_pb2_grpc,
)

REGISTRATIONS = (
    (
        candidate_service_pb2_grpc.CandidateServiceServicer,
        candidate_service_pb2_grpc.add_CandidateServiceServicer_to_server,
    ),
    (
        evaluation_set_service_pb2_grpc.EvaluationSetServiceServicer,
        evaluation_set_service_pb2_grpc.add_EvaluationSetServiceServicer_to_server,
    ),
    (
        evaluation_service_pb2_grpc.EvaluationServiceServicer,
        evaluation_service_pb2_grpc.add_EvaluationServiceServicer_to_server,
    ),
    (
        target_service_pb2_grpc.TargetServiceServicer,
        target_service_pb2_grpc.add_TargetServiceServicer_to_server,
    ),
)

Serve = Callable[..., str]


class Shelf(
    candidate_service_pb2_grpc.CandidateServiceServicer,
    evaluation_set_service_pb2_grpc.EvaluationSetServiceServicer,
    evaluation_service_pb2_grpc.EvaluationServiceServicer,
    target_service_pb2_grpc.TargetServiceServicer,
):
    """Keeps what is sent, by the rules of the contract, and ends every evaluation as told."""

    def __init__(self) -> None:
        self.candidates: dict[str, tuple[v1.Candidate, dict[str, bytes]]] = {}
        self.sets: dict[str, tuple[v1.EvaluationSet, bytes]] = {}
        self.upload_count = 0
        self.created: list[v1.CreateEvaluationRequest] = []
        self.cancelled: list[str] = []
        self.outcome = v1.Evaluation(state=v1.Evaluation.STATE_SUCCEEDED)
        self.artifact = [b"<html>", b"</html>"]
        self.artifacts_asked: list[v1.ReadArtifactRequest] = []
        self.targets: list[v1.Target] = []
        self.evaluations: dict[str, v1.Evaluation] = {}
        self.rescored: list[v1.RescoreEvaluationRequest] = []
        self.predictions: list[v1.PredictionRecord] = []
        self.regenerated = v1.RegenerateReportResponse()
        self.compared: list[v1.CompareEvaluationsRequest] = []
        self.comparison = v1.EvaluationComparison()
        self.histories_asked: list[v1.GetModelHistoryRequest] = []
        self.history = v1.ModelHistory()

    def UploadCandidate(  # noqa: N802 (the method's name in the contract)
        self,
        request_iterator: Iterator[v1.UploadCandidateRequest],
        context: grpc.ServicerContext,
    ) -> v1.UploadCandidateResponse:
        self.upload_count += 1
        header = next(request_iterator).header
        files: dict[str, bytes] = {}
        for part in request_iterator:
            files[part.chunk.path] = files.get(part.chunk.path, b"") + part.chunk.data
        name = f"candidates/{header.candidate_id}"
        candidate = v1.Candidate(name=name, manifest=header.manifest)
        if name in self.candidates and self.candidates[name][0] != candidate:
            context.abort(grpc.StatusCode.ALREADY_EXISTS, f"{name} is another bundle")
        self.candidates[name] = (candidate, files)
        return v1.UploadCandidateResponse(candidate=candidate)

    def GetCandidate(  # noqa: N802 (the method's name in the contract)
        self, request: v1.GetCandidateRequest, context: grpc.ServicerContext
    ) -> v1.GetCandidateResponse:
        if request.name not in self.candidates:
            context.abort(grpc.StatusCode.NOT_FOUND, f"there is no {request.name}")
        return v1.GetCandidateResponse(candidate=self.candidates[request.name][0])

    def ListCandidates(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.ListCandidatesRequest,  # noqa: ARG002 (gRPC passes it)
        context: grpc.ServicerContext,  # noqa: ARG002 (gRPC passes it)
    ) -> v1.ListCandidatesResponse:
        return v1.ListCandidatesResponse(
            candidates=[candidate for candidate, _ in self.candidates.values()]
        )

    def DeleteCandidate(  # noqa: N802 (the method's name in the contract)
        self, request: v1.DeleteCandidateRequest, context: grpc.ServicerContext
    ) -> v1.DeleteCandidateResponse:
        if self.candidates.pop(request.name, None) is None:
            context.abort(grpc.StatusCode.NOT_FOUND, f"there is no {request.name}")
        return v1.DeleteCandidateResponse()

    def UploadEvaluationSet(  # noqa: N802 (the method's name in the contract)
        self,
        request_iterator: Iterator[v1.UploadEvaluationSetRequest],
        context: grpc.ServicerContext,
    ) -> v1.UploadEvaluationSetResponse:
        self.upload_count += 1
        header = next(request_iterator).header
        data = b"".join(part.data for part in request_iterator)
        if hashlib.sha256(data).hexdigest() != header.sha256:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "digest mismatch")
        evaluation_set = v1.EvaluationSet(
            name=f"evaluationSets/{header.evaluation_set_id}",
            task=header.task,
            sha256=header.sha256,
            description=header.description,
            size_bytes=len(data),
        )
        self.sets[evaluation_set.name] = (evaluation_set, data)
        return v1.UploadEvaluationSetResponse(evaluation_set=evaluation_set)

    def GetEvaluationSet(  # noqa: N802 (the method's name in the contract)
        self, request: v1.GetEvaluationSetRequest, context: grpc.ServicerContext
    ) -> v1.GetEvaluationSetResponse:
        if request.name not in self.sets:
            context.abort(grpc.StatusCode.NOT_FOUND, f"there is no {request.name}")
        return v1.GetEvaluationSetResponse(evaluation_set=self.sets[request.name][0])

    def ListEvaluationSets(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.ListEvaluationSetsRequest,  # noqa: ARG002 (gRPC passes it)
        context: grpc.ServicerContext,  # noqa: ARG002 (gRPC passes it)
    ) -> v1.ListEvaluationSetsResponse:
        return v1.ListEvaluationSetsResponse(
            evaluation_sets=[evaluation_set for evaluation_set, _ in self.sets.values()]
        )

    def DeleteEvaluationSet(  # noqa: N802 (the method's name in the contract)
        self, request: v1.DeleteEvaluationSetRequest, context: grpc.ServicerContext
    ) -> v1.DeleteEvaluationSetResponse:
        if self.sets.pop(request.name, None) is None:
            context.abort(grpc.StatusCode.NOT_FOUND, f"there is no {request.name}")
        return v1.DeleteEvaluationSetResponse()

    def ListTargets(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.ListTargetsRequest,  # noqa: ARG002 (gRPC passes it)
        context: grpc.ServicerContext,  # noqa: ARG002 (gRPC passes it)
    ) -> v1.ListTargetsResponse:
        return v1.ListTargetsResponse(targets=self.targets)

    def GetTarget(  # noqa: N802 (the method's name in the contract)
        self, request: v1.GetTargetRequest, context: grpc.ServicerContext
    ) -> v1.GetTargetResponse:
        for target in self.targets:
            if target.name == request.name:
                return v1.GetTargetResponse(target=target)
        context.abort(grpc.StatusCode.NOT_FOUND, f"there is no {request.name}")
        raise AssertionError

    def GetEvaluation(  # noqa: N802 (the method's name in the contract)
        self, request: v1.GetEvaluationRequest, context: grpc.ServicerContext
    ) -> v1.GetEvaluationResponse:
        if request.name not in self.evaluations:
            context.abort(grpc.StatusCode.NOT_FOUND, f"there is no {request.name}")
        return v1.GetEvaluationResponse(evaluation=self.evaluations[request.name])

    def ListEvaluations(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.ListEvaluationsRequest,
        context: grpc.ServicerContext,  # noqa: ARG002 (gRPC passes it)
    ) -> v1.ListEvaluationsResponse:
        found = [
            evaluation
            for evaluation in self.evaluations.values()
            if not request.states or evaluation.state in request.states
        ]
        return v1.ListEvaluationsResponse(evaluations=found)

    def DeleteEvaluation(  # noqa: N802 (the method's name in the contract)
        self, request: v1.DeleteEvaluationRequest, context: grpc.ServicerContext
    ) -> v1.DeleteEvaluationResponse:
        if self.evaluations.pop(request.name, None) is None:
            context.abort(grpc.StatusCode.NOT_FOUND, f"there is no {request.name}")
        return v1.DeleteEvaluationResponse()

    def RescoreEvaluation(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.RescoreEvaluationRequest,
        context: grpc.ServicerContext,  # noqa: ARG002 (gRPC passes it)
    ) -> v1.RescoreEvaluationResponse:
        self.rescored.append(request)
        return v1.RescoreEvaluationResponse(evaluation=self.outcome)

    def RegenerateReport(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.RegenerateReportRequest,
        context: grpc.ServicerContext,  # noqa: ARG002 (gRPC passes it)
    ) -> v1.RegenerateReportResponse:
        self.regenerated.report.evaluation = request.name
        return self.regenerated

    def CompareEvaluations(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.CompareEvaluationsRequest,
        context: grpc.ServicerContext,  # noqa: ARG002 (gRPC passes it)
    ) -> v1.CompareEvaluationsResponse:
        self.compared.append(request)
        return v1.CompareEvaluationsResponse(comparison=self.comparison)

    def GetModelHistory(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.GetModelHistoryRequest,
        context: grpc.ServicerContext,  # noqa: ARG002 (gRPC passes it)
    ) -> v1.GetModelHistoryResponse:
        self.histories_asked.append(request)
        return v1.GetModelHistoryResponse(history=self.history)

    def ListPredictions(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.ListPredictionsRequest,
        context: grpc.ServicerContext,  # noqa: ARG002 (gRPC passes it)
    ) -> v1.ListPredictionsResponse:
        found = [one for one in self.predictions if not (request.wrong_only and one.correct)]
        return v1.ListPredictionsResponse(predictions=found)

    def CreateEvaluation(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.CreateEvaluationRequest,
        context: grpc.ServicerContext,  # noqa: ARG002 (gRPC passes it)
    ) -> v1.CreateEvaluationResponse:
        self.created.append(request)
        evaluation = v1.Evaluation(name="evaluations/e", spec=request.spec)
        return v1.CreateEvaluationResponse(evaluation=evaluation)

    def WatchEvaluation(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.WatchEvaluationRequest,
        context: grpc.ServicerContext,  # noqa: ARG002 (gRPC passes it)
    ) -> Iterator[v1.WatchEvaluationResponse]:
        running = v1.Evaluation(name=request.name, state=v1.Evaluation.STATE_RUNNING, revision=1)
        yield v1.WatchEvaluationResponse(evaluation=running)
        ended = v1.Evaluation(name=request.name, revision=2)
        ended.MergeFrom(self.outcome)
        yield v1.WatchEvaluationResponse(evaluation=ended)

    def CancelEvaluation(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.CancelEvaluationRequest,
        context: grpc.ServicerContext,  # noqa: ARG002 (gRPC passes it)
    ) -> v1.CancelEvaluationResponse:
        self.cancelled.append(request.name)
        return v1.CancelEvaluationResponse()

    def ReadArtifact(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.ReadArtifactRequest,
        context: grpc.ServicerContext,  # noqa: ARG002 (gRPC passes it)
    ) -> Iterator[v1.ReadArtifactResponse]:
        self.artifacts_asked.append(request)
        for data in self.artifact:
            yield v1.ReadArtifactResponse(data=data)


# Retries that a test does not have to wait for.
QUICK = RetryPolicy(initial_pause_s=0.01, max_pause_s=0.02)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server with these servicers on loopback and gives its address."""
    servers: list[grpc.Server] = []

    def start(*servicers: object, port: int = 0) -> str:
        server = grpc.server(ThreadPoolExecutor(max_workers=8))
        for servicer in servicers:
            for kind, register in REGISTRATIONS:
                if isinstance(servicer, kind):
                    register(servicer, server)
        bound = server.add_insecure_port(f"127.0.0.1:{port}")
        server.start()
        servers.append(server)
        return f"127.0.0.1:{bound}"

    yield start
    for server in servers:
        server.stop(grace=None).wait()


@pytest.fixture
def client_of(serve: Serve) -> Iterator[Callable[..., Client]]:
    """A client of a server with these servicers."""
    clients: list[Client] = []

    def make(*servicers: object, **options: object) -> Client:
        settings: dict[str, object] = {"retry": QUICK, **options}
        client = Client(serve(*servicers), **settings)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def shelf() -> Shelf:
    """A server's memory, empty."""
    return Shelf()


@pytest.fixture
def examples_of() -> Callable[..., list[v1.Example]]:
    """Reads a file and gives the examples that would be sent."""

    def read(path: Path, **options: object) -> list[v1.Example]:
        settings = ReadingOptions(**options)
        with read_set(path, settings).spool as spool:
            spool.file.seek(0)
            found = []
            while (example := proto.parse_length_prefixed(v1.Example, spool.file)) is not None:
                found.append(example)
            return found

    return read


@pytest.fixture
def write_bundle() -> Callable[[Path, dict[str, bytes]], Path]:
    """Writes a bundle with these files into a folder."""
    return write


@pytest.fixture
def bundle_folder(tmp_path: Path) -> Path:
    """A bundle of two small files; no server that runs models would take it."""
    return write(tmp_path / "tiny.fp32", {"model.onnx": b"graph", "empty.txt": b""})


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir()
    manifest = v1.Manifest(
        schema_version=1,
        task="text-classification",
        source_model=v1.SourceModel(name="tiny"),
        variant=v1.Variant(id="fp32", backend="transformers", opset=20),
        graph_path="model.onnx",
        classification=v1.ClassificationHead(
            problem_type=v1.ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL, labels=["no", "yes"]
        ),
        files=[
            v1.BundleFile(path=path, size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
            for path, data in files.items()
        ],
    )
    for path, data in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(data)
    (folder / "manifest.json").write_text(json_format.MessageToJson(manifest))
    return folder
