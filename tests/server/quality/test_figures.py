"""Figures of quality, with interval and number of examples."""

from collections.abc import Callable

import numpy as np
import pytest

from bakeoff.server.errors import UnknownFigureError
from bakeoff.server.metrics import METRICS, per_class
from bakeoff.server.quality import Certainty, class_figures, figures, metric_interval
from bakeoff.server.statistics import clopper_pearson, share_interval, wilson
from bakeoff.server.tasks import Sample
from bakeoff.server.tasks.text_classification import default_metrics
from bakeoff.server.types import Direction, Figure

MakeSample = Callable[..., Sample]


@pytest.fixture(name="sample")
def _sample(make_sample: MakeSample) -> Sample:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 4, size=240)
    return make_sample(truth, 1.5 * rng.normal(size=(240, 4)) + 2.0 * np.eye(4)[truth])


def test_accuracy_carries_the_interval_of_wilson(sample: Sample) -> None:
    right = int(sample.right.sum())
    expected = Figure(
        id="accuracy",
        value=right / 240,
        observation_count=240,
        unit="1",
        direction=Direction.HIGHER_IS_BETTER,
        method="share of right answers",
        interval=wilson(right, 240, 0.95),
    )
    assert [expected] == figures(sample, ["accuracy"], Certainty(0.95, 200, 1))


@pytest.mark.parametrize(
    "metric_id", ["precision.micro", "recall.micro", "recall.weighted", "f1.micro"]
)
def test_what_is_accuracy_under_another_name_has_its_interval(
    sample: Sample, metric_id: str
) -> None:
    accuracy, micro = figures(sample, ["accuracy", metric_id], Certainty(0.95, 200, 1))
    assert (accuracy.value, accuracy.interval) == (micro.value, micro.interval)


def test_precision_and_recall_of_two_classes_are_shares(make_sample: MakeSample) -> None:
    """Of what is predicted, and of what is there; F1 is no share of anything."""
    truth = np.repeat([1, 1, 0, 0], [30, 10, 5, 55])
    predicted = np.repeat([1, 0, 1, 0], [30, 10, 5, 55])
    sample = make_sample(truth, np.eye(2)[predicted])
    precision, recall, f1 = figures(sample, ["precision", "recall", "f1"], Certainty(0.95, 200, 1))
    assert wilson(30, 35, 0.95) == precision.interval
    assert wilson(30, 40, 0.95) == recall.interval
    assert metric_interval(METRICS["f1"], sample, Certainty(0.95, 200, 1)) == f1.interval


def test_precision_of_a_class_that_is_never_predicted_has_no_interval(
    make_sample: MakeSample,
) -> None:
    sample = make_sample([0, 1, 1], np.eye(2)[[0, 0, 0]])
    (precision,) = figures(sample, ["precision"], Certainty(0.95, 200, 1))
    assert 0.0 == precision.value
    assert precision.interval is None


def test_every_default_metric_has_its_value_in_its_interval(sample: Sample) -> None:
    """In the order asked for. Calibration error alone may lie above its interval."""
    metric_ids = default_metrics(sample.problem_type, 4)
    found = figures(sample, metric_ids, Certainty(0.95, 500, 1))
    assert list(metric_ids) == [figure.id for figure in found]
    for figure in found:
        assert METRICS[figure.id].value(sample) == figure.value
        assert "" == figure.absent_reason
        assert figure.interval is not None
        assert figure.interval.lower is not None
        assert figure.interval.upper is not None
        assert figure.value is not None
        assert figure.interval.lower < figure.interval.upper
        if figure.id != "ece":
            assert figure.interval.lower <= figure.value <= figure.interval.upper


def test_a_figure_does_not_depend_on_what_else_is_asked(sample: Sample) -> None:
    """Bit for bit."""
    alone = figures(sample, ["mcc"], Certainty(0.95, 300, 9))
    among = figures(sample, ["log_loss", "f1.macro", "mcc"], Certainty(0.95, 300, 9))
    assert alone == among[2:]


def test_a_metric_without_a_value_says_why(make_sample: MakeSample) -> None:
    sample = make_sample([0, 0], np.eye(3)[:2])
    auc, binary = figures(sample, ["roc_auc.macro", "roc_auc"], Certainty(0.95, 200, 1))
    assert (None, None) == (auc.value, auc.interval)
    assert "needs a class that some scored examples have and others have not" == auc.absent_reason
    assert "defined for two classes; the model has 3" == binary.absent_reason
    assert 2 == binary.observation_count


def test_an_unknown_metric_is_refused(sample: Sample) -> None:
    with pytest.raises(UnknownFigureError, match="got 'bleu'"):
        figures(sample, ["accuracy", "bleu"], Certainty(0.95, 200, 1))


def test_each_class_has_figures_with_intervals(sample: Sample) -> None:
    """Precision and recall as shares; the rest resampled, together for all classes."""
    found = class_figures(sample, Certainty(0.95, 500, 1))
    names = ["precision", "recall", "f1", "roc_auc", "average_precision"]
    for values, class_found in zip(per_class(sample), found, strict=True):
        assert (values.label, values.support) == (class_found.label, class_found.support)
        assert names == [figure.id for figure in class_found.figures]
        precision, recall, *resampled = class_found.figures
        assert share_interval(values.hit_count, values.predicted_count, 0.95) == precision.interval
        assert share_interval(values.hit_count, values.support, 0.95) == recall.interval
        counts = (precision.observation_count, recall.observation_count)
        assert (values.predicted_count, values.support) == counts
        for figure in resampled:
            assert getattr(values, figure.id) == figure.value
            assert figure.interval is not None
            assert figure.interval.lower is not None
            assert figure.interval.upper is not None
            assert figure.value is not None
            assert figure.interval.lower < figure.value < figure.interval.upper
            assert "jackknife-wilson" == figure.interval.method


