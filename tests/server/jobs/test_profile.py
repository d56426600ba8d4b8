import pytest

from bakeoff.server.jobs.profile import cold_start, memory_ledger
from bakeoff.v1 import MemoryLedger, MemoryReading
from bakeoff.worker.v1 import Profiled

MS_NS = 1_000_000


def repeat(load_ms: int, *readings: MemoryReading) -> Profiled:
    return Profiled(
        process_start_ns=100 * MS_NS,
        load_ns=load_ms * MS_NS,
        first_inference_ns=5 * MS_NS,
        second_inference_ns=2 * MS_NS,
        memory=MemoryLedger(repeat_count=1, readings=readings),
        new_shape_ns=load_ms * MS_NS // 10,
        known_shape_ns=3 * MS_NS,
    )


def repeat_of_one_shape() -> Profiled:
    found = repeat(10)
    found.ClearField("new_shape_ns")
    found.ClearField("known_shape_ns")
    return found


def test_cold_start_figures_are_medians_that_were_observed() -> None:
    found = cold_start([repeat(30), repeat(10), repeat(20), repeat(40)], 0.95, takes_texts=False)

    assert found.repeat_count == 4
    assert {figure.id: figure.value for figure in found.figures} == {
        "process_start_ms": 100.0,
        "load_ms": 20.0,
        "first_inference_ms": 5.0,
        "second_inference_ms": 2.0,
        "new_shape_ms": 2.0,
        "known_shape_ms": 3.0,
    }
    assert {figure.observation_count for figure in found.figures} == {4}


def test_few_repeats_bound_no_median() -> None:
    found = cold_start([repeat(10), repeat(20), repeat(30)], 0.95, takes_texts=False)

    assert not any(figure.HasField("interval") for figure in found.figures)


def test_enough_repeats_bound_the_median_by_observations() -> None:
    found = cold_start([repeat(load_ms) for load_ms in range(1, 21)], 0.95, takes_texts=False)

    figures = {figure.id: figure for figure in found.figures}
    load, new_shape = figures["load_ms"], figures["new_shape_ms"]
    assert load.value == 10.0
    assert 1 <= load.interval.lower < 10 < load.interval.upper <= 20
    assert new_shape.value == 1.0
    assert 0.1 <= new_shape.interval.lower < 1 < new_shape.interval.upper <= 2
    for figure in (load, new_shape):
        assert figure.interval.method == "order-statistic"


@pytest.mark.parametrize(
    ("takes_texts", "reason"),
    [
        (True, "the graph takes texts as they are"),
        (False, "no example of another length was found"),
    ],
)
def test_without_a_second_shape_its_times_are_absent_with_the_reason(
    *, takes_texts: bool, reason: str
) -> None:
    found = cold_start([repeat_of_one_shape()] * 20, 0.95, takes_texts=takes_texts)

    absent = {figure.id: figure for figure in found.figures if not figure.HasField("value")}
    assert sorted(absent) == ["known_shape_ms", "new_shape_ms"]
    for figure in absent.values():
        assert figure.absent_reason == reason
        assert figure.observation_count == 0
        assert not figure.HasField("interval")


def test_the_ledger_holds_median_least_and_most_of_each_reading() -> None:
    repeats = [
        repeat(1, MemoryReading(id="steady", bytes=n, min_bytes=n, max_bytes=n, method="VmRSS"))
        for n in (30, 10, 20)
    ]

    bundle, steady = memory_ledger(repeats, 7).readings

    assert (bundle.id, bundle.bytes, bundle.method) == ("bundle", 7, "file sizes")
    assert (steady.bytes, steady.min_bytes, steady.max_bytes) == (20, 10, 30)
    assert steady.method == "VmRSS"


def test_a_reading_that_is_not_known_stays_absent_with_its_reason() -> None:
    unknown = MemoryReading(id="device_peak", absent_reason="no device")

    found = memory_ledger([repeat(1, unknown), repeat(1, unknown)], 7).readings[-1]

    assert not found.HasField("bytes")
    assert found.absent_reason == "no device"


def test_a_bundle_read_by_the_worker_is_not_listed_twice() -> None:
    found = memory_ledger([repeat(1, MemoryReading(id="bundle", bytes=9))], 7)

    assert [(reading.id, reading.bytes) for reading in found.readings] == [("bundle", 7)]
