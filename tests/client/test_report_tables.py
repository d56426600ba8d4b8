"""Reports as tables, alone and side by side."""

import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from google.rpc import code_pb2, status_pb2
from rich.console import Console

from bakeoff import v1
from bakeoff.client.cli import bakeoff
from bakeoff.client.display.figures import figure_text, interval_text, number_text, p_text
from bakeoff.client.display.report import print_report
from bakeoff.client.display.runs import print_runs

if TYPE_CHECKING:
    from conftest import Shelf


def figure(
    identity: str,
    value: float | None = None,
    unit: str = "1",
    *,
    scenario: str = "",
    bounds: tuple[float, float] | None = None,
    absent_reason: str = "",
) -> v1.Figure:
    made = v1.Figure(id=identity, unit=unit, scenario=scenario, absent_reason=absent_reason)
    if value is not None:
        made.value = value
    if bounds is not None:
        made.interval.lower, made.interval.upper = bounds
    return made


def result(name: str, accuracy: float, latency_ms: float | None) -> v1.CandidateResult:
    return v1.CandidateResult(
        candidate=v1.Candidate(name=f"candidates/{name}", sha256=f"sha of {name}"),
        quality=[
            figure("accuracy", accuracy, bounds=(accuracy - 0.01, accuracy + 0.01)),
            figure("precision.micro", accuracy),
        ],
        scenarios=[
            v1.ScenarioResult(
                scenario="single-stream",
                figures=[
                    figure(
                        "latency_p99_ms",
                        latency_ms,
                        "ms",
                        scenario="single-stream",
                        absent_reason="" if latency_ms else "needs 271 more observations",
                    )
                ],
            )
        ],
        cost=[figure("bundle_mib", 12345.6, "MiB")],
        cold_start=v1.ColdStart(figures=[figure("load_ms", 42.123, "ms")]),
    )


@pytest.fixture
def report() -> v1.Report:
    """Two candidates that ended, one that failed."""
    failed = v1.CandidateResult(
        candidate=v1.Candidate(name="candidates/c"),
        error=status_pb2.Status(code=code_pb2.ABORTED, message="crashed"),
    )
    return v1.Report(
        evaluation="evaluations/e1",
        spec=v1.EvaluationSpec(metrics=["m"] * 20, constraints=["latency_p99_ms<=20"]),
        evaluation_set=v1.EvaluationSet(name="evaluationSets/s", example_count=3080, sha256="set"),
        environment=v1.Environment(fingerprint=v1.Fingerprint(sha256="f" * 64, cpu_model="EPYC")),
        candidates=[result("a", 0.5042, 12.3456), result("b", 0.71, None), failed],
        comparisons=[
            v1.Comparison(
                candidate="candidates/b",
                baseline="candidates/a",
                figure_id="accuracy",
                difference=0.2058,
                interval=v1.Interval(lower=0.18, upper=0.23),
                adjusted_p_value=0.00001,
                verdict=v1.Comparison.VERDICT_BETTER,
            ),
            v1.Comparison(
                candidate="candidates/b",
                baseline="candidates/a",
                figure_id="precision.micro",
                verdict=v1.Comparison.VERDICT_UNDECIDED,
                more_examples_needed=1234,
            ),
        ],
        cost_ratios=[
            v1.CostRatio(
                candidate="candidates/b",
                baseline="candidates/a",
                figure_id="throughput_per_s",
                scenario="offline",
                ratio=0.5,
                interval=v1.Interval(lower=0.4, upper=0.6),
                round_count=5,
            )
        ],
        selection=v1.Selection(
            state=v1.Selection.STATE_UNDECIDED,
            recommended="candidates/b",
            summary="It is not told yet.",
            candidates=[
                v1.CandidateSelection(
                    candidate="candidates/a",
                    constraints=[
                        v1.ConstraintResult(
                            expression="latency_p99_ms<=20",
                            outcome=v1.ConstraintResult.OUTCOME_MET,
                            explanation="12.3 ms is at most 20 ms.",
                        )
                    ],
                    why_not="Less accurate.",
                ),
                v1.CandidateSelection(candidate="candidates/b"),
            ],
        ),
        warnings=["c failed: crashed"],
    )


