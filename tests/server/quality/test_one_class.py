"""Two candidates are set against each other in one class as they are over all of them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bakeoff.server.metrics import METRICS
from bakeoff.server.quality import (
    Certainty,
    class_difference_to,
    class_figure,
    class_figures,
    class_ratio_to,
    compare,
    compare_class,
    one_against_rest,
)
from bakeoff.server.statistics import exact_mcnemar, paired_difference, paired_ratio
from bakeoff.server.tasks import Sample

DrawPair = Callable[..., tuple[Sample, Sample]]
MakeSample = Callable[..., Sample]

CERTAINTY = Certainty(0.95, 300, seed=1)
FIGURES = ("precision", "recall", "f1", "roc_auc", "average_precision")


def _multi_label(make_sample: MakeSample) -> Sample:
    rng = np.random.default_rng(4)
    truth = rng.random((120, 3)) < 0.4
    return make_sample(truth, rng.normal(size=(120, 3)) + truth, "MULTI_LABEL")


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("is_multi_label", [False, True])
def test_a_class_against_the_rest_has_the_figures_of_the_class(
    draw_pair: DrawPair, make_sample: MakeSample, name: str, *, is_multi_label: bool
) -> None:
    sample = _multi_label(make_sample) if is_multi_label else draw_pair(1)[0]
    for found in class_figures(sample, CERTAINTY):
        expected = next(one.value for one in found.figures if one.id == name)
        actual = METRICS[name].value(one_against_rest(sample, found.label))
        assert pytest.approx(expected) == actual


@pytest.mark.parametrize("name", FIGURES)
def test_one_figure_of_one_class_is_that_of_the_table_of_classes(
    draw_pair: DrawPair, name: str
) -> None:
    sample, _ = draw_pair(2)
    expected = next(one for one in class_figures(sample, CERTAINTY)[1].figures if one.id == name)
    assert expected == class_figure(sample, "c1", name, CERTAINTY)


def test_recall_is_compared_by_the_shares_of_right_answers_to_the_class(
    draw_pair: DrawPair,
) -> None:
    candidate, baseline = draw_pair(3, lifts=(1.9, 1.4))
    of_class = candidate.truth == 1
    ours, theirs = candidate.right[of_class], baseline.right[of_class]
    first, second = int(np.sum(ours & ~theirs)), int(np.sum(theirs & ~ours))
    size, both = int(of_class.sum()), int(np.sum(ours & theirs))

    found = compare_class("recall", "c1", candidate, baseline, CERTAINTY)
    ratio = class_ratio_to("recall", "c1", candidate, baseline, CERTAINTY)

    assert pytest.approx((first - second) / size) == found.difference
    assert paired_difference(first, second, size, 0.95) == found.interval
    assert exact_mcnemar(first, second) == found.p_value
    assert paired_ratio(first, second, both, size, 0.95) == ratio.interval


@pytest.mark.parametrize("name", ["precision", "f1"])
def test_examples_that_do_not_count_in_a_figure_change_nothing(
    draw_pair: DrawPair, name: str
) -> None:
    """Ten times as many examples that neither takes for the class say nothing of it."""
    candidate, baseline = draw_pair(4, lifts=(1.9, 1.4))
    neither = (candidate.truth == 0) & (candidate.predicted == 0) & (baseline.predicted == 0)
    rows = np.concatenate([np.arange(candidate.size), np.repeat(np.flatnonzero(neither), 10)])
    more = [replace(one.take(rows), indices=np.arange(len(rows))) for one in (candidate, baseline)]

    expected = class_difference_to(name, "c1", candidate, baseline, CERTAINTY)
    actual = class_difference_to(name, "c1", *more, CERTAINTY)

    assert pytest.approx(expected.value) == actual.value
    assert expected.interval is not None
    assert expected.interval == actual.interval
    assert expected.example_count == actual.example_count


def test_two_that_nothing_sets_apart_are_known_no_better_than_the_class_is_large(
    make_sample: MakeSample,
) -> None:
    """Six examples of the class among 300: that both rank them first is no proof to a per mille."""
    truth = np.array([1] * 6 + [0] * 294)
    logits = np.stack([-np.linspace(3, -3, 300), np.linspace(3, -3, 300)], axis=1)
    sample, other = make_sample(truth, logits), make_sample(truth, 2 * logits)

    found = compare_class("roc_auc", "c1", sample, other, CERTAINTY)

    assert 0.0 == found.difference
    assert found.interval is not None
    assert paired_difference(0, 0, 6, 0.95).upper == found.interval.upper


def test_a_class_that_is_not_there_is_not_known(make_sample: MakeSample) -> None:
    logits = np.array([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]])
    sample = make_sample([0, 1, 1], logits)

    recall = class_figure(sample, "c2", "recall", CERTAINTY)
    precision = class_figure(
        make_sample([0, 2, 0], logits[:2].repeat([2, 1], axis=0)), "c2", "precision", CERTAINTY
    )

    assert (None, "no scored example is of it") == (recall.value, recall.absent_reason)
    assert (None, "the class is never predicted") == (precision.value, precision.absent_reason)
    assert compare_class("recall", "c2", sample, sample, CERTAINTY).difference is None


def test_examples_in_clusters_are_compared_in_clusters(draw_pair: DrawPair) -> None:
    candidate, baseline = draw_pair(5, lifts=(1.9, 1.4))
    clustered = replace(CERTAINTY, clusters=np.arange(candidate.size) // 4)
    of_class = np.flatnonzero(candidate.truth == 1)

    found = compare_class("recall", "c1", candidate, baseline, clustered)

    views = [one_against_rest(one, "c1").take(of_class) for one in (candidate, baseline)]
    assert compare("accuracy", *views, clustered) == found
    assert found.test == "cluster-sign-flip"
