"""Who sends a request: basic authentication (RFC 7617) for people, a bearer token for scripts."""

import base64
import binascii
import hashlib
import hmac
import logging
import os
import time
from collections import OrderedDict
from collections.abc import Callable

from fastapi import HTTPException

from collector.domain.people import User
from collector.ports import PeopleStore
from collector.services.people import by_token, matches, password_hash_of
from exporters.web.api.limits import Failures, place

log = logging.getLogger(__name__)

CHALLENGE = {"WWW-Authenticate": 'Basic realm="Driftkoll", charset="UTF-8", Bearer'}

_FAILURES_OF_A_USER = 10
_FAILURES_OF_AN_ADDRESS = 100
_REMEMBERED = 60
"""Seconds that a password need not be hashed again."""
_KEPT = 1_000


class SignIn:
    """Tells who signs in; not to be used by two threads at a time.

    A password takes tens of milliseconds by design. One that was right is remembered for a minute,
    under a keyed digest of it and of the hash that it was held against: who is removed, or gets
    another password or role, is so from the next request on.
    """

    def __init__(self, store: PeopleStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._key = os.urandom(32)
        self._right: OrderedDict[bytes, float] = OrderedDict()
        self._of_user = Failures(_FAILURES_OF_A_USER, clock)
        self._of_address = Failures(_FAILURES_OF_AN_ADDRESS, clock)

    def user(self, header: str, address: str) -> User:
        """The user that an Authorization header proves to be; HTTPException for none: 401, or 429
        when it was tried too often from there."""
        scheme, _, value = header.partition(" ")
        client = place(address)
        if scheme.lower() == "bearer":
            # Nobody can guess one: those who have it need not wait for those who have not.
            if found := by_token(self._store, value.strip()):
                return found
            self._refuse_after_too_many(client, "")
            raise self._failed(client, "", "the token is not valid")
        if scheme.lower() != "basic":
            raise refused("sign in with a name and password (Basic) or a token (Bearer)")
        name, password = _name_and_password(value.strip())
        # Before the password is looked at: else a right guess would be told from the others.
        self._refuse_after_too_many(client, name)
        if found := self._by_password(name, password):
            return found
        raise self._failed(client, name, "the name or password is wrong")

    def _refuse_after_too_many(self, client: str, name: str) -> None:
        wait = max(self._of_user.wait((client, name)), self._of_address.wait(client))
        if wait:
            sentence = f"too many failed sign-ins; try again in {wait} s"
            raise HTTPException(429, sentence, {"Retry-After": str(wait)})

    def _failed(self, client: str, name: str, sentence: str) -> HTTPException:
        self._of_user.count((client, name))
        self._of_address.count(client)
        # Not the name that was given: people write their password there.
        log.warning("a sign-in from %s failed", client)
        return refused(sentence)

    def _by_password(self, name: str, password: str) -> User | None:
        login = self._store.login(name)
        stored = password_hash_of(login)
        digest = self._digest(stored, password)
        if self._right.get(digest, 0) <= self._clock():
            if not matches(stored, password):
                return None
            self._right[digest] = self._clock() + _REMEMBERED
            if len(self._right) > _KEPT:
                self._right.popitem(last=False)
        return login.user if login else None

    def _digest(self, stored: str, password: str) -> bytes:
        return hmac.digest(self._key, f"{stored}\0{password}".encode(), hashlib.sha256)


def refused(sentence: str) -> HTTPException:
    """401, with what the client may answer it with."""
    return HTTPException(401, sentence, CHALLENGE)


def _name_and_password(encoded: str) -> tuple[str, str]:
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        name = colon = password = ""
    if not name or not colon:
        raise refused("the basic credentials are not NAME:PASSWORD in UTF-8 and base64")
    return name, password
