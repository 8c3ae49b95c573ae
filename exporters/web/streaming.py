"""Sending a long text piece by piece, so that polling gets its turn in between."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterable, Iterator

from fastapi import Request

_LOOPBACK = ("127.", "::1", "::ffff:127.")


def wants_gzip(request: Request) -> bool:
    """Whether the client takes gzip and is far enough away for it to be worth its while.

    Compressing costs a third of what writing the text does; over loopback it saves nothing.
    """
    if request.client is not None and request.client.host.startswith(_LOOPBACK):
        return False
    for coding in request.headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = coding.replace(" ", "").partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" if weight else True
    return False


async def in_turns(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    """The pieces, with a turn of the event loop after each; empty ones are only that."""
    for piece in pieces:
        if piece:
            yield piece
        await asyncio.sleep(0)


def gzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces compressed as one gzip stream, at the level that costs least."""
    stream = zlib.compressobj(level=1, wbits=31)
    for piece in pieces:
        yield stream.compress(piece)
    yield stream.flush()