def lines_of(show: Callable[[Console], None]) -> list[list[str]]:
    console = Console(file=io.StringIO(), width=200, markup=False, highlight=False)
    show(console)
    return [line.split() for line in console.file.getvalue().splitlines()]


def test_a_report_shows_figures_comparisons_constraints_and_the_decision(
    report: v1.Report,
) -> None:
    lines = lines_of(lambda console: print_report(console, report))
    expected = [
        ["3,080", "examples", "of", "s"],
        ["a", "b", "c"],
        ["accuracy", "0.5042", "[0.4942,", "0.5142]", "0.7100", "[0.7000,", "0.7200]", "-"],
        [*("latency_p99_ms", "ms", "12.35", "-", "(needs", "271", "more", "observations)"), "-"],
        ["bundle_mib", "MiB", "12,346", "12,346", "-"],
        ["load_ms", "ms", "42.12", "42.12", "-"],
        ["Paired", "with", "the", "baseline,", "a"],
        ["b", "accuracy", "+0.2058", "[0.1800,", "0.2300]", "<0.0001", "better"],
        ["Cost", "over", "the", "baseline's,", "a"],
        ["b", "throughput_per_s", "offline", "0.5", "[0.4,", "0.6]", "5"],
        [*("a", "latency_p99_ms<=20", "met"), *["12.3", "ms", "is", "at", "most", "20", "ms."]],
        ["c", "failed:", "crashed"],
        ["Undecided:", "b"],
        ["It", "is", "not", "told", "yet."],
        ["not", "a:", "Less", "accurate."],
    ]
    assert expected == [line for line in lines if line in expected]


def test_details_show_what_is_no_headline(report: v1.Report) -> None:
    plain = lines_of(lambda console: print_report(console, report))
    detailed = lines_of(lambda console: print_report(console, report, details=True))
    micro = ["precision.micro", "0.5042", "0.7100", "-"]
    undecided = ["b", "precision.micro", "-", "-", "undecided", "about", "1,234"]
    assert micro not in plain
    assert undecided not in plain
    assert micro in detailed
    assert undecided in detailed


def test_what_decides_is_shown_and_so_are_a_few_that_were_asked_for(report: v1.Report) -> None:
    micro = ["precision.micro", "0.5042", "0.7100", "-"]
    report.spec.objectives.append("max:precision.micro")
    assert micro in lines_of(lambda console: print_report(console, report))
    del report.spec.objectives[:]
    del report.spec.metrics[1:]
    assert micro in lines_of(lambda console: print_report(console, report))


def test_a_report_without_anything_still_says_that_there_is_no_answer() -> None:
    lines = lines_of(lambda console: print_report(console, v1.Report()))
    assert ["No", "answer"] in lines


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.50421, "1", "0.5042"),
        (1.0, "1", "1.0000"),
        (0.25631, "ms", "0.2563"),
        (12.6894, "ms", "12.69"),
        (3767.2, "1/s", "3767"),
        (123456.7, "1/s", "123,457"),
        (0.0, "ms", "0"),
    ],
)
def test_numbers_have_the_digits_that_matter(value: float, unit: str, text: str) -> None:
    assert text == number_text(value, unit)


def test_an_open_interval_has_a_dash() -> None:
    assert "[-, 3]" == interval_text(v1.Interval(upper=3.0), "ms")
    assert "[0, -]" == interval_text(v1.Interval(lower=0.0), "ms")
    assert "" == interval_text(v1.Interval(), "ms")


def test_a_figure_without_a_value_says_why() -> None:
    assert "- (no probabilities)" == figure_text(v1.Figure(absent_reason="no probabilities"))
    assert "-" == figure_text(v1.Figure())


def test_small_p_values_are_bounded() -> None:
    assert ["<0.0001", "0.0001", "0.5000", "1.0000"] == [
        p_text(value) for value in (0.00001, 0.0001, 0.5, 1.0)
    ]


def run_of(report: v1.Report, name: str, accuracy: float, latency_ms: float) -> v1.Report:
    """The same report, run again, with other figures for its first candidate alone."""
    again = v1.Report()
    again.CopyFrom(report)
    again.evaluation = f"evaluations/{name}"
    del again.candidates[1:]
    again.candidates[0].CopyFrom(result("a", accuracy, latency_ms))
    return again


