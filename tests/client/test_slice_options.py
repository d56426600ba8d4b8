"""Options and tables of slices."""

from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from bakeoff import v1
from bakeoff.client.display.report import print_report
from bakeoff.client.options.spec import answer_options

Spec = Callable[..., v1.EvaluationSpec]


@pytest.fixture
def spec_of() -> Spec:
    """A function that leads from options to the spec that they mean."""

    def read(*options: str) -> v1.EvaluationSpec:
        found: list[v1.EvaluationSpec] = []

        @click.command()
        @answer_options
        def command(spec: v1.EvaluationSpec) -> None:
            found.append(spec)

        outcome = CliRunner().invoke(command, list(options))
        if outcome.exit_code:
            raise click.UsageError(outcome.output)
        return found[0]

    return read


def test_options_of_slices_reach_the_spec(spec_of: Spec) -> None:
    spec = spec_of(
        *("--slice", "column:source", "--slice", 'source == "web" and length > 64'),
        *("--slice-bucket", "length", "--slice-bucket", "class", "--slice-metric", "f1.macro"),
        *("--slice-min-examples", "50", "--false-discovery-rate", "0.1"),
    )
    expected = v1.SliceSettings(
        columns=["source"],
        predicates=['source == "web" and length > 64'],
        buckets=["length", "class"],
        metrics=["f1.macro"],
        min_example_count=50,
        false_discovery_rate=0.1,
    )
    assert expected == spec.slices


def test_without_options_the_server_chooses_the_slices(spec_of: Spec) -> None:
    assert not spec_of().HasField("slices")


def test_no_slices_means_none(spec_of: Spec) -> None:
    assert v1.SliceSettings(buckets=["none"]) == spec_of("--no-slices").slices


@pytest.mark.parametrize(
    "options",
    [("--slice", "length > 3"), ("--slice-bucket", "length"), ("--false-discovery-rate", "0.1")],
)
def test_no_slices_leaves_no_room_for_others(spec_of: Spec, options: tuple[str, ...]) -> None:
    with pytest.raises(click.UsageError, match=f"--no-slices leaves no room for {options[0]}"):
        spec_of("--no-slices", *options)


@pytest.fixture
def report() -> v1.Report:
    """One slice of two is broken by int8."""
    slices = [
        v1.Slice(id="source=web", title="source: web", example_count=120),
        v1.Slice(id="length:1-64", title="1 to 64 characters", example_count=300),
    ]
    share = v1.Figure(id="accuracy", unit="1", value=0.75)
    return v1.Report(
        slices=slices,
        candidates=[
            v1.CandidateResult(
                candidate=v1.Candidate(
                    name=f"candidates/{name}",
                    manifest=v1.Manifest(source_model=v1.SourceModel(sha256="m" * 64)),
                ),
                slices=[v1.SliceResult(slice=one.id, figures=[share]) for one in slices],
            )
            for name in ("fp32", "int8")
        ],
        slice_deltas=[
            v1.SliceDelta(
                candidate="candidates/int8",
                reference="candidates/fp32",
                slice=one.id,
                figure_id="accuracy",
                example_count=one.example_count,
                difference=-0.125,
                adjusted_p_value=0.002,
                interval=v1.Interval(lower=-0.2, upper=-0.05),
                outcome=outcome,
            )
            for one, outcome in zip(
                slices,
                (v1.SliceDelta.OUTCOME_BROKEN, v1.SliceDelta.OUTCOME_NOT_TOLD),
                strict=True,
            )
        ],
    )


def printed(report: v1.Report, *, details: bool) -> str:
    console = Console(width=200, record=True, quiet=False, highlight=False)
    with console.capture() as capture:
        print_report(console, report, details=details)
    return capture.get()


def test_a_report_names_the_slices_that_are_broken(report: v1.Report) -> None:
    text = printed(report, details=False)
    (row,) = [line for line in text.splitlines() if line.startswith("source: web")]
    assert ["int8", "broken", "accuracy", "-0.1250", "[-0.2000,", "-0.0500]"] == row.split()[2:8]
    assert (
        "2 slices, 2 comparisons: variants break 1 and improve 0; other models are worse in 0 and "
        "better in 0" in text
    )
    assert "1 to 64 characters" not in text


def test_another_model_is_worse_and_shown_with_details_alone(report: v1.Report) -> None:
    report.candidates[1].candidate.manifest.source_model.sha256 = "n" * 64
    text = printed(report, details=False)
    assert "variants break 0 and improve 0; other models are worse in 1 and better in 0" in text
    assert "source: web" not in text
    (row,) = [
        line
        for line in printed(report, details=True).splitlines()
        if line.startswith("source: web") and "worse" in line
    ]
    assert ["int8", "worse", "accuracy"] == row.split()[2:5]


def test_details_show_every_slice(report: v1.Report) -> None:
    text = printed(report, details=True)
    assert "accuracy by slice" in text
    (row,) = [line for line in text.splitlines() if line.startswith("1 to 64 characters")]
    assert ["300", "0.7500", "0.7500"] == row.split()[4:]


def test_a_report_without_slices_shows_none(report: v1.Report) -> None:
    report.ClearField("slices")
    report.ClearField("slice_deltas")
    for result in report.candidates:
        result.ClearField("slices")
    assert "slice" not in printed(report, details=True)
