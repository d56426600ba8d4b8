"""Lists that come in pages, read as one."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Protocol, TypeVar

P = TypeVar("P", bound="Page")
T = TypeVar("T")


class Page(Protocol):
    """An answer that says where the next one begins."""

    @property
    def next_page_token(self) -> str:
        """Token of the next page. Empty when this is the last."""


def all_items(fetch: Callable[[str], P], items: Callable[[P], Sequence[T]]) -> Iterator[T]:
    """The items of every page; a page is fetched when it is reached."""
    token = ""
    while True:
        page = fetch(token)
        yield from items(page)
        token = page.next_page_token
        if not token:
            return


async def all_items_async(
    fetch: Callable[[str], Awaitable[P]], items: Callable[[P], Sequence[T]]
) -> AsyncIterator[T]:
    """The items of every page; a page is fetched when it is reached."""
    token = ""
    while True:
        page = await fetch(token)
        for item in items(page):
            yield item
        token = page.next_page_token
        if not token:
            return
