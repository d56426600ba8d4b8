import pytest

from bakeoff.server.jobs.machine.accelerator_conditions import joined
from bakeoff.server.jobs.machine.conditions import BlockConditions, RunQueue, together
from bakeoff.server.jobs.machine.energy import EnergyMeter, EnergyUse
from bakeoff.v1 import AcceleratorConditions

METER = EnergyMeter("RAPL", "package")


def conditions(
    *,
    steal: float = 0.0,
    foreign: float = 0.0,
    throttled: float | None = None,
    frequencies: tuple[float, ...] = (),
) -> BlockConditions:
    """A block of one second on two processors, with those shares of their time."""
    return BlockConditions(1.0, 2.0, 2.0 * steal, 2.0 * foreign, throttled, frequencies)


def test_blocks_are_added_up() -> None:
    whole = together(
        [
            conditions(steal=0.1, throttled=0.25, frequencies=(1000.0,)),
            conditions(foreign=0.5, frequencies=(3000.0,)),
        ]
    )

    assert whole.duration_s == 2.0
    assert whole.steal_share == pytest.approx(0.05)
    assert whole.foreign_cpu_share == pytest.approx(0.25)
    assert whole.throttled_s == 0.25
    assert whole.frequencies_mhz == (1000.0, 3000.0)


def test_no_blocks_have_no_shares() -> None:
    nothing = together([])

    assert (nothing.steal_share, nothing.foreign_cpu_share) == (0.0, 0.0)
    assert nothing.run_queue.contended_share == 0.0
    assert nothing.energy.absent_reason == "nothing was measured"
    assert nothing.accelerator is None


def test_counts_of_blocks_are_added() -> None:
    first = BlockConditions(
        1.0,
        2.0,
        0.0,
        0.0,
        0.5,
        (),
        throttled_period_count=3,
        thermal_event_count=1,
        memory_stall_s=0.25,
        run_queue=RunQueue(4, 1, 2),
        energy=EnergyUse(METER, 30.0, ""),
    )
    second = BlockConditions(
        1.0,
        2.0,
        0.0,
        0.0,
        None,
        (),
        run_queue=RunQueue(6, 4, 5),
        energy=EnergyUse(METER, 12.0, ""),
    )

    whole = together([first, second])

    assert (whole.throttled_s, whole.throttled_period_count) == (0.5, 3)
    assert (whole.thermal_event_count, whole.memory_stall_s) == (1, 0.25)
    assert whole.run_queue == RunQueue(10, 5, 5)
    assert whole.run_queue.contended_share == 0.5
    assert whole.energy == EnergyUse(METER, 42.0, "")


def test_what_no_block_knows_is_not_known() -> None:
    whole = together([conditions(), conditions()])

    assert whole.throttled_s is None
    assert whole.throttled_period_count is None
    assert whole.run_queue.max_foreign_count is None
    assert whole.accelerator is None


def test_power_of_an_accelerator_is_weighted_by_time() -> None:
    short = AcceleratorConditions(
        min_sm_clock_mhz=1000,
        max_sm_clock_mhz=1500,
        max_temperature_celsius=70,
        mean_power_w=100,
        foreign_process_count=0,
        throttle_reasons=["SwPowerCap"],
    )
    long = AcceleratorConditions(
        min_sm_clock_mhz=1200,
        max_sm_clock_mhz=1900,
        mean_power_w=200,
        foreign_process_count=2,
        throttle_reasons=["HwSlowdown", "SwPowerCap"],
    )
    silent = AcceleratorConditions(absent_reason="the driver fell asleep")

    found = joined([(short, 1.0), (silent, 5.0), (long, 3.0)])

    assert found == AcceleratorConditions(
        min_sm_clock_mhz=1000,
        max_sm_clock_mhz=1900,
        max_temperature_celsius=70,
        mean_power_w=175,
        foreign_process_count=2,
        throttle_reasons=["HwSlowdown", "SwPowerCap"],
    )


def test_an_accelerator_that_is_never_told_has_its_reason() -> None:
    silent = AcceleratorConditions(absent_reason="no driver")

    assert joined([(silent, 1.0), (silent, 2.0)]) == silent
