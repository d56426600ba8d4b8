"""JSON Lines files."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bakeoff import v1
from bakeoff.client import EvaluationSetFileError

Read = Callable[..., list[v1.Example]]


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def test_types_tell_the_kind_of_the_labels(examples_of: Read, tmp_path: Path) -> None:
    kinds = {
        "word": ({"label": "yes"}, v1.Label(class_name="yes")),
        "number": ({"label": 3}, v1.Label(class_name="3")),
        "truth": ({"label": True}, v1.Label(class_name="true")),
        "fraction": ({"label": 2.5}, v1.Label(value=2.5)),
        "list": ({"label": ["a", "b"]}, v1.Label(class_names=v1.ClassNames(names=["a", "b"]))),
    }
    for name, (row, expected) in kinds.items():
        path = write(tmp_path / f"{name}.jsonl", {"text": "t", **row})
        assert [expected] == [one.label for one in examples_of(path)], name


def test_whole_numbers_are_values_on_request(examples_of: Read, tmp_path: Path) -> None:
    path = write(tmp_path / "set.jsonl", {"text": "t", "label": 3})
    assert [v1.Label(value=3.0)] == [one.label for one in examples_of(path, label_kind="value")]


def test_ids_may_be_numbers_and_attributes_anything(examples_of: Read, tmp_path: Path) -> None:
    row = {"id": 7, "text": "t", "label": "x", "n": 3, "ok": False, "tags": ["ä"], "none": None}
    (example,) = examples_of(write(tmp_path / "set.jsonl", row))
    assert example.id == "7"
    assert {"n": "3", "ok": "false", "tags": '["ä"]'} == dict(example.attributes)


def test_blank_lines_are_passed_over_and_counted_as_lines(
    examples_of: Read, tmp_path: Path
) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('\n{"text": "a", "label": "x"}\n\n{"text": "b", "label": ""}\n')
    with pytest.raises(EvaluationSetFileError, match=r"row 2 \(line 4\), column 'label'"):
        examples_of(path)


@pytest.mark.parametrize(
    ("content", "options", "reason", "words"),
    [
        pytest.param("", {}, "SET_EMPTY", ["the file is empty"], id="empty"),
        pytest.param(
            '{"text": "a", "label": "x"}\n{"text": "b", "lab',
            {},
            "MALFORMED_ROW",
            ["row 2", "not JSON", "one whole JSON object on each line"],
            id="cut short",
        ),
        pytest.param(
            '["a", "x"]\n', {}, "MALFORMED_ROW", ["row 1", "a list, not an object"], id="a list"
        ),
        pytest.param("[" * 200_000, {}, "MALFORMED_ROW", ["row 1", "not JSON"], id="deeply nested"),
        pytest.param(
            '{"text": "\\ud800 x", "label": "x"}\n',
            {},
            "LONE_SURROGATE",
            ["row 1", "column 'text'", "U+D800", "position 1"],
            id="lone surrogate",
        ),
        pytest.param(
            '{"text": "x", "label": "\\udc00"}\n',
            {},
            "LONE_SURROGATE",
            ["column 'label'", "U+DC00"],
            id="lone surrogate in a label",
        ),
        pytest.param(
            '{"text": "x", "label": "x", "\\ud800": 1}\n',
            {},
            "LONE_SURROGATE",
            ["row 1", "the key"],
            id="lone surrogate in a key",
        ),
        pytest.param(
            '{"text": "a\\u0000", "label": "x"}\n',
            {},
            "NUL_CHARACTER",
            ["column 'text'", "position 2"],
            id="NUL",
        ),
        pytest.param(
            '{"text": 5, "label": "x"}\n',
            {},
            "TEXT_INVALID",
            ["row 1", "a number, 5, for a text"],
            id="a number for a text",
        ),
        pytest.param(
            '{"text": null, "label": "x"}\n',
            {},
            "TEXT_INVALID",
            ["null, None, for a text"],
            id="no text",
        ),
        pytest.param(
            '{"text": "a", "label": "x"}\n{"text": "b"}\n',
            {},
            "COLUMN_MISSING",
            ["row 2", "column 'label'", "this one has: 'text'"],
            id="a key is missing later",
        ),
        pytest.param(
            '{"text": "a", "label": "x"}\n{"text": "b", "label": null}\n',
            {},
            "LABEL_EMPTY",
            ["row 2", "an empty label (None)"],
            id="null label",
        ),
        pytest.param(
            '{"text": "a", "label": 1.5}\n{"text": "b", "label": NaN}\n',
            {},
            "LABEL_INVALID",
            ["row 2", "nan, which is not finite"],
            id="NaN value",
        ),
        pytest.param(
            '{"text": "a", "label": 1}\n{"text": "b", "label": 1.5}\n',
            {},
            "LABEL_INVALID",
            ["row 2", "1.5, where a class is expected", "--label-kind value"],
            id="a fraction after whole numbers",
        ),
        pytest.param(
            '{"text": "a", "label": NaN}\n',
            {"label_kind": "class"},
            "LABEL_EMPTY",
            ["NaN for a label"],
            id="NaN class",
        ),
        pytest.param(
            '{"text": "a", "label": ["x"]}\n{"text": "b", "label": "y"}\n',
            {},
            "LABEL_INVALID",
            ["row 2", "a text, 'y', for a list of classes"],
            id="a word after lists",
        ),
        pytest.param(
            '{"text": "a", "label": ["x"]}\n{"text": "b", "label": null}\n',
            {},
            "LABEL_EMPTY",
            ["null for a list", "Write an empty list"],
            id="null after lists",
        ),
        pytest.param(
            '{"text": "a", "label": "x"}\n{"text": "b", "label": ["y"]}\n',
            {},
            "LABEL_INVALID",
            ["row 2", "a list, ['y'], for a class", "--label-kind classes"],
            id="a list after words",
        ),
        pytest.param(
            '{"text": "a", "label": ["x", ""]}\n',
            {},
            "LABEL_EMPTY",
            ["an empty label ('')"],
            id="an empty class",
        ),
        pytest.param(
            '{"text": "a", "label": {"a": 1}}\n',
            {},
            "LABEL_INVALID",
            ["an object", "for a class"],
            id="an object",
        ),
        pytest.param(
            '{"id": true, "text": "a", "label": "x"}\n',
            {},
            "ID_INVALID",
            ["True for an id"],
            id="a boolean id",
        ),
        pytest.param(
            '{"id": "' + "i" * 257 + '", "text": "a", "label": "x"}\n',
            {},
            "ID_INVALID",
            ["1 to 256 characters"],
            id="a long id",
        ),
        pytest.param(
            '{"text": "' + "a" * 50_000_000 + '", "label": "x"}\n',
            {},
            "TEXT_TOO_LONG",
            ["row 1", "50,000,000 characters"],
            id="50 MB",
        ),
        pytest.param(
            "x" * (64 * 1024 * 1024 + 2),
            {},
            "LINE_TOO_LONG",
            ["row 1", "longer than 64 MiB"],
            id="a line without end",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_place_and_remedy(
    *,
    examples_of: Read,
    tmp_path: Path,
    content: str,
    options: dict[str, object],
    reason: str,
    words: list[str],
) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(content)
    with pytest.raises(EvaluationSetFileError) as refused:
        examples_of(path, **options)
    assert reason == refused.value.reason
    message = refused.value.message
    assert [] == [word for word in words if word not in message], message
    assert len(message) < 1000


def test_a_non_utf_8_row_is_named(examples_of: Read, tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(b'{"text": "a", "label": "x"}\n{"text": "\xff", "label": "x"}\n')
    with pytest.raises(EvaluationSetFileError, match="row 2: byte 0xff at position 11") as refused:
        examples_of(path)
    assert refused.value.reason == "NOT_UTF_8"
