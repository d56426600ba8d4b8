import pytest

from bakeoff.server.jobs.machine.conditions import BlockConditions
from bakeoff.server.jobs.machine.energy import (
    EnergyMeter,
    EnergyReading,
    EnergyUse,
    added,
    energy_between,
    energy_use,
)
from bakeoff.server.jobs.machine.environment import energy_of
from bakeoff.v1 import Energy

METER = EnergyMeter("RAPL", "package")


def readings(*pairs: tuple[int, float]) -> list[EnergyReading]:
    return [EnergyReading(at_ns, joules) for at_ns, joules in pairs]


def block(use: EnergyUse) -> BlockConditions:
    return BlockConditions(1.0, 2.0, 0.0, 0.0, None, (), energy=use)


@pytest.mark.parametrize(
    ("start_ns", "end_ns", "expected"),
    [
        (0, 20, 30.0),
        (0, 10, 10.0),
        (5, 15, 15.0),
        # Beyond the last reading its mean power goes on.
        (10, 30, 40.0),
        # Before the first reading too.
        (-10, 10, 20.0),
    ],
)
def test_energy_of_a_time_is_read_between_readings(
    start_ns: int, end_ns: int, expected: float
) -> None:
    found = energy_between(readings((0, 100.0), (10, 110.0), (20, 130.0)), start_ns, end_ns)

    assert expected == found


@pytest.mark.parametrize("pairs", [[], [(0, 1.0)], [(0, 1.0), (10, 2.0)]])
def test_energy_of_a_time_without_two_readings_is_not_known(
    pairs: list[tuple[int, float]],
) -> None:
    assert energy_between(readings(*pairs), 10, 20) is None
    assert EnergyUse.unknown("RAPL was not read twice around the block", METER) == energy_use(
        METER, readings(*pairs), 10, 20
    )


def test_two_readings_at_one_moment_add_nothing() -> None:
    assert 10.0 == energy_between(readings((0, 0.0), (0, 0.0), (10, 10.0)), 0, 10)


def test_energy_of_blocks_is_added_and_shared_among_their_samples() -> None:
    found = energy_of([block(EnergyUse(METER, 30.0, "")), block(EnergyUse(METER, 20.0, ""))], 100)

    assert found == Energy(method="RAPL", boundary="package", joules=50.0, joules_per_sample=0.5)


def test_energy_that_one_block_does_not_know_is_not_known() -> None:
    silent = EnergyUse.unknown("no counter")

    assert silent == added([EnergyUse(METER, 30.0, ""), silent])
    assert Energy(absent_reason="no counter") == energy_of([block(silent)], 100)


def test_without_blocks_the_reason_is_told() -> None:
    assert Energy(absent_reason="nothing was measured") == energy_of([], 0)


def test_without_samples_there_is_no_share() -> None:
    found = energy_of([block(EnergyUse(METER, 30.0, ""))], 0)

    assert 30.0 == found.joules
    assert not found.HasField("joules_per_sample")
