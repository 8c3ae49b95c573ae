"""One poll's requests: fresh connections to resolved addresses, each phase timed."""

import zlib
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, cast

import httpcore
import httpx

from collector.domain.instants import Instant
from collector.domain.samples import Reason
from collector.ports import Resolver
from collector.probes._stream import Failure, Stream, connect, down, open_stream
from collector.probes._tls import Tls, TlsContexts, expiry

_AT_ONCE = 64 * 1024


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
        self._connections: dict[str, httpcore.AsyncHTTP11Connection] = {}
        self._streams: list[Stream] = []
        self._cookies: httpx.Cookies | None = None
        self.phases: dict[str, float] = {}
        self.certificate_expires: Instant | None = None
        self.doing = ""

    async def ask(self, request: httpx.Request) -> Answer:
        """The answer to a request. Failure where there is none."""
        if self._cookies is not None:
            self._cookies.set_cookie_header(request)
        url = request.url
        origin = httpcore.Origin(
            url.raw_scheme, url.raw_host, url.port or (443 if url.scheme == "https" else 80)
        )
        sent = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=origin.scheme, host=origin.host, port=origin.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=cast(Any, request.stream),
        )
        connection = self._connections.get(str(origin))
        if connection is None or not connection.is_available():
            connection = self._connections[str(origin)] = await self._connect(origin)
        try:
            with self._phase("first_byte"):
                received = await connection.handle_async_request(sent)
            answer = await self._read(received)
        except httpcore.RemoteProtocolError as error:
            raise _no_http(error) from error
        except httpcore.LocalProtocolError as error:
            # What an earlier answer gave us to send can't be sent.
            raise down(Reason.MALFORMED_REPLY, "a saved value does not fit in a header") from error
        if "set-cookie" in answer.headers:
            self._keep_cookies(request, answer)
        return answer

    def close(self) -> None:
        """Let go of all connections."""
        for stream in self._streams:
            stream.close()

    async def _connect(self, origin: httpcore.Origin) -> httpcore.AsyncHTTP11Connection:
        host = origin.host.decode("ascii").strip("[]")
        with self._phase("resolve"):
            address = await self._resolver(host)
            if not isinstance(address, str):
                raise Failure.of(address)
        with self._phase("connect"):
            connection = await connect(address, origin.port)
        if origin.scheme == b"https":
            context = self._contexts.of(self._tls)
            try:
                with self._phase("tls"):
                    stream = await open_stream(connection, context, host)
            except Failure as failure:
                if failure.reason in (Reason.CERTIFICATE_EXPIRED, Reason.CERTIFICATE_INVALID):
                    self._shown(await self._contexts.expiry_unverified(address, origin.port, host))
                raise
            self._shown(expiry(stream))
        else:
            stream = await open_stream(connection)
        self._streams.append(stream)
        return httpcore.AsyncHTTP11Connection(origin, _NetworkStream(stream))

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

    async def _read(self, received: httpcore.Response) -> Answer:
        self.doing = "body"
        headers = httpx.Headers(received.headers)
        inflate = _inflater(headers.get("content-encoding", ""))
        body = bytearray()
        chunks = cast(AsyncGenerator[bytes, None], aiter(received.stream))  # type: ignore[arg-type]  # of an asynchronous connection
        try:
            async for chunk in chunks:
                body += inflate.decompress(chunk, self._most + 1 - len(body)) if inflate else chunk
                if len(body) > self._most:
                    break
        except zlib.error as error:
            raise down(Reason.MALFORMED_REPLY, "a compressed body that is none") from error
        finally:
            await chunks.aclose()
            await received.aclose()
        whole = len(body) <= self._most
        return Answer(received.status, headers, bytes(body[: self._most]), whole)

    def _keep_cookies(self, request: httpx.Request, answer: Answer) -> None:
        if self._cookies is None:
            self._cookies = httpx.Cookies()
        response = httpx.Response(answer.status, headers=answer.headers, request=request)
        self._cookies.extract_cookies(response)


def _inflater(encoding: str) -> "zlib._Decompress | None":
    """For a server that compresses what it was not asked to; never more than is wanted at once."""
    return zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding in ("gzip", "deflate") else None


def _no_http(error: Exception) -> Failure:
    """h11 tells what the peer did in words of its own, which hold nothing of the answer."""
    text = str(error)
    if "disconnected" in text or "closed connection" in text:
        return down(Reason.CONNECTION_LOST, "closed before the answer was whole")
    return down(Reason.MALFORMED_REPLY, "no HTTP")


class _NetworkStream(httpcore.AsyncNetworkStream):
    """A stream as httpcore wants it; the poll's own deadline takes the place of its timeouts."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - theirs
        return await self._stream.read(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - theirs
        try:
            await self._stream.write(buffer)
        except Failure as failure:
            # A server may answer and close before it has read all; the answer counts.
            raise httpcore.WriteError from failure

    async def aclose(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return None
