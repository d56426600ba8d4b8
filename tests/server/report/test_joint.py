"""What costs may truly be is drawn so that shared rounds and intervals are borne out."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from bakeoff.server.quality import Certainty
from bakeoff.server.report.joint import cost_draws
from bakeoff.server.report.observations import Observations
from bakeoff.server.report.pairing import Pairing
from bakeoff.server.selection import Question, Standing, Tolerance
from bakeoff.server.statistics import paired_ratio_interval
from bakeoff.server.types import Direction, Figure, Interval, ScenarioEvidence
from bakeoff.v1 import ObservationBlock, ThreadLayout

_COUNT = 20_000
_P99 = "latency_p99_ms@single-stream"
_THROUGHPUT = "throughput_per_s@offline"


def _figure(
    key: str,
    value: float | None,
    interval: tuple[float | None, float | None] | None = None,
    direction: Direction = Direction.LOWER_IS_BETTER,
) -> Figure:
    figure_id, _, scenario = key.partition("@")
    return Figure(
        id=figure_id,
        scenario=scenario,
        value=value,
        observation_count=100,
        unit="ms",
        direction=direction,
        method="made-up",
        interval=None if interval is None else Interval(*interval, 0.95, "made-up"),
    )


def _offline(samples_per_round: Sequence[int], rounds: Sequence[int] = ()) -> Observations:
    numbers = rounds or range(len(samples_per_round))
    blocks = tuple(
        ObservationBlock(round=number, duration_ns=10**9, sample_count=samples)
        for number, samples in zip(numbers, samples_per_round, strict=True)
    )
    evidence = ScenarioEvidence(
        scenario="offline",
        observations_path=Path("unread"),
        layout=ThreadLayout(),
        positions=(0,) * len(blocks),
        start_times_ns=(0,) * len(blocks),
        warm_up_settled=True,
    )
    return Observations(evidence, blocks)


def _drawn(
    key: str,
    figures: Mapping[str, Figure],
    measured: Mapping[str, Observations] | None = None,
    seed: int = 0,
) -> Mapping[str, np.ndarray]:
    by_candidate = {name: {figure.key: figure} for name, figure in figures.items()}
    observations = {name: {"offline": found} for name, found in (measured or {}).items()}
    return cost_draws([key], by_candidate, observations, _COUNT, seed)[key]


def test_an_interval_holds_its_share_of_the_draws_on_either_side() -> None:
    drawn = _drawn(_P99, {"a": _figure(_P99, 20.0, (19.0, 24.0))})["a"]

    assert pytest.approx(0.025, abs=0.005) == (drawn < 19).mean()
    assert pytest.approx(0.025, abs=0.005) == (drawn > 24).mean()
    assert pytest.approx(20.0, abs=0.1) == np.median(drawn)


@pytest.mark.parametrize(
    ("direction", "worst"),
    [(Direction.LOWER_IS_BETTER, math.inf), (Direction.HIGHER_IS_BETTER, -math.inf)],
)
def test_an_open_bound_counts_against_the_candidate(direction: Direction, worst: float) -> None:
    """The worse half is infinitely bad, and the better half no better than the value."""
    drawn = _drawn(_P99, {"a": _figure(_P99, 20.0, (None, None), direction)})["a"]

    assert {20.0, worst} == set(drawn.tolist())
    assert pytest.approx(0.5, abs=0.02) == (drawn == worst).mean()


def test_a_size_stays_as_it_is_and_what_is_not_known_is_left_out() -> None:
    figures = {"a": _figure("host_peak_mib", 80.0), "b": _figure("host_peak_mib", None)}

    drawn = _drawn("host_peak_mib", figures)

    assert ["a"] == list(drawn)
    assert {80.0} == set(drawn["a"].tolist())


def test_a_latency_is_never_drawn_below_nought() -> None:
    drawn = _drawn(_P99, {"a": _figure(_P99, 1.0, (-3.0, 5.0))})["a"]

    assert 0 == drawn.min()


def test_rounds_that_all_share_keep_their_ratio_however_the_machine_drifts() -> None:
    """Each round is another speed of the machine, and b is always half as fast, to 1 %."""
    drift = [100, 150, 80, 120, 200]
    measured = {"a": _offline(drift), "b": _offline([50, 76, 40, 59, 101])}
    figures = {
        "a": _figure(_THROUGHPUT, 130.0, (60.0, 200.0), Direction.HIGHER_IS_BETTER),
        "b": _figure(_THROUGHPUT, 65.0, (30.0, 100.0), Direction.HIGHER_IS_BETTER),
    }

    drawn = _drawn(_THROUGHPUT, figures, measured)
    ratios = drawn["a"] / drawn["b"]

    assert drawn["a"].std() > 10
    found = paired_ratio_interval([2.0, 150 / 76, 2.0, 120 / 59, 200 / 101], 0.95)
    assert found is not None
    assert found.lower is not None
    assert found.upper is not None
    width = np.quantile(ratios, 0.975) - np.quantile(ratios, 0.025)
    assert pytest.approx(found.upper - found.lower, rel=0.1) == width


def test_candidates_that_share_no_two_rounds_are_drawn_by_their_intervals() -> None:
    measured = {"a": _offline([100, 150]), "b": _offline([50, 75], rounds=[1, 2])}
    figures = {
        name: _figure(_THROUGHPUT, 100.0, (90.0, 110.0), Direction.HIGHER_IS_BETTER)
        for name in "ab"
    }

    drawn = _drawn(_THROUGHPUT, figures, measured)

    assert abs(np.corrcoef(drawn["a"], drawn["b"])[0, 1]) < 0.05
    assert pytest.approx(0.025, abs=0.005) == (drawn["a"] < 90).mean()


def test_the_same_seed_draws_the_same_whatever_else_is_drawn() -> None:
    figures = {name: _figure(_P99, 20.0, (19.0, 24.0)) for name in "ab"}
    alone = _drawn(_P99, {"b": figures["b"]})["b"]

    assert np.array_equal(alone, _drawn(_P99, figures)["b"])
    assert not np.array_equal(alone, _drawn(_P99, figures, seed=1)["b"])


def test_two_candidates_that_are_byte_for_byte_the_same_are_rarely_told_apart() -> None:
    """In 500 repetitions of six rounds on a machine that drifts, beyond the stated rate never."""
    certainty = Certainty(level=0.95, resample_count=100, seed=0, margin=0.005)
    question = Question(
        _THROUGHPUT,
        Direction.HIGHER_IS_BETTER,
        level=1 - 0.05 / 2,
        family_size=2,
        tolerance=Tolerance(0.02, is_share=True),
    )
    rng = np.random.default_rng(5)
    apart = 0
    for _ in range(500):
        speed = 10_000 * np.exp(0.2 * rng.standard_normal(6))
        noise = np.exp(0.05 * rng.standard_normal((2, 6)))
        first, second = (_offline([int(v) for v in speed * one]) for one in noise)
        pairing = Pairing({}, {"a": {"offline": first}, "b": {"offline": second}}, certainty)
        contrast = pairing.contrast(question, "a", "b")
        assert contrast is not None
        apart += contrast.standing in {Standing.AHEAD, Standing.BEHIND}

    assert apart / 500 <= 0.05
