"""Promises of the processor's energy counters, on folders as the kernel lays them out."""

from pathlib import Path

import pytest

from bakeoff.server.jobs.machine.energy import EnergyUse
from bakeoff.server.jobs.machine.rapl import RAPL, EnergyCounters, PackageMeter

RANGE_UJ = 1_000_000_000


def add_zone(root: Path, folder: str, name: str, energy_uj: int) -> Path:
    path = root / folder
    path.mkdir()
    (path / "name").write_text(f"{name}\n")
    (path / "max_energy_range_uj").write_text(f"{RANGE_UJ}\n")
    (path / "energy_uj").write_text(f"{energy_uj}\n")
    return path / "energy_uj"


def test_packages_are_added_and_nothing_else(tmp_path: Path) -> None:
    add_zone(tmp_path, "intel-rapl:0", "package-0", 2_000_000)
    add_zone(tmp_path, "intel-rapl:1", "package-1", 3_000_000)
    add_zone(tmp_path, "intel-rapl:0:0", "core", 70_000_000)
    add_zone(tmp_path, "intel-rapl:2", "psys", 70_000_000)
    add_zone(tmp_path, "intel-rapl-mmio:0", "package-0", 70_000_000)

    assert 5.0 == EnergyCounters(tmp_path).read_joules()


def test_a_counter_that_begins_anew_goes_on(tmp_path: Path) -> None:
    counter = add_zone(tmp_path, "intel-rapl:0", "package-0", RANGE_UJ - 1_000_000)
    counters = EnergyCounters(tmp_path)
    before = counters.read_joules()
    assert before is not None

    counter.write_text("4000000\n")
    assert before + 5 == counters.read_joules()
    counter.write_text("1000000\n")
    assert before + 2 + RANGE_UJ / 1e6 == counters.read_joules()


def test_without_a_counter_the_reason_is_told(tmp_path: Path) -> None:
    counters = EnergyCounters(tmp_path)

    assert counters.read_joules() is None
    assert "shows no energy counter" in counters.absent_reason


@pytest.mark.parametrize("content", [None, "", "none"])
def test_a_counter_that_cannot_be_read_is_the_reason(tmp_path: Path, content: str | None) -> None:
    counter = add_zone(tmp_path, "intel-rapl:0", "package-0", 0)
    counter.unlink()
    if content is not None:
        counter.write_text(content)

    counters = EnergyCounters(tmp_path)

    assert counters.read_joules() is None
    assert "may not be read; as a rule only root may" in counters.absent_reason


def test_a_meter_tells_the_energy_between_its_readings(tmp_path: Path) -> None:
    counter = add_zone(tmp_path, "intel-rapl:0", "package-0", 0)
    with PackageMeter(EnergyCounters(tmp_path)) as meter:
        meter.read()
        counter.write_text("6000000\n")
        meter.read()
    start, end = meter._readings

    assert EnergyUse(RAPL, 6.0, "") == meter.energy(start.at_ns, end.at_ns)
    assert meter.accelerator(start.at_ns, end.at_ns) is None


def test_a_meter_without_a_counter_tells_the_reason(tmp_path: Path) -> None:
    with PackageMeter(EnergyCounters(tmp_path)) as meter:
        meter.read()

    found = meter.energy(0, 9)

    assert found == EnergyUse(
        None, None, "the kernel shows no energy counter of the processor (RAPL)"
    )
