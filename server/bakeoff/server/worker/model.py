"""A loaded candidate: encoder, graph and head, with the stages of a query apart."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bakeoff.server.errors import InvalidManifestError
from bakeoff.server.worker.bundle import Bundle
from bakeoff.server.worker.encoding import Encoded, Encoder
from bakeoff.server.worker.outputs import Values, to_values
from bakeoff.server.worker.providers import Device
from bakeoff.server.worker.raw_text import RawTextEncoder
from bakeoff.server.worker.runtime_errors import run_error
from bakeoff.server.worker.session import Session, SessionSettings
from bakeoff.server.worker.signature import check_signature
from bakeoff.server.worker.tokenization import TokenEncoder
from bakeoff.v1 import Placement


@dataclass(frozen=True, slots=True)
class Answer:
    """What the graph answered to one batch, and the time of each stage in nanoseconds.

    `padded_token_count` counts tokens with padding; it is 0 where the graph itself tokenises.
    """

    values: Values
    copy_in_ns: int
    run_ns: int
    copy_out_ns: int
    decode_ns: int
    token_count: int
    padded_token_count: int


@dataclass(frozen=True, slots=True)
class LoadTimes:
    """Time that each part took to load, in nanoseconds."""

    session_ns: int
    tokenizer_ns: int


class Answering(Protocol):
    """A model, or what stands in for one. Safe to call from many threads at a time."""

    @property
    def encoder(self) -> Encoder:
        """How texts become inputs."""

    def answer(self, batch: Sequence[Encoded]) -> Answer:
        """Run one batch."""


class Model:
    """A bundle that is loaded on a device. Safe to call from many threads at a time."""

    def __init__(
        self, bundle: Bundle, session: Session, encoder: Encoder, load_times: LoadTimes
    ) -> None:
        head = bundle.manifest.classification
        self.bundle = bundle
        self.session = session
        self.encoder = encoder
        self.load_times = load_times
        self.output_name = head.output_name
        self.label_count = len(head.labels)
        self._transport = session.transport(head.output_name)

    @property
    def graph_path(self) -> Path:
        """File of the graph."""
        return self.bundle.file("graph_path", self.bundle.manifest.graph_path)

    def answer(self, batch: Sequence[Encoded]) -> Answer:
        """Run the graph on one batch.

        Raises `InferenceError`, `WorkerOutOfMemoryError` and `OutputShapeError`.
        """
        clock = time.perf_counter_ns
        begin_ns = clock()
        arrays = self.encoder.collate(batch)
        try:
            inputs = self._transport.copy_in(arrays)
            copied_in_ns = clock()
            output = self._transport.run(inputs)
            ran_ns = clock()
            array = self._transport.copy_out(output)
        except Exception as error:  # onnxruntime's errors have no class in common
            raise run_error(error) from error
        copied_out_ns = clock()
        values = to_values(array, len(batch), self.label_count)
        decoded_ns = clock()
        token_count = sum(item.token_count for item in batch)
        width = max(item.length for item in batch)
        return Answer(
            values=values,
            copy_in_ns=copied_in_ns - begin_ns,
            run_ns=ran_ns - copied_in_ns,
            copy_out_ns=copied_out_ns - ran_ns,
            decode_ns=decoded_ns - copied_out_ns,
            token_count=token_count,
            padded_token_count=width * len(batch) if token_count else 0,
        )

    def placement(self) -> Placement:
        """Providers that were asked for and are there, and the session's settings."""
        return Placement(
            requested_providers=self.session.requested_providers,
            actual_providers=self.session.providers,
            session_settings=self.session.settings,
        )


def load(bundle: Bundle, device: Device, settings: SessionSettings) -> Model:
    """Load a bundle. Raises the errors of graph, tokenizer and manifest."""
    bundle.check_files()
    begin_ns = time.perf_counter_ns()
    session = Session(bundle.file("graph_path", bundle.manifest.graph_path), device, settings)
    session_ns = time.perf_counter_ns()
    check_signature(bundle.manifest, session.inputs, session.outputs)
    encoder = _encoder(bundle, session)
    encoder_ns = time.perf_counter_ns()
    times = LoadTimes(session_ns=session_ns - begin_ns, tokenizer_ns=encoder_ns - session_ns)
    return Model(bundle, session, encoder, times)


def _encoder(bundle: Bundle, session: Session) -> Encoder:
    manifest = bundle.manifest
    match manifest.WhichOneof("preprocessing"):
        case "tokenization":
            path = bundle.file("tokenization.tokenizer_path", manifest.tokenization.tokenizer_path)
            return TokenEncoder(manifest.tokenization, path.read_bytes(), session.inputs)
        case "raw_text":
            return RawTextEncoder(manifest.raw_text)
        case _:
            message = "a manifest must have tokenization or raw_text, got neither"
            raise InvalidManifestError(message)
