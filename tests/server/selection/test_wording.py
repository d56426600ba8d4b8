"""Numbers are put into words that a person reads at a glance."""

import pytest

from bakeoff.server.selection.wording import (
    difference,
    interval_words,
    joined,
    p_value,
    quantity,
    significant,
    subject,
    title,
)
from bakeoff.server.types import Interval


@pytest.mark.parametrize(
    ("figure_id", "expected"),
    [
        ("latency_p99_ms", "p99 latency"),
        ("latency_p99_9_ms", "p99.9 latency"),
        ("model_latency_mean_ms", "mean model latency"),
        ("f1.macro", "macro F1"),
        ("roc_auc", "ROC-AUC"),
        ("host_peak_mib", "peak host memory"),
        ("some_new_metric", "some new metric"),
    ],
)
def test_every_figure_has_a_title_even_a_new_one(figure_id: str, expected: str) -> None:
    assert expected == title(figure_id)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (1234.5, "1,234"),
        (123.4, "123"),
        (12.34, "12.3"),
        (1.234, "1.23"),
        (0.1234, "0.123"),
        (0.01234, "0.0123"),
        (0.001234, "0.00123"),
        (0.0000031, "3.1e-06"),
        (-2.5, "-2.50"),
    ],
)
def test_three_significant_digits_are_shown(value: float, expected: str) -> None:
    assert expected == significant(value)


@pytest.mark.parametrize(
    ("value", "figure_id", "unit", "expected"),
    [
        (0.8614, "accuracy", "1", "86.1 %"),
        (0.8614, "f1.macro", "1", "0.861"),
        (412.3, "throughput_per_s", "1/s", "412/s"),
        (4.123, "latency_p99_ms", "ms", "4.12 ms"),
    ],
)
def test_a_quantity_carries_its_unit(
    value: float, figure_id: str, unit: str, expected: str
) -> None:
    assert expected == quantity(value, figure_id, unit)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(-0.0191, "1.9 points"), (0.003, "0.3 points"), (0.1, "10.0 points"), (0.0, "0 points")],
)
def test_a_difference_of_shares_is_told_in_points(amount: float, expected: str) -> None:
    assert expected == difference(amount, "accuracy", "1")


def test_a_small_difference_of_scores_keeps_two_digits() -> None:
    expected = ["0.206", "0.0032", "0.00012"]

    assert expected == [difference(d, "f1.macro", "1") for d in (0.2062, -0.0032, 0.000123)]


@pytest.mark.parametrize(
    ("value", "expected"), [(0.00001, "p < 0.0001"), (0.00123, "p = 0.0012"), (0.4, "p = 0.4")]
)
def test_a_p_value_is_never_shown_as_nought(value: float, expected: str) -> None:
    assert expected == p_value(value)


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        (1.0, 2.0, "95 % interval 1.00 to 2.00"),
        (None, 2.0, "95 % interval up to 2.00"),
        (1.0, None, "95 % interval from 1.00"),
        (None, None, "95 % interval unbounded"),
    ],
)
def test_an_open_end_of_an_interval_is_said_in_words(
    lower: float | None, upper: float | None, expected: str
) -> None:
    assert expected == interval_words(Interval(lower, upper, 0.95, ""), "latency_p99_ms", "ms")


def test_a_list_is_joined_as_a_person_says_it() -> None:
    assert ["", "a", "a and b", "a, b or c"] == [
        joined([]),
        joined(["a"]),
        joined(["a", "b"]),
        joined(["a", "b", "c"], "or"),
    ]


@pytest.mark.parametrize(
    ("figure_id", "scenario", "expected"),
    [
        ("latency_p99_ms", "single-stream", "p99 latency"),
        ("latency_p99_ms", "server:qps=50", "p99 latency (server:qps=50)"),
        ("traffic_latency_p50_ms", "single-stream", "p50 latency of the traffic"),
        ("model_latency_p99_9_ms", "soak", "p99.9 model latency (soak)"),
        ("peak_qps", "peak-load:p99=20ms", "peak load (peak-load:p99=20ms)"),
        ("host_peak_mib", "", "peak host memory"),
    ],
)
def test_a_scenario_is_named_where_it_does_not_go_without_saying(
    figure_id: str, scenario: str, expected: str
) -> None:
    assert expected == subject(figure_id, scenario)


def test_replicas_are_counted_whole() -> None:
    assert "13 replicas" == quantity(13.0, "replica_count", "replicas")
