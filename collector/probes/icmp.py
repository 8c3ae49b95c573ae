"""icmp: does the address answer an echo request?"""

import asyncio
import logging
from collections.abc import Callable

from collector.domain.instants import SECOND
from collector.domain.samples import Outcome, Reason, Result
from collector.domain.targets import ProbeSpec, Target
from collector.probes._failures import local_failure
from collector.probes._icmp_socket import IcmpSocket
from collector.probes.registry import ProbeContext, ProbeOptions, register

log = logging.getLogger(__name__)

_PACKETS = (1, 3, 5)
"""Packets of a regular poll, of its first retry and of the later ones: at 5 % loss each way the
nine together are all lost once in 10^9 polls."""
_SPACING = 0.1
"""Seconds between the packets of a retry; a burst of losses is mostly shorter."""

_LOST = Outcome(Result.DOWN, Reason.TIMEOUT, None, 1.0)
_UP = Result.UP

_REMEDIES = (
    "ICMP is not allowed, so targets are unknown to the icmp probe. Either give the program the "
    "right to raw sockets (AmbientCapabilities=CAP_NET_RAW in its systemd unit, or setcap "
    "cap_net_raw+ep on its Python interpreter), or open datagram ICMP to its group "
    '(sysctl -w net.ipv4.ping_group_range="0 2147483647")'
)


@register("icmp")
class IcmpProbe:
    """One packet while the target answers, several to be sure that it does not."""

    class Options(ProbeOptions):
        """Nothing to choose."""

    def __init__(self, context: ProbeContext) -> None:
        self._resolver = context.resolver
        self._pacer = context.pacer
        self._sockets: dict[int, IcmpSocket] = {}
        self._refused = False

    async def __call__(self, target: Target, spec: ProbeSpec, attempt: int) -> Outcome:
        """Up when any packet is answered; the duration is the mean of the round trips."""
        address = await self._resolver(target.address)
        if not isinstance(address, str):
            return address
        socket = self._socket(6 if ":" in address else 4)
        if isinstance(socket, Outcome):
            return socket
        within = spec.timeout / SECOND
        try:
            if attempt:
                return await self._several(socket, address, within, attempt)
            if not self._pacer.free():
                await self._pacer.turn()
            return _outcome(await socket.ping(address, within))
        except OSError as error:
            return local_failure(error)

    def send(
        self, target: Target, spec: ProbeSpec, answered: Callable[[float | None], None]
    ) -> bool:
        """One packet; not before there is a socket, nor when others must have their turn first."""
        address = self._resolver.known(target.address)
        if address is None:
            return False
        socket = self._sockets.get(6 if ":" in address else 4)
        if socket is None or not self._pacer.free():
            return False
        try:
            socket.send(address, spec.timeout / SECOND, answered)
        except OSError:
            return False
        return True

    def read(self, target: Target, spec: ProbeSpec, answer: float | None) -> Outcome:
        """Up with the round-trip time, down where none came back."""
        return _outcome(answer)

    async def close(self) -> None:
        """Let go of the sockets."""
        for socket in self._sockets.values():
            socket.close()
        self._sockets.clear()

    async def _several(
        self, socket: IcmpSocket, address: str, within: float, attempt: int
    ) -> Outcome:
        replies = []
        packets = _PACKETS[min(attempt, len(_PACKETS) - 1)]
        for packet in range(packets):
            if packet:
                await asyncio.sleep(_SPACING)
            if not self._pacer.free():
                await self._pacer.turn()
            replies.append(socket.ping(address, within))
        times = [seconds for seconds in await asyncio.gather(*replies) if seconds is not None]
        loss = 1 - len(times) / packets
        if not times:
            return Outcome(Result.DOWN, Reason.TIMEOUT, None, loss)
        return Outcome(Result.UP, None, sum(times) / len(times), loss)

    def _socket(self, family: int) -> IcmpSocket | Outcome:
        socket = self._sockets.get(family)
        if socket is not None:
            return socket
        try:
            socket = self._sockets[family] = IcmpSocket(family)
        except OSError as error:
            outcome = local_failure(error)
            if outcome.reason is Reason.NO_PERMISSION and not self._refused:
                log.error(_REMEDIES)
                self._refused = True
            return outcome
        if self._refused:
            log.info("ICMP is allowed now")
            self._refused = False
        return socket


def _outcome(seconds: float | None) -> Outcome:
    """What came of one packet, by its round-trip time."""
    return _LOST if seconds is None else Outcome(_UP, None, seconds, 0.0)
