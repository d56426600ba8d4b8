"""Objectives of a service as a person writes them."""

import pytest

from bakeoff.client import InvalidOptionError, parse_scenario, parse_slo


@pytest.mark.parametrize(
    ("text", "scenario"),
    [
        ("p99<=20ms", "peak-load:p99=20ms"),
        (" p99.9 <= 1.5s ", "peak-load:p99.9=1500ms"),
        ("p50<=250us", "peak-load:p50=0.25ms"),
    ],
)
def test_an_objective_is_a_search_for_the_load_that_holds_it(text: str, scenario: str) -> None:
    assert parse_scenario(scenario) == parse_slo(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "slo must be a bound on latency such as 'p99<=20ms', got ''"),
        ("p99<20ms", "slo must be a bound"),
        ("latency<=20ms", "slo must be a bound"),
        ("p99<=20", "slo must be a duration"),
        ("p100<=20ms", "slo must bound a quantile"),
        ("p9.9.9<=20ms", "slo must bound a quantile"),
        ("p99<=0s", "slo must bound latency by more than 0"),
    ],
)
def test_an_objective_that_makes_no_sense_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidOptionError, match=words):
        parse_slo(text)
