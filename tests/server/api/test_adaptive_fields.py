"""What the fields of an adaptive bake-off may hold."""

import pytest

from bakeoff.server.api.adaptive_fields import fill_adaptive
from bakeoff.server.errors import InvalidFieldError
from bakeoff.v1 import AdaptiveSettings, EvaluationSpec, StatisticsSettings


def _spec(adaptive: AdaptiveSettings | None, level: float = 0.95) -> EvaluationSpec:
    return EvaluationSpec(adaptive=adaptive, statistics=StatisticsSettings(confidence_level=level))


def test_nothing_is_filled_in_where_all_is_measured_in_full() -> None:
    spec = _spec(None)
    fill_adaptive(spec)
    assert not spec.HasField("adaptive")


@pytest.mark.parametrize(("level", "rate"), [(0.95, 0.05), (0.99, 0.01), (0.8, 0.2)])
def test_the_rate_is_one_less_the_level_and_eight_looks_are_taken(
    level: float, rate: float
) -> None:
    spec = _spec(AdaptiveSettings(), level)
    fill_adaptive(spec)
    assert AdaptiveSettings(error_rate=rate, look_count=8) == spec.adaptive


def test_what_is_given_stays() -> None:
    given = AdaptiveSettings(error_rate=0.1, look_count=3)
    spec = _spec(given)
    fill_adaptive(spec)
    assert given == spec.adaptive


@pytest.mark.parametrize(
    ("settings", "field", "words"),
    [
        (AdaptiveSettings(error_rate=0.5), "error_rate", "above 0 and below 0.5, got 0.5"),
        (AdaptiveSettings(error_rate=-0.1), "error_rate", "above 0 and below 0.5, got -0.1"),
        (AdaptiveSettings(error_rate=float("nan")), "error_rate", "got nan"),
        (AdaptiveSettings(look_count=33), "look_count", "33"),
        (AdaptiveSettings(look_count=-1), "look_count", "-1"),
    ],
)
def test_what_cannot_be_is_refused(settings: AdaptiveSettings, field: str, words: str) -> None:
    with pytest.raises(InvalidFieldError, match=words) as raised:
        fill_adaptive(_spec(settings))
    assert f"spec.adaptive.{field}" in str(raised.value)
