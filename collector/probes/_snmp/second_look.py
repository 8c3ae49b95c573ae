"""A GET seen from outside: where the replies came from, and what kind they were.

A client's connected socket shows a valid reply or nothing. Why there was nothing is told by
letting the client ask through a relay on loopback, which sends from a socket that takes what comes
from anywhere, sends again where nothing comes, and asks besides who is there: an agent tells the
identity of its SNMPv3 engine to anyone (RFC 3414 4), also to one whose community it ignores.
"""

import asyncio
import errno
import ipaddress
import socket
from collections.abc import Sequence
from typing import Any

from collector.probes._failures import errno_of
from collector.probes._snmp.client import (
    ForeignReply,
    LocalError,
    MalformedReply,
    Refused,
    SnmpClient,
    SnmpError,
    Timeout,
    Unauthorised,
    UnknownUser,
    Unreachable,
    Values,
    WrongCommunity,
    WrongKey,
)
from collector.probes._snmp.credentials import Credential

_IP_RECVERR = 11
_IPV6_RECVERR = 25
_LARGEST = 65_535

_DISCOVERY = bytes.fromhex(
    "303e020103301102041a2b3c4d020300ffe3040104020103"
    "0410300e0400020100020100040004000400"
    "301404000400a00e02041a2b3c4d0201000201003000"
)
"""An SNMPv3 message without user and without engine id, answered by a report (RFC 3414 4)."""

_DISCOVERY_ID = _DISCOVERY[7:13]
"""Its msgID, which the report repeats."""

_USM_STATS = bytes.fromhex("060a2b060106030f0101")
"""The start of an encoded usmStats OID, 1.3.6.1.6.3.15.1.1; the next byte is the counter's."""
_UNSUPPORTED_LEVEL, _UNKNOWN_USER, _UNKNOWN_ENGINE, _WRONG_DIGEST, _NO_DECRYPTION = 1, 3, 4, 5, 6

_REFUSALS: dict[int, SnmpError] = {
    _UNSUPPORTED_LEVEL: WrongKey("the agent does not let this user in with this auth and priv"),
    _UNKNOWN_USER: UnknownUser("the agent does not know this user"),
    _WRONG_DIGEST: WrongKey("the agent knows the user by another auth or auth_key"),
    _NO_DECRYPTION: WrongKey("the agent knows the user by another priv or priv_key"),
}


async def look_again(
    client: SnmpClient,
    address: str,
    port: int,
    credential: Credential,
    oids: Sequence[str],
    within: float,
    resends: int = 0,
) -> Values:
    """As SnmpClient.get, with each request sent again up to `resends` times, and errors that say
    more. Without resends the agent is not asked who it is."""
    try:
        relay = _Relay(address, port, within / (resends + 1), resends)
    except OSError as error:
        raise LocalError(error) from error
    asking: asyncio.Future[Values] = asyncio.ensure_future(
        client.get(address, port, credential, oids, within, via=relay.near)
    )
    try:
        ends: set[asyncio.Future[Any]] = {asking, relay.broken}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            raise relay.broken.result()
        values = asking.result()
    except (Timeout, MalformedReply, Unauthorised) as error:
        raise relay.explain(error, credential) from error
    finally:
        asking.cancel()
        relay.close()
    if relay.foreign is not None:
        raise ForeignReply(f"answered from {relay.foreign}: poll that address")
    return values


