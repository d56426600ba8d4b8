"""Gate files: what they may say, and where they are wrong."""

from pathlib import Path

import pytest

from bakeoff.client import Gate, GateFileError, InvalidOptionError, SliceRule, read_gate
from bakeoff.client.gates import Leniency, labels_of, parse_gate, spec_with, with_names
from bakeoff.server.selection import parse_constraint
from bakeoff.v1 import EvaluationSpec

FILE = Path("gates.yaml")

WHOLE = """
# What goes to production.
baseline: base.fp32
candidates: [small.int8, tiny.int8]
constraints:
  - accuracy >= baseline - 0.5pt
  - latency_p99_ms@server:qps=50 <= 20
  - error_rate <= 1.2 x baseline
recommended:
  - small.int8
undecided: warn
slices:
  broken: warn
  allowed: ["source=web", 'length > 64 and label == "x"']
"""


def test_every_key_is_read() -> None:
    expected = Gate(
        baseline="base.fp32",
        candidates=("small.int8", "tiny.int8"),
        constraints=(
            "accuracy >= baseline - 0.5pt",
            "latency_p99_ms@server:qps=50 <= 20",
            "error_rate <= 1.2 x baseline",
        ),
        recommended=("small.int8",),
        undecided=Leniency.WARN,
        slices=SliceRule(
            broken=Leniency.WARN, allowed=("source=web", 'length > 64 and label == "x"')
        ),
    )
    assert expected == parse_gate(WHOLE, FILE)


def test_bounds_on_classes_and_slices_need_no_quotes_of_their_own() -> None:
    """But for those that YAML itself would read as something else."""
    text = """
constraints:
  - recall{class=card_arrival} >= 0.9
  - accuracy{slice='length >= 200'} >= baseline - 2pt
  - accuracy{slice=class:refund} >= 0.8
  - 'f1{class=top up: failed} >= 0.7'
"""
    expected = (
        "recall{class=card_arrival} >= 0.9",
        "accuracy{slice='length >= 200'} >= baseline - 2pt",
        "accuracy{slice=class:refund} >= 0.8",
        "f1{class=top up: failed} >= 0.7",
    )
    found = parse_gate(text, FILE).constraints
    assert expected == found
    assert list(found) == [parse_constraint(one).expression for one in found]


def test_what_is_left_out_is_strict() -> None:
    assert Gate(recommended=("a",), undecided=Leniency.FAIL) == parse_gate("recommended: a", FILE)
    assert SliceRule(broken=Leniency.FAIL) == parse_gate("slices: {}", FILE).slices


