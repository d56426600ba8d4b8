"""An adaptive bake-off of the shipped checkpoints, through a real server."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bakeoff.client import Client
from bakeoff.v1 import AdaptiveSettings, EarlyStop, EvaluationSpec, Report, StatisticsSettings

pytestmark = pytest.mark.torch

WORDNET = Path(__file__).resolve().parents[2] / "examples" / "wordnet"
NANO, FP32, INT8 = "bert-nano.fp32", "bert-small.fp32", "bert-small.int8-dynamic"


@pytest.fixture(scope="module")
def report(serving: Callable[[], Client], bundles: Path) -> Report:
    spec = EvaluationSpec(
        constraints=["accuracy>=0.75"],
        adaptive=AdaptiveSettings(),
        profile_repeat_count=1,
        batch_sensitivity_example_count=0,
        statistics=StatisticsSettings(resample_count=200),
    )
    with serving() as client:
        return client.evaluate(
            [bundles / name for name in (NANO, FP32, INT8)], WORDNET / "test.csv", spec
        )


def test_the_small_model_is_stopped_before_it_has_seen_half_of_the_set(report: Report) -> None:
    stop = report.candidates[0].early_stop
    assert EarlyStop.STAGE_PREDICTION == stop.stage
    assert 0 < stop.example_count < 1200
    assert f"candidates/{NANO}" != report.selection.recommended


def test_the_others_are_scored_over_all_of_the_set(report: Report) -> None:
    assert [2400, 2400] == [one.example_counts.scored for one in report.candidates[1:]]


def test_the_report_sums_up_what_was_spared(report: Report) -> None:
    spent = report.adaptive
    stopped_at = report.candidates[0].early_stop.example_count
    assert (0.05, 4800 + stopped_at, 7200) == (
        spent.error_rate,
        spent.predicted_example_count,
        spent.full_example_count,
    )
