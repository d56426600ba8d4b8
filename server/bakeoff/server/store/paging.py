"""Pages of a list, and the tokens that lead from one to the next."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from bakeoff.server.errors import InvalidFieldError

_Item = TypeVar("_Item")
_SIGNATURE_BYTES = 12
MAX_PAGE_SIZE = 1000


class Page(NamedTuple, Generic[_Item]):
    """Some items of a list; `next_page_token` is empty when they are the last."""

    items: Sequence[_Item]
    next_page_token: str


class PageTokens:
    """Makes tokens that say where a page begins, and reads them back.

    A token is signed together with its scope (what is listed, and under which filter), so that
    one which was made up, changed, or taken from another list is refused.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, scope: str, position: str) -> str:
        """Token of the page that begins after `position`."""
        payload = position.encode()
        return base64.urlsafe_b64encode(self._signature(scope, payload) + payload).decode()

    def read(self, scope: str, token: str) -> str | None:
        """Position that a token of this scope was made with; None for the empty token.

        Raises InvalidFieldError for a token that was not made for this scope.
        """
        if not token:
            return None
        try:
            raw = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeError):
            raise _refused() from None
        signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(scope, payload)):
            raise _refused()
        return payload.decode()

    def _signature(self, scope: str, payload: bytes) -> bytes:
        signed = scope.encode() + b"\x00" + payload
        return hmac.digest(self._key, signed, hashlib.sha256)[:_SIGNATURE_BYTES]


def page_limit(page_size: int, default: int) -> int:
    """Number of items that a page may hold; 0 asks for the default.

    Raises InvalidFieldError outside of 0 to 1000.
    """
    if not 0 <= page_size <= MAX_PAGE_SIZE:
        msg = f"page_size must be 0 to {MAX_PAGE_SIZE}, got {page_size}"
        raise InvalidFieldError(msg, field="page_size")
    return page_size or default


def _refused() -> InvalidFieldError:
    return InvalidFieldError(
        "page_token must be the next_page_token of an earlier answer to the same list",
        field="page_token",
    )
