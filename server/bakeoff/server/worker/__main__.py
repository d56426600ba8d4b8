"""A worker process: `python -m bakeoff.server.worker --fd N`.

Reads `Command` frames from the inherited socket N and answers each with `Event` frames; ends when
the other side closes it.
"""

import argparse
import socket
import sys
import time
import traceback
import uuid

from google.protobuf.message import DecodeError

from bakeoff.server.errors import BakeoffError, MalformedMessageError, WorkerOutOfMemoryError
from bakeoff.server.worker import confinement
from bakeoff.server.worker.channel import BrokenChannelError, read_frame, write_frame
from bakeoff.server.worker.worker import Worker
from bakeoff.worker.v1 import Command, Event, Failed


def main(arguments: list[str], ready_ns: int) -> int:
    """Serve one socket until it closes. 0, or 1 when the other side broke the protocol."""
    options = _parser().parse_args(arguments)
    connection = socket.socket(fileno=options.fd)
    try:
        confinement.die_with_parent(connection)
    except confinement.OrphanedError:
        return 0
    confinement.give_up_privileges()
    confinement.follow_the_parent_in_signals()
    confinement.go_first_when_memory_ends()
    confinement.keep_standard_output_clean()
    if options.memory_limit_bytes:
        confinement.limit_memory(options.memory_limit_bytes)

    def send(event: Event) -> None:
        write_frame(connection, event.SerializeToString())

    worker = Worker(send, ready_ns, options.device_memory_limit_bytes)
    try:
        while (frame := read_frame(connection)) is not None:
            send(_answer(worker, frame))
    except (BrokenChannelError, OSError) as error:
        sys.stderr.write(f"the channel to the server broke: {error}\n")
        return 1
    return 0


def _answer(worker: Worker, frame: bytes) -> Event:
    # The outer edge of other people's bytes: whatever they cause is told, and the worker lives.
    try:
        return worker.handle(Command.FromString(frame))
    except BakeoffError as error:
        return _failed(error.reason, error.message, **error.metadata)
    except DecodeError:
        return _failed(MalformedMessageError.reason, "the frame is not a Command")
    except MemoryError:
        message = "the candidate needs more memory than it may have"
        return _failed(WorkerOutOfMemoryError.reason, message)
    except BaseException as error:  # noqa: BLE001 - a native panic is no Exception
        error_id = uuid.uuid4().hex
        sys.stderr.write(f"error {error_id}\n{''.join(traceback.format_exception(error))}")
        message = "the worker failed for a reason that it does not know"
        return _failed("WORKER_FAILED", message, error_id=error_id)


def _failed(reason: str, message: str, **metadata: str) -> Event:
    return Event(failed=Failed(reason=reason, message=message, metadata=metadata))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bakeoff.server.worker", description=__doc__)
    parser.add_argument("--fd", type=int, required=True, help="inherited socket of commands")
    parser.add_argument(
        "--memory-limit-bytes",
        type=int,
        default=0,
        help="most addresses that the process may have; 0 is no limit; not for CUDA",
    )
    parser.add_argument(
        "--device-memory-limit-bytes",
        type=int,
        default=0,
        help="most memory that the arena on a CUDA device may have; 0 is no limit",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], time.clock_gettime_ns(time.CLOCK_MONOTONIC)))