def test_changes_are_told_for_the_same_candidate_on_the_same_machine(report: v1.Report) -> None:
    later = run_of(report, "e2", 0.5142, 24.6912)
    lines = lines_of(lambda console: print_runs(console, [report, later], details=False))
    accuracy = next(line for line in lines if line[:1] == ["accuracy"])
    assert ["0.5142", "[0.5042,", "0.5242]", "(+0.0100)"] == accuracy[-4:]
    latency = next(line for line in lines if line[:1] == ["latency_p99_ms"])
    assert ["24.69", "(+100.0%)"] == latency[-2:]
    assert ["hardware", "EPYC", "EPYC", "EPYC", "EPYC"] in lines
    assert not any("These" in line for line in lines)


def test_unlike_machines_are_never_subtracted(report: v1.Report) -> None:
    elsewhere = run_of(report, "e2", 0.5142, 24.6912)
    elsewhere.environment.fingerprint.sha256 = "a" * 64
    lines = lines_of(lambda console: print_runs(console, [report, elsewhere], details=False))
    assert ["fingerprint", *["f" * 12] * 3, "a" * 12] in lines
    latency = next(line for line in lines if line[:1] == ["latency_p99_ms"])
    assert "24.69" == latency[-1]
    accuracy = next(line for line in lines if line[:1] == ["accuracy"])
    assert ["0.5142", "[0.5042,", "0.5242]"] == accuracy[-3:]
    assert any(line[:6] == ["These", "ran", "on", "unlike", "hardware", "or"] for line in lines)


def test_quality_over_unlike_examples_is_never_subtracted(report: v1.Report) -> None:
    other = run_of(report, "e2", 0.5142, 24.6912)
    other.evaluation_set.sha256 = "other"
    lines = lines_of(lambda console: print_runs(console, [report, other], details=False))
    accuracy = next(line for line in lines if line[:1] == ["accuracy"])
    assert ["0.5142", "[0.5042,", "0.5242]"] == accuracy[-3:]
    latency = next(line for line in lines if line[:1] == ["latency_p99_ms"])
    assert ["24.69", "(+100.0%)"] == latency[-2:]
    assert any(line[:4] == ["These", "used", "unlike", "examples."] for line in lines)


def test_another_candidate_is_never_subtracted(report: v1.Report) -> None:
    other = run_of(report, "e2", 0.5142, 24.6912)
    other.candidates[0].candidate.sha256 = "other"
    lines = lines_of(lambda console: print_runs(console, [report, other], details=False))
    assert not any(word.startswith(("(+", "(-")) for line in lines for word in line)


def test_the_command_compares_what_the_server_holds(
    shelf: "Shelf", serve: Callable[..., str], report: v1.Report
) -> None:
    address = serve(shelf)
    for name in ("e1", "e2"):
        evaluation = v1.Evaluation(
            name=f"evaluations/{name}",
            state=v1.Evaluation.STATE_SUCCEEDED,
            report=run_of(report, name, 0.5, 1.0),
        )
        shelf.evaluations[evaluation.name] = evaluation
    shelf.evaluations["evaluations/e3"] = v1.Evaluation(
        name="evaluations/e3", state=v1.Evaluation.STATE_RUNNING
    )

    def compare(*names: str) -> tuple[int, str, str]:
        outcome = CliRunner().invoke(bakeoff, ["compare", *names, "--server", address])
        return outcome.exit_code, outcome.stdout, outcome.stderr

    code, output, _ = compare("e1", "e2")
    assert 0 == code
    assert ["e1", "e2"] == output.splitlines()[0].split()
    code, output, _ = compare("e1", "e2", "--format", "json")
    assert ["evaluations/e1", "evaluations/e2"] == [
        one["name"] for one in json.loads(output)["evaluations"]
    ]
    code, _, said = compare("e1", "e3")
    assert (1, "Error: evaluations/e3 has no report: it is running. [NO_REPORT]\n") == (code, said)
    assert 2 == compare()[0]
