"""What has been seen of an evaluation, so that a broken watch goes on where it broke."""

from dataclasses import dataclass

import grpc

from bakeoff import v1
from bakeoff.client.errors import DeadlineExceededError, ServerError, UnavailableError
from bakeoff.client.names import EVALUATIONS, resource_name
from bakeoff.client.statuses import error_from_rpc

ENDED = (
    v1.Evaluation.STATE_SUCCEEDED,
    v1.Evaluation.STATE_FAILED,
    v1.Evaluation.STATE_CANCELLED,
)


@dataclass
class Watch:
    """The watch of one evaluation, over as many streams as it takes."""

    name: str
    revision: int = 0
    ended: bool = False

    def request(self) -> v1.WatchEvaluationRequest:
        """Asks for what has not been seen yet."""
        return v1.WatchEvaluationRequest(
            name=resource_name(EVALUATIONS, self.name), since_revision=self.revision
        )

    def saw(self, evaluation: v1.Evaluation) -> None:
        """Takes note of a message."""
        self.revision = max(self.revision, evaluation.revision)
        self.ended = evaluation.state in ENDED


def broken(failure: grpc.RpcError) -> ServerError:
    """What a watch broke with.

    A server that bounds how long a stream may last ends it with DEADLINE_EXCEEDED,
    and that says no more than that the watch must begin again.
    """
    error = error_from_rpc(failure)
    return ended_early() if isinstance(error, DeadlineExceededError) else error


def ended_early() -> ServerError:
    """What to say of a stream that ended while the evaluation had not."""
    return UnavailableError("The server ended the watch before the evaluation had ended.")
