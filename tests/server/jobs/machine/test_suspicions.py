import pytest

from bakeoff.server.jobs.machine.conditions import BlockConditions, RunQueue
from bakeoff.server.jobs.machine.suspicions import suspicions
from bakeoff.v1 import AcceleratorConditions


def conditions(
    *, steal: float = 0.0, foreign: float = 0.0, throttled: float | None = None, **others: object
) -> BlockConditions:
    """A block of one second on two processors, with those shares of their time."""
    return BlockConditions(1.0, 2.0, 2.0 * steal, 2.0 * foreign, throttled, (), **others)


def test_a_quiet_machine_gives_no_suspicion() -> None:
    quiet = [
        conditions(
            steal=0.01,
            foreign=0.09,
            throttled=0.0,
            run_queue=RunQueue(10, 2, 1),
            memory_stall_s=0.01,
            thermal_event_count=0,
            accelerator=AcceleratorConditions(
                foreign_process_count=0, throttle_reasons=["SwPowerCap"]
            ),
        )
    ] * 3

    assert suspicions(quiet, [1.0, 1.1, 1.2], warm_up_settled=True) == ()


@pytest.mark.parametrize(
    ("block", "times", "settled", "words"),
    [
        (conditions(steal=0.021), [1.0], True, "hypervisor gave 2.1%"),
        (conditions(foreign=0.25), [1.0], True, "Other processes took 25.0%"),
        (
            conditions(throttled=0.5),
            [1.0],
            True,
            "quota held the server back for 0.50 s, over all processors",
        ),
        (
            conditions(run_queue=RunQueue(10, 3, 5)),
            [1.0],
            True,
            "In 30% of the readings other processes competed",
        ),
        (conditions(memory_stall_s=0.25), [1.0], True, "waited for memory for 0.25 s of 1.00 s"),
        (conditions(thermal_event_count=4), [1.0], True, "Heat slowed the processor"),
        (
            conditions(accelerator=AcceleratorConditions(foreign_process_count=2)),
            [1.0],
            True,
            "used the accelerator: 2 at a time",
        ),
        (
            conditions(
                accelerator=AcceleratorConditions(
                    throttle_reasons=["SwPowerCap", "HwThermalSlowdown", "HwSlowdown"]
                )
            ),
            [1.0],
            True,
            "held its clocks down: HwSlowdown, HwThermalSlowdown.",
        ),
        (conditions(), [1.0], False, "warm-up"),
        (conditions(), [1.0, 1.0, 1.5], True, "differed by 50%"),
    ],
)
def test_each_disturbance_is_a_suspicion(
    *, block: BlockConditions, times: list[float], settled: bool, words: str
) -> None:
    found = suspicions([block], times, warm_up_settled=settled)

    assert len(found) == 1
    assert words in found[0]


def test_blocks_that_took_no_time_give_no_suspicion() -> None:
    assert suspicions([], [], warm_up_settled=True) == ()
