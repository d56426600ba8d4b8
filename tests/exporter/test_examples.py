"""Examples that are shipped, and those of a file."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from bakeoff.exporter.errors import ExamplesError
from bakeoff.exporter.examples import Example, examples_sha256, read_examples, shipped_examples


@pytest.fixture(autouse=True)
def usual_field_limit() -> Iterator[None]:
    """The limit is one for the whole process, and others may have raised it."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


def test_shipped_texts_are_many_and_of_many_kinds() -> None:
    examples = shipped_examples(pairs=False)
    texts = [example.text for example in examples]

    assert len(texts) == len(set(texts))
    assert len(texts) >= 250
    assert "" in texts
    assert any(len(text) > 2000 for text in texts)
    assert sum(not text.isascii() for text in texts) >= 40
    assert any("\n" in text for text in texts)
    assert any("[SEP]" in text for text in texts)


def test_shipped_pairs_are_left_out_on_demand() -> None:
    pairs = [e for e in shipped_examples(pairs=True) if e.text_pair is not None]

    assert len(pairs) >= 50
    assert all(example.text_pair is None for example in shipped_examples(pairs=False))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("e.csv", 'id,text\n1,"one, two"\n2,drei\n'),
        ("e.tsv", "id\ttext\n1\tone, two\n2\tdrei\n"),
        ("e.jsonl", '{"text": "one, two"}\n\n{"text": "drei", "id": 2}\n'),
        ("e.CSV", '\ufeffid,text\n1,"one, two"\n2,drei\n'),
    ],
)
def test_a_file_is_read_by_its_suffix(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")

    assert (Example("one, two"), Example("drei")) == read_examples(tmp_path / name)


def test_pairs_come_from_two_columns(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("a,b\nx,y\n")

    found = read_examples(tmp_path / "e.csv", text_column="a", text_pair_column="b")

    assert (Example("x", "y"),) == found


def test_a_limit_takes_examples_from_the_whole_file(tmp_path: Path) -> None:
    rows = "".join(f"{index}\n" for index in range(100))
    (tmp_path / "e.csv").write_text(f"text\n{rows}")

    found = [example.text for example in read_examples(tmp_path / "e.csv", limit=5)]

    assert ["0", "20", "40", "60", "80"] == found


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("e.txt", b"x", r"ends in \.csv, \.tsv, \.jsonl; got '\.txt'"),
        ("e.csv", b"title\nx\n", "row 1: there is no column 'text'; there are: title"),
        ("e.csv", b"text\n", "no examples"),
        ("e.csv", b"", "no examples"),
        ("e.csv", b"text\n\xff\xfe\n", "must be UTF-8"),
        ("e.csv", b"id,text\n1\n", "row 1: 'text' must be a text; got None"),
        ("e.csv", b"text\n" + b"x" * 200_000, "cannot be parsed: field larger"),
        ("e.jsonl", b'{"text": 3}\n', "row 1: 'text' must be a text; got 3"),
        ("e.jsonl", b'{"text": "a"}\n[]\n', "row 2: must be a JSON object; got list"),
        ("e.jsonl", b'{"text"\n', "row 1: not JSON"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_the_row(
    tmp_path: Path, name: str, content: bytes, match: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(ExamplesError, match=match):
        read_examples(tmp_path / name)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExamplesError, match=r"gone\.csv: there is no such file"):
        read_examples(tmp_path / "gone.csv")


def test_the_digest_tells_a_pair_from_one_text_and_keeps_the_order() -> None:
    digests = {
        examples_sha256([Example("ab")]),
        examples_sha256([Example("a", "b")]),
        examples_sha256([Example("a"), Example("b")]),
        examples_sha256([Example("b"), Example("a")]),
        examples_sha256([Example("ab", "")]),
    }

    assert 5 == len(digests)
