"""Lengths of traffic as a person writes them."""

from pathlib import Path

import pytest

from bakeoff import v1
from bakeoff.client import InvalidOptionError, parse_traffic

EXPECTED = v1.TrafficHistogram(max_token_counts=[32, 128, 512], weights=[0.5, 0, 30])


def test_buckets_are_written_as_pairs() -> None:
    assert EXPECTED == parse_traffic("32=0.5, 128=0,512=3e1")


@pytest.mark.parametrize("head", ["", "max_token_count,weight\r\n", "max_token_count, weight\n\n"])
def test_buckets_are_read_from_a_file(tmp_path: Path, head: str) -> None:
    path = tmp_path / "traffic.csv"
    path.write_text(f"\ufeff{head}32,0.5\n128, 0\n512,30\n", encoding="utf-8")
    assert EXPECTED == parse_traffic(str(path))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "traffic must be TOKENS=WEIGHT,... or a file; '' cannot be read"),
        ("no.csv", "'no.csv' cannot be read"),
        ("32=1,128", "a bucket is a number of tokens and a weight, got .'128'."),
        ("32=1=2", "a bucket is a number of tokens and a weight"),
        ("0=1", "tokens must be a whole number of 1 or more, got '0'"),
        ("32=1,32=1", "tokens must ascend from bucket to bucket, got 32 after 32"),
        ("32=-1", "a weight must be a number of 0 or more, got '-1'"),
        ("32=inf", "a weight must be a number of 0 or more, got 'inf'"),
        ("32=much", "a weight must be a number of 0 or more, got 'much'"),
        ("32=0,64=0", "at least one bucket of a weight above 0"),
    ],
)
def test_traffic_that_makes_no_sense_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidOptionError, match=words):
        parse_traffic(text)


@pytest.mark.parametrize(
    "content", ["tokens,share\n32,1\n", "32;1\n", "", "max_token_count,weight"]
)
def test_a_file_that_holds_no_traffic_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "traffic.csv").write_text(content)
    with pytest.raises(InvalidOptionError, match="traffic"):
        parse_traffic(str(tmp_path / "traffic.csv"))
