"""ICMP echo over one socket for each address family, without a task or a timer for each packet."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from gufo.ping._fast import PS_IPV4, PS_IPV6, PS_RAW_DGRAM, SocketWrapper

from collector.probes._deadlines import Deadlines

_NANOSECONDS = 1_000_000_000
_LONGEST_WAIT = 300 * _NANOSECONDS
"""When gufo-ping itself forgets a packet; ours end before, each by its own deadline."""
_RECEIVE_BUFFER = 4 * 1024 * 1024
"""Asked for; the kernel gives what net.core.rmem_max allows."""
_SIZE: Final = 64


class IcmpSocket:
    """Echo requests to IPv4 (4) or IPv6 (6) addresses; OSError where no socket may be opened.

    gufo-ping's own PingSocket takes an error of the operating system for a lost packet and has one
    timeout for all, so only its compiled core is used here. That core pairs a reply with its
    request by an identifier, a sequence number and the address: a reply from elsewhere is none.
    """

    def __init__(self, family: int) -> None:
        policy = (PS_IPV4 if family == 4 else PS_IPV6) + PS_RAW_DGRAM
        # Its type hints do not agree with what it does.
        self._socket: Any = SocketWrapper(policy, _LONGEST_WAIT, False)
        self._socket.set_recv_buffer_size(_RECEIVE_BUFFER)
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[int, Callable[[float | None], None]] = {}
        self._deadlines = Deadlines(self._lost)
        self._descriptor = self._socket.get_fd()
        self._loop.add_reader(self._descriptor, self._receive)

    def send(self, address: str, timeout: float, answered: Callable[[float | None], None]) -> None:
        """Send one echo request now; `answered` gets the round-trip time in seconds once it is
        known, or None past `timeout`.

        OSError where the packet could not be sent.
        """
        try:
            number = self._socket.send(address, _SIZE)
        except ValueError as error:
            raise OSError(f"{address}: {error}") from error
        self._waiting[number] = answered
        self._deadlines.add(number, timeout)

    def ping(self, address: str, timeout: float) -> "asyncio.Future[float | None]":
        """As `send`, with a future."""
        reply: asyncio.Future[float | None] = self._loop.create_future()

        def answered(seconds: float | None) -> None:
            if not reply.done():
                reply.set_result(seconds)

        self.send(address, timeout, answered)
        return reply

    def close(self) -> None:
        """Let go of the socket; who still waits gets None."""
        self._loop.remove_reader(self._descriptor)
        self._deadlines.close()
        for number in list(self._waiting):
            self._lost(number)
        del self._socket

    def _receive(self) -> None:
        for number, nanoseconds in (self._socket.recv() or {}).items():
            answered = self._waiting.pop(number, None)
            if answered is not None:
                answered(nanoseconds / _NANOSECONDS if nanoseconds else None)

    def _lost(self, number: int) -> None:
        answered = self._waiting.pop(number, None)
        if answered is not None:
            answered(None)
