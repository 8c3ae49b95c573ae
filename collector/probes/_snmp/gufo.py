"""SNMP by gufo-snmp's compiled core, a socket for each device, without a task for each request.

gufo-snmp's own SnmpSession adds and removes the descriptor and starts a timer at each request,
which costs as much as the request; here a session stays and deadlines are shared.
"""

import asyncio
import resource
from collections.abc import Sequence
from time import monotonic
from typing import Any, ClassVar

from gufo.snmp import _fast
from gufo.snmp.user import User

from collector.probes._deadlines import Deadlines
from collector.probes._snmp.client import (
    LocalError,
    SnmpError,
    Timeout,
    Unauthorised,
    Values,
)
from collector.probes._snmp.credentials import Credential
from collector.probes._snmp.gufo_keys import user_of
from collector.probes._snmp.gufo_session import Answered, Session, Waiting, expire, sent

_IDLE = 900.0
"""Seconds after which a session that nobody uses gives way to another."""
_NOBODY = User.default()

_LEFT_SHARE = 8
_LEFT_AT_LEAST = 512
"""Descriptors left to everything else: the eighth part, and so many. A second look at a silent
device takes three for a few seconds, and its session has been let go before that."""

_Key = tuple[str, int]


class GufoClient:
    """One for a running agent; sessions are kept for as many devices as descriptors allow."""

    sees_all: ClassVar[bool] = False

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._deadlines: Deadlines[tuple[Session, Answered]] = Deadlines(expire)
        self._sessions: dict[_Key, Session] = {}
        self._engines: dict[_Key, bytes] = {}
        self._most = _sessions_within(resource.getrlimit(resource.RLIMIT_NOFILE)[0])

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
        key = (address, port)
        session = self._sessions.get(key)
        if session is not None and (session.broken or not session.serves(credential)):
            self._forget(key, session)
            session = None
        if session is not None and session.answered is None and via is None:
            try:
                return await self._ask(session, oids, within)
            except Unauthorised:
                # Where its clock has moved on, the report that said so has set the session's.
                return await self._again(key, session, oids, within)
            except BaseException:
                self._forget(key, session)
                raise
        return await self._anew(key, credential, oids, within, via)

    def ask(
        self,
        address: str,
        port: int,
        credential: Credential,
        oids: Sequence[str],
        within: float,
        answered: Answered,
    ) -> bool:
        """As SnmpClient.ask: where a session is there that nobody else waits on."""
        session = self._sessions.get((address, port))
        if (
            session is None
            or session.broken
            or session.answered is not None
            or not session.serves(credential)
        ):
            return False
        try:
            self._send(session, oids, within, answered)
        except (SnmpError, LocalError):
            return False
        return True

    async def close(self) -> None:
        """Let go of all sockets."""
        for key, session in list(self._sessions.items()):
            self._drop(key, session)
        self._deadlines.close()

    async def _again(
        self, key: _Key, session: Session, oids: Sequence[str], within: float
    ) -> Values:
        session.broken = False
        try:
            return await self._ask(session, oids, within)
        except BaseException as error:
            self._forget(key, session)
            if not isinstance(error, Unauthorised):
                raise
        return await self._anew(key, session.credential, oids, within, None)

    async def _anew(
        self,
        key: _Key,
        credential: Credential,
        oids: Sequence[str],
        within: float,
        via: tuple[str, int] | None,
    ) -> Values:
        host, port = via or key
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        session = self._open(where, credential, self._engines.get(key))
        try:
            if credential.version == "3":
                await self._introduce(session, key, within)
            values = await self._ask(session, oids, within)
        except BaseException:
            self._engines.pop(key, None)
            self._loop.remove_reader(session.descriptor)
            raise
        if via is None and self._room(key):
            session.introduced = credential.version == "3"
            self._sessions[key] = session
        else:
            self._loop.remove_reader(session.descriptor)
        return values

    def _send(
        self, session: Session, oids: Sequence[str], within: float, answered: Answered
    ) -> None:
        try:
            session.socket.send_get_many(oids)
        except OSError as error:
            session.broken = True
            raise sent(error) from error
        session.used = monotonic()
        session.answered = answered
        self._deadlines.add((session, answered), within)

    async def _ask(self, session: Session, oids: Sequence[str], within: float) -> Values:
        answer = Waiting(self._loop)
        try:
            self._send(session, oids, within, answer.take)
            return await answer.values
        finally:
            answer.leave(session)

    async def _introduce(self, session: Session, key: _Key, within: float) -> None:
        """Learn the device's engine (RFC 3414 4) and its clock."""
        if key not in self._engines:
            await self._refresh(session, within)
            session.socket.set_keys(*_keys(user_of(session.credential)))
            self._engines[key] = session.socket.get_engine_id()
        if session.credential.auth != "none":
            await self._refresh(session, within)

    async def _refresh(self, session: Session, within: float) -> None:
        answer = Waiting(self._loop)
        session.receive = session.socket.recv_refresh
        try:
            session.socket.send_refresh()
            session.answered = answer.take
            self._deadlines.add((session, answer.take), within)
            await answer.values
        except OSError as error:
            raise sent(error) from error
        finally:
            answer.leave(session)
            session.receive = session.socket.recv_get_many

    def _open(self, where: str, credential: Credential, engine: bytes | None) -> Session:
        try:
            if credential.version == "3":
                user = user_of(credential) if engine else _NOBODY
                socket: Any = _fast.SnmpV3ClientSocket(
                    where, engine or b"", *_keys(user), 0, 0, 0, 0
                )
            else:
                kind = (
                    _fast.SnmpV1ClientSocket
                    if credential.version == "1"
                    else _fast.SnmpV2cClientSocket
                )
                socket = kind(where, credential.community, 0, 0, 0, 0)
        except OSError as error:
            raise LocalError(error) from error
        session = Session(socket, credential)
        self._loop.add_reader(session.descriptor, session.readable)
        return session

    def _room(self, key: _Key) -> bool:
        """Whether a session may stay; the eldest gives way where it has been idle for long."""
        if key in self._sessions:
            return False
        if len(self._sessions) < self._most:
            return True
        eldest, session = next(iter(self._sessions.items()))
        if session.used > self._loop.time() - _IDLE:
            self._sessions[eldest] = self._sessions.pop(eldest)
            return False
        self._drop(eldest, session)
        return True

    def _forget(self, key: _Key, session: Session) -> None:
        """Drop a session, and what is known of the engine: another may answer there by now."""
        self._engines.pop(key, None)
        self._drop(key, session)

    def _drop(self, key: _Key, session: Session) -> None:
        self._loop.remove_reader(session.descriptor)
        if self._sessions.get(key) is session:
            del self._sessions[key]
        session.fail(Timeout("no answer"))


def _sessions_within(descriptors: int) -> int:
    """How many sessions may be kept where a process may have so many descriptors."""
    left = max(descriptors // _LEFT_SHARE, _LEFT_AT_LEAST)
    return max(descriptors - left, descriptors // 2)


def _keys(user: User) -> tuple[str, int, bytes, int, bytes]:
    return (
        user.name,
        user.get_auth_alg(),
        user.get_auth_key(),
        user.get_priv_alg(),
        user.get_priv_key(),
    )
