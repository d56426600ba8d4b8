"""Addresses, and when calls are encrypted."""

from collections.abc import Callable

import grpc
import pytest

from bakeoff import v1
from bakeoff.client import Client, Connection, InvalidOptionError
from bakeoff.v1.evaluation_service_pb2_grpc import EvaluationServiceServicer
from bakeoff.v1.target_service_pb2_grpc import TargetServiceServicer


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("127.0.0.1:7000", "127.0.0.1:7000"),
        (" localhost ", "localhost:50051"),
        ("[::1]:7000", "[::1]:7000"),
        ("[::1]", "[::1]:50051"),
        ("models.example:443", "models.example:443"),
        ("unix:/run/bakeoff.sock", "unix:/run/bakeoff.sock"),
    ],
)
def test_an_address_gets_its_port(address: str, target: str) -> None:
    assert target == Connection(address=address).target


@pytest.mark.parametrize(
    "address", ["", ":7000", "host:", "host:port", "host:70000", "::1", "http://host:1", "unix:"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidOptionError, match="must be HOST:PORT or unix:PATH, got"):
        Connection(address=address).channel()


@pytest.mark.parametrize(
    ("address", "options", "plaintext"),
    [
        ("127.0.0.1:1", {}, True),
        ("127.8.8.8:1", {}, True),
        ("[::1]:1", {}, True),
        ("localhost:1", {}, True),
        ("unix:/run/a", {}, True),
        ("10.0.0.1:1", {}, False),
        ("models.example:1", {}, False),
        ("models.example:1", {"insecure": True}, True),
        ("localhost:1", {"root_certificates": b"PEM"}, False),
        ("localhost:1", {"client_certificate": b"PEM", "client_key": b"PEM"}, False),
    ],
)
def test_calls_are_plaintext_on_this_machine_or_on_request(
    address: str, options: dict[str, object], *, plaintext: bool
) -> None:
    assert plaintext is Connection(address=address, **options).plaintext


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"client_certificate": b"PEM"}, "belong together"),
        ({"client_key": b"PEM"}, "belong together"),
        ({"insecure": True, "root_certificates": b"PEM"}, "give one of them"),
        ({"timeout_s": 0}, "timeout_s must be above 0, got 0"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    options: dict[str, object], words: str
) -> None:
    with pytest.raises(InvalidOptionError, match=words):
        Connection(address="localhost", **options)


def test_secrets_do_not_show() -> None:
    connection = Connection(
        address="localhost",
        token="hush",  # noqa: S106 (a made-up token)
        client_certificate=b"c",
        client_key=b"hush",
    )
    assert "hush" not in repr(connection)


def test_the_token_goes_with_every_call(client_of: Callable[..., Client]) -> None:
    class Targets(TargetServiceServicer):
        def ListTargets(  # noqa: N802 (the method's name in the contract)
            self,
            request: v1.ListTargetsRequest,  # noqa: ARG002 (gRPC passes it)
            context: grpc.ServicerContext,
        ) -> v1.ListTargetsResponse:
            found = dict(context.invocation_metadata())["authorization"]
            return v1.ListTargetsResponse(targets=[v1.Target(name=found)])

    (target,) = client_of(Targets(), token="t0ken").list_targets()  # noqa: S106 (a made-up token)
    assert "Bearer t0ken" == target.name


@pytest.mark.parametrize(
    ("timeout_s", "bound_s"), [(60.0, 1800.0), (7200.0, 7200.0)], ids=["short", "long"]
)
def test_a_call_in_which_the_server_scores_may_take_longer(
    client_of: Callable[..., Client], timeout_s: float, bound_s: float
) -> None:
    class Evaluations(EvaluationServiceServicer):
        left_s = 0.0

        def RegenerateReport(  # noqa: N802 (the method's name in the contract)
            self,
            request: v1.RegenerateReportRequest,  # noqa: ARG002 (gRPC passes it)
            context: grpc.ServicerContext,
        ) -> v1.RegenerateReportResponse:
            self.left_s = context.time_remaining() or 0.0
            return v1.RegenerateReportResponse(identical=True)

    service = Evaluations()
    assert client_of(service, timeout_s=timeout_s).regenerate_report("nightly").identical
    # On the wire a long time is rounded.
    assert abs(bound_s - service.left_s) < 60


def test_without_a_bound_scoring_has_none() -> None:
    assert Connection(address="localhost", timeout_s=None).scoring_timeout_s is None
