"""A question to a name server over UDP and, where the answer does not fit, TCP (RFC 1035, 7766)."""

import asyncio
import struct

import dns.exception
import dns.flags
import dns.message

from collector.domain.samples import Reason
from collector.probes._failures import local_failure
from collector.probes._stream import Failure, Stream, broken, connect, down, open_stream

_LENGTH = struct.Struct("!H")


async def ask(
    question: dns.message.Message, address: str, port: int, every: float
) -> dns.message.Message:
    """The answer, for as long as the caller waits; the question is sent again `every` so many
    seconds. Failure where none can come or it can't be read.

    The socket is connected, so that the kernel drops what others send and tells of a closed port.
    """
    loop = asyncio.get_running_loop()
    try:
        transport, waiting = await loop.create_datagram_endpoint(
            lambda: _Waiting(question), remote_addr=(address, port)
        )
    except OSError as error:
        # No packet has been sent yet: it is our own routes that say so.
        raise Failure.of(local_failure(error)) from error
    try:
        wire = question.to_wire()
        while True:
            transport.sendto(wire)
            done, _ = await asyncio.wait({waiting.answer}, timeout=every)
            if done:
                break
        answer = waiting.answer.result()
    finally:
        transport.abort()
        waiting.answer.cancel()
    if answer.flags & dns.flags.TC:
        return await _by_tcp(question, address, port)
    return answer


class _Waiting(asyncio.DatagramProtocol):
    """The answer to one question."""

    def __init__(self, question: dns.message.Message) -> None:
        self._question = question
        self.answer: asyncio.Future[dns.message.Message] = (
            asyncio.get_running_loop().create_future()
        )

    def datagram_received(self, data: bytes, addr: object) -> None:
        """What is no answer to this very question may be one to an earlier, or forged."""
        if self.answer.done():
            return
        try:
            answer = _read(data)
        except Failure as failure:
            self.answer.set_exception(failure)
            return
        if self._question.is_response(answer):
            self.answer.set_result(answer)

    def error_received(self, exc: Exception) -> None:
        """The network, or the kernel, says that none will come."""
        if isinstance(exc, OSError) and not self.answer.done():
            self.answer.set_exception(broken(exc))


async def _by_tcp(question: dns.message.Message, address: str, port: int) -> dns.message.Message:
    stream = await open_stream(await connect(address, port))
    try:
        wire = question.to_wire()
        await stream.write(_LENGTH.pack(len(wire)) + wire)
        (length,) = _LENGTH.unpack(await _exactly(stream, _LENGTH.size))
        answer = _read(await _exactly(stream, length))
    finally:
        stream.close()
    if not question.is_response(answer):
        raise down(Reason.MALFORMED_REPLY, "the answer to another question")
    return answer


async def _exactly(stream: Stream, length: int) -> bytes:
    came = b""
    while len(came) < length:
        more = await stream.read(length - len(came))
        if not more:
            raise down(Reason.CONNECTION_LOST, "closed before the answer was whole")
        came += more
    return came


def _read(wire: bytes) -> dns.message.Message:
    try:
        # A truncated answer is told by its flag, and need not be whole.
        return dns.message.from_wire(wire, ignore_trailing=True, raise_on_truncation=False)
    except (dns.exception.DNSException, ValueError, struct.error) as error:
        raise down(Reason.MALFORMED_REPLY, "no DNS message") from error
