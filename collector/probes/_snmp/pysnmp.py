"""SNMP by pysnmp: much slower, and another implementation to hold the first against."""

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar

from pyasn1.type import univ  # type: ignore[import-untyped]  # it has no type hints
from pysnmp.entity import config
from pysnmp.hlapi.v1arch import asyncio as v1
from pysnmp.hlapi.v3arch import asyncio as v3
from pysnmp.hlapi.v3arch.asyncio.cmdgen import LCD
from pysnmp.proto import errind, rfc1902

from collector.probes._snmp.client import (
    MalformedReply,
    SnmpError,
    Timeout,
    Unauthorised,
    UnknownUser,
    Value,
    Values,
    WrongCommunity,
    WrongKey,
)
from collector.probes._snmp.credentials import Credential

_Answer = tuple[Any, Any, Any]
"""What went wrong with the exchange, the error-status of the reply, its variable bindings."""

_AUTH = {
    "md5": v3.USM_AUTH_HMAC96_MD5,
    "sha1": v3.USM_AUTH_HMAC96_SHA,
    "sha224": v3.USM_AUTH_HMAC128_SHA224,
    "sha256": v3.USM_AUTH_HMAC192_SHA256,
    "sha384": v3.USM_AUTH_HMAC256_SHA384,
    "sha512": v3.USM_AUTH_HMAC384_SHA512,
}
_PRIV = {
    "des": v3.USM_PRIV_CBC56_DES,
    "aes128": v3.USM_PRIV_CFB128_AES,
    "aes192": v3.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "aes256": v3.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "aes192c": v3.USM_PRIV_CFB192_AES,
    "aes256c": v3.USM_PRIV_CFB256_AES,
}
_KEY_ERRORS = (
    errind.WrongDigest,
    errind.DecryptionError,
    errind.UnsupportedSecurityLevel,
    errind.AuthenticationError,
    errind.AuthenticationFailure,
)
_AUTHORIZATION_ERROR = 16
"""The error-status of RFC 3416 3."""


class _Dispatcher(v1.SnmpDispatcher):  # type: ignore[misc]  # pysnmp's types are not read
    """pysnmp's, but a datagram that is no SNMP is dropped instead of raised into the event loop."""

    def _recv_callback(self, *arguments: Any) -> Any:
        try:
            return super()._recv_callback(*arguments)
        except Exception:  # noqa: BLE001 - whatever a decoder raises is about its input
            return b""


class PysnmpClient:
    """One dispatcher for v1 and v2c, one engine for each credential of v3."""

    sees_all: ClassVar[bool] = True

    def __init__(self) -> None:
        self._dispatcher: _Dispatcher | None = None
        self._engines: dict[Credential, tuple[v3.SnmpEngine, v3.UsmUserData]] = {}

    async def get(
        self,
        address: str,
        port: int,
        credential: Credential,
        oids: Sequence[str],
        within: float,
        via: tuple[str, int] | None = None,
    ) -> Values:
        """As SnmpClient.get."""
        where = via or (address, port)
        if credential.version == "3":
            # Making an engine takes longer than a poll may: it is no part of the wait.
            exchange = _user_get(*self._engine(credential), where, oids, within)
        else:
            exchange = self._community_get(where, credential, oids, within)
        try:
            async with asyncio.timeout(within):
                failed, status, found = await exchange
        except TimeoutError:
            raise Timeout("no answer") from None
        if failed:
            raise _error(failed)
        if int(status) == _AUTHORIZATION_ERROR:
            if credential.version == "3":
                raise Unauthorised("the agent refuses this user, auth and priv")
            raise WrongCommunity("the agent refuses access")
        if status:
            return {}
        if any(value.tagSet == univ.Null.tagSet for _, value in found):
            raise MalformedReply("no SNMP reply: it echoes the request")
        values = {str(name): _value(value) for name, value in found}
        return {name: value for name, value in values.items() if value is not None}

    def ask(self, *_request: object) -> bool:
        """As SnmpClient.ask: never, for pysnmp itself waits in a task."""
        return False

    async def close(self) -> None:
        """Let go of the sockets."""
        if self._dispatcher is not None:
            # Its own close() calls back for what is under way, with an argument too few.
            self._dispatcher._pendingReqs.clear()
            self._dispatcher.close()
        for engine, _ in self._engines.values():
            engine.close_dispatcher()
        self._engines.clear()
        self._dispatcher = None

    async def _community_get(
        self, where: tuple[str, int], credential: Credential, oids: Sequence[str], within: float
    ) -> _Answer:
        if self._dispatcher is None:
            self._dispatcher = _Dispatcher()
        community = v1.CommunityData(credential.community, mpModel=int(credential.version == "2c"))
        target = _at(v1, where, within)
        asked = [(name, rfc1902.Null("")) for name in oids]
        failed, status, _, found = await v1.get_cmd(
            self._dispatcher, community, target, *asked, lookupMib=False
        )
        return failed, status, found

    def _engine(self, credential: Credential) -> tuple[v3.SnmpEngine, v3.UsmUserData]:
        """An engine keeps what it hashed of a user's passwords, but two users of one name only as
        one: so one for each credential."""
        if credential not in self._engines:
            self._engines[credential] = v3.SnmpEngine(), _user(credential)
        return self._engines[credential]


