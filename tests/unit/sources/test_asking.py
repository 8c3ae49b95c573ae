"""Asking a source: its credential, patience with what may pass, and no secret in any message."""

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from support.desk import declared

from collector.domain.sources import SourceFailure
from collector.ports import SourceFailed
from collector.sources.answers import Answer
from collector.sources.asking import Asking
from collector.sources.retrying import failure_of

Handler = Callable[[httpx.Request], httpx.Response]
SECRET = "hemligt-ord-4711"


class Source:
    """Answers with what it is told, and remembers what it was asked and how long was waited."""

    def __init__(self, *answers: httpx.Response | Exception | Handler, **said: Any) -> None:
        self.asked: list[httpx.Request] = []
        self.waited: list[float] = []
        self._answers = list(answers)
        self.declared = declared(80, **said)
        self.asking = Asking(
            self.declared, sleep=self._sleep, transport=httpx.MockTransport(self._answer)
        )

    def ask(self, **values: Any) -> Answer:
        return asyncio.run(self.asking.ask(self.declared.request, {"since": "x", **values}))

    def fails(self) -> SourceFailed:
        with pytest.raises(SourceFailed) as failed:
            self.ask()
        assert SECRET not in failed.value.message
        return failed.value

    async def _sleep(self, seconds: float) -> None:
        self.waited.append(seconds)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            return answer(request)
        # An answer may be given more than once.
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def ok(document: Any = None) -> httpx.Response:
    return httpx.Response(200, json={"items": []} if document is None else document)


def status(code: int, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(code, headers=named, text="")


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (
            {"type": "basic", "user": "drift", "password": "{password}"},
            "authorization",
            "Basic " + base64.b64encode(f"drift:{SECRET}".encode()).decode(),
        ),
        (
            {"type": "header", "name": "X-Token", "value": "Token token={password}"},
            "x-token",
            f"Token token={SECRET}",
        ),
        ({"type": "bearer", "token": "{password}"}, "authorization", f"Bearer {SECRET}"),
    ],
)
def test_a_credential_is_put_on_each_request(auth: dict[str, Any], header: str, value: str) -> None:
    source = Source(ok(), auth=auth, variables={"password": SECRET})
    source.ask()
    assert source.asked[0].headers[header] == value


OAUTH = {
    "type": "oauth2_cc",
    "token_url": "http://id.example/token",
    "client_id": "drift",
    "client_secret": SECRET,
    "scope": "read",
}


@pytest.mark.parametrize("place", ["header", "body"])
def test_client_credentials_are_changed_for_a_token_that_is_kept(place: str) -> None:
    token = ok({"access_token": "abc", "expires_in": 3600})
    source = Source(token, ok(), ok(), auth=OAUTH | {"credentials_in": place})

    async def twice() -> None:
        for _ in range(2):
            await source.asking.ask(source.declared.request, {"since": "x"})

    asyncio.run(twice())
    login, *rest = source.asked
    form = parse_qs(login.content.decode())
    assert form["grant_type"] == ["client_credentials"]
    assert form["scope"] == ["read"]
    assert ("client_secret" in form) == (place == "body")
    assert login.headers.get("authorization", "").startswith("Basic ") == (place == "header")
    assert [it.headers["authorization"] for it in rest] == ["Bearer abc", "Bearer abc"]


LOGIN = {
    "auth": {
        "type": "login_token",
        "login": {"method": "POST", "path": "/login", "json": {"user": "drift", "word": "{word}"}},
        "session": "session",
    },
    "variables": {"word": SECRET},
    "headers": {"Session-Token": "{session}"},
}


def test_a_login_gives_a_session_that_stands_wherever_it_is_written() -> None:
    request = {"path": "/tickets", "method": "POST", "json": {"id": "{session}", "at": "{since}"}}
    source = Source(ok({"session": "s-1"}), ok(), request=request, **LOGIN)
    source.ask()
    login, asked = source.asked
    assert json.loads(login.content) == {"user": "drift", "word": SECRET}
    assert "session-token" not in login.headers
    assert asked.headers["session-token"] == "s-1"
    assert json.loads(asked.content) == {"id": "s-1", "at": "x"}


def test_a_login_may_give_the_token_as_plain_text() -> None:
    auth = {**LOGIN["auth"], "session": None}
    source = Source(httpx.Response(200, text='"s-2"'), ok(), **(LOGIN | {"auth": auth}))
    source.ask()
    assert source.asked[1].headers["session-token"] == "s-2"


