import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.jobs.machine.conditions import BlockConditions, RunQueue
from bakeoff.server.jobs.machine.environment import (
    environment_of,
    merged,
)
from bakeoff.v1 import AcceleratorConditions, Environment, Fingerprint


def conditions(
    *,
    steal: float = 0.0,
    foreign: float = 0.0,
    throttled: float | None = None,
    frequencies: tuple[float, ...] = (),
) -> BlockConditions:
    """A block of one second on two processors, with those shares of their time."""
    return BlockConditions(1.0, 2.0, 2.0 * steal, 2.0 * foreign, throttled, frequencies)


def test_the_environment_sums_its_blocks_up() -> None:
    blocks = [conditions(steal=0.1, frequencies=(2000.0, 1000.0)), conditions(steal=0.3)]

    found = environment_of(blocks, Timestamp(seconds=1), Timestamp(seconds=9), 0.5, 1.5)

    assert found.cpu_steal_share == pytest.approx(0.2)
    assert (found.min_cpu_frequency_mhz, found.max_cpu_frequency_mhz) == (1000.0, 2000.0)
    assert (found.load_average_start, found.load_average_end) == (0.5, 1.5)


def test_the_environment_tells_of_queue_quota_and_accelerator() -> None:
    block = BlockConditions(
        1.0,
        2.0,
        0.0,
        0.0,
        0.1,
        (),
        throttled_period_count=3,
        run_queue=RunQueue(4, 1, 2),
        accelerator=AcceleratorConditions(max_temperature_celsius=71),
    )

    found = environment_of([block, block], Timestamp(), Timestamp(), 0.0, 0.0)

    assert (found.max_foreign_run_queue, found.throttled_period_count) == (2, 6)
    assert found.accelerator == AcceleratorConditions(max_temperature_celsius=71)


def test_what_is_not_known_is_absent() -> None:
    found = environment_of([], Timestamp(), Timestamp(), 0.0, 0.0)

    assert not found.HasField("max_foreign_run_queue")
    assert not found.HasField("throttled_period_count")
    assert not found.HasField("accelerator")

    assert not found.HasField("cpu_steal_share")
    assert not found.HasField("min_cpu_frequency_mhz")


def test_environments_are_joined_with_weights_by_time() -> None:
    early = Environment(
        start_time=Timestamp(seconds=0),
        end_time=Timestamp(seconds=30),
        cpu_steal_share=0.1,
        foreign_cpu_share=0.2,
        load_average_start=1.0,
        load_average_end=2.0,
        min_cpu_frequency_mhz=1000,
        max_cpu_frequency_mhz=2000,
        max_foreign_run_queue=4,
        throttled_period_count=2,
        accelerator=AcceleratorConditions(mean_power_w=100),
    )
    late = Environment(
        start_time=Timestamp(seconds=50),
        end_time=Timestamp(seconds=60),
        cpu_steal_share=0.5,
        foreign_cpu_share=0.6,
        load_average_start=3.0,
        load_average_end=4.0,
        min_cpu_frequency_mhz=900,
        max_cpu_frequency_mhz=1900,
        max_foreign_run_queue=1,
        throttled_period_count=5,
        accelerator=AcceleratorConditions(mean_power_w=200),
    )

    found = merged([late, early], Fingerprint(cpu_model="any"))

    assert found.fingerprint.cpu_model == "any"
    assert (found.start_time.seconds, found.end_time.seconds) == (0, 60)
    assert found.cpu_steal_share == pytest.approx(0.2)
    assert found.foreign_cpu_share == pytest.approx(0.3)
    assert (found.load_average_start, found.load_average_end) == (1.0, 4.0)
    assert (found.min_cpu_frequency_mhz, found.max_cpu_frequency_mhz) == (900, 2000)
    assert (found.max_foreign_run_queue, found.throttled_period_count) == (4, 7)
    assert found.accelerator.mean_power_w == pytest.approx(125)


def test_an_evaluation_without_scenarios_has_a_fingerprint_alone() -> None:
    found = merged([], Fingerprint(cpu_model="any"))

    assert found == Environment(fingerprint=Fingerprint(cpu_model="any"))
