"""What a source answered, judged: a document, or why there is none.

Nothing of an answer gets into a message but what a declaration's `error` finds, and that shortened.
"""

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from collector.domain.sources import SourceFailure
from collector.ports import SourceFailed
from collector.sources.declared import DeclaredSource
from collector.sources.expressions import Expression

_OF_STATUS = {
    401: SourceFailure.UNAUTHORISED,
    403: SourceFailure.FORBIDDEN,
    404: SourceFailure.NOT_FOUND,
    408: SourceFailure.TIMEOUT,
    410: SourceFailure.NOT_FOUND,
    429: SourceFailure.RATE_LIMITED,
}
_NOTHING = (204, 416)
"""No content, and a range that begins past the end: lists of nothing."""
_LOGIN = re.compile(
    rb"type=[\"']?password|log ?in|sign[ -]?in|logga in|inloggning|saml", re.IGNORECASE
)
_LOGIN_URL = re.compile(r"log-?in|logon|sign-?in|sso|saml|adfs|oauth|auth", re.IGNORECASE)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer as it came."""

    status: int
    headers: httpx.Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """A document, and what came with it."""

    document: Any
    headers: httpx.Headers


class HalfAnswer(SourceFailed):
    """An answer that was cut off or scrambled: another attempt may well get it whole."""


def judged(raw: Raw, what: str, declared: DeclaredSource | None) -> Answer:
    """The document of an answer to `what`; SourceFailed where there is none.

    Without `declared` the answer is one to a login, and its errors have no place of their own.
    """
    if raw.status in _NOTHING:
        return Answer(None, raw.headers)
    if not 200 <= raw.status < 300:
        raise _refused(raw, what, declared)
    document = parsed(raw, what)
    if declared is None:
        return Answer(document, raw.headers)
    if _finds(declared.unauthorised, document):
        raise SourceFailed(SourceFailure.UNAUTHORISED, f"{what}: the credential was refused")
    if found := _finds(declared.error, document):
        raise SourceFailed(SourceFailure.REFUSED, f"{what}: {_short(found)}")
    return Answer(document, raw.headers)


def parsed(raw: Raw, what: str) -> Any:
    """The body as JSON."""
    body = raw.body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not body:
        return None
    if body[:1] == b"<":
        if _LOGIN.search(body[:100_000]):
            message = f"{what}: an HTML login page came instead of JSON; check the credential"
            raise SourceFailed(SourceFailure.UNAUTHORISED, message)
        message = f"{what}: an HTML page came instead of JSON; check base_url and path"
        raise SourceFailed(SourceFailure.NOT_JSON, message)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        if body[:1] in b'{["':
            message = f"{what}: the JSON is broken off or malformed ({len(raw.body)} bytes)"
            raise HalfAnswer(SourceFailure.NOT_JSON, message) from None
        message = f"{what}: the answer is no JSON; check base_url and path"
        raise SourceFailed(SourceFailure.NOT_JSON, message) from None


def _refused(raw: Raw, what: str, declared: DeclaredSource | None) -> SourceFailed:
    status = raw.status
    if 300 <= status < 400:
        return _redirected(raw, what)
    failure = _OF_STATUS.get(status)
    if failure is None:
        failure = SourceFailure.SERVER_ERROR if status >= 500 else SourceFailure.REFUSED
    message = f"{what}: status {status}"
    with suppress(ValueError, RecursionError, SourceFailed):
        document = json.loads(raw.body) if declared is not None else None
        if declared is not None and _finds(declared.unauthorised, document):
            failure = SourceFailure.UNAUTHORISED
        elif declared is not None and (found := _finds(declared.error, document)):
            message += f", {_short(found)}"
    return SourceFailed(failure, message)


def _finds(expression: Expression | None, document: Any) -> Any:
    return None if expression is None else expression.find(document)


def _redirected(raw: Raw, what: str) -> SourceFailed:
    location = raw.headers.get("location", "")
    host = urlsplit(location).hostname
    if _LOGIN_URL.search(location):
        message = f"{what}: led to a login page; check the credential"
        return SourceFailed(SourceFailure.UNAUTHORISED, message)
    where = f" to {host}" if host else ""
    message = f"{what}: redirected{where}; write where it really is as base_url"
    return SourceFailed(SourceFailure.REFUSED, message)


def _short(found: Any) -> str:
    text = found if isinstance(found, str) else "the source says that the request failed"
    return " ".join(text.split())[:_LONGEST]
