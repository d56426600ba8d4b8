"""The client whose calls block."""

from types import TracebackType
from typing import Self, Unpack

from bakeoff.client.connection import Connection, ConnectionOptions
from bakeoff.client.evaluating import EvaluateMethods
from bakeoff.client.health import Health, health_method, health_of, health_request
from bakeoff.client.targets import TargetMethods
from bakeoff.client.transport import Transport


class Client(EvaluateMethods, TargetMethods):
    """A client of one server, for any number of threads.

        with Client("127.0.0.1:50051") as client:
            report = client.evaluate(["./a.fp32", "./a.int8-dynamic"], "test.csv")
            print(report.selection.summary)

    The address is `HOST:PORT` or `unix:PATH`; the other settings are those of
    Connection, whose defaults suit a server on this machine. The server is first
    called by the first method. Every method raises a ServerError when the server
    answers with one: UnavailableError when none answers, DeadlineExceededError when
    it takes longer than `timeout_s`.
    """

    def __init__(self, address: str, **options: Unpack[ConnectionOptions]) -> None:
        self._transport = Transport(Connection(address=address, **options))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection and every call that is under way."""
        self._transport.close()

    def health(self) -> Health:
        """What the server says of itself, by the protocol `grpc.health.v1`."""
        method = health_method(self._transport.channel)
        return health_of(self._transport.ask(method, health_request()))
