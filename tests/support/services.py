"""Services of the tests' own on real sockets: each answers as the test has it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from collector.domain.instants import SECOND
from collector.domain.targets import ProbeSpec
from collector.probes.registry import probe_kinds

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Asked:
    """A request as a service got it."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Service:
    """Answers each request with what `answer` gives, as it is, and remembers the requests.

    A connection stays open after an answer that has a Content-Length.
    """

    answer: Callable[[Asked], bytes]
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while head := await reader.readuntil(b"\r\n\r\n"):
            first, *lines = head.decode().rstrip().split("\r\n")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in lines)
            }
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            method, path, _ = first.split(" ")
            self.asked.append(Asked(method, path, headers, body.decode()))
            answer = self.answer(self.asked[-1])
            writer.write(answer)
            await writer.drain()
            if b"Content-Length" not in answer:
                return


@asynccontextmanager
async def serving(
    handler: Handler, certificate: tuple[Any, Any] | None = None, client_ca: Any = None
) -> AsyncIterator[int]:
    """A service on 127.0.0.1, by TLS where it has a certificate; its port."""
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
        if client_ca is not None:
            context.load_verify_locations(client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    tasks: set[asyncio.Task[Any]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await handler(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)  # what was aborted is closed in the loop's next turns


def http(body: str = "", status: str = "200 OK", **headers: str) -> bytes:
    """A response; `content_type` is Content-Type."""
    lines = [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items()]
    lines.append(f"Content-Length: {len(body.encode())}")
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", body]).encode()


def sending(*pieces: bytes, every: float = 0.0, then_wait: bool = False) -> Handler:
    """Writes pieces, whatever it is sent; waits then, or closes."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every)
        if then_wait:
            await asyncio.sleep(60)

    return handle


def endless(head: bytes, piece: bytes, every: float = 0.0) -> Handler:
    """Writes a head and then the piece for ever, once it was spoken to."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every)

    return handle


def spec(kind: str, seconds: float = 2.0, /, **options: Any) -> ProbeSpec:
    """A probe with options as the configuration has them."""
    checked = probe_kinds()[kind].Options.model_validate(options)
    return ProbeSpec(kind, kind, 60 * SECOND, int(seconds * SECOND), checked)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, answer: Callable[[bytes], list[bytes]]) -> None:
        self.answer = answer

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        for reply in self.answer(data):
            self.transport.sendto(reply, addr)


@asynccontextmanager
async def datagrams(answer: Callable[[bytes], list[bytes]]) -> AsyncIterator[int]:
    """A UDP service on 127.0.0.1; its port."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Datagrams(answer), local_addr=("127.0.0.1", 0)
    )
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()
