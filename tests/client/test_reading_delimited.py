"""CSV and TSV files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bakeoff import v1
from bakeoff.client import EvaluationSetFileError, InvalidOptionError

Read = Callable[..., list[v1.Example]]
Refuse = Callable[..., EvaluationSetFileError]


@pytest.fixture
def refusal_of(examples_of: Read) -> Callable[..., EvaluationSetFileError]:
    def refuse(path: Path, **options: object) -> EvaluationSetFileError:
        with pytest.raises(EvaluationSetFileError) as refused:
            examples_of(path, **options)
        return refused.value

    return refuse


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_row_becomes_an_example_with_its_row_number_as_id(
    examples_of: Read, tmp_path: Path
) -> None:
    path = write(tmp_path / "set.csv", "text,category,split\nhello there,greeting,test\n")
    assert [
        v1.Example(
            id="1",
            text=v1.TextInput(text="hello there"),
            label=v1.Label(class_name="greeting"),
            attributes={"split": "test"},
        )
    ] == examples_of(path)


def test_a_pair_is_found_by_its_usual_names(examples_of: Read, tmp_path: Path) -> None:
    path = write(tmp_path / "set.tsv", "sentence1\tsentence2\tscore\na b\tc d\t3.75\n")
    assert [
        v1.Example(
            id="1",
            text=v1.TextInput(text="a b", text_pair="c d"),
            label=v1.Label(value=3.75),
        )
    ] == examples_of(path, label_kind="value")


def test_columns_may_be_named(examples_of: Read, tmp_path: Path) -> None:
    path = write(tmp_path / "set.csv", "q,a,truth,key,more\nx,y,1,k7,z\n")
    (example,) = examples_of(
        path,
        text_column="q",
        pair_column="a",
        label_column="truth",
        id_column="key",
        attribute_columns=(),
    )
    assert (
        v1.Example(
            id="k7",
            text=v1.TextInput(text="x", text_pair="y"),
            label=v1.Label(class_name="1"),
        )
        == example
    )


def test_row_numbers_replace_an_id_column_on_request(examples_of: Read, tmp_path: Path) -> None:
    path = write(tmp_path / "set.csv", "id,text,label\n7,a,x\n7,b,x\n")
    found = examples_of(path, row_number_ids=True)
    assert [("1", "7"), ("2", "7")] == [(one.id, one.attributes["id"]) for one in found]


def test_a_byte_order_mark_is_not_part_of_the_first_column(
    examples_of: Read, tmp_path: Path
) -> None:
    path = write(tmp_path / "set.csv", b"\xef\xbb\xbftext,label\na,x\n")
    assert ["a"] == [one.text.text for one in examples_of(path)]


def test_quotes_delimiters_and_line_breaks_within_quotes_are_text(
    examples_of: Read, tmp_path: Path
) -> None:
    path = write(tmp_path / "set.csv", 'text,label\n"a, ""b""\nc",x\n\nd,y\n')
    assert ['a, "b"\nc', "d"] == [one.text.text for one in examples_of(path)]


def test_quotation_marks_are_text_on_request(examples_of: Read, tmp_path: Path) -> None:
    path = write(tmp_path / "set.tsv", 'text\tlabel\n"to be" or not\tx\n')
    assert ['"to be" or not'] == [one.text.text for one in examples_of(path, quote=None)]


def test_a_column_without_a_name_is_left_out(examples_of: Read, tmp_path: Path) -> None:
    path = write(tmp_path / "set.csv", ",text,label\n0,a,x\n")
    assert [{}] == [dict(one.attributes) for one in examples_of(path)]


def test_another_delimiter_can_be_named(examples_of: Read, tmp_path: Path) -> None:
    path = write(tmp_path / "set.csv", "text;label\na, b;x\n")
    assert ["a, b"] == [one.text.text for one in examples_of(path, delimiter=";")]


def test_several_classes_are_parted_by_the_separator(examples_of: Read, tmp_path: Path) -> None:
    path = write(tmp_path / "set.csv", "text,labels\na,x | y\nb,\n")
    assert [["x", "y"], []] == [
        list(one.label.class_names.names) for one in examples_of(path, label_separator="|")
    ]


@pytest.mark.parametrize(
    ("content", "options", "reason", "words"),
    [
        pytest.param(
            "text,label\n",
            {},
            "SET_EMPTY",
            ["set.csv", "holds no examples", "Give it a row for each example."],
            id="no rows",
        ),
        pytest.param("", {}, "SET_EMPTY", ["the file is empty"], id="nothing"),
        pytest.param(
            "text,lable\na,x\n",
            {"label_column": "label"},
            "COLUMN_MISSING",
            ["no column 'label'", "Did you mean 'lable'?", "'text', 'lable'", "--label-column"],
            id="wrong column",
        ),
        pytest.param(
            "text,foo\na,x\n",
            {},
            "COLUMN_MISSING",
            ["label, labels, category", "'text', 'foo'", "--label-column"],
            id="no label column",
        ),
        pytest.param(
            "body,label\na,x\n",
            {},
            "COLUMN_MISSING",
            ["text, sentence", "'body', 'label'", "--text-column"],
            id="no text column",
        ),
        pytest.param(
            "text,label\na,x\n",
            {"label_column": "text"},
            "COLUMN_REPEATED",
            ["'text'", "used twice"],
            id="one column for two things",
        ),
        pytest.param(
            "text,text,label\na,b,x\n",
            {},
            "COLUMN_REPEATED",
            ["names the column 'text' 2 times"],
            id="one name for two columns",
        ),
        pytest.param(
            b"text,label\ngood,x\nb\xe9d,x\n",
            {},
            "NOT_UTF_8",
            ["row 2 (line 3)", "0xe9", "position 2", "Save the file as UTF-8."],
            id="not UTF-8",
        ),
        pytest.param(
            "text,label\na,x\n".encode("utf-16"),
            {},
            "NOT_UTF_8",
            ["UTF-16"],
            id="UTF-16",
        ),
        pytest.param(
            "id,text,label\n1,a,x\n2,b,x\n1,c,x\n2,d,x\n",
            {},
            "DUPLICATE_ID",
            ["2 rows repeat an id", "'1' in rows 1 and 3", "'2' in rows 2 and 4", "--row-ids"],
            id="duplicate ids",
        ),
        pytest.param(
            "id,text,label\n,a,x\n",
            {},
            "ID_INVALID",
            ["row 1 (line 2)", "column 'id'", "''", "1 to 256 characters"],
            id="empty id",
        ),
        pytest.param(
            "text,label\na,x\nb, \n",
            {},
            "LABEL_EMPTY",
            ["row 2 (line 3)", "column 'label'", "an empty label (' ')", "Give every row a label"],
            id="empty label",
        ),
        pytest.param(
            "text,label\na,1.5\nb,nan\n",
            {"label_kind": "value"},
            "LABEL_INVALID",
            ["row 2 (line 3)", "'nan', which is not finite"],
            id="NaN",
        ),
        pytest.param(
            "text,label\na,inf\n",
            {"label_kind": "value"},
            "LABEL_INVALID",
            ["'inf', which is not finite"],
            id="infinity",
        ),
        pytest.param(
            "text,label\na,good\n",
            {"label_kind": "value"},
            "LABEL_INVALID",
            ["'good', where a number is expected", "--label-kind class"],
            id="a word for a number",
        ),
        pytest.param(
            "text,label\na,1_000\n",
            {"label_kind": "value"},
            "LABEL_INVALID",
            ["'1_000', where a number is expected"],
            id="a digit group",
        ),
        pytest.param(
            "text,label\na,\n",
            {"label_kind": "value"},
            "LABEL_EMPTY",
            ["an empty label"],
            id="empty number",
        ),
        pytest.param(
            "text,label\na,x|x\n",
            {"label_separator": "|"},
            "LABEL_INVALID",
            ["the same class twice", "Name each class once."],
            id="a class twice",
        ),
        pytest.param(
            "text,label\na,x||y\n",
            {"label_separator": "|"},
            "LABEL_EMPTY",
            ["an empty label"],
            id="an empty class among several",
        ),
        pytest.param(
            "text,label\na,x\n",
            {"label_kind": "classes"},
            "LABEL_INVALID",
            ["'x', for a list of classes", "--label-separator"],
            id="classes without a separator",
        ),
        pytest.param(
            "text,label\n" + "a" * 1_000_001 + ",x\n",
            {},
            "TEXT_TOO_LONG",
            ["row 1 (line 2)", "column 'text'", "1,000,001 characters", "1,000,000"],
            id="long text",
        ),
        pytest.param(
            "text,label\n" + "a" * 50_000_000 + ",x\n",
            {},
            "TEXT_TOO_LONG",
            ["row 1 (line 2)", "longer than 1,000,000 characters"],
            id="very long text",
        ),
        pytest.param(
            "text,label\na,x\nb,x,y\n",
            {},
            "RAGGED_ROW",
            ["row 2 (line 3)", "3 fields, where the header has 2"],
            id="ragged row",
        ),
        pytest.param(
            'text,label\n"a,x\nb,y\n',
            {},
            "MALFORMED_ROW",
            ["row 1 (line 2)", "unexpected end of data", "quote=None"],
            id="quotation mark never closed",
        ),
        pytest.param(
            'text,label\n"a"b,x\n',
            {},
            "MALFORMED_ROW",
            ["row 1 (line 2)", "malformed", "Double each quotation mark"],
            id="quotation mark within quotes",
        ),
        pytest.param(
            "text,label\ra,x\r",
            {},
            "MALFORMED_ROW",
            ["carriage return", "End lines with a line feed"],
            id="lone carriage returns",
        ),
        pytest.param(
            "text,label\na\0b,x\n",
            {},
            "NUL_CHARACTER",
            ["row 1 (line 2)", "column 'text'", "NUL character, at position 2"],
            id="NUL",
        ),
        pytest.param(
            "text,label,note\na,x,\0\n",
            {},
            "NUL_CHARACTER",
            ["column 'note'"],
            id="NUL in an attribute",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_place_and_remedy(
    *,
    refusal_of: Refuse,
    tmp_path: Path,
    content: str | bytes,
    options: dict[str, object],
    reason: str,
    words: list[str],
) -> None:
    refusal = refusal_of(write(tmp_path / "set.csv", content), **options)
    assert reason == refusal.reason
    assert [] == [word for word in words if word not in refusal.message], refusal.message


def test_a_refusal_tells_programs_where(refusal_of: Refuse, tmp_path: Path) -> None:
    path = write(tmp_path / "set.csv", 'text,label\n"a\nb",x\nc,\n')
    refusal = refusal_of(path)
    assert (path, 2, 4, "label") == (refusal.path, refusal.row, refusal.line, refusal.column)


def test_ten_duplicates_are_named_and_no_more_is_read(refusal_of: Refuse, tmp_path: Path) -> None:
    rows = "".join("same,a,x\n" for _ in range(100))
    refusal = refusal_of(write(tmp_path / "set.csv", f"id,text,label\n{rows}"))
    assert "at least 10 rows repeat an id" in refusal.message
    assert "'same' in rows 1 and 11" in refusal.message
    assert "rows 1 and 12" not in refusal.message


@pytest.mark.parametrize(
    ("name", "reason", "words"),
    [
        ("set.xlsx", "FORMAT_UNKNOWN", ["'.xlsx' says no format", "csv, tsv, jsonl"]),
        ("missing.csv", "FILE_NOT_FOUND", ["no such file"]),
        ("folder.csv", "FILE_NOT_FOUND", ["not a file"]),
    ],
)
def test_a_file_that_is_no_file_of_a_known_format_is_refused(
    refusal_of: Refuse, tmp_path: Path, name: str, reason: str, words: list[str]
) -> None:
    write(tmp_path / "set.xlsx", "PK")
    (tmp_path / "folder.csv").mkdir()
    refusal = refusal_of(tmp_path / name)
    assert reason == refusal.reason
    assert [] == [word for word in words if word not in refusal.message]


def test_a_file_that_may_not_be_opened_is_refused(
    tmp_path: Path, refusal_of: Refuse, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "set.csv", "text,label\na,x\n")

    def deny(*_anything: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)  # whoever runs the tests may be allowed everything
    refusal = refusal_of(path)
    assert "set.csv: the file cannot be opened: Permission denied." in refusal.message


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"format": "xml"}, "format must be one of csv, tsv, jsonl, parquet, arrow, got 'xml'"),
        ({"format": "jsonl", "delimiter": ";"}, "delimiter is for csv and tsv"),
        ({"delimiter": "\n"}, "delimiter must be one character and no line break"),
        ({"label_kind": "word"}, "label_kind must be one of class, classes, value, got 'word'"),
        ({"label_separator": ""}, "label_separator must hold a character"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    tmp_path: Path, examples_of: Read, options: dict[str, object], words: str
) -> None:
    path = write(tmp_path / "set.csv", "text,label\na,x\n")
    with pytest.raises(InvalidOptionError, match=words):
        examples_of(path, **options)


def test_one_attribute_may_be_chosen_and_must_be_there(
    tmp_path: Path, examples_of: Read, refusal_of: Refuse
) -> None:
    path = write(tmp_path / "set.csv", "text,label,a,b\nt,x,1,2\n")
    (example,) = examples_of(path, attribute_columns=("b",))
    assert {"b": "2"} == dict(example.attributes)
    refusal = refusal_of(path, attribute_columns=("c",))
    assert "there is no column 'c'" in refusal.message
