"""The gRPC server: services behind interceptors, on one port that nobody else holds."""

from collections.abc import Sequence
from pathlib import Path

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from grpc import aio
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from bakeoff.server.api.admission import Admission
from bakeoff.server.api.candidate_service import CandidateService
from bakeoff.server.api.candidate_uploads import CandidateUploads
from bakeoff.server.api.creation import Creation
from bakeoff.server.api.evaluation_service import EvaluationService
from bakeoff.server.api.evaluation_set_service import EvaluationSetService
from bakeoff.server.api.evaluation_set_uploads import EvaluationSetUploads
from bakeoff.server.api.evaluation_views import EvaluationViews
from bakeoff.server.api.failures import FailureInterceptor
from bakeoff.server.api.health import Health
from bakeoff.server.api.limits import LimitInterceptor
from bakeoff.server.api.target_service import TargetService
from bakeoff.server.api.tokens import TokenInterceptor, read_tokens
from bakeoff.server.jobs import Engine
from bakeoff.server.settings import SettingError, Settings, split_address
from bakeoff.server.store import Store
from bakeoff.v1 import (
    candidate_service_pb2,
    candidate_service_pb2_grpc,
    evaluation_service_pb2,
    evaluation_service_pb2_grpc,
    evaluation_set_service_pb2,
    evaluation_set_service_pb2_grpc,
    target_service_pb2,
    target_service_pb2_grpc,
)

MAX_RECEIVE_BYTES = 4 * 1024 * 1024

_SERVICES: Sequence[ServiceDescriptor] = tuple(
    file.DESCRIPTOR.services_by_name[name]
    for file, name in (
        (candidate_service_pb2, "CandidateService"),
        (evaluation_set_service_pb2, "EvaluationSetService"),
        (evaluation_service_pb2, "EvaluationService"),
        (target_service_pb2, "TargetService"),
    )
)
_OPTIONS = (
    # Or a second server would bind the same port and take half of the calls.
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", MAX_RECEIVE_BYTES),
    # Callers that vanished without a word are found out; those that ping are let be.
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.http2.max_pings_without_data", 0),
)


class Server:
    """A server of all services, not yet started."""

    def __init__(self, store: Store, engine: Engine, settings: Settings) -> None:
        """Binds the port and reads keys and tokens.

        Raises SettingError when the address is taken, or a file cannot be used.
        """
        self._settings = settings
        names = [service.full_name for service in _SERVICES]
        self._health = Health(store, engine, names)
        self._limits = LimitInterceptor(settings)
        interceptors: list[aio.ServerInterceptor] = [FailureInterceptor(), self._limits]  # type: ignore[type-arg] # generic in the stubs only
        if settings.token_file is not None:
            interceptors.append(TokenInterceptor(read_tokens(settings.token_file)))
        self._server = aio.server(interceptors=interceptors, options=_OPTIONS)
        self._add_services(store, engine)
        if settings.reflects:
            reflected = (*names, health.SERVICE_NAME, reflection.SERVICE_NAME)
            reflection.enable_server_reflection(reflected, self._server)
        self.address = self._bind()

    @property
    def health(self) -> Health:
        """What callers are told of the server's health."""
        return self._health

    async def start(self) -> None:
        """Begins to take calls."""
        await self._server.start()

    async def stop(self, grace_s: float) -> None:
        """Takes no new calls, lets those under way end within the grace, and ends the rest.

        Health says NOT_SERVING before, and watches end at once: their callers go on with the
        next server. Called again with less grace, it ends sooner.
        """
        await self._health.drain()
        self._limits.stop()
        await self._server.stop(grace_s)

    def _add_services(self, store: Store, engine: Engine) -> None:
        settings = self._settings
        creation = Creation(store, engine, settings, Admission(store, engine))
        candidate_service_pb2_grpc.add_CandidateServiceServicer_to_server(
            CandidateService(store, CandidateUploads(store, engine, settings.max_candidate_bytes)),
            self._server,
        )
        evaluation_set_service_pb2_grpc.add_EvaluationSetServiceServicer_to_server(
            EvaluationSetService(store, EvaluationSetUploads(store, settings)), self._server
        )
        evaluation_service_pb2_grpc.add_EvaluationServiceServicer_to_server(
            EvaluationService(store, engine, creation, EvaluationViews(store, engine)),
            self._server,
        )
        target_service_pb2_grpc.add_TargetServiceServicer_to_server(
            TargetService(engine, store.page_tokens), self._server
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health.servicer, self._server)

    def _bind(self) -> str:
        """Binds the address of the settings, and gives it with the port that it came to."""
        settings = self._settings
        host, _ = split_address(settings.address)
        credentials = _credentials(settings)
        try:
            if credentials is None:
                port = self._server.add_insecure_port(settings.address)
            else:
                port = self._server.add_secure_port(settings.address, credentials)
        except RuntimeError:
            msg = f"address {settings.address} cannot be listened on: is it in use, or not ours?"
            raise SettingError(msg) from None
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _credentials(settings: Settings) -> grpc.ServerCredentials | None:
    """What TLS needs; None without TLS."""
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    pair = (_read("tls_key", settings.tls_key), _read("tls_cert", settings.tls_cert))
    authorities = settings.tls_client_ca
    return grpc.ssl_server_credentials(
        [pair],
        root_certificates=None if authorities is None else _read("tls_client_ca", authorities),
        require_client_auth=authorities is not None,
    )


def _read(setting: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"{setting} {path} cannot be read: {error.strerror}"
        raise SettingError(msg) from error