async def _user_get(
    engine: v3.SnmpEngine,
    user: v3.UsmUserData,
    where: tuple[str, int],
    oids: Sequence[str],
    within: float,
) -> _Answer:
    target = _at(v3, where, within)
    asked = [v3.ObjectType(v3.ObjectIdentity(name)) for name in oids]
    try:
        failed, status, _, found = await v3.get_cmd(
            engine, user, target, v3.ContextData(), *asked, lookupMib=False
        )
    finally:
        _forget(engine, where)
    return failed, status, found


def _user(credential: Credential) -> v3.UsmUserData:
    auth, priv = _AUTH.get(credential.auth), _PRIV.get(credential.priv)
    return v3.UsmUserData(
        credential.user,
        authKey=credential.auth_key if auth else None,
        privKey=credential.priv_key if priv else None,
        authProtocol=auth or v3.USM_AUTH_NONE,
        privProtocol=priv or v3.USM_PRIV_NONE,
    )


def _at(kinds: Any, where: tuple[str, int], within: float) -> Any:
    """pysnmp's target of a literal address; its own `create` would run getaddrinfo in a thread."""
    kind = kinds.Udp6TransportTarget if ":" in where[0] else kinds.UdpTransportTarget
    target = kind.__new__(kind)
    target.transport_address = where
    # In whole seconds and longer than the wait here, which ends on time: pysnmp's own is coarse.
    target.__init__(timeout=int(within) + 2, retries=0)
    return target


def _forget(engine: v3.SnmpEngine, where: tuple[str, int]) -> None:
    """Take an address out of the engine's tables again: it gets slower with every one it has."""
    known = LCD._get_cache(engine)["addr"]
    for key in [key for key in known if key[2] == where]:
        config.delete_target_address(engine, known.pop(key)[0])


def _value(value: Any) -> Value:
    """A plain value; None where the agent says that there is no such object."""
    if isinstance(value, univ.Null):
        return None
    if isinstance(value, univ.Integer):
        return int(value)
    return str(value) if isinstance(value, univ.ObjectIdentifier) else bytes(value)


def _error(failed: Any) -> SnmpError:
    if isinstance(failed, errind.RequestTimedOut):
        return Timeout("no answer")
    if isinstance(failed, errind.UnknownUserName | errind.UnknownSecurityName):
        return UnknownUser("the agent does not know this user")
    if isinstance(failed, _KEY_ERRORS):
        return WrongKey(f"the agent knows the user by another key, auth or priv: {failed}")
    return MalformedReply(f"no SNMP reply: {str(failed)[:80]}")
