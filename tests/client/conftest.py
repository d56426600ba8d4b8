"""Real gRPC servers that answer as a test says, and files to send."""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from bakeoff import v1
from bakeoff.client import Client, ReadingOptions, RetryPolicy, read_set
from bakeoff.v1 import (
    candidate_service_pb2_grpc,
    evaluation_service_pb2_grpc,
    evaluation_set_service_pb2_grpc,
    target_service_pb2_grpc,
)
from google.protobuf import json_format, proto

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
def bundle_folder(tmp_path: Path) -> Path:
    """A bundle of two small files; no server that runs models would take it."""
    return write_bundle(tmp_path / "tiny.fp32", {"model.onnx": b"graph", "empty.txt": b""})


def write_bundle(folder: Path, files: dict[str, bytes]) -> Path:
    """Writes a bundle with these files."""
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
        (folder / path).write_bytes(data)
    (folder / "manifest.json").write_text(json_format.MessageToJson(manifest))
    return folder
