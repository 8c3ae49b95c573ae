"""Requests as the steps describe them, and where a redirect leads."""

import base64
import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote

import httpx

from collector.domain.samples import Reason
from collector.probes._http.options import Body, HttpOptions, Login, OAuth2
from collector.probes._stream import down
from collector.secret import Secret

_OWN = {"User-Agent": "driftkoll", "Accept": "*/*", "Accept-Encoding": "identity"}
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_ON_ONE_HOST = 10


def build(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: Body | None,
    saved: Mapping[str, str] | None = None,
) -> httpx.Request:
    """A request; `{name}` in its URL, headers and body stands for a saved value."""
    saved = saved or {}
    sent = httpx.Headers(_OWN)
    content = None
    if body is not None:
        content = _filled(body.text.get_secret_value(), saved).encode()
        if body.content_type:
            sent["Content-Type"] = body.content_type
    for name, value in headers.items():
        sent[name] = _filled(value, saved)
    quoted = {name: quote(value, safe="") for name, value in saved.items()}
    return httpx.Request(method, _url(_filled(url, quoted)), headers=sent, content=content)


@lru_cache(maxsize=1024)
def _url(text: str) -> httpx.URL:
    """Parsed once: the same few are asked for again and again."""
    return httpx.URL(text)


def plain(headers: Mapping[str, Secret]) -> dict[str, str]:
    """Header values as they are sent."""
    return {name: value.get_secret_value() for name, value in headers.items()}


def basic(user: str, password: str) -> str:
    """Basic authentication (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def token_request(options: HttpOptions) -> httpx.Request:
    """What asks for a token."""
    if isinstance(oauth2 := options.oauth2, OAuth2):
        secret = oauth2.client_secret.get_secret_value()
        form = {"grant_type": "client_credentials"}
        if oauth2.scope:
            form["scope"] = oauth2.scope
        headers = {"Accept": "application/json"}
        if oauth2.credentials_in == "header":
            # RFC 6749 2.3.1: form-encoded before they are joined.
            headers["Authorization"] = basic(
                quote(oauth2.client_id, safe=""), quote(secret, safe="")
            )
        else:
            form |= {"client_id": oauth2.client_id, "client_secret": secret}
        return httpx.Request("POST", oauth2.token_url, headers=_OWN | headers, data=form)
    login = options.login
    assert isinstance(login, Login)
    return build(login.method, options.below(login.url), plain(login.headers), login.content())


def redirected(
    options: HttpOptions, request: httpx.Request, answer_status: int, location: str, followed: int
) -> httpx.Request | None:
    """The request that a redirect asks for; None where it is none or is not to be followed.

    To another host, or from TLS into the clear, goes nothing that was configured.
    """
    policy = options.redirects
    if answer_status not in _REDIRECTS or not location or policy in ("none", 0):
        return None
    try:
        url = request.url.join(location)
    except (httpx.InvalidURL, UnicodeError):
        raise down(Reason.MALFORMED_REPLY, "a redirect to no URL") from None
    at_home = url.host == request.url.host and (url.scheme, request.url.scheme) != ("http", "https")
    if (
        url.scheme not in ("http", "https")
        or not url.host
        or (policy == "same_host" and not at_home)
    ):
        return None
    most = policy if isinstance(policy, int) else _MOST_ON_ONE_HOST
    if followed >= most:
        raise down(Reason.REDIRECT_LOOP, f"more than {most} redirects")
    keeps = answer_status in (307, 308) or request.method in ("GET", "HEAD")
    headers = httpx.Headers(_OWN)
    if at_home:
        left = ("host", "content-length", "transfer-encoding", "cookie")
        kept = [item for item in request.headers.multi_items() if item[0] not in left]
        headers = httpx.Headers(kept)
        if not keeps:
            headers.pop("content-type", None)
    content = request.content if keeps and at_home else None
    return httpx.Request(request.method if keeps else "GET", url, headers=headers, content=content)


def _filled(text: str, saved: Mapping[str, str]) -> str:
    if not saved or "{" not in text:
        return text
    return re.sub("|".join(rf"\{{{name}\}}" for name in saved), lambda m: saved[m[0][1:-1]], text)
