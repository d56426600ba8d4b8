"""Promises of telling why CUDA does not load, with stand-ins for NVIDIA's libraries."""

import ctypes
from collections.abc import Callable

import pytest

from bakeoff.server.worker.cuda_diagnosis import _driver_cause, _library_cause, cuda_causes

NO_DEVICE = 100


class Driver:
    """A driver that answers with a status and a number of devices."""

    def __init__(self, status: int, count: int) -> None:
        self.status = status
        self.count = count

    def cuInit(self, flags: int) -> int:  # noqa: N802 - as NVIDIA spells it
        assert 0 == flags
        return self.status

    def cuDeviceGetCount(self, count: "ctypes._CArgObject") -> int:  # noqa: N802 - as above
        count._obj.value = self.count
        return 0


def refusing(message: str) -> Callable[[str], ctypes.CDLL]:
    def open_library(name: str) -> ctypes.CDLL:
        raise OSError(message.replace("NAME", name))

    return open_library


def test_no_driver_is_told() -> None:
    found = _driver_cause(0, refusing("NAME: cannot open shared object file"))
    assert "there is no NVIDIA driver (libcuda.so.1 does not load)" == found


@pytest.mark.parametrize(
    ("driver", "index", "expected"),
    [
        (Driver(NO_DEVICE, 0), 0, "the NVIDIA driver finds no device (status 100)"),
        (Driver(0, 2), 2, "the NVIDIA driver has devices 0 to 1, not 2"),
        (Driver(0, 2), 1, ""),
    ],
)
def test_what_the_driver_lacks_is_told(driver: Driver, index: int, expected: str) -> None:
    assert expected == _driver_cause(index, lambda _: driver)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "libcublasLt.so.13: cannot open shared object file: No such file or directory",
            "the library libcublasLt.so.13 is missing",
        ),
        ("undefined symbol: Provider_GetHost", ""),
    ],
)
def test_a_missing_library_is_named(said: str, expected: str) -> None:
    assert expected == _library_cause("libany.so", refusing(said))


def test_libraries_that_open_are_no_cause() -> None:
    assert "" == _library_cause("libany.so", lambda _: ctypes.CDLL(None))


def test_causes_are_those_that_were_found() -> None:
    assert all(cuda_causes(0))
