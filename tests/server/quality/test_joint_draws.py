"""Metrics of several candidates over the same resamples."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bakeoff.server.errors import UnknownFigureError
from bakeoff.server.metrics import METRICS
from bakeoff.server.quality import Certainty, compare, joint_draws, metric_interval
from bakeoff.server.tasks import Sample

Draw = Callable[..., Sample]
DrawPair = Callable[..., tuple[Sample, Sample]]
MakeSample = Callable[..., Sample]

CERTAINTY = Certainty(0.95, 1500, seed=1)


def test_every_candidate_has_each_metric_over_the_same_resamples(draw_pair: DrawPair) -> None:
    """Two that are byte for byte alike come to the same in every single one."""
    candidate, other = draw_pair(1)
    found = joint_draws(
        ["accuracy", "f1.macro"], {"a": candidate, "b": other, "a again": candidate}, CERTAINTY
    )
    assert ["accuracy", "f1.macro"] == list(found)
    for drawn in found.values():
        assert ["a", "b", "a again"] == list(drawn)
        assert (1500,) == drawn["a"].shape
        np.testing.assert_array_equal(drawn["a"], drawn["a again"])
        assert not np.array_equal(drawn["a"], drawn["b"])


def test_metrics_share_their_resamples_too(draw_pair: DrawPair) -> None:
    """Errors and right answers add up to 1 in each."""
    candidate, _ = draw_pair(2)
    found = joint_draws(["accuracy", "error_rate"], {"a": candidate}, CERTAINTY)
    np.testing.assert_allclose(found["accuracy"]["a"] + found["error_rate"]["a"], 1.0)


def test_the_spread_of_draws_is_that_of_the_interval_and_the_comparison(
    draw_pair: DrawPair,
) -> None:
    candidate, other = draw_pair(3, size=600, lifts=(2.0, 1.4))
    drawn = joint_draws(["f1.macro"], {"a": candidate, "b": other}, CERTAINTY)["f1.macro"]
    interval = metric_interval(METRICS["f1.macro"], candidate, CERTAINTY)
    assert interval is not None
    assert interval.lower is not None
    assert interval.upper is not None
    bounds = [interval.lower, interval.upper]
    np.testing.assert_allclose(np.quantile(drawn["a"], [0.025, 0.975]), bounds, atol=0.006)
    expected = compare("f1.macro", candidate, other, CERTAINTY).deviation
    assert pytest.approx(expected, rel=0.1) == np.std(drawn["a"] - drawn["b"]) * np.sqrt(600)


def test_candidates_that_were_scored_on_other_examples_share_what_they_can(
    draw_pair: DrawPair,
) -> None:
    """Each over its own examples, with the weights of the shared draw."""
    candidate, other = draw_pair(4)
    some = candidate.take(np.arange(150))
    found = joint_draws(["accuracy"], {"some": some, "all": other}, CERTAINTY)["accuracy"]
    alone = joint_draws(["accuracy"], {"all": other}, CERTAINTY)["accuracy"]
    np.testing.assert_array_equal(alone["all"], found["all"])
    assert pytest.approx(METRICS["accuracy"].value(some), abs=0.01) == found["some"].mean()
    assert np.corrcoef(found["some"], found["all"])[0, 1] > 0.2


def test_clusters_widen_the_draws(draw: Draw) -> None:
    """Ten copies of each example tell no more than one."""
    sample = draw(5, size=100)
    rows = np.repeat(np.arange(100), 10)
    copies = replace(sample.take(rows), indices=np.arange(1000))
    spread = {}
    for name, clusters in (("examples", None), ("clusters", rows)):
        certainty = replace(CERTAINTY, clusters=clusters)
        spread[name] = joint_draws(["accuracy"], {"a": copies}, certainty)["accuracy"]["a"].std()
    assert pytest.approx(np.sqrt(10), rel=0.1) == spread["clusters"] / spread["examples"]


def test_a_metric_that_a_candidate_lacks_is_left_out_for_it(
    draw_pair: DrawPair, make_sample: MakeSample
) -> None:
    candidate, other = draw_pair(6)
    margins = make_sample(other.truth, other.values, scale="MARGINS")
    found = joint_draws(["accuracy", "log_loss"], {"a": candidate, "m": margins}, CERTAINTY)
    assert {"a", "m"} == set(found["accuracy"])
    assert {"a"} == set(found["log_loss"])


def test_calibration_error_is_drawn_around_what_chance_leaves(make_sample: MakeSample) -> None:
    """Of a calibrated model near 0, though resampling only ever adds to it."""
    rng = np.random.default_rng(7)
    confidence = rng.uniform(0.5, 1.0, size=400)
    right = rng.random(400) < confidence
    shares = np.column_stack([confidence, 1 - confidence])
    sample = make_sample(np.where(right, 0, 1), shares, scale="PROBABILITIES")
    drawn = joint_draws(["ece"], {"a": sample}, CERTAINTY)["ece"]["a"]
    value = METRICS["ece"].value(sample)
    assert value is not None
    assert drawn.mean() < value
    assert drawn.min() >= 0.0


def test_the_same_seed_draws_the_same(draw: Draw) -> None:
    one, same, other = (
        joint_draws(["f1.macro"], {"a": draw(8)}, replace(CERTAINTY, seed=seed))["f1.macro"]["a"]
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_nobody_has_no_draws() -> None:
    assert {"accuracy": {}} == joint_draws(["accuracy"], {}, CERTAINTY)


def test_an_unknown_metric_is_refused(draw: Draw) -> None:
    with pytest.raises(UnknownFigureError, match="got 'bleu'"):
        joint_draws(["bleu"], {"a": draw(9)}, CERTAINTY)
