"""A gate in a few lines of Markdown."""

from bakeoff.client import Gate, findings_of, gate_markdown, judge
from bakeoff.client.gates import Leniency

from .reports import BASE, MET, QUICK, SMALL, TINY, UNDECIDED, VIOLATED, made_report

HOSTILE = "a | b <i>@all</i> `x`\n# [y](z)"


def test_the_outcome_stands_above_a_row_for_each_check() -> None:
    report = made_report(
        {BASE: {QUICK: MET}, SMALL: {QUICK: MET}, TINY: {QUICK: UNDECIDED}}, failed=SMALL
    )
    gate = Gate(constraints=(QUICK,), recommended=(TINY,), undecided=Leniency.WARN)
    reason = "small.int8, measured to the end: it crashed. 1 more of 4 checks do not hold."
    expected = [
        f"## ❌ The gate is not passed: {reason}",
        "",
        "| | Candidate | Asked | Found |",
        "| :--- | :--- | :--- | :--- |",
        "| 💥 | small.int8 | measured to the end | it crashed |",
        r"| ✅ | small.int8 | latency\_p99\_ms\@single-stream \<= 20 | It holds. |",
        r"| ⚠️ | tiny.int8 | latency\_p99\_ms\@single-stream \<= 20 | undecided: It is not told. |",
        "| ❌ |  | recommendation is tiny.int8 | Deploy small.int8. |",
        "",
    ]
    assert expected == gate_markdown(judge(gate, findings_of(report))).split("\n")


def test_a_gate_that_is_passed_says_so() -> None:
    text = gate_markdown(judge(Gate(constraints=(QUICK,)), findings_of(made_report())))
    assert text.startswith("## ✅ The gate is passed: 2 checks.\n")


def test_texts_of_others_are_escaped() -> None:
    report = made_report({BASE: {HOSTILE: MET}, SMALL: {HOSTILE: VIOLATED}})
    text = gate_markdown(judge(Gate(constraints=(HOSTILE,)), findings_of(report)))
    cell = r"a \| b \<i\>\@all\</i\> \`x\` \# \[y\](z)"
    assert f"| ❌ | small.int8 | {cell} | 86.1 % is too little. |" in text.split("\n")