def test_class_figures_of_two_classes_are_close_to_those_of_the_whole(
    make_sample: MakeSample,
) -> None:
    """F1 and areas of the second class are resampled alike, by other random numbers."""
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 2, size=300)
    sample = make_sample(truth, rng.normal(size=(300, 2)) + np.eye(2)[truth])
    whole = figures(sample, ["f1", "roc_auc", "average_precision"], Certainty(0.95, 4000, 1))
    second = class_figures(sample, Certainty(0.95, 4000, 1))[1].figures[2:]
    for one, other in zip(whole, second, strict=True):
        assert one.interval is not None
        assert other.interval is not None
        assert one.value == other.value
        assert pytest.approx(one.interval.lower, abs=0.01) == other.interval.lower
        assert pytest.approx(one.interval.upper, abs=0.01) == other.interval.upper


def test_the_order_of_classes_changes_no_figure_of_any(make_sample: MakeSample) -> None:
    """Rankings are resampled example by example, whatever the index of a class."""
    rng = np.random.default_rng(6)
    truth = rng.choice(3, size=120, p=[0.7, 0.2, 0.1])
    logits = rng.normal(size=(120, 3)) + np.eye(3)[truth]
    plain = class_figures(make_sample(truth, logits), Certainty(0.95, 300, 1))
    turned = class_figures(make_sample(2 - truth, logits[:, ::-1]), Certainty(0.95, 300, 1))
    for one, other in zip(plain, turned[::-1], strict=True):
        for figure, same in zip(one.figures[3:], other.figures[3:], strict=True):
            assert figure.interval is not None
            assert same.interval is not None
            assert pytest.approx(figure.value) == same.value
            assert pytest.approx(figure.interval.lower) == same.interval.lower
            assert pytest.approx(figure.interval.upper) == same.interval.upper


def test_a_class_that_does_not_occur_has_no_figures(make_sample: MakeSample) -> None:
    """And says why; one that is never found is found 0 times."""
    sample = make_sample([0, 0, 0, 1], np.eye(3)[[0, 0, 0, 0]])
    first, second, third = class_figures(sample, Certainty(0.95, 200, 1))
    assert "roc_auc" == first.figures[3].id
    assert {None} == {figure.value for figure in third.figures}
    assert [
        "the class does not occur",
        "the class does not occur",
        "the class does not occur",
        "needs scored examples of the class and others",
        "no scored example is of the class",
    ] == [figure.absent_reason for figure in third.figures]
    precision, recall, f1 = second.figures[:3]
    assert (0.0, None) == (precision.value, precision.interval)
    assert (0.0, clopper_pearson(0, 1, 0.95)) == (recall.value, recall.interval)
    # A single example is missing in a third of the resamples.
    assert (0.0, None) == (f1.value, f1.interval)


def test_a_class_that_is_never_found_may_still_be_there(make_sample: MakeSample) -> None:
    """No resample changes an F1 of 0; thirty misses bound it."""
    sample = make_sample(np.repeat([0, 1], 30), np.eye(2)[np.zeros(60, dtype=int)])
    _, second = class_figures(sample, Certainty(0.95, 200, 1))
    assert 0.0 == second.figures[2].value
    assert clopper_pearson(0, 30, 0.95) == second.figures[2].interval


def test_numbers_have_no_classes(make_sample: MakeSample) -> None:
    sample = make_sample([1.0, 2.0], [[1.5], [2.5]], "REGRESSION", "VALUE")
    assert [] == class_figures(sample, Certainty(0.95, 200, 1))


def test_classes_of_an_empty_sample_have_no_values(make_sample: MakeSample) -> None:
    sample = make_sample([], np.empty((0, 2)))
    values = {
        figure.value
        for each in class_figures(sample, Certainty(0.95, 200, 1))
        for figure in each.figures
    }
    assert {None} == values


def test_many_labels_have_figures_by_class(make_sample: MakeSample) -> None:
    rng = np.random.default_rng(3)
    truth = rng.random((150, 3)) < 0.4
    sample = make_sample(truth, rng.normal(size=(150, 3)) + 2.0 * truth - 1.0, "MULTI_LABEL")
    found = class_figures(sample, Certainty(0.95, 300, 1))
    assert ["c0", "c1", "c2"] == [each.label for each in found]
    assert all(figure.interval is not None for each in found for figure in each.figures)
    whole = figures(sample, default_metrics(sample.problem_type), Certainty(0.95, 300, 1))
    assert all(figure.interval is not None for figure in whole)


def test_figures_of_numbers_have_intervals(make_sample: MakeSample) -> None:
    rng = np.random.default_rng(4)
    truth = rng.normal(size=120)
    values = (truth + rng.normal(size=120))[:, None]
    sample = make_sample(truth, values, "REGRESSION", "VALUE")
    for figure in figures(sample, default_metrics(sample.problem_type), Certainty(0.95, 500, 1)):
        assert figure.interval is not None
        assert figure.interval.lower is not None
        assert figure.interval.upper is not None
        assert figure.value is not None
        assert figure.interval.lower < figure.value < figure.interval.upper


@pytest.mark.parametrize("metric_id", sorted(METRICS))
def test_a_set_of_one_example_has_figures(metric_id: str, make_sample: MakeSample) -> None:
    """No resample of it can leave it out; what is not defined of it says why."""
    sample = make_sample([1], [[0.0, 2.0]])
    (found,) = figures(sample, [metric_id], Certainty(0.95, 100, 1))
    assert (found.value is None) == bool(found.absent_reason)
