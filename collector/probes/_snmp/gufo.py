"""SNMP by gufo-snmp's compiled core, a socket for each device, without a task for each request.

gufo-snmp's own SnmpSession adds and removes the descriptor and starts a timer at each request,
which costs as much as the request; here a session stays and deadlines are shared.
"""

import asyncio
import errno
import resource
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, ClassVar

from gufo.snmp import _fast
from gufo.snmp.user import User

from collector.probes._deadlines import Deadlines
from collector.probes._failures import errno_of
from collector.probes._snmp.client import (
    Answer,
    LocalError,
    MalformedReply,
    Refused,
    SnmpError,
    Timeout,
    Unauthorised,
    Unreachable,
    Values,
    WrongCommunity,
)
from collector.probes._snmp.credentials import Credential
from collector.probes._snmp.gufo_keys import user_of

_IDLE = 900.0
"""Seconds after which a session that nobody uses gives way to another."""
_NOBODY = User.default()

_LEFT_SHARE = 8
_LEFT_AT_LEAST = 512
"""Descriptors left to everything else: the eighth part, and so many. A second look at a silent
device takes three for a few seconds, and its session has been let go before that."""

_Key = tuple[str, int]
_Answered = Callable[[Answer], None]


class _Session:
    """A connected socket and the one request that may be under way on it.

    `introduced` is set once it is kept for a v3 device: a reply that it passes over is then the
    report of an engine that it does not know, for the device restarted or is another one.
    """

    __slots__ = (
        "answered",
        "broken",
        "credential",
        "descriptor",
        "introduced",
        "receive",
        "socket",
        "used",
    )

    def __init__(self, socket: Any, credential: Credential) -> None:
        self.socket = socket
        self.credential = credential
        self.descriptor: int = socket.get_fd()
        self.receive: Callable[[], Any] = socket.recv_get_many
        self.answered: _Answered | None = None
        self.used = 0.0
        self.broken = False
        self.introduced = False

    def serves(self, credential: Credential) -> bool:
        """Whether it was opened with an equal credential; mostly it is the very same."""
        return self.credential is credential or self.credential == credential

    def readable(self) -> None:
        """Take what came: to who waits for it, else it is the late answer to a former request."""
        try:
            values = self.receive()
        except BlockingIOError:
            if self.introduced:
                self.fail(Unauthorised("its engine is another than before"))
            return
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - the decoder's panics are no Exceptions
            self.fail(_received(error, self.credential))
            return
        self._answer(values)

    def fail(self, error: SnmpError | LocalError) -> None:
        """End the request under way, if any; the session is of no more use."""
        self.broken = True
        self._answer(error)

    def _answer(self, found: Values | SnmpError | LocalError) -> None:
        answered, self.answered = self.answered, None
        if answered is not None:
            answered((found, monotonic() - self.used))


class _Waiting:
    """Somebody who awaits the answer to the request under way on a session."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.values: asyncio.Future[Values] = loop.create_future()
        self.take: _Answered = self._take

    def _take(self, answer: Answer) -> None:
        found, _ = answer
        if self.values.done():
            return
        if isinstance(found, SnmpError | LocalError):
            self.values.set_exception(found)
        else:
            self.values.set_result(found)

    def leave(self, session: _Session) -> None:
        """Wait no longer."""
        if session.answered is self.take:
            session.answered = None


class GufoClient:
    """One for a running agent; sessions are kept for as many devices as descriptors allow."""

    sees_all: ClassVar[bool] = False

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._deadlines: Deadlines[tuple[_Session, _Answered]] = Deadlines(_expire)
        self._sessions: dict[_Key, _Session] = {}
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
        answered: _Answered,
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
        self, key: _Key, session: _Session, oids: Sequence[str], within: float
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
        self, session: _Session, oids: Sequence[str], within: float, answered: _Answered
    ) -> None:
        try:
            session.socket.send_get_many(oids)
        except OSError as error:
            session.broken = True
            raise _sent(error) from error
        session.used = monotonic()
        session.answered = answered
        self._deadlines.add((session, answered), within)

    async def _ask(self, session: _Session, oids: Sequence[str], within: float) -> Values:
        answer = _Waiting(self._loop)
        try:
            self._send(session, oids, within, answer.take)
            return await answer.values
        finally:
            answer.leave(session)

    async def _introduce(self, session: _Session, key: _Key, within: float) -> None:
        """Learn the device's engine (RFC 3414 4) and its clock."""
        if key not in self._engines:
            await self._refresh(session, within)
            session.socket.set_keys(*_keys(user_of(session.credential)))
            self._engines[key] = session.socket.get_engine_id()
        if session.credential.auth != "none":
            await self._refresh(session, within)

    async def _refresh(self, session: _Session, within: float) -> None:
        answer = _Waiting(self._loop)
        session.receive = session.socket.recv_refresh
        try:
            session.socket.send_refresh()
            session.answered = answer.take
            self._deadlines.add((session, answer.take), within)
            await answer.values
        except OSError as error:
            raise _sent(error) from error
        finally:
            answer.leave(session)
            session.receive = session.socket.recv_get_many

    def _open(self, where: str, credential: Credential, engine: bytes | None) -> _Session:
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
        session = _Session(socket, credential)
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

    def _forget(self, key: _Key, session: _Session) -> None:
        """Drop a session, and what is known of the engine: another may answer there by now."""
        self._engines.pop(key, None)
        self._drop(key, session)

    def _drop(self, key: _Key, session: _Session) -> None:
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


def _expire(request: tuple[_Session, _Answered]) -> None:
    session, answered = request
    if session.answered is answered:
        session.fail(Timeout("no answer"))


def _sent(error: OSError) -> Refused | LocalError:
    """What a failed send means: our own fault, or an ICMP message that came before."""
    if errno_of(error) == errno.ECONNREFUSED:
        return Refused("the port is closed")
    return LocalError(error)


def _received(error: BaseException, credential: Credential) -> SnmpError | LocalError:
    """What a failed receive means. Whatever the decoder raises – it also panics – is about what it
    was given, since it was given nothing else."""
    if isinstance(error, _fast.SnmpAuthError):
        if credential.version == "3":
            return Unauthorised("the agent refuses this user, auth and priv")
        return WrongCommunity("the agent refuses access")
    if isinstance(error, OSError):
        number = errno_of(error)
        if number == errno.ECONNREFUSED or "refused" in str(error):
            return Refused("the port is closed")
        if number in (errno.EHOSTUNREACH, errno.ENETUNREACH):
            return Unreachable("the network says that it cannot be reached")
        return LocalError(error)
    return MalformedReply(f"no SNMP reply: {str(error)[:80]}")
