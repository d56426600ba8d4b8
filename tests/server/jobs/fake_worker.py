"""A stand-in for a worker that misbehaves: speaks the frames, and then does as it is told.

`fake_worker.py BEHAVIOUR --fd N --memory-limit-bytes M`
"""

import json
import os
import signal
import socket
import sys
import time

from bakeoff.worker.v1 import Event, Failed, Inspected, Progressed

BEHAVIOUR = sys.argv[1]
CONNECTION = socket.socket(fileno=int(sys.argv[sys.argv.index("--fd") + 1]))


def read_frame() -> bytes:
    size_bytes = int.from_bytes(CONNECTION.recv(4, socket.MSG_WAITALL), "big")
    return CONNECTION.recv(size_bytes, socket.MSG_WAITALL)


def send(event: Event) -> None:
    body = event.SerializeToString()
    CONNECTION.sendall(len(body).to_bytes(4, "big") + body)


def fail(reason: str, message: str) -> None:
    failed = Failed(reason=reason, message=message, metadata={"fact": "known"})
    send(Event(failed=failed))


while read_frame():
    match BEHAVIOUR:
        case "answer":
            for done_count in (1, 2):
                send(Event(progressed=Progressed(done_count=done_count, total_count=2)))
            send(Event(inspected=Inspected()))
        case "fail":
            fail("TOKENIZER_MODEL_MISMATCH", "the tokenizer does not fit")
        case "fail-strangely":
            fail("NEVER_HEARD_OF", "who knows")
        case "tell-environment":
            fail("CANDIDATE_FAILED", json.dumps(dict(os.environ)))
        case "tell-arguments":
            fail("CANDIDATE_FAILED", json.dumps(sys.argv))
        case "send-garbage":
            CONNECTION.sendall((5).to_bytes(4, "big") + b"\xff\xff\xff\xff\xff")
        case "send-empty-event":
            CONNECTION.sendall((0).to_bytes(4, "big"))
        case "announce-too-much":
            CONNECTION.sendall((0xFFFFFFFF).to_bytes(4, "big"))
        case "exit":
            sys.exit(3)
        case "kill-itself":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "run-out-of-memory":
            sys.stderr.write("terminate called after throwing an instance of 'std::bad_alloc'\n")
            sys.stderr.flush()
            os.abort()
        case "close-and-stay":
            CONNECTION.shutdown(socket.SHUT_RDWR)
            time.sleep(60)
        case "hang":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(60)
        case "answer-and-stay":
            send(Event(inspected=Inspected()))
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(60)
        case "chatter":
            sys.stderr.write("noise " * 1_000_000)
            send(Event(inspected=Inspected()))