def test_a_file_is_read_as_its_text_is(tmp_path: Path) -> None:
    (tmp_path / "gates.yaml").write_text(WHOLE, encoding="utf-8")
    assert parse_gate(WHOLE, FILE) == read_gate(tmp_path / "gates.yaml")


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", (None, None), "the file is empty; a gate takes baseline, candidates"),
        ("constraint: [a]", (1, 1), "a gate takes baseline, candidates, constraints"),
        (
            "baseline: a\nslices:\n  boken: fail",
            (3, 3),
            "slices takes broken, allowed; got 'boken'",
        ),
        ("baseline: a", (1, 1), "must ask for constraints, recommended or slices"),
        ("- a", (1, 1), "a gate must be a mapping"),
        ("constraints: a >= 1", (1, 14), "constraints must be a list of texts, got 'a >= 1'"),
        ("constraints: []", (1, 14), "constraints must hold at least one text, got none"),
        ("constraints: [a>=1, a>=1]", (1, 21), "must hold each text once, got 'a>=1' again"),
        ("constraints:\n  - [a]", (2, 5), "constraints must be a text, got a list"),
        ("constraints:\n  - a: 1", (2, 5), "constraints must be a text, got a mapping"),
        ("recommended: 7", (1, 14), "recommended must be a text, got 7, which is no text"),
        ("recommended:", (1, 13), "recommended must be a text, got nothing"),
        ("recommended: ' '", (1, 14), "recommended must be a text"),
        ("undecided: maybe", (1, 12), "undecided must be one of fail, warn, pass, got 'maybe'"),
        ("slices: {broken: pass}", (1, 18), "broken must be one of fail, warn, got 'pass'"),
        ("slices: true", (1, 9), "slices must be a mapping with broken, allowed, got true"),
        ("recommended: a\nrecommended: b", (2, 1), "takes recommended once, got it again"),
        ("? [a]\n: b", (1, 3), "got a list"),
        ("baseline: a\ncandidates: [a]\nslices: {}", (2, 13), "must leave out the baseline 'a'"),
        ("constraints: [a", (1, 16), "this is not YAML"),
        ("constraints: !!python/name:os.system [a]\nx: 1", (2, 1), "got 'x'"),
        ("recommended: !!python/name:os.system a", (1, 14), "recommended must be a text"),
        ("recommended: a\x00", (None, None), "this is not YAML"),
        ("[" * 700, (None, None), "nested too deeply"),
    ],
)
def test_a_fault_is_told_with_its_place(
    text: str, place: tuple[int | None, int | None], words: str
) -> None:
    with pytest.raises(GateFileError) as caught:
        parse_gate(text, FILE)
    assert place == (caught.value.line, caught.value.column)
    assert words in caught.value.message
    assert caught.value.message.startswith("gates.yaml")
    assert "GATE_FILE" == caught.value.reason


@pytest.mark.parametrize("content", [b"\xff\xfe", b"#" * (1 << 20) + b"\n"])
def test_a_file_that_cannot_be_a_gate_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "gates.yaml"
    path.write_bytes(content)
    with pytest.raises(GateFileError, match=r"gates\.yaml"):
        read_gate(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GateFileError, match="cannot be read"):
        read_gate(tmp_path / "no.yaml")


def test_candidates_are_found_by_any_of_their_names() -> None:
    given = ("bundles/a.fp32/", "candidates/b", "c")
    gate = Gate(
        baseline="a.fp32", candidates=("candidates/c", "b"), recommended=("bundles/a.fp32/",)
    )
    expected = Gate(baseline="A", candidates=("C", "B"), recommended=("A",))
    assert expected == with_names(gate, given, ("A", "B", "C"))


def test_a_candidate_is_called_by_what_was_given_unless_two_were_alike() -> None:
    given, names = ("bundles/a/", "one/b", "two/b"), ("candidates/a-1f", "candidates/b", "B")
    assert {"candidates/a-1f": "a", "candidates/b": "b", "B": "B"} == labels_of(given, names)


@pytest.mark.parametrize(("word", "found"), [("d", "none"), ("a", "several")])
def test_a_name_that_means_no_candidate_or_several_is_refused(word: str, found: str) -> None:
    given = ("one/a", "two/a", "b")
    with pytest.raises(InvalidOptionError, match=f"recommended .* got '{word}', which is {found}"):
        with_names(Gate(recommended=(word,)), given, given)


def test_the_constraints_come_after_those_of_the_spec_and_none_twice() -> None:
    spec = EvaluationSpec(constraints=["a>=1", "b<=2"], metrics=["accuracy"])
    gate = Gate(baseline="x", constraints=("b<=2", "c<=3"))
    expected = EvaluationSpec(
        constraints=["a>=1", "b<=2", "c<=3"], metrics=["accuracy"], baseline="x"
    )
    assert expected == spec_with(gate, spec)
    assert ["a>=1", "b<=2"] == list(spec.constraints)


def test_two_baselines_are_one_too_many() -> None:
    gate = Gate(baseline="candidates/x", constraints=("a>=1",))
    assert "candidates/x" == spec_with(gate, EvaluationSpec(baseline="x")).baseline
    with pytest.raises(InvalidOptionError, match="baseline must be that of the gate"):
        spec_with(gate, EvaluationSpec(baseline="y"))
