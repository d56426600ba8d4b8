"""Raw observations, read block by block."""

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from google.protobuf import proto

from bakeoff import v1
from bakeoff.client import AsyncClient, BakeoffClientError, Client

if TYPE_CHECKING:
    from conftest import Shelf

# The second has a length of two bytes; the last is empty.
BLOCKS = [
    v1.ObservationBlock(scenario="server:qps=50", end_to_end_ns=[3, 1, 2]),
    v1.ObservationBlock(round=1, end_to_end_ns=range(1000)),
    v1.ObservationBlock(),
]


@pytest.fixture
def file() -> bytes:
    buffer = BytesIO()
    for block in BLOCKS:
        proto.serialize_length_prefixed(block, buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("piece_size_bytes", [1, 7, 100_000])
def test_blocks_come_whole_however_the_file_is_cut(
    shelf: "Shelf", client_of: Callable[..., Client], file: bytes, piece_size_bytes: int
) -> None:
    shelf.artifact = [
        file[start : start + piece_size_bytes] for start in range(0, len(file), piece_size_bytes)
    ]
    found = list(client_of(shelf).read_observations("e", "a", "server:qps=50"))
    assert BLOCKS == found
    (asked,) = shelf.artifacts_asked
    assert ("candidates/a", "server:qps=50") == (
        asked.observations.candidate,
        asked.observations.scenario,
    )


async def test_blocks_come_by_asyncio(
    shelf: "Shelf", serve: Callable[..., str], file: bytes
) -> None:
    shelf.artifact = [file[:5], file[5:]]
    async with AsyncClient(serve(shelf)) as client:
        assert BLOCKS == [block async for block in client.read_observations("e", "a", "soak")]


@pytest.mark.parametrize("cut_bytes", [1, 700])
def test_a_file_that_ends_within_a_block_is_refused(
    shelf: "Shelf", client_of: Callable[..., Client], file: bytes, cut_bytes: int
) -> None:
    """Some of the observations must not pass for all of them."""
    shelf.artifact = [file[: -1 - cut_bytes]]
    blocks = client_of(shelf).read_observations("e", "a", "soak")
    assert BLOCKS[0] == next(blocks)
    with pytest.raises(BakeoffClientError, match="end within a block") as caught:
        list(blocks)
    assert "OBSERVATIONS_INCOMPLETE" == caught.value.reason


def test_an_empty_file_has_no_blocks(shelf: "Shelf", client_of: Callable[..., Client]) -> None:
    shelf.artifact = []
    assert [] == list(client_of(shelf).read_observations("e", "a", "soak"))
