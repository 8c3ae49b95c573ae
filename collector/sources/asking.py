"""Asking: one request after the other to one source, with its credential, patience and limits."""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Mapping
from random import random
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpx

from collector.domain.instants import SECOND
from collector.domain.sources import SourceFailure
from collector.ports import SourceFailed
from collector.sources.answers import Answer, HalfAnswer, Raw, judged
from collector.sources.auth import Credential
from collector.sources.declared import DeclaredSource
from collector.sources.parts import Request
from collector.sources.retrying import failure_of, may_pass, retry_after
from collector.sources.templates import as_text, fill

Sleep = Callable[[float], Awaitable[None]]
_OWN = {"User-Agent": "driftkoll", "Accept": "application/json"}
_SHORTEST_SECRET = 4


class Asking:
    """A source to be asked. Everything raises SourceFailed where there is no answer.

    `sleep` takes seconds.
    """

    def __init__(
        self,
        declared: DeclaredSource,
        *,
        sleep: Sleep = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._declared = declared
        self._sleep = sleep
        self._transport = transport
        self._made: httpx.AsyncClient | None = None
        self._variables = {
            name: value.get_secret_value() for name, value in declared.variables.items()
        }
        self._credential = Credential(declared.auth, self._variables)
        self._login = asyncio.Lock()
        self._secrets: set[str] = {*self._variables.values(), *self._credential.secrets()}

    async def ask(self, request: Request, values: Mapping[str, Any]) -> Answer:
        """The answer to a declared request with the pass's values in it."""
        return await self._patiently(lambda: self._built(request, values))

    async def follow(self, link: str) -> Answer:
        """The answer at a link that an answer gave; never at another host."""
        base = self._declared.base_url
        url = urljoin(base + "/", link)
        own, other = urlsplit(base), urlsplit(url)
        if (own.scheme, own.netloc) != (other.scheme, other.netloc):
            message = f"the link to the next page leads to {other.hostname}, not to base_url's host"
            raise SourceFailed(SourceFailure.WRONG_SHAPE, message)
        return await self._patiently(lambda: self._client.build_request("GET", url))

    async def close(self) -> None:
        """Let go of connections."""
        if self._made is not None:
            await self._made.aclose()
            self._made = None

    @property
    def _client(self) -> httpx.AsyncClient:
        if self._made is None:
            self._made = httpx.AsyncClient(
                headers=_OWN,
                timeout=self._declared.timeout / SECOND,
                verify=self._tls(),
                transport=self._transport,
            )
        return self._made

    def _tls(self) -> ssl.SSLContext | bool:
        declared = self._declared
        places = (declared.base_url, declared.auth.token_url or "")
        if not declared.verify or not any(place.startswith("https:") for place in places):
            # Where there is no TLS, reading all the world's authorities takes 40 ms for nothing.
            return False
        ca = declared.ca
        return ssl.create_default_context(cafile=ca) if ca else True

    def _built(self, request: Request, values: Mapping[str, Any]) -> httpx.Request:
        values = {**self._variables, **self._credential.values(), **values}
        # Only JSON has lists; elsewhere one would become the same key several times.
        plain = {
            name: as_text(value) if isinstance(value, list) else value
            for name, value in values.items()
        }
        headers = fill({**self._declared.headers, **request.headers}, plain)
        form = fill(request.form, plain)
        return self._client.build_request(
            request.method,
            self._declared.base_url + fill(request.path, _quoted(plain)),
            params=_flat(fill(request.params, plain)) or None,
            headers={name: str(value) for name, value in headers.items() if value != ""},
            json=fill(request.content, values),
            data=None if form is None else _flat(form),
            content=fill(request.body, plain),
        )

    async def _patiently(self, build: Callable[[], httpx.Request]) -> Answer:
        """Ask until there is an answer or no use in asking again."""
        retry = self._declared.retry
        renewed = False
        attempt = 1
        while True:
            try:
                return await self._once(build)
            except _Attempt as failed:
                failure = failed.failure
                if failure.failure is SourceFailure.UNAUTHORISED and not renewed:
                    renewed = self._credential.forget()
                    if renewed:
                        continue
                wait = min(retry.first_wait * 2 ** (attempt - 1), retry.longest_wait) / SECOND
                wait *= 0.5 + random() / 2  # noqa: S311 - spreads requests, hides nothing
                asked = retry_after(failed.raw)
                wait = wait if asked is None else max(wait, asked)
                if (
                    attempt >= retry.attempts
                    or not (may_pass(failure.failure) or isinstance(failure, HalfAnswer))
                    or wait > retry.longest_wait / SECOND
                ):
                    raise self._told(failure, attempt, asked) from None
            await self._sleep(wait)
            attempt += 1

    async def _once(self, build: Callable[[], httpx.Request]) -> Answer:
        raw: Raw | None = None
        what = "login"
        try:
            async with self._login:
                if self._credential.needed():
                    login = self._credential.request(self._client, self._built)
                    raw = await self._send(login)
                    self._secrets |= self._credential.take(raw)
            request = build()
            self._credential.sign(request)
            what = f"{request.method} {request.url.path}"
            raw = await self._send(request)
            return await asyncio.to_thread(judged, raw, what, self._declared)
        except SourceFailed as failure:
            raise _Attempt(failure, raw) from failure
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            kind, words = failure_of(error, self._declared.timeout)
            raise _Attempt(SourceFailed(kind, f"{what}: {words}"), None) from error

    async def _send(self, request: httpx.Request) -> Raw:
        """The whole answer, within the time and the size there is for it."""
        most = self._declared.max_body
        async with asyncio.timeout(self._declared.timeout / SECOND):
            response = await self._client.send(request, stream=True)
            try:
                body = bytearray()
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > most:
                        message = f"{request.url.path}: more than {most} bytes; lower page_size"
                        raise SourceFailed(SourceFailure.WRONG_SHAPE, message)
            finally:
                await response.aclose()
        return Raw(response.status_code, response.headers, bytes(body))

    def _told(self, failure: SourceFailed, attempts: int, asked: float | None) -> SourceFailed:
        message = failure.message
        for secret in sorted(self._secrets, key=len, reverse=True):
            if len(secret) >= _SHORTEST_SECRET:
                message = message.replace(secret, "***")
        if asked is not None:
            message += f"; it asks to wait {asked:.0f} s"
        if attempts > 1:
            message += f" ({attempts} attempts)"
        return SourceFailed(failure.failure, message)


class _Attempt(Exception):
    """One attempt that failed, with the answer that said so where there was one."""

    def __init__(self, failure: SourceFailed, raw: Raw | None) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.raw = raw


def _quoted(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as they stand in a path: an id may hold a slash."""
    return {
        name: quote(value, safe=",:") if isinstance(value, str) else value
        for name, value in values.items()
    }


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as they are sent: a mapping as JSON text, a list as the key several times."""
    return {
        key: json.dumps(value, ensure_ascii=False) if isinstance(value, Mapping) else value
        for key, value in values.items()
    }
