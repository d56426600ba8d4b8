"""Whatever is written by somebody else's writer is read back, in every format."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bakeoff import v1
from bakeoff.client import EvaluationSetFileError

Read = Callable[..., list[v1.Example]]


Rows = list[dict[str, str]]


def write_csv(rows: Rows, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_tsv(rows: Rows, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_json_lines(rows: Rows, path: Path) -> None:
    lines = (json.dumps(row, ensure_ascii=bool(index % 2)) for index, row in enumerate(rows))
    path.write_text("\n".join(lines), encoding="utf-8", newline="")


def write_parquet(rows: Rows, path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(rows), path)


def write_arrow(rows: Rows, path: Path) -> None:
    table = pa.Table.from_pylist(rows)
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table)


WRITERS: dict[str, Callable[[Rows, Path], None]] = {
    "csv": write_csv,
    "tsv": write_tsv,
    "jsonl": write_json_lines,
    "parquet": write_parquet,
    "arrow": write_arrow,
}

# Carriage returns are left out: Python's csv writer does not quote a lone one in every version.
words = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=30)
labels = words.filter(str.strip)
rows_of_text = st.lists(
    st.fixed_dictionaries({"text": words, "text_pair": words, "label": labels, "note": words}),
    min_size=1,
    max_size=8,
)


def refusal_from(read: Callable[[], object]) -> EvaluationSetFileError | None:
    try:
        read()
    except EvaluationSetFileError as refusal:
        return refusal
    return None


@pytest.mark.parametrize("name", WRITERS)
@given(rows=rows_of_text)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_texts_labels_and_attributes_come_back_as_they_were(
    examples_of: Read, tmp_path: Path, name: str, rows: Rows
) -> None:
    path = tmp_path / f"set.{name}"
    WRITERS[name](rows, path)
    expected = [
        v1.Example(
            id=str(number),
            text=v1.TextInput(text=row["text"], text_pair=row["text_pair"]),
            label=v1.Label(class_name=row["label"]),
            attributes={"note": row["note"]},
        )
        for number, row in enumerate(rows, start=1)
    ]
    assert expected == examples_of(path)


@given(data=st.binary(max_size=200), name=st.sampled_from(list(WRITERS)))
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bytes_are_read_or_refused(
    examples_of: Read, tmp_path: Path, data: bytes, name: str
) -> None:
    path = tmp_path / f"set.{name}"
    path.write_bytes(data)
    refusal = refusal_from(lambda: examples_of(path))
    if refusal is not None:
        assert refusal.reason.isupper()
        assert refusal.message.startswith(path.name)


@given(
    rows=st.lists(
        st.dictionaries(
            st.sampled_from(["id", "text", "label", "extra"]),
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats()
            | st.text(max_size=5)
            | st.lists(st.text(max_size=3), max_size=3),
        ),
        max_size=5,
    )
)
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_json_objects_are_read_or_refused(
    examples_of: Read, tmp_path: Path, rows: list[dict[str, object]]
) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    refusal = refusal_from(lambda: examples_of(path))
    if refusal is not None:
        assert refusal.reason.isupper()
        assert refusal.message.startswith(path.name)
