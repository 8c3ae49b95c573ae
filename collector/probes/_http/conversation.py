"""One poll's requests: fresh connections to resolved addresses, each phase timed."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

import httpx

from collector.domain.instants import Instant
from collector.domain.samples import Reason
from collector.ports import Resolver
from collector.probes._http.connection import Connection
from collector.probes._stream import Failure, connect, down, open_stream
from collector.probes._tls import Tls, TlsContexts, expiry

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Answer:
    """A response; `whole` is false where its body was longer than was read of it."""

    status: int
    headers: httpx.Headers
    body: bytes
    whole: bool


class Conversation:
    """Connections by where they lead; a second request to the same place goes on with the first's.

    `phases` are seconds of resolve, connect, tls and first_byte (until the head of the answer is
    there), added up over the requests; `doing` is the one under way. `certificate_expires` is the
    earliest of those shown.
    """

    def __init__(self, resolver: Resolver, contexts: TlsContexts, tls: Tls, most: int) -> None:
        self._resolver = resolver
        self._contexts = contexts
        self._tls = tls
        self._most = most
        self._connections: dict[tuple[str, str, int], Connection] = {}
        self._cookies: httpx.Cookies | None = None
        self.phases: dict[str, float] = {}
        self.certificate_expires: Instant | None = None
        self.doing = ""

    async def ask(self, request: httpx.Request) -> Answer:
        """The answer to a request. Failure where there is none."""
        if self._cookies is not None:
            self._cookies.set_cookie_header(request)
        url = request.url
        place = (url.scheme, url.host, url.port or _PORTS[url.scheme])
        connection = self._connections.get(place)
        if connection is None or not connection.renew():
            if connection is not None:
                connection.close()
            connection = self._connections[place] = await self._connect(*place)
        with self._phase("first_byte"):
            await connection.send(request)
            head = await connection.head()
        headers = httpx.Headers(head.headers.raw_items())
        body = await self._read(connection, headers.get("content-encoding", ""))
        answer = Answer(head.status_code, headers, body[: self._most], len(body) <= self._most)
        if "set-cookie" in headers:
            self._keep_cookies(request, answer)
        return answer

    def close(self) -> None:
        """Let go of all connections."""
        for connection in self._connections.values():
            connection.close()

    async def _connect(self, scheme: str, host: str, port: int) -> Connection:
        with self._phase("resolve"):
            address = await self._resolver(host)
            if not isinstance(address, str):
                raise Failure.of(address)
        with self._phase("connect"):
            connected = await connect(address, port)
        if scheme == "http":
            return Connection(await open_stream(connected))
        context = self._contexts.of(self._tls)
        try:
            with self._phase("tls"):
                stream = await open_stream(connected, context, host)
        except Failure as failure:
            if failure.reason in (Reason.CERTIFICATE_EXPIRED, Reason.CERTIFICATE_INVALID):
                self._shown(await self._contexts.expiry_unverified(address, port, host))
            raise
        self._shown(expiry(stream))
        return Connection(stream)

    def _shown(self, expires: Instant | None) -> None:
        known = self.certificate_expires
        if expires is not None and (known is None or expires < known):
            self.certificate_expires = expires

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        """Times a phase that came to its end."""
        self.doing = name
        started = perf_counter()
        yield
        self.phases[name] = self.phases.get(name, 0.0) + perf_counter() - started
        self.doing = ""

    async def _read(self, connection: Connection, encoding: str) -> bytes:
        """The body, and a byte more than is allowed where it is longer."""
        self.doing = "body"
        inflate = _inflater(encoding)
        body = bytearray()
        try:
            while len(body) <= self._most and (came := await connection.more()) is not None:
                left = self._most + 1 - len(body)
                body += inflate.decompress(came, left) if inflate else came
        except zlib.error as error:
            raise down(Reason.MALFORMED_REPLY, "a compressed body that is none") from error
        return bytes(body)

    def _keep_cookies(self, request: httpx.Request, answer: Answer) -> None:
        if self._cookies is None:
            self._cookies = httpx.Cookies()
        response = httpx.Response(answer.status, headers=answer.headers, request=request)
        self._cookies.extract_cookies(response)


def _inflater(encoding: str) -> "zlib._Decompress | None":
    """For a server that compresses what it was not asked to; never more than is wanted at once."""
    return zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding in ("gzip", "deflate") else None
