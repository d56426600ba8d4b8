"""The table from errors to codes."""

from collections.abc import Iterator

import pytest
from google.rpc import code_pb2, error_details_pb2

from bakeoff.server import errors
from bakeoff.server.status import TABLE, internal_status, status_of


def descendants(kind: type[errors.BakeoffError]) -> Iterator[type[errors.BakeoffError]]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


EVERY_ERROR = sorted(set(descendants(errors.BakeoffError)), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", EVERY_ERROR)
def test_every_error_has_a_row_and_becomes_a_status(kind: type[errors.BakeoffError]) -> None:
    status = status_of(kind("what happened", name="candidates/a"))
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert status.code == TABLE[kind].code != code_pb2.OK
    assert status.message == "what happened"
    assert (info.reason, info.domain) == (kind.reason, "bakeoff")
    assert dict(info.metadata) == {"name": "candidates/a"}


def test_every_reason_is_the_reason_of_one_class() -> None:
    reasons = [kind.reason for kind in EVERY_ERROR]
    assert sorted(set(reasons)) == sorted(reasons)


def test_a_field_at_fault_is_a_violation() -> None:
    status = status_of(errors.InvalidFieldError("page_size must be 1", field="page_size"))
    bad = error_details_pb2.BadRequest()
    assert status.details[1].Unpack(bad)
    (violation,) = bad.field_violations
    assert (violation.field, violation.description) == ("page_size", "page_size must be 1")


def test_what_may_do_better_later_says_after_how_long() -> None:
    status = status_of(errors.QueueFullError("full"))
    retry = error_details_pb2.RetryInfo()
    assert status.details[-1].Unpack(retry)
    assert retry.retry_delay.ToSeconds() == 30


def test_a_status_fits_into_headers_whatever_is_in_it() -> None:
    long = "ß" * 100_000
    facts = {f"key{number}": long for number in range(50)}
    status = status_of(errors.InvalidFieldError(long, field="spec.metrics", **facts))
    as_text_bytes = 3 * len(status.message.encode())
    as_details_bytes = len(status.SerializeToString()) * 4 / 3
    assert as_text_bytes + as_details_bytes < 8192


def test_an_unknown_error_shows_its_id_only() -> None:
    status = internal_status("0123")
    assert status.code == code_pb2.INTERNAL
    assert "0123" in status.message
