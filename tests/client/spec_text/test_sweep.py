"""Sweeps as a person writes them."""

import pytest

from bakeoff.client import InvalidOptionError, parse_sweep
from bakeoff.server.scenarios import scenario_id


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], []),
        (["batch=1,8"], ["multi-stream:n=1", "multi-stream:n=8"]),
        (["threads=2"], ["multi-stream:n=1,threads=2"]),
        (
            ["batch=1, 8", "threads=1,2"],
            [
                *("multi-stream:n=1,threads=1", "multi-stream:n=8,threads=1"),
                *("multi-stream:n=1,threads=2", "multi-stream:n=8,threads=2"),
            ],
        ),
    ],
)
def test_each_pair_is_a_scenario(texts: list[str], expected: list[str]) -> None:
    assert expected == [scenario_id(scenario) for scenario in parse_sweep(texts)]


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["callers=1"], "sweep must be batch=1,2,4 or threads=1,2, got 'callers=1'"),
        (["batch"], "batch must be a whole number"),
        (["batch=1,"], "batch must be a whole number of 1 or more, got ''"),
        (["threads=0"], "threads must be a whole number of 1 or more, got '0'"),
        (["batch=1,2,1"], "the values of batch must be distinct, got '1,2,1'"),
        (["batch=1", "batch=2"], "sweep takes batch once, got it again with '2'"),
    ],
)
def test_a_sweep_that_makes_no_sense_is_refused(texts: list[str], words: str) -> None:
    with pytest.raises(InvalidOptionError, match=words):
        parse_sweep(texts)
