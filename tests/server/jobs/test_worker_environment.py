from pathlib import Path

import pytest

from bakeoff.server.jobs.worker_environment import worker_environment


def test_a_worker_gets_no_secret_of_the_server() -> None:
    found = worker_environment(Path("home"), {"BAKEOFF_TOKEN": "secret", "HOME": "/of/a/person"})

    assert "BAKEOFF_TOKEN" not in found
    assert "home" == found["HOME"] == found["TMPDIR"]


@pytest.mark.parametrize("given", [{}, {"CUDA_DEVICE_ORDER": "FASTEST_FIRST"}])
def test_a_worker_counts_devices_as_the_drivers_tools_do(given: dict[str, str]) -> None:
    assert "PCI_BUS_ID" == worker_environment(Path("home"), given)["CUDA_DEVICE_ORDER"]


def test_the_devices_that_may_be_used_stay_so() -> None:
    found = worker_environment(Path("home"), {"CUDA_VISIBLE_DEVICES": "1"})

    assert "1" == found["CUDA_VISIBLE_DEVICES"]
