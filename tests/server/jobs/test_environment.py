import os

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.jobs.environment import (
    BlockConditions,
    BlockWatch,
    environment_of,
    merged,
    suspicions,
    together,
)
from bakeoff.v1 import Environment, Fingerprint

NO_PROCESS_ID = 2**22 + 1


def conditions(
    *,
    steal: float = 0.0,
    foreign: float = 0.0,
    throttled: float | None = None,
    frequencies: tuple[float, ...] = (),
) -> BlockConditions:
    """A block of one second on two processors, with those shares of their time."""
    return BlockConditions(1.0, 2.0, 2.0 * steal, 2.0 * foreign, throttled, frequencies)


def test_work_of_the_measured_process_is_not_foreign() -> None:
    watch = BlockWatch(os.getpid())
    sum(i * i for i in range(3_000_000))

    found = watch.end()

    assert found.total_cpu_s > 0
    assert 0 <= found.foreign_cpu_s <= found.total_cpu_s
    assert 0 <= found.steal_cpu_s <= found.total_cpu_s


def test_work_of_others_is_foreign() -> None:
    watch = BlockWatch(os.getppid())
    sum(i * i for i in range(3_000_000))

    assert watch.end().foreign_cpu_s > 0


def test_a_process_that_is_gone_is_no_error() -> None:
    assert BlockWatch(NO_PROCESS_ID).end().duration_s > 0


def test_a_quiet_machine_gives_no_suspicion() -> None:
    quiet = [conditions(steal=0.01, foreign=0.09, throttled=0.0)] * 3

    assert suspicions(quiet, [1.0, 1.1, 1.2], warm_up_settled=True) == ()


@pytest.mark.parametrize(
    ("block", "times", "settled", "words"),
    [
        (conditions(steal=0.021), [1.0], True, "hypervisor gave 2.1%"),
        (conditions(foreign=0.25), [1.0], True, "Other processes took 25.0%"),
        (conditions(throttled=0.5), [1.0], True, "quota held the server back for 0.50 s"),
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


def test_the_environment_sums_its_blocks_up() -> None:
    blocks = [conditions(steal=0.1, frequencies=(2000.0, 1000.0)), conditions(steal=0.3)]

    found = environment_of(blocks, Timestamp(seconds=1), Timestamp(seconds=9), 0.5, 1.5)

    assert found.cpu_steal_share == pytest.approx(0.2)
    assert (found.min_cpu_frequency_mhz, found.max_cpu_frequency_mhz) == (1000.0, 2000.0)
    assert (found.load_average_start, found.load_average_end) == (0.5, 1.5)


def test_what_is_not_known_is_absent() -> None:
    found = environment_of([], Timestamp(), Timestamp(), 0.0, 0.0)

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
    )

    found = merged([late, early], Fingerprint(cpu_model="any"))

    assert found.fingerprint.cpu_model == "any"
    assert (found.start_time.seconds, found.end_time.seconds) == (0, 60)
    assert found.cpu_steal_share == pytest.approx(0.2)
    assert found.foreign_cpu_share == pytest.approx(0.3)
    assert (found.load_average_start, found.load_average_end) == (1.0, 4.0)
    assert (found.min_cpu_frequency_mhz, found.max_cpu_frequency_mhz) == (900, 2000)


def test_an_evaluation_without_scenarios_has_a_fingerprint_alone() -> None:
    found = merged([], Fingerprint(cpu_model="any"))

    assert found == Environment(fingerprint=Fingerprint(cpu_model="any"))
