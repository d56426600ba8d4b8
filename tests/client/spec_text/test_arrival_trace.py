"""Arrivals as they were recorded, from a file."""

from pathlib import Path

import pytest

from bakeoff.client import InvalidOptionError
from bakeoff.client.spec_text.arrival_trace import read_arrival_trace


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return tmp_path / "arrivals.txt"


def test_times_since_1970_keep_their_nanoseconds(trace: Path) -> None:
    trace.write_text("1700000000.000000001\n1700000000.000000003\n1700000007\n")
    assert [0, 2, 6_999_999_999] == list(read_arrival_trace(trace).offsets_ns)


def test_empty_lines_a_byte_order_mark_and_arrivals_together_are_taken(trace: Path) -> None:
    trace.write_bytes(b"\xef\xbb\xbf0\r\n\r\n 0.5 \r\n0.5\r\n\r\n")
    assert [0, 500_000_000, 500_000_000] == list(read_arrival_trace(trace).offsets_ns)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"0\n", "must hold 2 to 400,000 times of arrival, got 1"),
        (b"", "got 0"),
        (b"0\n1\n0.5\n", "line 3 of .* not before the last one's, got '0.5'"),
        (b"0\n-1\n", "line 2 of .* must hold a time in seconds, such as 0.25, got '-1'"),
        (b"time\n0\n1\n", "line 1 of .* got 'time'"),
        (b"nan\n1\n", "got 'nan'"),
        (b"1e400\n", "got '1e400'"),
        (b"1700000000000\n1760000000000\n", "must hold a year at most, in seconds, got 60,000"),
        (b"\xff\xfe0\n", "cannot be read"),
    ],
)
def test_what_is_no_trace_is_refused_with_its_line(trace: Path, content: bytes, words: str) -> None:
    trace.write_bytes(content)
    with pytest.raises(InvalidOptionError, match=words):
        read_arrival_trace(trace)


def test_the_longest_trace_is_read(trace: Path) -> None:
    trace.write_text("".join(f"{index}.25\n" for index in range(400_000)))
    assert 399_999 * 10**9 == read_arrival_trace(trace).offsets_ns[-1]


def test_a_trace_of_too_many_arrivals_is_refused(
    trace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bakeoff.client.spec_text.arrival_trace.MOST_ARRIVALS", 2)
    trace.write_text("0\n1\n2\n")
    with pytest.raises(InvalidOptionError, match="must hold 2 to 2 times of arrival, got 3"):
        read_arrival_trace(trace)


def test_a_file_that_is_not_there_is_refused(trace: Path) -> None:
    with pytest.raises(InvalidOptionError, match="No such file"):
        read_arrival_trace(trace)
