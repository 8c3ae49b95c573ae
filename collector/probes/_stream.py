"""TCP and TLS connections of probes: every way they can fail has its reason."""

import asyncio
import errno
import os
import socket
import ssl

from collector.domain.instants import SECOND
from collector.domain.samples import Outcome, Reason, Result
from collector.domain.service_facts import ServiceFacts
from collector.probes._failures import local_failure

_REFUSED_BY_NETWORK = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENONET}
_LOST = {errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE}
_EXPIRED = 10
"""OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED."""


class Failure(Exception):
    """An expected failure on its way out of a poll; the message tells nothing secret."""

    def __init__(self, result: Result, reason: Reason | None, message: str = "") -> None:
        super().__init__(message)
        self.result = result
        self.reason = reason
        self.message = message

    @classmethod
    def of(cls, outcome: Outcome) -> "Failure":
        """As another part of the probes has put it."""
        return cls(outcome.result, outcome.reason, outcome.message)

    def outcome(
        self, duration: float | None = None, service: ServiceFacts | None = None
    ) -> Outcome:
        """The outcome, with what was found before it failed."""
        return Outcome(self.result, self.reason, duration, None, None, self.message, service)


def down(reason: Reason, message: str = "") -> Failure:
    """The target's failure."""
    return Failure(Result.DOWN, reason, message)


class Stream:
    """A connection, in the clear or by TLS; whoever opened it closes it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.tls: ssl.SSLObject | None = writer.get_extra_info("ssl_object")

    async def read(self, most: int) -> bytes:
        """What has come, at most so much; nothing at the end. Failure where it broke."""
        try:
            return await self._reader.read(most)
        except OSError as error:
            raise broken(error) from error

    async def write(self, content: bytes) -> None:
        """Send it all. Failure where the connection broke."""
        try:
            self._writer.write(content)
            await self._writer.drain()
        except OSError as error:
            raise broken(error) from error

    def close(self) -> None:
        """Let go of it at once: by TLS with a farewell, but without waiting for the other's."""
        if self.tls is not None:
            self._writer.close()
        self._writer.transport.abort()


async def connect(address: str, port: int) -> socket.socket:
    """A TCP connection to an IP address. Failure where there is none.

    An error that the kernel gives at once is of our own making (no route, no descriptors); one that
    comes later was brought by the network, and is the target's or its way's.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        made = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    except OSError as error:
        raise Failure.of(local_failure(error)) from error
    try:
        await _connect(made, address, port)
    except BaseException:
        made.close()
        raise
    return made


async def open_stream(
    connection: socket.socket, context: ssl.SSLContext | None = None, name: str = ""
) -> Stream:
    """A stream over a connection, by TLS where a context is given; `name` is whom the certificate
    has to be for. Failure where the handshake fails; the connection is closed then."""
    try:
        return Stream(
            *await asyncio.open_connection(
                sock=connection, ssl=context, server_hostname=name if context else None
            )
        )
    except OSError as error:
        connection.close()
        raise broken(error) from error
    except ValueError as error:
        connection.close()
        raise down(Reason.TLS_FAILURE, "no certificate can be for that name") from error
    except BaseException:
        connection.close()
        raise


def broken(error: OSError) -> Failure:
    """What an error on a connection that once stood says of the target."""
    if isinstance(error, ssl.SSLCertVerificationError):
        expired = error.verify_code == _EXPIRED
        reason = Reason.CERTIFICATE_EXPIRED if expired else Reason.CERTIFICATE_INVALID
        return down(reason, error.verify_message)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return down(Reason.CONNECTION_LOST, "closed during TLS")
    if isinstance(error, ssl.SSLError):
        words = (error.reason or "TLS failed").replace("_", " ").lower()
        return down(Reason.TLS_FAILURE, words)
    if error.errno is None:
        return down(Reason.CONNECTION_LOST, "closed")
    return _refused(error.errno, brought=True)


def _refused(number: int, *, brought: bool) -> Failure:
    """The failure of an errno, which the network has brought or the kernel given at once."""
    if number == errno.ECONNREFUSED:
        return down(Reason.REFUSED)
    if number == errno.ETIMEDOUT:
        return down(Reason.TIMEOUT)
    if brought and number in _REFUSED_BY_NETWORK:
        return down(Reason.HOST_UNREACHABLE, os.strerror(number))
    if number in _LOST:
        return down(Reason.CONNECTION_LOST, os.strerror(number))
    return Failure.of(local_failure(OSError(number, os.strerror(number))))


async def _connect(made: socket.socket, address: str, port: int) -> None:
    at_once = made.connect_ex((address, port))
    if not at_once:
        return
    if at_once != errno.EINPROGRESS:
        raise _refused(at_once, brought=False)
    writable = asyncio.Event()
    loop = asyncio.get_running_loop()
    # By its number: for a socket asyncio puts the whole of it in words, twice.
    descriptor = made.fileno()
    loop.add_writer(descriptor, writable.set)
    try:
        await writable.wait()
    finally:
        loop.remove_writer(descriptor)
    if number := made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        raise _refused(number, brought=True)


def judge_latency(seconds: float, warn: int | None, crit: int | None) -> Failure | None:
    """Raises past `crit`, a failure that degrades past `warn`; both in microseconds."""
    message = f"took {seconds:.3f} s"
    if crit is not None and seconds * SECOND > crit:
        raise down(Reason.SLOW, f"{message}, at most {crit / SECOND:g} s is wanted")
    if warn is not None and seconds * SECOND > warn:
        return Failure(Result.DEGRADED, Reason.SLOW, message)
    return None
