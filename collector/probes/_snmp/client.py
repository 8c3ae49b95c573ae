"""The interface that the SNMP clients share, and the one tree of errors that they raise.

SnmpError
├── Timeout            nothing came back
├── Refused            the port is closed (ICMP port unreachable)
├── Unreachable        the network says so (ICMP host or network unreachable)
├── WrongCommunity     v1, v2c
├── UnknownUser        v3
├── WrongKey           v3: password, method or security level
│   └── Unauthorised   v3: one of the two above, the client cannot tell which
├── ForeignReply       from another address than was asked
└── MalformedReply     no SNMP, or no answer to what was asked
LocalError             our own system's, with its errno: not the device's fault
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import ClassVar, Protocol

from collector.domain.samples import Reason
from collector.probes._snmp.credentials import Credential

Value = int | float | str | bytes | None
Values = Mapping[str, Value]


class SnmpError(Exception):
    """Why a device gave no value; the message is for people, and holds no secret."""

    reason: ClassVar[Reason]


class Timeout(SnmpError):
    """Nothing came back in time."""

    reason = Reason.TIMEOUT


class Refused(SnmpError):
    """The device says that nothing listens on the port."""

    reason = Reason.REFUSED


class Unreachable(SnmpError):
    """A router, or a neighbour's silence, says that the device cannot be reached."""

    reason = Reason.TIMEOUT


class WrongCommunity(SnmpError):
    """An agent is there and does not know the community, or not in this version."""

    reason = Reason.WRONG_COMMUNITY


class UnknownUser(SnmpError):
    """The agent does not know the user."""

    reason = Reason.UNKNOWN_USER


class WrongKey(SnmpError):
    """The agent knows the user by another password, method or security level."""

    reason = Reason.WRONG_KEY


class Unauthorised(WrongKey):
    """The agent refuses the user or the key; the client cannot tell which."""


class ForeignReply(SnmpError):
    """A valid reply came from another address than the request went to."""

    reason = Reason.FOREIGN_REPLY


class MalformedReply(SnmpError):
    """What came back is no SNMP, or no reply to what was asked."""

    reason = Reason.MALFORMED_REPLY


class LocalError(Exception):
    """An error of our own system; `error` is the OSError."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


Answer = tuple[Values | SnmpError | LocalError, float]
"""What came of a request, and the seconds that it took."""


class SnmpClient(Protocol):
    """GETs of a few OIDs.

    `sees_all` is whether the client takes a reply from any address, so that where a reply came from
    must be watched from outside.
    """

    sees_all: ClassVar[bool]

    async def get(
        self,
        address: str,
        port: int,
        credential: Credential,
        oids: Sequence[str],
        within: float,
        via: tuple[str, int] | None = None,
    ) -> Values:
        """The values that the device has, within `within` seconds; SnmpError or LocalError.

        An object that the device lacks is absent from the result. Octets are bytes, OIDs dotted
        text. `via` is where the packets go instead: a relay to the device.
        """
        ...

    def ask(
        self,
        address: str,
        port: int,
        credential: Credential,
        oids: Sequence[str],
        within: float,
        answered: Callable[[Answer], None],
    ) -> bool:
        """Send a GET now and have `answered` called, later and once, with what came of it.

        False, and nothing sent, where something must come before the request: then `get` does it.
        """
        ...

    async def close(self) -> None:
        """Let go of sockets."""
        ...


_DOTTED = re.compile(r"\d+(\.\d+)+")


def text(value: Value) -> str:
    """An octet string as text on one line: UTF-8 or Latin-1, no control characters; "" for none."""
    if not isinstance(value, bytes):
        return ""
    try:
        decoded = value.decode()
    except UnicodeDecodeError:
        decoded = value.decode("latin-1")
    if decoded.isprintable():
        return decoded.strip()[:255]
    return "".join(c for c in decoded if c.isprintable()).strip()[:255]


@lru_cache(maxsize=4096)
def oid(value: Value) -> str:
    """An OID as dotted text, "" for anything else."""
    return value if isinstance(value, str) and _DOTTED.fullmatch(value) else ""
