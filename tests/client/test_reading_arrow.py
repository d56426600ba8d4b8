"""Parquet and Arrow files."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from bakeoff import v1
from bakeoff.client import EvaluationSetFileError, MissingExtraError

Read = Callable[..., list[v1.Example]]


Write = Callable[[pa.Table, Path], None]


def write_parquet(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, row_group_size=2)


def write_feather(table: pa.Table, path: Path) -> None:
    pyarrow.feather.write_feather(table, str(path))


def write_file(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)


def write_stream(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)


WRITERS: dict[str, tuple[str, Write]] = {
    "parquet": ("set.parquet", write_parquet),
    "feather": ("set.feather", write_feather),
    "file": ("set.arrow", write_file),
    "stream": ("stream.arrow", write_stream),
}

every_format = pytest.mark.parametrize(("name", "write"), WRITERS.values(), ids=WRITERS)


@every_format
def test_every_row_becomes_an_example(
    examples_of: Read, tmp_path: Path, name: str, write: Write
) -> None:
    table = pa.table(
        {
            "id": [10, 11, 12],
            "premise": ["a", "b", "ç"],
            "hypothesis": ["d", "e", "f"],
            "label": pa.array(["x", "y", "x"]).dictionary_encode(),
            "length": [1.5, None, float("nan")],
        }
    )
    write(table, tmp_path / name)
    assert [
        v1.Example(
            id="10",
            text=v1.TextInput(text="a", text_pair="d"),
            label=v1.Label(class_name="x"),
            attributes={"length": "1.5"},
        ),
        v1.Example(
            id="11",
            text=v1.TextInput(text="b", text_pair="e"),
            label=v1.Label(class_name="y"),
        ),
        v1.Example(
            id="12",
            text=v1.TextInput(text="ç", text_pair="f"),
            label=v1.Label(class_name="x"),
        ),
    ] == examples_of(tmp_path / name)


@every_format
def test_classes_that_datasets_stores_as_numbers_get_their_names(
    examples_of: Read, tmp_path: Path, name: str, write: Write
) -> None:
    features = {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}, "text": {}}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    table = pa.table({"text": ["a", "b"], "label": [1, 0]}).replace_schema_metadata(metadata)
    write(table, tmp_path / name)
    assert ["pos", "neg"] == [one.label.class_name for one in examples_of(tmp_path / name)]


def test_a_number_beyond_the_named_classes_is_refused(examples_of: Read, tmp_path: Path) -> None:
    features = {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    table = pa.table({"text": ["a"], "label": [-1]}).replace_schema_metadata(metadata)
    write_parquet(table, tmp_path / "set.parquet")
    with pytest.raises(EvaluationSetFileError, match="row 1, column 'label': found -1, and the"):
        examples_of(tmp_path / "set.parquet")


def test_metadata_of_somebody_else_changes_nothing(examples_of: Read, tmp_path: Path) -> None:
    table = pa.table({"text": ["a"], "label": [1]}).replace_schema_metadata({"huggingface": "[]"})
    write_parquet(table, tmp_path / "set.parquet")
    assert ["1"] == [one.label.class_name for one in examples_of(tmp_path / "set.parquet")]


def test_columns_types_tell_the_kind_of_the_labels(examples_of: Read, tmp_path: Path) -> None:
    kinds = {
        "int": (pa.array([1]), v1.Label(class_name="1")),
        "bool": (pa.array([True]), v1.Label(class_name="true")),
        "float": (pa.array([0.5], pa.float32()), v1.Label(value=0.5)),
        "decimal": (pa.array(["0.5"]).cast(pa.decimal128(4, 2)), v1.Label(value=0.5)),
        "list": (pa.array([["a", "b"]]), v1.Label(class_names=v1.ClassNames(names=["a", "b"]))),
    }
    for name, (labels, expected) in kinds.items():
        write_parquet(pa.table({"text": ["t"], "label": labels}), tmp_path / f"{name}.parquet")
        assert [expected] == [one.label for one in examples_of(tmp_path / f"{name}.parquet")], name


def test_whole_numbers_that_pandas_made_fractions_are_classes_on_request(
    examples_of: Read, tmp_path: Path
) -> None:
    frame = pd.DataFrame({"text": ["a", "b"], "label": [1.0, None]}, index=[5, 9])
    frame.to_parquet(tmp_path / "set.parquet")
    with pytest.raises(EvaluationSetFileError, match="row 2, column 'label'"):
        examples_of(tmp_path / "set.parquet", label_kind="class")
    frame[:1].to_parquet(tmp_path / "set.parquet")
    (example,) = examples_of(tmp_path / "set.parquet", label_kind="class")
    assert v1.Label(class_name="1") == example.label
    assert {} == dict(example.attributes)


@every_format
def test_an_empty_table_is_refused(
    examples_of: Read, tmp_path: Path, name: str, write: Write
) -> None:
    schema = pa.schema({"text": pa.string(), "label": pa.string()})
    write(schema.empty_table(), tmp_path / name)
    with pytest.raises(EvaluationSetFileError, match="holds no examples") as refused:
        examples_of(tmp_path / name)
    assert refused.value.reason == "SET_EMPTY"


@every_format
def test_a_text_that_is_not_utf_8_is_refused_with_its_row(
    examples_of: Read, tmp_path: Path, name: str, write: Write
) -> None:
    texts = pa.array([b"good", b"fine", b"b\xe9d"]).cast(pa.binary()).view(pa.string())
    write(pa.table({"text": texts, "label": ["x", "y", "z"]}), tmp_path / name)
    with pytest.raises(EvaluationSetFileError, match="row 3, column 'text': byte 0xe9") as refused:
        examples_of(tmp_path / name)
    assert refused.value.reason == "NOT_UTF_8"


@every_format
def test_bytes_are_no_attribute(examples_of: Read, tmp_path: Path, name: str, write: Write) -> None:
    table = pa.table({"text": ["a"], "label": ["x"], "image": [b"\x89PNG"]})
    write(table, tmp_path / name)
    with pytest.raises(EvaluationSetFileError, match="column 'image': found bytes"):
        examples_of(tmp_path / name)
    assert ["a"] == [one.text.text for one in examples_of(tmp_path / name, attribute_columns=())]


@pytest.mark.parametrize("name", ["set.parquet", "set.arrow", "set.feather"])
def test_a_file_that_is_not_what_its_name_says_is_refused(
    examples_of: Read, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("text,label\na,x\n")
    with pytest.raises(EvaluationSetFileError, match="cannot be read as") as refused:
        examples_of(tmp_path / name)
    assert refused.value.reason == "FILE_UNREADABLE"


def test_a_file_cut_short_is_refused(examples_of: Read, tmp_path: Path) -> None:
    path = tmp_path / "set.arrow"
    write_stream(pa.table({"text": ["a"] * 5000, "label": ["x"] * 5000}), path)
    path.write_bytes(path.read_bytes()[:-30_000])
    with pytest.raises(EvaluationSetFileError, match="cannot be read as a table to its end"):
        examples_of(path)


def test_without_pyarrow_the_remedy_is_named(
    examples_of: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_parquet(pa.table({"text": ["a"], "label": ["x"]}), tmp_path / "set.parquet")
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'bakeoff\[arrow\]'"):
        examples_of(tmp_path / "set.parquet")
