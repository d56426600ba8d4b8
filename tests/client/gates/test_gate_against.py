"""`bakeoff compare --against --gate`, and what changed in a few lines of Markdown."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from junitparser import JUnitXml

from bakeoff import v1
from bakeoff.client.cli import bakeoff
from bakeoff.client.gates import changes_markdown

from .reports import (
    ACCURATE,
    BASE,
    MET,
    SMALL,
    TINY,
    VIOLATED,
    constraint_results,
    delta,
    made_report,
)

if TYPE_CHECKING:
    from conftest import Shelf

Run = Callable[..., Result]

GATE = f"constraints: ['{ACCURATE}']\n"


@pytest.fixture
def run_compare(shelf: "Shelf", serve: Callable[..., str], tmp_path: Path) -> Run:
    """`bakeoff compare june --against may` under a gate; tiny.int8 has no pair."""
    address = serve(shelf)
    report = made_report(slices=("a",), deltas=[delta(SMALL, "a")])
    shelf.evaluations["evaluations/june"] = v1.Evaluation(
        name="evaluations/june", state=v1.Evaluation.STATE_SUCCEEDED, report=report
    )
    shelf.comparison = comparison()

    def run(gate: str, *options: str) -> Result:
        (tmp_path / "gates.yaml").write_text(gate)
        given = ("compare", "june", "--against", "may", "--gate", str(tmp_path / "gates.yaml"))
        return CliRunner().invoke(bakeoff, [*given, "--server", address, *options])

    return run


def comparison() -> v1.EvaluationComparison:
    outcomes = {BASE: MET, SMALL: VIOLATED}
    return v1.EvaluationComparison(
        evaluation="evaluations/june",
        against="evaluations/may",
        candidates=[
            v1.CandidateChange(
                candidate=name,
                baseline=name,
                constraints=constraint_results({ACCURATE: outcome}),
                comparisons=[
                    v1.Comparison(
                        figure_id="accuracy",
                        candidate_value=0.75,
                        baseline_value=0.875,
                        difference=-0.125,
                        verdict=v1.Comparison.VERDICT_WORSE,
                    ),
                    v1.Comparison(figure_id="mcc", verdict=v1.Comparison.VERDICT_EQUIVALENT),
                ],
                costs=[
                    v1.CostChange(
                        now=v1.Figure(id="latency_p99_ms", scenario="server", unit="ms", value=8.5),
                        before=v1.Figure(id="latency_p99_ms", unit="ms", value=17),
                        ratio=0.5,
                        outcome=v1.CostChange.OUTCOME_BETTER,
                    ),
                ],
            )
            for name, outcome in outcomes.items()
        ],
        warnings=["Mind | the gap."],
    )


def last_line(ended: Result) -> str:
    return ended.stderr.strip().split("\n")[-1]


def test_constraints_are_judged_by_the_earlier_evaluation(shelf: "Shelf", run_compare: Run) -> None:
    ended = run_compare(f"candidates: [small.int8]\n{GATE}", "--constraint", "accuracy>=0.5")
    assert 1 == ended.exit_code
    expected = f"The gate is not passed: small.int8, {ACCURATE}: 86.1 % is too little."
    assert expected == last_line(ended)
    assert ["accuracy>=0.5", ACCURATE] == list(shelf.compared[0].constraints)


def test_what_has_no_pair_shuts_the_gate_unless_others_are_named(run_compare: Run) -> None:
    ended = run_compare(f"candidates: [tiny.int8]\n{GATE}")
    assert 1 == ended.exit_code
    words = "it was not judged: there is nothing in evaluations/may to judge it by."
    assert f"The gate is not passed: tiny.int8, {ACCURATE}: {words}" == last_line(ended)
    assert 0 == run_compare(f"candidates: [base.fp32]\n{GATE}").exit_code


def test_where_pairs_are_typed_they_alone_are_judged(run_compare: Run) -> None:
    ended = run_compare(GATE, "--pair", "base.fp32=base.fp32")
    assert 0 == ended.exit_code, ended.output
    assert "The gate is passed: 1 check." == last_line(ended)


def test_slices_and_the_answer_are_judged_on_the_report(run_compare: Run, tmp_path: Path) -> None:
    gate = "candidates: [small.int8]\nrecommended: small.int8\nslices: {}"
    ended = run_compare(gate, "--junit", str(tmp_path / "j.xml"))
    assert 1 == ended.exit_code
    assert "no broken slices: worse than base.fp32 in a" in last_line(ended)
    whole = JUnitXml.fromfile(str(tmp_path / "j.xml"))
    assert (2, 1) == (whole.tests, whole.failures)


def test_the_summary_holds_the_gate_and_what_changed(run_compare: Run, tmp_path: Path) -> None:
    run_compare(GATE, "--summary", str(tmp_path / "s.md"))
    text = (tmp_path / "s.md").read_text(encoding="utf-8")
    assert text.startswith("## ❌ The gate is not passed")
    assert text.endswith(f"\n\n{changes_markdown(comparison())}")


def test_what_became_better_or_worse_stands_in_a_table_and_the_rest_is_counted() -> None:
    found = comparison()
    del found.candidates[1:]
    expected = [
        "### june against may",
        "",
        "| Candidate | Figure | Before | Now | Change | Outcome |",
        "| :--- | :--- | ---: | ---: | ---: | :--- |",
        "| base.fp32 | accuracy | 0.8750 | 0.7500 | -0.1250 | **worse** |",
        r"| base.fp32 | latency\_p99\_ms\@server | 17 ms | 8.5 ms | x 0.5 | better |",
        "",
        "- Of 3 figures, 1 is alike, not told or not compared.",
        r"- Mind \| the gap.",
        "",
    ]
    assert expected == changes_markdown(found).split("\n")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--gate", __file__), "line 1"),
        (("--summary", "s.md"), "--gate and --summary need --against"),
        (("--junit", "j.xml"), "--junit needs --gate"),
    ],
)
def test_wrong_usage_is_told_before_a_server_is_asked(
    shelf: "Shelf", options: tuple[str, ...], words: str
) -> None:
    ended = CliRunner().invoke(bakeoff, ["compare", "june", *options])
    assert 2 == ended.exit_code
    assert words in ended.stderr
    assert [] == shelf.compared


def test_a_gate_names_candidates_of_the_evaluation_that_is_judged(run_compare: Run) -> None:
    ended = run_compare(f"candidates: [ghost]\n{GATE}")
    assert 2 == ended.exit_code
    assert f"({BASE}, {SMALL}, {TINY})" in " ".join(ended.stderr.split())
