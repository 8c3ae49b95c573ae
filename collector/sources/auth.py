"""Credentials: how a source is told who asks."""

import base64
from collections.abc import Callable, Iterator, Mapping
from time import monotonic
from typing import Any
from urllib.parse import quote

import httpx

from collector.domain.instants import SECOND
from collector.domain.sources import SourceFailure
from collector.ports import SourceFailed
from collector.secret import Secret
from collector.sources.answers import Raw, judged
from collector.sources.parts import Auth, Request
from collector.sources.templates import fill

_MARGIN = 30.0
"""Seconds before its end at which a token is not used any more."""

Build = Callable[[Request, Mapping[str, Any]], httpx.Request]


class Credential:
    """One source's: put on each request, and a token asked for where it takes one."""

    def __init__(self, auth: Auth, variables: Mapping[str, str]) -> None:
        self._auth = auth
        self._variables = variables
        self._token: str | None = None
        self._until = 0.0

    def secrets(self) -> Iterator[str]:
        """All texts that no message may show."""
        auth = self._auth
        for secret in (auth.password, auth.value, auth.token, auth.client_secret):
            if secret is not None:
                yield self._text(secret)

    def needed(self) -> bool:
        """Whether a token has to be asked for first."""
        if self._auth.type not in ("oauth2_cc", "login_token"):
            return False
        return self._token is None or monotonic() >= self._until

    def request(self, client: httpx.AsyncClient, build: Build) -> httpx.Request:
        """What asks for one."""
        if self._auth.type == "oauth2_cc":
            return self._token_request(client)
        assert self._auth.login is not None
        return build(self._auth.login, {})

    def take(self, raw: Raw) -> set[str]:
        """Keep the token of an answer; SourceFailed where it has none. What is secret from now on.

        A refusal of the login is one of the credential, whatever status it comes with.
        """
        if raw.status in (400, 401, 403):
            message = f"login: status {raw.status}, the credential was refused"
            raise SourceFailed(SourceFailure.UNAUTHORISED, message)
        token, lasts = self._found(raw)
        if not isinstance(token, str) or not token or not token.isprintable():
            message = "login: the answer holds no token; check the credential"
            raise SourceFailed(SourceFailure.UNAUTHORISED, message)
        self._token, self._until = token, monotonic() + lasts
        return {token}

    def values(self) -> dict[str, str | None]:
        """What stands for {session}."""
        return {"session": self._token} if self._auth.type == "login_token" else {}

    def sign(self, request: httpx.Request) -> None:
        """Put the credential on a request."""
        auth = self._auth
        match auth.type:
            case "basic":
                pair = f"{self._text(auth.user)}:{self._text(auth.password)}"
                coded = base64.b64encode(pair.encode()).decode()
                request.headers["Authorization"] = f"Basic {coded}"
            case "header":
                request.headers[auth.name or ""] = self._text(auth.value)
            case "bearer":
                request.headers["Authorization"] = f"Bearer {self._text(auth.token)}"
            case "oauth2_cc":
                request.headers["Authorization"] = f"Bearer {self._token}"

    def forget(self) -> bool:
        """The credential was refused; whether a new token may be better."""
        had, self._token = self._token is not None, None
        return had

    def _text(self, secret: Secret | None) -> str:
        return str(fill(secret.get_secret_value(), self._variables)) if secret else ""

    def _token_request(self, client: httpx.AsyncClient) -> httpx.Request:
        auth = self._auth
        user, password = self._text(auth.client_id), self._text(auth.client_secret)
        form = {"grant_type": "client_credentials"}
        if auth.scope:
            form["scope"] = auth.scope
        headers = {}
        if auth.credentials_in == "header":
            # RFC 6749 2.3.1: form-encoded before they are joined.
            pair = f"{quote(user, safe='')}:{quote(password, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": user, "client_secret": password}
        url = fill(auth.token_url, self._variables)
        return client.build_request("POST", url, headers=headers, data=form)

    def _found(self, raw: Raw) -> tuple[Any, float]:
        """The token, and for how many seconds it holds."""
        auth = self._auth
        lasts = auth.valid_for / SECOND if auth.valid_for else float("inf")
        if auth.type == "login_token" and auth.session is None:
            text = raw.body.decode("utf-8", "replace").strip().strip('"')
            plain = 200 <= raw.status < 300 and not text.startswith(("<", "{", "["))
            return (text if plain else None), lasts
        document = judged(raw, "login", None).document
        if auth.session is not None:
            return auth.session.find(document), lasts
        given = document if isinstance(document, dict) else {}
        seconds = given.get("expires_in")
        if isinstance(seconds, int | float | str) and str(seconds).isdigit():
            lasts = max(float(seconds) - _MARGIN, 1.0)
        return given.get("access_token"), lasts
