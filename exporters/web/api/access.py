"""Who gets to the API at all: before any operation, so that none can forget it."""

import ipaddress
import re
import time
from collections.abc import Callable

from fastapi import HTTPException, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from collector.domain.people import Role, User
from collector.ports import PeopleStore
from exporters.web.api.limits import Allowance, place
from exporters.web.api.problems import is_api, problem
from exporters.web.api.sign_in import SignIn, refused
from exporters.web.api.sources import Workers

_READING = ("GET", "HEAD", "OPTIONS")
_LARGEST_BODY = 64 * 1024
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_REQUESTS_A_SECOND, _AT_ONCE = 50, 200


class Access:
    """Lets through who may: readers to what reads, editors to what changes.

    The user is then `request.state.user`, None for one on this machine who reads without signing
    in. What changes data takes a signed-in user always, a body of JSON, and no other site's page.
    """

    def __init__(
        self,
        app: ASGIApp,
        people: PeopleStore,
        open_reading: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._sign_in = SignIn(people, clock)
        self._open_reading = open_reading
        self._allowance = Allowance(_REQUESTS_A_SECOND, _AT_ONCE, clock)
        # One thread: guessing takes one core at most, and the 19 MiB of one password.
        self._worker = Workers(1, "sign-in")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for the operation where it must not be reached."""
        if scope["type"] != "http" or not is_api(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            request.state.user = await self._admitted(request)
        except HTTPException as error:
            await problem(error)(scope, receive, send)
            return
        await self._app(scope, _bounded(receive), send)

    async def _admitted(self, request: Request) -> User | None:
        address = request.client.host if request.client else ""
        if wait := self._allowance.wait(place(address)):
            sentence = f"too many requests; try again in {wait} s"
            raise HTTPException(429, sentence, {"Retry-After": str(wait)})
        reading = request.method in _READING
        if not reading:
            _refuse_foreign(request)
        _refuse_large(request)
        header = request.headers.get("authorization")
        if header is None:
            if reading and self._open_reading and _is_here(request, address):
                return None
            raise refused("sign in: driftkoll user add makes users and tokens")
        user = await self._worker.run(self._sign_in.user, header, address)
        require(user, Role.READER if reading else Role.EDITOR)
        return user


def require(user: User | None, needed: Role) -> None:
    """Refuse whoever has not the role, and who has not signed in at all."""
    if user is None:
        raise refused(f"sign in: this takes the role {needed}")
    if not user.role.may(needed):
        sentence = f"{user.name} is {user.role}; this takes the role {needed}"
        raise HTTPException(403, sentence)


def _refuse_foreign(request: Request) -> None:
    """A page of another site makes a browser send what it likes, with the user's credentials; but
    it cannot say that it sends JSON without being asked for leave, which nobody gives."""
    headers = request.headers
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise HTTPException(403, "the request comes from a page of another site")
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2] != headers.get("host"):
        raise HTTPException(403, "the request comes from a page of another site")
    sends = request.method != "DELETE" or "content-type" in headers
    if sends and headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415, "the body must be JSON: send Content-Type: application/json")


def _refuse_large(request: Request) -> None:
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > _LARGEST_BODY:
        raise _too_large()


def _too_large() -> HTTPException:
    return HTTPException(413, f"the body is larger than {_LARGEST_BODY // 1024} KiB")


def _bounded(receive: Receive) -> Receive:
    """A body without a length is counted as it comes."""
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > _LARGEST_BODY:
            raise _too_large()
        return message

    return counted


def _is_here(request: Request, address: str) -> bool:
    """Whether somebody on this machine asks, and asks this machine: a proxy here may speak for
    anybody, and a page's own host name may have been pointed at this machine."""
    host = request.headers.get("host", "")
    asked = re.sub(r":\d*$", "", host).strip("[]")
    proxied = any(name in request.headers for name in _FORWARDED)
    return is_loopback(address) and is_loopback(asked) and not proxied


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, and nobody else can mean it."""
    try:
        parsed = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return parsed.is_loopback