class _Relay:
    """Passes datagrams between a client on loopback and a device, and notes what it sees."""

    def __init__(self, address: str, port: int, gap: float, resends: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._device = (address, port)
        self._expected = ipaddress.ip_address(address)
        self._gap = gap
        self._left = resends
        self._curious = resends > 0
        self._request = b""
        self._client: tuple[str, int] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._reports: set[int] = set()
        self._replies = 0
        self._unreachable = False
        self.foreign: str | None = None
        self.broken: asyncio.Future[SnmpError | LocalError] = self._loop.create_future()
        self._inner = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._outer = _outer(self._expected.version)
        except OSError:
            self._inner.close()
            raise
        self._inner.setblocking(False)
        self._inner.bind(("127.0.0.1", 0))
        self.near: tuple[str, int] = self._inner.getsockname()
        self._loop.add_reader(self._inner, self._from_client)
        self._loop.add_reader(self._outer, self._from_device)

    def close(self) -> None:
        """Let go of the sockets."""
        if self._timer is not None:
            self._timer.cancel()
        self.broken.cancel()
        for end in (self._inner, self._outer):
            self._loop.remove_reader(end)
            end.close()

    def explain(self, error: SnmpError, credential: Credential) -> SnmpError:
        """What the client's error was about, by what passed through."""
        refused = min(self._reports & _REFUSALS.keys(), default=None)
        if refused is not None:
            return _REFUSALS[refused]
        if isinstance(error, Timeout) and self._replies:
            return MalformedReply("answered, but not what was asked")
        if isinstance(error, Timeout) and self._unreachable:
            return Unreachable("the network says that it cannot be reached")
        if isinstance(error, Timeout) and _UNKNOWN_ENGINE in self._reports:
            return _ignored(credential) or error
        return error

    def _from_client(self) -> None:
        try:
            request, self._client = self._inner.recvfrom(_LARGEST)
        except OSError:
            return
        first = not self._request
        self._request = request
        self._send(request)
        if first and self._curious:
            self._send(_DISCOVERY)
        if self._timer is None and self._left:
            self._timer = self._loop.call_later(self._gap, self._resend)

    def _resend(self) -> None:
        self._left -= 1
        self._timer = self._loop.call_later(self._gap, self._resend) if self._left else None
        self._send(self._request)
        if not self._reports:
            self._send(_DISCOVERY)

    def _send(self, datagram: bytes) -> None:
        try:
            self._outer.sendto(datagram, self._device)
        except OSError as error:
            self._fail(error, received=False)

    def _from_device(self) -> None:
        try:
            reply, source = self._outer.recvfrom(_LARGEST)
        except BlockingIOError:
            return
        except OSError as error:
            self._fail(error, received=True)
            return
        report = _report(reply)
        if report is not None:
            self._reports.add(report)
        here = ipaddress.ip_address(source[0].partition("%")[0])
        if _DISCOVERY_ID in reply[:32]:
            return
        expected = here == self._expected or self._expected.is_unspecified
        self.foreign = None if expected else str(here)
        # A report is no reply to what was asked, nor is anything that another host may have sent.
        if expected and report is None:
            self._replies += 1
        if self._client is not None:
            try:
                self._inner.sendto(reply, self._client)
            except OSError:
                self._client = None

    def _fail(self, error: OSError, *, received: bool) -> None:
        number = errno_of(error)
        if number == errno.ECONNREFUSED:
            self._break(Refused("the port is closed"))
        elif received and number in (errno.EHOSTUNREACH, errno.ENETUNREACH):
            self._unreachable = True
        else:
            self._break(LocalError(error))

    def _break(self, error: SnmpError | LocalError) -> None:
        if not self.broken.done():
            self.broken.set_result(error)


def _ignored(credential: Credential) -> SnmpError | None:
    """Why an agent that is there does not answer this credential."""
    if credential.version != "3":
        return WrongCommunity(
            "an SNMP agent is there, but does not answer this community in version "
            f"{credential.version}"
        )
    if credential.priv != "none":
        return WrongKey("an SNMP agent is there, but cannot read what priv and priv_key make")
    return None


def _outer(version: int) -> socket.socket:
    """A socket that hears from anyone, and of what routers say of its own datagrams."""
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    outer = socket.socket(family, socket.SOCK_DGRAM)
    if version == 4:
        outer.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
    else:
        outer.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
    outer.setblocking(False)
    return outer


def _report(datagram: bytes) -> int | None:
    """Which usmStats counter a report names, None for what is no report in clear text."""
    at = datagram.find(_USM_STATS)
    after = at + len(_USM_STATS)
    return datagram[after] if at >= 0 and after < len(datagram) else None
