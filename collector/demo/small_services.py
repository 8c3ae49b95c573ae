"""A greeting by TCP and answers by DNS: the mail gateway and the name servers."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import dns.exception
import dns.flags
import dns.message
import dns.rrset

from collector.demo.claiming import Sockets
from collector.demo.organisation import MAIL_GATEWAY, WEB_SITE, Device
from collector.demo.world import World
from collector.domain.instants import Instant

_TTL = 300
_VOID = 60
"""Seconds: longer than anyone waits."""

Hears = Callable[[], bool]


class SmallServices:
    """The mail gateway and the name servers, on their own addresses."""

    def __init__(
        self,
        devices: Sequence[Device],
        greeting: Sockets,
        answering: Sockets,
        world: World,
        clock: Callable[[], Instant],
    ) -> None:
        self._names = {device.address: device.name for device in devices}
        self._greeting = greeting
        self._answering = answering
        self._world = world
        self._clock = clock
        self._server: asyncio.Server | None = None
        self._transports: list[asyncio.BaseTransport] = []

    async def start(self) -> None:
        """Begin to answer."""
        loop = asyncio.get_running_loop()
        for address, bound in self._answering.items():
            answering = partial(_NameServer, self._hears(self._names[address]))
            transport, _ = await loop.create_datagram_endpoint(answering, sock=bound)
            self._transports.append(transport)
        (bound,) = self._greeting.values()
        self._server = await asyncio.start_server(self._greet, sock=bound)

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
        for transport in self._transports:
            transport.close()

    def _hears(self, name: str) -> Hears:
        return lambda: self._world.hears(name, self._clock())

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            if not self._hears(MAIL_GATEWAY)():
                await asyncio.sleep(_VOID)
            writer.write(f"220 {MAIL_GATEWAY} ESMTP (demo)\r\n".encode())
            await writer.drain()
        writer.close()


class _NameServer(asyncio.DatagramProtocol):
    """Knows one name (RFC 1035)."""

    def __init__(self, hears: Hears) -> None:
        self._hears = hears
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # it is one
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not self._hears():
            return
        try:
            asked = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.AA
        name, address = WEB_SITE
        if asked.question and asked.question[0].name.to_text(omit_final_dot=True) == name:
            answer.answer.append(dns.rrset.from_text(f"{name}.", _TTL, "IN", "A", address))
        assert self._transport is not None
        self._transport.sendto(answer.to_wire(), addr)
