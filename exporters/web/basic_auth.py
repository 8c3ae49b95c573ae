"""Basic authentication against bcrypt hashes, as the exporter-toolkit does it."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import os
from collections import OrderedDict
from collections.abc import Mapping

import bcrypt
from pydantic import SecretStr

_KEPT = 100
_BCRYPT_READS = 72
"""Bytes of a password that bcrypt looks at; other implementations ignore the rest in silence."""


class BasicAuth:
    """Tells whether an Authorization header is one of the users'.

    A bcrypt hash takes tens of milliseconds by design, which each scrape should not cost: answers
    are kept under a keyed digest, so that no password stays in memory. One hash at a time is
    worked out, in a thread: guessing takes one core at most, and never the polling's turn.
    """

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._answers: OrderedDict[bytes, bool] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def admits(self, header: str | None, users: Mapping[str, SecretStr]) -> bool:
        """Whether the header names a user and has the password; a user that does not exist takes
        as long as one that does."""
        given = _credentials(header)
        if given is None:
            return False
        name, password = given
        user = name.decode(errors="replace")
        anyone = next(iter(users.values()))
        stored = users.get(user, anyone).get_secret_value().encode()
        digest = self._digest(name, stored, password)
        if (kept := self._answers.get(digest)) is not None:
            self._answers.move_to_end(digest)
            return kept
        async with self._one_at_a_time:
            right = await asyncio.to_thread(bcrypt.checkpw, password[:_BCRYPT_READS], stored)
        self._answers[digest] = admitted = right and user in users
        if len(self._answers) > _KEPT:
            self._answers.popitem(last=False)
        return admitted

    def _digest(self, *parts: bytes) -> bytes:
        joined = b"".join(len(part).to_bytes(8) + part for part in parts)
        return hmac.digest(self._key, joined, hashlib.sha256)


def _credentials(header: str | None) -> tuple[bytes, bytes] | None:
    """User and password (RFC 7617); None for anything else."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return None
    return (user, password) if colon else None
