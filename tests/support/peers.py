"""UDP peers of the tests' own: agents that answer nonsense, late, or from elsewhere."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api
from pysnmp.proto.api import verdec

_VERSION_3 = 3

Answer = Callable[[bytes], Iterable[bytes]]


class _Peer(asyncio.DatagramProtocol):
    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.transport: asyncio.DatagramTransport

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        if verdec.decode_message_version(data) == _VERSION_3:
            return
        for reply in self.answer(data):
            self.transport.sendto(reply, addr)


@asynccontextmanager
async def answering(answer: Answer, address: str = "127.0.0.1") -> AsyncIterator[int]:
    """A UDP server that answers each v1 or v2c request by what `answer` gives; its port."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Peer(answer), local_addr=(address, 0)
    )
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


@asynccontextmanager
async def answering_from_elsewhere(
    agent_port: int, address: str, elsewhere: str
) -> AsyncIterator[int]:
    """A multi-homed device: asked at `address`, a real agent's answer comes from `elsewhere`."""
    loop = asyncio.get_running_loop()
    front, back, aside = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(3))
    front.bind((address, 0))
    port = front.getsockname()[1]
    aside.bind((elsewhere, port))
    back.connect(("127.0.0.1", agent_port))
    asker: list[tuple[str, int]] = []
    for end in (front, back, aside):
        end.setblocking(False)

    def ask() -> None:
        data, source = front.recvfrom(65_535)
        asker[:] = [source]
        back.send(data)

    def pass_on() -> None:
        aside.sendto(back.recv(65_535), asker[0])

    loop.add_reader(front, ask)
    loop.add_reader(back, pass_on)
    try:
        yield port
    finally:
        for end in (front, back, aside):
            loop.remove_reader(end)
            end.close()


def reply_to(request: bytes, *, number: int | None = None, status: int = 0) -> bytes:
    """A v1 or v2c reply to a GET, sysUpTime 12 s and names for the rest, or an error-status;
    `number` is another request's id than that of this one."""
    kinds = api.PROTOCOL_MODULES[verdec.decode_message_version(request)]
    message, _ = decoder.decode(request, asn1Spec=kinds.Message())
    asked = kinds.apiMessage.get_pdu(message)
    reply = kinds.apiPDU.get_response(asked)
    names = [name for name, _ in kinds.apiPDU.get_varbinds(asked)]
    values = [kinds.TimeTicks(1200), kinds.OctetString("fake"), kinds.ObjectIdentifier((1, 3, 6))]
    if status:
        values = [kinds.Null("")] * len(names)
        kinds.apiPDU.set_error_status(reply, status)
        kinds.apiPDU.set_error_index(reply, 1)
    kinds.apiPDU.set_varbinds(reply, list(zip(names, values, strict=False)))
    if number is not None:
        kinds.apiPDU.set_request_id(reply, number)
    kinds.apiMessage.set_pdu(message, reply)
    return encoder.encode(message)
