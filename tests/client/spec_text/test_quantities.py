"""Durations and sizes as a person writes them."""

import pytest

from bakeoff.client import InvalidOptionError
from bakeoff.client.spec_text import parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "duration_ns"),
    [
        ("250us", 250_000),
        ("0.5ms", 500_000),
        ("20ms", 20_000_000),
        ("1.5s", 1_500_000_000),
        ("2m", 120_000_000_000),
        ("1h", 3_600_000_000_000),
        ("0s", 0),
        ("8760h", 365 * 24 * 3_600_000_000_000),
    ],
)
def test_a_duration_is_exact(text: str, duration_ns: int) -> None:
    assert duration_ns == parse_duration("budget", text).ToNanoseconds()


@pytest.mark.parametrize(
    "text", ["", "5", "s", "-1s", "1d", "1 s", "1e3s", "1.s", "8761h", "9" * 18 + "h", "\u0665s"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InvalidOptionError, match="budget must be a duration such as 500ms"):
        parse_duration("budget", text)


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("1KiB", 1024),
        ("512MiB", 512 * 1024**2),
        ("1.5 GiB", 1536 * 1024**2),
        ("1TiB", 1024**4),
        ("1kB", 1000),
        ("512MB", 512_000_000),
        ("2GB", 2_000_000_000),
    ],
)
def test_a_size_is_exact(text: str, size_bytes: int) -> None:
    assert size_bytes == parse_size("fit-memory", text)


@pytest.mark.parametrize(
    "text", ["", "1", "1B", "1G", "1Gi", "1gib", "-1GiB", "0MiB", "0.0001kB", "9999999999TiB"]
)
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(InvalidOptionError, match="fit-memory must be a size such as 512MiB"):
        parse_size("fit-memory", text)
