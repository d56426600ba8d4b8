"""The protocol `grpc.health.v1`, without the distribution that carries its stubs.

That one belongs to the server. The two messages are described here as the
protocol does, in a pool of their own, so that both can live in one process.
"""

from enum import Enum
from functools import cache

import grpc
import grpc.aio
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message

METHOD = "/grpc.health.v1.Health/Check"

_Field = descriptor_pb2.FieldDescriptorProto


class Health(Enum):
    """What a server says of itself. The numbers are those of the protocol."""

    UNKNOWN = 0
    SERVING = 1
    NOT_SERVING = 2
    SERVICE_UNKNOWN = 3


@cache
def _message(name: str) -> type[Message]:
    file = descriptor_pb2.FileDescriptorProto(
        name="health.proto", package="grpc.health.v1", syntax="proto3"
    )
    request = file.message_type.add(name="HealthCheckRequest")
    request.field.add(
        name="service", number=1, type=_Field.TYPE_STRING, label=_Field.LABEL_OPTIONAL
    )
    response = file.message_type.add(name="HealthCheckResponse")
    response.field.add(name="status", number=1, type=_Field.TYPE_INT32, label=_Field.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{file.package}.{name}"))


def health_request() -> Message:
    """Asks after the server as a whole."""
    return _message("HealthCheckRequest")()


def health_of(answer: Message) -> Health:
    """What the answer says. A state that the protocol does not know is UNKNOWN."""
    try:
        return Health(getattr(answer, "status", 0))
    except ValueError:
        return Health.UNKNOWN


def health_method(channel: grpc.Channel) -> "grpc.UnaryUnaryMultiCallable[Message, Message]":
    """The method, for calls that block."""
    return channel.unary_unary(
        METHOD,
        request_serializer=_message("HealthCheckRequest").SerializeToString,
        response_deserializer=_message("HealthCheckResponse").FromString,
    )


def async_health_method(
    channel: grpc.aio.Channel,
) -> grpc.aio.UnaryUnaryMultiCallable[Message, Message]:
    """The method, for calls that are awaited."""
    return channel.unary_unary(
        METHOD,
        request_serializer=_message("HealthCheckRequest").SerializeToString,
        response_deserializer=_message("HealthCheckResponse").FromString,
    )
