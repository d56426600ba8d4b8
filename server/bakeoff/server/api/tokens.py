"""Bearer tokens: who may call."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
from grpc import aio

from bakeoff.server.api.handlers import Context, Continuation, Handler, changed, surrounded
from bakeoff.server.api.limits import HEALTH_PREFIX
from bakeoff.server.errors import UnauthenticatedError
from bakeoff.server.settings import SettingError

_SCHEME = "bearer "
_MIN_CHARACTERS = 16


class TokenInterceptor(aio.ServerInterceptor):  # type: ignore[type-arg] # generic in the stubs only
    """Refuses calls without a known token. Health checks need none: probes have none to give."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self._digests = tuple(_digest(token) for token in tokens)

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Handler:
        """Gives the handler of the call, behind the check."""
        open_to_all = handler_call_details.method.startswith(HEALTH_PREFIX)

        @asynccontextmanager
        async def checked(context: Context) -> AsyncIterator[None]:
            if not open_to_all:
                self._check(context)
            yield

        def change(handler: Handler) -> Handler:
            return surrounded(handler, checked)

        return await changed(continuation, handler_call_details, change)

    def _check(self, context: Context) -> None:
        metadata = dict(context.invocation_metadata() or {})
        header = metadata.get("authorization", "")
        if not isinstance(header, str) or not header.lower().startswith(_SCHEME):
            msg = "this server asks for metadata `authorization: Bearer TOKEN`"
            raise UnauthenticatedError(msg)
        shown = _digest(header[len(_SCHEME) :].strip())
        # Every token is compared, so that time tells nothing about them.
        matches = [hmac.compare_digest(shown, digest) for digest in self._digests]
        if not any(matches):
            msg = "the bearer token is not one that this server knows"
            raise UnauthenticatedError(msg)


def read_tokens(path: Path) -> tuple[str, ...]:
    """Tokens of a file, one a line; empty lines are passed over.

    Raises SettingError when it cannot be read, or holds no token, or one of fewer than 16
    characters.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        msg = f"token_file {path} cannot be read as text: {error}"
        raise SettingError(msg) from error
    tokens = tuple(line.strip() for line in lines if line.strip())
    if not tokens or min(map(len, tokens)) < _MIN_CHARACTERS:
        msg = f"token_file must hold tokens of {_MIN_CHARACTERS} characters or more, one a line"
        raise SettingError(msg)
    return tokens


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
