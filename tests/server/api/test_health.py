"""Health, and what of the contract can be asked for."""

from typing import TYPE_CHECKING

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from bakeoff.server.api.health import LIVE, Health
from bakeoff.server.jobs import Engine
from bakeoff.server.settings import Settings
from bakeoff.server.store import Store

if TYPE_CHECKING:
    from conftest import Caller

pytestmark = pytest.mark.asyncio(loop_scope="session")

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
SERVICES = [
    "bakeoff.v1.CandidateService",
    "bakeoff.v1.EvaluationService",
    "bakeoff.v1.EvaluationSetService",
    "bakeoff.v1.TargetService",
]


@pytest.mark.parametrize("service", ["", LIVE, *SERVICES])
async def test_a_running_server_is_ready_and_alive(caller: "Caller", service: str) -> None:
    stub = health_pb2_grpc.HealthStub(caller.channel)
    checked = await stub.Check(health_pb2.HealthCheckRequest(service=service))
    assert checked.status == SERVING


async def test_the_health_of_an_unknown_service_is_not_found(caller: "Caller") -> None:
    stub = health_pb2_grpc.HealthStub(caller.channel)
    failure = await caller.failure(stub.Check(health_pb2.HealthCheckRequest(service="x")))
    assert failure.code == grpc.StatusCode.NOT_FOUND


async def test_a_server_whose_engine_does_not_run_is_not_ready(
    store: Store, settings: Settings
) -> None:
    health = Health(store, Engine(store, settings), SERVICES)
    await health.look()
    for service in ("", *SERVICES):
        request = health_pb2.HealthCheckRequest(service=service)
        assert (await health.servicer.Check(request, None)).status == NOT_SERVING


async def test_a_server_whose_store_takes_no_writes_is_not_ready_and_yet_alive(
    store: Store, settings: Settings
) -> None:
    engine = Engine(store, settings)
    await engine.start()
    try:
        health = Health(store, engine, SERVICES)
        await health.look()
        ready = health_pb2.HealthCheckRequest()
        assert (await health.servicer.Check(ready, None)).status == SERVING
        staging = settings.data_dir / "staging"
        staging.rename(settings.data_dir / "elsewhere")
        await health.look()
        assert (await health.servicer.Check(ready, None)).status == NOT_SERVING
        (settings.data_dir / "elsewhere").rename(staging)
        await health.look()
        assert (await health.servicer.Check(ready, None)).status == SERVING
    finally:
        await engine.stop()


@pytest.fixture
def settings(store: Store) -> Settings:
    return Settings(data_dir=store.folders.database.parent)


async def test_the_contract_can_be_asked_for_by_reflection_on_loopback(caller: "Caller") -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(caller.channel)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    async for answer in stub.ServerReflectionInfo(iter([request])):
        listed = [service.name for service in answer.list_services_response.service]
    assert sorted(SERVICES) == [name for name in sorted(listed) if name.startswith("bakeoff.")]
    assert "grpc.health.v1.Health" in listed
