"""Metrics of several samples over the same resamples, each found once."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bakeoff.server.metrics import METRICS
from bakeoff.server.quality import Certainty, compare, figures, ratio_to
from bakeoff.server.quality.resamples import SharedResamples
from bakeoff.server.tasks import Sample

DrawPair = Callable[..., tuple[Sample, Sample]]

CERTAINTY = Certainty(0.95, 300, seed=1, margin=0.005)
CLUSTERED = replace(CERTAINTY, clusters=np.arange(200) // 3)
METRIC_IDS = ("aurc", "log_loss", "ece", "roc_auc.macro", "average_precision.macro", "f1.macro")


@pytest.mark.parametrize("certainty", [CERTAINTY, CLUSTERED], ids=["examples", "clusters"])
@pytest.mark.parametrize("metric_id", METRIC_IDS)
def test_sharing_resamples_changes_no_figure(
    draw_pair: DrawPair, metric_id: str, certainty: Certainty
) -> None:
    """Whatever was asked before, of whomever, at another level or with more resamples."""
    first, second = draw_pair(1)
    third, _ = draw_pair(1, lifts=(0.9, 1.5))
    shared = certainty.sharing([first, second, third])
    for finer in ({}, {"level": 0.99, "resample_count": 700}):
        own, together = replace(certainty, **finer), replace(shared, **finer)
        for sample in (first, second):
            assert figures(sample, [metric_id], own) == figures(sample, [metric_id], together)
        for other in (second, third):
            expected = compare(metric_id, first, other, own)
            assert expected == compare(metric_id, first, other, together)
            expected_ratio = ratio_to(metric_id, first, other, own)
            assert expected_ratio == ratio_to(metric_id, first, other, together)
    assert figures(third, [metric_id], certainty) == figures(third, [metric_id], shared)


def test_one_draw_serves_every_sample_of_the_same_examples(draw_pair: DrawPair) -> None:
    first, second = draw_pair(2)
    shared = SharedResamples([first, second], seed=1, clusters=None)
    both = shared.of(METRICS["log_loss"], [first, second])
    alone = shared.of(METRICS["log_loss"], [second])
    assert both is not None
    assert alone is not None
    assert both.places[0][0] is both.places[1][0] is alone.places[0][0]
    np.testing.assert_array_equal(both.values(80)[1], alone.values(50 + 30)[0])


def test_samples_of_other_examples_have_resamples_of_their_own(draw_pair: DrawPair) -> None:
    first, second = draw_pair(3)
    part = second.take(np.arange(150))
    shared = SharedResamples([first, part], seed=1, clusters=None)
    sizes = [
        resamples.cells.unit_count
        for sample in (first, part)
        if (resamples := shared.of(METRICS["log_loss"], [sample])) is not None
    ]
    assert [200, 150] == sizes


def test_a_sample_without_the_metric_does_not_stand_in_the_way(draw_pair: DrawPair) -> None:
    first, second = draw_pair(4)
    margins = replace(second, probabilities=None)
    shared = CERTAINTY.sharing([margins, first, second])
    assert compare("log_loss", first, second, CERTAINTY) == compare(
        "log_loss", first, second, shared
    )
    assert figures(margins, ["log_loss"], CERTAINTY) == figures(margins, ["log_loss"], shared)


def test_outcomes_and_unknown_samples_share_nothing(draw_pair: DrawPair) -> None:
    """Equal outcomes are drawn together, and those of two samples are not those of one."""
    first, second = draw_pair(5)
    shared = SharedResamples([first], seed=1, clusters=None)
    assert shared.of(METRICS["f1.macro"], [first]) is None
    assert shared.of(METRICS["log_loss"], [first, second]) is None