def test_a_session_that_is_refused_is_asked_for_anew_once() -> None:
    first, second = ok({"session": "old"}), ok({"session": "new"})
    source = Source(first, status(401), second, ok(), **LOGIN)
    source.ask()
    assert [it.headers.get("session-token") for it in source.asked] == [None, "old", None, "new"]
    assert source.waited == []


def test_a_session_that_is_refused_again_is_a_refused_credential() -> None:
    session = ok({"session": "s-1"})
    source = Source(session, status(401), session, status(401), **LOGIN)
    assert source.fails().failure is SourceFailure.UNAUTHORISED
    assert len(source.asked) == 4


@pytest.mark.parametrize(
    "answer", [status(401), status(403), status(400), ok({"error": "no"}), httpx.Response(200)]
)
def test_a_login_that_gives_no_session_is_a_refused_credential(answer: httpx.Response) -> None:
    failed = Source(answer, **LOGIN).fails()
    assert failed.failure is SourceFailure.UNAUTHORISED
    assert failed.message.startswith("login: ")


def test_a_refused_session_in_an_answer_of_200_is_a_refused_credential() -> None:
    gone = ok({"Error": {"ErrorCode": "TicketSearch.AuthFail"}})
    source = Source(
        ok({"session": "old"}),
        gone,
        ok({"session": "new"}),
        ok(),
        unauthorised="Error.ErrorCode && contains(Error.ErrorCode, 'AuthFail')",
        **LOGIN,
    )
    source.ask()
    assert source.asked[-1].headers["session-token"] == "new"


@pytest.mark.parametrize(
    ("answer", "failure", "message"),
    [
        (status(401), "unauthorised", "GET /tickets: status 401"),
        (status(403), "forbidden", "GET /tickets: status 403"),
        (status(404), "not_found", "GET /tickets: status 404"),
        (status(400), "refused", "GET /tickets: status 400"),
        (
            httpx.Response(400, json={"message": f"Bad\n query {SECRET}"}),
            "refused",
            "GET /tickets: status 400, Bad query ***",
        ),
        (
            httpx.Response(200, json={"message": "no such view"}),
            "refused",
            "GET /tickets: no such view",
        ),
        (
            httpx.Response(302, headers={"location": "https://sso.example/adfs/ls?x=1"}),
            "unauthorised",
            "GET /tickets: led to a login page; check the credential",
        ),
        (
            httpx.Response(301, headers={"location": "https://desk.example/tickets"}),
            "refused",
            "GET /tickets: redirected to desk.example; write where it really is as base_url",
        ),
        (
            httpx.Response(200, html="<html><form><input type=password></form>"),
            "unauthorised",
            "GET /tickets: an HTML login page came instead of JSON; check the credential",
        ),
        (
            httpx.Response(200, html="<!doctype html><h1>Välkommen</h1>"),
            "not_json",
            "GET /tickets: an HTML page came instead of JSON; check base_url and path",
        ),
        (
            httpx.Response(200, text="OK"),
            "not_json",
            "GET /tickets: the answer is no JSON; check base_url and path",
        ),
    ],
)
def test_what_asking_again_does_not_mend_fails_at_once(
    answer: httpx.Response, failure: str, message: str
) -> None:
    source = Source(answer, error="message", variables={"word": SECRET})
    failed = source.fails()
    assert (failed.failure.value, failed.message) == (failure, message)
    assert len(source.asked) == 1


@pytest.mark.parametrize(
    ("trouble", "failure", "message"),
    [
        (status(503), "server_error", "GET /tickets: status 503 (5 attempts)"),
        (status(429), "rate_limited", "GET /tickets: status 429 (5 attempts)"),
        (
            httpx.Response(200, text='{"items": [{"id"'),
            "not_json",
            "GET /tickets: the JSON is broken off or malformed (16 bytes) (5 attempts)",
        ),
        (
            httpx.ReadError("x"),
            "unreachable",
            "GET /tickets: the connection was lost before the answer was whole (5 attempts)",
        ),
        (httpx.ConnectError("x"), "unreachable", "GET /tickets: no connection (5 attempts)"),
        (
            httpx.ReadTimeout("x"),
            "timeout",
            "GET /tickets: no whole answer within 30s (5 attempts)",
        ),
    ],
)
def test_what_may_pass_is_asked_again_with_longer_and_longer_waits(
    trouble: Any, failure: str, message: str
) -> None:
    source = Source(trouble, retry={"first_wait": "1s", "longest_wait": "2m"})
    failed = source.fails()
    assert (failed.failure.value, failed.message) == (failure, message)
    assert len(source.waited) == 4
    for n, seconds in enumerate(source.waited):
        assert 2**n / 2 <= seconds <= 2**n


