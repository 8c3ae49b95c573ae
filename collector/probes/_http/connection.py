"""HTTP/1.1 on a stream: h11 knows the protocol, the poll's own deadline does the waiting.

Through httpcore, which does the same, a poll costs twice as much, mostly for locks that a
connection with one user has no need of.
"""

import h11
import httpx

from collector.domain.samples import Reason
from collector.probes._stream import Failure, Stream, down

_AT_ONCE = 64 * 1024
_LONGEST_HEAD = 100 * 1024


class Connection:
    """One connection, for one request after the other."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)

    async def send(self, request: httpx.Request) -> None:
        """Send a request. Failure where it can't be put into HTTP."""
        protocol = self._protocol
        try:
            head = h11.Request(
                method=request.method, target=request.url.raw_path, headers=request.headers.raw
            )
        except h11.LocalProtocolError as error:
            # The configuration was found sound: it is what an earlier answer gave us to send.
            raise down(Reason.MALFORMED_REPLY, "a saved value does not fit in a header") from error
        content = h11.Data(data=request.content)
        parts = (protocol.send(head), protocol.send(content), protocol.send(h11.EndOfMessage()))
        try:
            await self._stream.write(b"".join(part for part in parts if part))
        except Failure:
            # A server may answer and close before it has read all: what it says counts.
            return

    async def head(self) -> h11.Response:
        """The head of the answer. Failure where none comes."""
        while True:
            event = await self._next()
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise _cut_short()

    async def more(self) -> bytes | None:
        """The next piece of the answer's body, None at its end."""
        event = await self._next()
        return bytes(event.data) if isinstance(event, h11.Data) else None

    def renew(self) -> bool:
        """Whether another request can follow on this connection."""
        if (self._protocol.our_state, self._protocol.their_state) != (h11.DONE, h11.DONE):
            return False
        self._protocol.start_next_cycle()
        return True

    def close(self) -> None:
        """Let go of it."""
        self._stream.close()

    async def _next(self) -> object:
        try:
            while (event := self._protocol.next_event()) is h11.NEED_DATA:
                came = await self._stream.read(_AT_ONCE)
                if not came and self._protocol.their_state is h11.SEND_RESPONSE:
                    raise _cut_short()
                self._protocol.receive_data(came)
        except h11.RemoteProtocolError as error:
            # h11 has no other sign of it than its words.
            if "closed connection" in str(error):
                raise _cut_short() from error
            raise down(Reason.MALFORMED_REPLY, "no HTTP") from error
        return event


def _cut_short() -> Failure:
    return down(Reason.CONNECTION_LOST, "closed before the answer was whole")
