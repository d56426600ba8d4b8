"""Options and the table of adaptive bake-offs."""

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from bakeoff import v1
from bakeoff.client.display.report import print_report
from bakeoff.client.options.spec import spec_options


def _spec_of(*options: str) -> v1.EvaluationSpec:
    found: list[v1.EvaluationSpec] = []

    @click.command()
    @spec_options
    def command(spec: v1.EvaluationSpec) -> None:
        found.append(spec)

    outcome = CliRunner().invoke(command, list(options))
    assert outcome.exit_code == 0, outcome.output
    return found[0]


def test_all_is_measured_in_full_unless_asked() -> None:
    assert not _spec_of().HasField("adaptive")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--adaptive",), v1.AdaptiveSettings()),
        (("--adaptive-error", "0.01"), v1.AdaptiveSettings(error_rate=0.01)),
        (("--adaptive-looks", "4"), v1.AdaptiveSettings(look_count=4)),
        (
            ("--adaptive", "--adaptive-error", "0.1", "--adaptive-looks", "2"),
            v1.AdaptiveSettings(error_rate=0.1, look_count=2),
        ),
    ],
)
def test_options_say_how_candidates_are_stopped(
    options: tuple[str, ...], expected: v1.AdaptiveSettings
) -> None:
    spec = _spec_of(*options)
    assert spec.HasField("adaptive")
    assert expected == spec.adaptive


@pytest.mark.parametrize("rate", ["0", "0.5", "-1"])
def test_a_rate_that_cannot_be_is_refused(rate: str) -> None:
    @click.command()
    @spec_options
    def command(spec: v1.EvaluationSpec) -> None:
        del spec

    assert CliRunner().invoke(command, ["--adaptive-error", rate]).exit_code == 2


def test_a_report_tells_who_was_stopped_and_why() -> None:
    stopped = v1.CandidateResult(
        candidate=v1.Candidate(name="candidates/bad"),
        early_stop=v1.EarlyStop(
            stage=v1.EarlyStop.STAGE_PREDICTION, example_count=150, reason="Far behind."
        ),
    )
    report = v1.Report(
        candidates=[stopped],
        adaptive=v1.AdaptiveSummary(
            error_rate=0.05,
            predicted_example_count=2550,
            full_example_count=4800,
            measured_block_count=10,
            full_block_count=20,
        ),
    )
    console = Console(width=200)
    with console.capture() as captured:
        print_report(console, report)
    shown = " ".join(captured.get().split())
    assert "2,550 of 4,800 examples and 10 of 20 blocks of load" in shown
    assert "Far behind." in shown