@pytest.mark.parametrize("trouble", [status(503), httpx.ReadError("x"), status(429)])
def test_what_passes_leaves_no_trace(trouble: Any) -> None:
    assert Source(trouble, trouble, ok()).ask().document == {"items": []}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "7"}, 7.0),
        (
            {
                "Retry_After": "Wed, 21 Oct 2026 07:28:09 GMT",
                "Date": "Wed, 21 Oct 2026 07:28:00 GMT",
            },
            9.0,
        ),
    ],
)
def test_the_wait_that_a_source_asks_for_is_kept(headers: dict[str, str], seconds: float) -> None:
    retry = {"first_wait": "10ms", "longest_wait": "1m"}
    source = Source(status(429, **headers), ok(), retry=retry)
    source.ask()
    assert source.waited == [seconds]


def test_a_wait_that_is_too_long_ends_the_pass_and_is_told() -> None:
    source = Source(status(429, Retry_After="3600"))
    failed = source.fails()
    assert failed.failure is SourceFailure.RATE_LIMITED
    assert failed.message == "GET /tickets: status 429; it asks to wait 3600 s"
    assert source.waited == []


@pytest.mark.parametrize("code", [204, 416])
def test_an_answer_of_nothing_is_an_empty_one(code: int) -> None:
    assert Source(status(code)).ask().document is None


def test_a_body_that_is_too_large_is_not_read_to_its_end() -> None:
    source = Source(ok({"items": ["x" * 2000]}), max_body="1kB")
    failed = source.fails()
    assert failed.failure is SourceFailure.WRONG_SHAPE
    assert failed.message == "/tickets: more than 1000 bytes; lower page_size"


def test_a_link_to_another_host_is_not_followed() -> None:
    source = Source(ok())
    with pytest.raises(SourceFailed, match=r"evil\.example"):
        asyncio.run(source.asking.follow("https://evil.example/tickets?page=2"))
    assert source.asked == []


def test_a_mapping_among_parameters_is_sent_as_json_and_a_list_several_times() -> None:
    params = {"input": {"list": {"rows": "{size}", "since": "{since}"}}, "show": ["a", "b"]}
    source = Source(ok(), request={"path": "/t", "params": params})
    source.ask(size=50)
    asked = source.asked[0].url.params
    assert json.loads(asked["input"]) == {"list": {"rows": 50, "since": "x"}}
    assert asked.get_list("show") == ["a", "b"]


def test_a_get_may_have_a_json_body_and_leaves_out_what_is_not_there_yet() -> None:
    body = {"page": "{page}", "next": "{next}", "columns": "{columns}"}
    source = Source(ok(), request={"path": "/t", "json": body}, paginator=None)
    source.ask(page=2, next=None, columns=["id", "status"])
    assert source.asked[0].method == "GET"
    assert json.loads(source.asked[0].content) == {"page": 2, "columns": ["id", "status"]}


def test_an_id_in_a_path_is_quoted() -> None:
    source = Source(ok(), history=None, request={"path": "/t/{since}"})
    source.ask(since="INC/1?x")
    assert source.asked[0].url.raw_path == b"/t/INC%2F1%3Fx"


def _all_errors(kind: type[Exception]) -> list[type[Exception]]:
    """A kind of error and all below it, but for the one that only raise_for_status raises."""
    below = [found for part in kind.__subclasses__() for found in _all_errors(part)]
    return [kind, *below] if kind is not httpx.HTTPStatusError else []


@pytest.mark.parametrize("kind", _all_errors(httpx.HTTPError))
def test_every_error_of_the_library_is_a_failure_with_words_of_our_own(
    kind: type[Exception],
) -> None:
    failure, words = failure_of(kind(SECRET), 30_000_000)
    assert isinstance(failure, SourceFailure)
    assert SECRET not in words
