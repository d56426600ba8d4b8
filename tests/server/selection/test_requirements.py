"""A spec's expressions are read together, and what it leaves open is filled in."""

import pytest

from bakeoff.server.errors import UnknownFigureError
from bakeoff.server.selection import read_requirements


def test_no_objective_means_the_best_main_metric() -> None:
    found = read_requirements(
        [], [], metric_ids=["accuracy", "log_loss"], scenarios=[], main_metric="accuracy"
    )

    assert ["max:accuracy"] == [objective.expression for objective in found.objectives]
    assert "accuracy" == found.quality_key


def test_a_main_metric_that_is_not_found_gives_way_to_the_first_that_is() -> None:
    found = read_requirements([], [], metric_ids=["log_loss"], scenarios=[], main_metric="accuracy")

    assert ["min:log_loss"] == [objective.expression for objective in found.objectives]


def test_the_frontier_takes_the_first_objective_that_is_a_metric() -> None:
    found = read_requirements(
        ["accuracy>=0.5"],
        ["min:host_peak_mib", "max:f1.macro"],
        metric_ids=["accuracy", "f1.macro"],
        scenarios=[],
        main_metric="accuracy",
    )

    assert "f1.macro" == found.quality_key


def test_a_constraint_on_a_metric_that_is_not_asked_for_is_refused() -> None:
    with pytest.raises(UnknownFigureError):
        read_requirements(
            ["mcc>=0.5"], [], metric_ids=["accuracy"], scenarios=[], main_metric="accuracy"
        )
