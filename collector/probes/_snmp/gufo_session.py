"""A session of gufo-snmp's compiled core: a connected socket, who waits on it, and what its errors
mean."""

import asyncio
import errno
from collections.abc import Callable
from time import monotonic
from typing import Any

from gufo.snmp import _fast

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

Answered = Callable[[Answer], None]
"""What is called with the answer to a request."""


class Session:
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
        self.answered: Answered | None = None
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
            self.fail(received(error, self.credential))
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


class Waiting:
    """Somebody who awaits the answer to the request under way on a session."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.values: asyncio.Future[Values] = loop.create_future()
        self.take: Answered = self._take

    def _take(self, answer: Answer) -> None:
        found, _ = answer
        if self.values.done():
            return
        if isinstance(found, SnmpError | LocalError):
            self.values.set_exception(found)
        else:
            self.values.set_result(found)

    def leave(self, session: Session) -> None:
        """Wait no longer."""
        if session.answered is self.take:
            session.answered = None


def expire(request: tuple[Session, Answered]) -> None:
    """The deadline of a request has come: nothing where it is no longer under way."""
    session, answered = request
    if session.answered is answered:
        session.fail(Timeout("no answer"))


def sent(error: OSError) -> Refused | LocalError:
    """What a failed send means: our own fault, or an ICMP message that came before."""
    if errno_of(error) == errno.ECONNREFUSED:
        return Refused("the port is closed")
    return LocalError(error)


def received(error: BaseException, credential: Credential) -> SnmpError | LocalError:
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
