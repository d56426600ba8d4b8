"""The health check, against the health service that the grpc project ships."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from click.testing import CliRunner
from grpc_health.v1 import health_pb2
from grpc_health.v1.health import HealthServicer
from grpc_health.v1.health_pb2_grpc import add_HealthServicer_to_server

from bakeoff.client import AsyncClient, Client, Health, UnavailableError, UnimplementedError
from bakeoff.client.cli import bakeoff
from bakeoff.client.health import health_of, health_request

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING

SetState = Callable[[int], str]


@pytest.fixture
def serve_health() -> Iterator[SetState]:
    """Starts a server that says this of itself, and gives its address."""
    servers = []

    def start(state: int) -> str:
        servicer = HealthServicer()
        servicer.set("", state)
        server = grpc.server(ThreadPoolExecutor(max_workers=2))
        add_HealthServicer_to_server(servicer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        servers.append(server)
        return f"127.0.0.1:{port}"

    yield start
    for server in servers:
        server.stop(grace=None).wait()


@pytest.mark.parametrize(
    ("state", "expected"), [(SERVING, Health.SERVING), (NOT_SERVING, Health.NOT_SERVING)]
)
async def test_a_server_says_how_it_is(
    serve_health: SetState, state: int, expected: Health
) -> None:
    address = serve_health(state)
    with Client(address) as client:
        assert expected is client.health()
    async with AsyncClient(address) as asynchronous:
        assert expected is await asynchronous.health()


def test_a_server_without_the_protocol_says_so(serve: Callable[..., str]) -> None:
    with Client(serve()) as client, pytest.raises(UnimplementedError):
        client.health()


@pytest.mark.parametrize(
    ("state", "code", "said"), [(SERVING, 0, "SERVING\n"), (NOT_SERVING, 1, "NOT_SERVING\n")]
)
def test_the_exit_code_is_a_health_check(
    serve_health: SetState, state: int, code: int, said: str
) -> None:
    outcome = CliRunner().invoke(bakeoff, ["health", "--server", serve_health(state)])
    assert (code, said) == (outcome.exit_code, outcome.stdout)


def test_no_server_is_not_healthy() -> None:
    outcome = CliRunner().invoke(bakeoff, ["health", "--server", "127.0.0.1:1"])
    assert 1 == outcome.exit_code
    assert "[UNAVAILABLE]" in outcome.stderr
    with Client("127.0.0.1:1", timeout_s=0.5) as client, pytest.raises(UnavailableError):
        client.health()


def test_the_messages_are_those_of_the_protocol() -> None:
    assert b"" == health_request().SerializeToString()
    for name, number in health_pb2.HealthCheckResponse.ServingStatus.items():
        assert number == Health[name].value
    future = health_pb2.HealthCheckResponse(status=99)
    assert Health.UNKNOWN is health_of(future)
