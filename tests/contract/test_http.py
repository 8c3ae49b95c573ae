"""http: what a service may do with a request, and what each of it means."""

import asyncio
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.certificates import Authority
from support.probing import probing, target
from support.programs import free_port
from support.services import Asked, Service, endless, http, sending, serving, spec

from collector.domain.instants import DAY
from collector.domain.samples import Outcome, Reason, Result
from collector.probes.registry import ProbeContext, probe_kinds

JSON = {"content_type": "application/json"}


def ask(handler, seconds: float = 2.0, polls: int = 1, tls: Any = None, **options: Any) -> Outcome:
    """The last of so many polls of a service; `tls` is its certificate and client authority."""

    async def run() -> Outcome:
        async with serving(handler, *(tls or ())) as port, probing("http") as probe:
            host = options.pop("host", "127.0.0.1")
            scheme = "https" if tls else "http"
            given = {"url": f"{scheme}://{host}:{port}/health", **options}
            how = spec("http", seconds, **given)
            for _ in range(polls):
                async with asyncio.timeout(10 * seconds + 1):
                    outcome = await probe(target(""), how, 0)
            return outcome

    return asyncio.run(run())


def fixed(answer: bytes) -> Service:
    return Service(lambda asked: answer)


def test_an_answer_as_expected_is_up_and_tells_its_phases():
    outcome = ask(fixed(http()))
    assert (outcome.result, outcome.reason) == (Result.UP, None)
    assert outcome.duration > 0
    assert set(outcome.service.phases) == {"resolve", "connect", "first_byte"}


def test_each_poll_makes_a_connection_of_its_own():
    service = fixed(http())
    ask(service, polls=3)
    assert service.connections == 3


@pytest.mark.parametrize(
    ("status", "expected", "result"),
    [
        ("204 No Content", "200-299", Result.UP),
        ("302 Found", "200-299", Result.DOWN),
        ("503 Service Unavailable", [200, "500-503"], Result.UP),
        ("404 Not Found", [200, 204], Result.DOWN),
    ],
)
def test_a_status_is_expected_by_list_and_range(status, expected, result):
    outcome = ask(fixed(http(status=status)), expect={"status": expected})
    assert outcome.result is result
    if result is Result.DOWN:
        assert outcome.reason is Reason.STATUS_NOT_EXPECTED
        assert outcome.message.startswith(f"status {status[:3]}, expected 200")


@pytest.mark.parametrize(
    ("expect", "reason"),
    [
        ({"json": "status == 'pass'"}, None),
        ({"json": ["status == 'pass'", "queue < `10`"]}, None),
        ({"json": "queue < `5`"}, Reason.ASSERTION_FAILED),
        ({"json": "missing > `5`"}, Reason.ASSERTION_FAILED),
        ({"body": "pass.*queue"}, None),
        ({"body": "(?i)fail"}, Reason.BODY_MISMATCH),
        ({"headers": {"Content-Type": "^application/json"}}, None),
        ({"headers": {"X-Node": "."}}, Reason.HEADER_MISMATCH),
    ],
)
def test_an_answer_is_held_against_what_is_expected(expect, reason):
    outcome = ask(fixed(http('{"status": "pass", "queue": 7}', **JSON)), expect=expect)
    assert (outcome.result, outcome.reason) == (Result.DOWN if reason else Result.UP, reason)


@pytest.mark.parametrize("assertion", ["status", "length(missing) > `0`", "to_number(status)"])
def test_an_assertion_that_is_none_on_this_answer_is_a_fault_of_ours(assertion):
    outcome = ask(fixed(http('{"status": "7"}')), expect={"json": assertion})
    assert (outcome.result, outcome.reason) == (Result.UNKNOWN, Reason.BAD_ASSERTION)
    assert assertion in outcome.message


@pytest.mark.parametrize("page", ["<html>Fel: anna@laxa.se</html>", "[" * 100_000, ""])
def test_a_page_where_json_is_expected_is_down_and_none_of_it_is_told(page):
    answer = http(page, content_type="text/html; anna")
    outcome = ask(fixed(answer), expect={"json": "status == 'pass'"})
    assert (outcome.result, outcome.reason) == (Result.DOWN, Reason.MALFORMED_REPLY)
    assert outcome.message == "JSON was expected, the answer says text/html"


def test_a_service_that_warns_is_degraded():
    outcome = ask(fixed(http('{"status": "warn"}')), degraded="status == 'warn'")
    assert (outcome.result, outcome.reason) == (Result.DEGRADED, Reason.SERVICE_WARNS)
    assert outcome.duration > 0


@pytest.mark.parametrize(
    ("limits", "result"),
    [
        ({"latency_warn": "20ms"}, Result.DEGRADED),
        ({"latency_warn": "10ms", "latency_crit": "20ms"}, Result.DOWN),
        ({"latency_warn": "1m"}, Result.UP),
    ],
)
def test_a_slow_answer_is_degraded_and_past_a_second_limit_down(limits, result):
    outcome = ask(endless_then(http(), after=0.05), **limits)
    assert outcome.result is result
    assert outcome.reason is (None if result is Result.UP else Reason.SLOW)


def endless_then(answer: bytes, after: float):
    async def handle(reader, writer):
        await asyncio.sleep(after)
        writer.write(answer)
        await reader.read()

    return handle


TEN_MEGABYTES = http("x" * 10_000_000)


@pytest.mark.parametrize(
    ("expect", "reason"),
    [
        ({}, None),
        ({"body": "x"}, None),
        ({"body": "y"}, Reason.BODY_TOO_LARGE),
        ({"json": "a == `1`"}, Reason.BODY_TOO_LARGE),
    ],
    ids=["not asked for", "found in time", "not found in time", "json"],
)
@pytest.mark.parametrize(
    "handler",
    [
        sending(TEN_MEGABYTES, then_wait=True),
        endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
        fixed(
            http("").replace(b"Content-Length: 0", b"Content-Encoding: gzip")
            + gzip.compress(b"x" * 10_000_000)
        ),
    ],
    ids=["10 MB", "endless", "compressed"],
)
def test_no_more_of_a_body_is_read_than_is_allowed(handler, expect, reason):
    outcome = ask(handler, expect=expect, max_body="100kB")
    assert (outcome.result, outcome.reason) == (Result.DOWN if reason else Result.UP, reason)


@pytest.mark.parametrize(
    ("handler", "phase"),
    [
        (sending(then_wait=True), "waiting for the answer to begin"),
        (endless(b"HTTP/1.1 200 OK\r\nX-A: ", b"x", 0.02), "waiting for the answer to begin"),
        (endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x", 0.02), "in the midst of the answer"),
    ],
    ids=["silence", "dripping head", "dripping body"],
)
def test_the_deadline_is_the_whole_polls(handler, phase):
    outcome = ask(handler, 0.3)
    assert (outcome.result, outcome.reason) == (Result.DOWN, Reason.TIMEOUT)
    assert outcome.message == f"after 0.3 s {phase}"
    assert outcome.duration is None


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        (fixed(b"\x00\xff" * 100), Reason.MALFORMED_REPLY),
        (fixed(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), Reason.MALFORMED_REPLY),
        (fixed(b"HTTP/1.1 abc\r\n\r\n"), Reason.MALFORMED_REPLY),
        (
            fixed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
            Reason.MALFORMED_REPLY,
        ),
        (
            fixed(
                http()
                .replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
                .replace(b"Length: 0", b"Length: 3")
                + b"abc"
            ),
            Reason.MALFORMED_REPLY,
        ),
        (fixed(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000), Reason.MALFORMED_REPLY),
        (sending(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), Reason.CONNECTION_LOST),
        (sending(b"HTTP/1.1 200 OK\r\nContent-"), Reason.CONNECTION_LOST),
        (sending(), Reason.CONNECTION_LOST),
    ],
    ids=["bytes", "ssh", "status line", "chunks", "gzip", "head", "half", "half head", "nothing"],
)
def test_what_is_no_answer_is_down_and_no_exception(handler, reason):
    outcome = ask(handler)
    assert (outcome.result, outcome.reason) == (Result.DOWN, reason)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200 OK\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" + http("{}"),
    ],
    ids=["HTTP/1.0", "chunked", "early hints"],
)
def test_every_form_of_http_1_is_understood(answer):
    assert ask(fixed(answer), expect={"json": "@ == `{}`"}).result is Result.UP


def test_a_closed_port_refuses():
    outcome = ask(fixed(http()), url=f"http://127.0.0.1:{free_port()}/")
    assert (outcome.result, outcome.reason) == (Result.DOWN, Reason.REFUSED)


def test_an_address_that_our_own_kernel_refuses_is_a_fault_of_ours():
    outcome = ask(fixed(http()), url="http://255.255.255.255/")
    assert (outcome.result, outcome.reason) == (Result.UNKNOWN, Reason.NO_ROUTE)


def test_a_resolver_that_is_late_is_a_fault_of_ours():
    async def sleeps(host: str) -> str:
        await asyncio.sleep(60)
        return host

    async def run() -> Outcome:
        async with probing("http", resolver=sleeps) as probe:
            return await probe(target(""), spec("http", 0.1, url="http://esb.example/"), 0)

    outcome = asyncio.run(run())
    assert (outcome.result, outcome.reason) == (Result.UNKNOWN, Reason.RESOLVER_SILENT)


def test_a_name_is_resolved_by_the_agent_and_stays_the_host():
    service = fixed(http())

    async def here(host: str) -> str:
        assert host == "esb.example"
        return "127.0.0.1"

    async def run() -> Outcome:
        async with serving(service) as port, probing("http", resolver=here) as probe:
            return await probe(target(""), spec("http", url=f"http://esb.example:{port}/"), 0)

    assert asyncio.run(run()).result is Result.UP
    assert service.asked[0].headers["host"].startswith("esb.example:")


# --- redirects ---


def elsewhere(to: str, at: str = "/health") -> Callable[[Asked], bytes]:
    return lambda asked: http(status="302 Found", location=to) if asked.path == at else http("ok")


@pytest.mark.parametrize(
    ("policy", "location", "reason"),
    [
        ("none", "/other", Reason.STATUS_NOT_EXPECTED),
        ("same_host", "/other", None),
        ("same_host", "//localhost:1/other", Reason.STATUS_NOT_EXPECTED),
        ("same_host", "ftp://127.0.0.1/", Reason.STATUS_NOT_EXPECTED),
        ("same_host", "http://127.0.0.1:port/", Reason.MALFORMED_REPLY),
        ("same_host", "/health", Reason.REDIRECT_LOOP),
        (3, "/other", None),
        (0, "/other", Reason.STATUS_NOT_EXPECTED),
        (3, "/health", Reason.REDIRECT_LOOP),
    ],
)
def test_redirects_are_followed_as_far_as_is_allowed(policy, location, reason):
    outcome = ask(Service(elsewhere(location)), redirects=policy)
    assert (outcome.result, outcome.reason) == (Result.DOWN if reason else Result.UP, reason)


def test_what_was_configured_does_not_go_to_another_host():
    there = Service(lambda asked: http())

    async def run() -> Outcome:
        async with serving(there) as port:
            here = Service(elsewhere(f"http://localhost:{port}/login"))
            async with serving(here) as first, probing("http", resolver=at_home) as probe:
                how = spec(
                    "http",
                    url=f"http://127.0.0.1:{first}/health",
                    redirects=5,
                    username="drift",
                    password="hemligt",
                    headers={"X-Key": "hemligt"},
                    method="POST",
                    body="hemligt",
                )
                return await probe(target(""), how, 0)

    async def at_home(host: str) -> str:
        return "127.0.0.1"

    assert asyncio.run(run()).result is Result.UP
    assert there.asked[0].method == "GET"
    assert "hemligt" not in str(there.asked)
    assert "authorization" not in there.asked[0].headers


# --- who is asking ---


def test_basic_and_bearer_are_sent():
    service = fixed(http())
    ask(service, username="drift", password="å:b")
    ask(service, token="abc")
    sent = [asked.headers["authorization"] for asked in service.asked]
    assert sent == ["Basic ZHJpZnQ6w6U6Yg==", "Bearer abc"]


class Issuer:
    """Issues tokens, and takes the last one that it issued."""

    def __init__(self, lifetime: Any = 3600) -> None:
        self.issued = 0
        self.lifetime = lifetime

    def __call__(self, asked: Asked) -> bytes:
        if asked.path in ("/token", "/login"):
            self.issued += 1
            token = {"access_token": f"t{self.issued}", "expires_in": self.lifetime}
            return http(json.dumps(token), **JSON)
        fits = asked.headers.get("authorization") == f"Bearer t{self.issued}"
        return http("ok") if fits else http(status="401 Unauthorized")


@pytest.mark.parametrize("place", ["header", "body"])
def test_oauth2_asks_for_a_token_once_while_it_holds(place):
    service = Service(issuer := Issuer())
    outcome = oauth2(service, polls=3, credentials_in=place)
    assert outcome.result is Result.UP
    assert issuer.issued == 1
    sent = service.asked[0].body + service.asked[0].headers.get("authorization", "")
    assert ("Basic ZHJpZnQ6aCUyRmVtbGlndA==" in sent) == (place == "header")
    assert "grant_type=client_credentials" in sent
    assert "scope=health" in sent


def test_a_token_that_is_refused_is_asked_for_anew():
    service = Service(issuer := Issuer())

    def answer(asked: Asked) -> bytes:
        if len(service.asked) == 3:
            issuer.issued += 10
        return issuer(asked)

    service.answer = answer
    assert oauth2(service, polls=2).result is Result.UP
    assert [asked.path for asked in service.asked] == [
        "/token",
        "/health",
        "/health",
        "/token",
        "/health",
    ]


def oauth2(service: Service, polls: int = 1, token_port: int | None = None, **also: Any) -> Outcome:
    async def run() -> Outcome:
        async with serving(service) as port, probing("http") as probe:
            issuer = {
                "token_url": f"http://127.0.0.{2 if token_port else 1}:{token_port or port}/token",
                "client_id": "drift",
                "client_secret": "h/emligt",
                "scope": "health",
                **also,
            }
            how = spec("http", url=f"http://127.0.0.1:{port}/health", oauth2=issuer)
            for _ in range(polls):
                outcome = await probe(target(""), how, 0)
            return outcome

    return asyncio.run(run())


def test_a_token_endpoint_elsewhere_that_is_down_says_nothing_of_the_target():
    outcome = oauth2(Service(Issuer()), token_port=free_port())
    assert (outcome.result, outcome.reason) == (Result.UNKNOWN, Reason.TOKEN_UNAVAILABLE)
    assert outcome.message == "token: refused"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (http(status="503 Unavailable"), Reason.STATUS_NOT_EXPECTED),
        (http("{}", **JSON), Reason.ASSERTION_FAILED),
        (http("<html>"), Reason.MALFORMED_REPLY),
        (http('{"access_token": "a\\r\\nb"}'), Reason.ASSERTION_FAILED),
    ],
)
def test_a_token_endpoint_on_the_target_itself_that_fails_is_the_targets_failure(answer, reason):
    outcome = oauth2(fixed(answer))
    assert (outcome.result, outcome.reason) == (Result.DOWN, reason)
    assert outcome.message.startswith("token: ")


def test_a_login_yields_a_token_by_json_or_as_text():
    service = Service(Issuer())
    login = {"url": "/login", "body": {"user": "drift", "pw": "hemligt"}, "token": "access_token"}

    def answer(asked: Asked) -> bytes:
        if asked.path.endswith("/login"):
            assert json.loads(asked.body) == {"user": "drift", "pw": "hemligt"}
            assert asked.headers["content-type"] == "application/json"
            return http("plain-token\n") if "token" not in login else http('{"access_token": "t"}')
        return http(asked.headers.get("x-token", ""))

    service.answer = answer
    login |= {"header": "X-Token", "format": "T {token}"}
    assert ask(service, login=login, expect={"body": "^T t$"}).result is Result.UP
    del login["token"]
    assert ask(service, login=login, expect={"body": "^T plain-token$"}).result is Result.UP


# --- several steps ---


def test_steps_hand_values_on_and_share_a_connection_and_cookies():
    def answer(asked: Asked) -> bytes:
        if asked.path == "/base/jobs":
            return http('{"job": {"id": "a/b 1"}, "n": 5}', set_cookie="session=s1; Path=/")
        assert asked.headers["cookie"] == "session=s1"
        return http(json.dumps({"path": asked.path, "body": asked.body, "n": asked.headers["x-n"]}))

    service = Service(answer)

    async def run() -> Outcome:
        async with serving(service) as port, probing("http") as probe:
            steps = [
                {"url": "/jobs", "save": {"id": "job.id", "n": "n"}},
                {
                    "url": "/jobs/{id}",
                    "method": "POST",
                    "headers": {"X-N": "{n}"},
                    "body": {"job": "{id}", "braces": "{}"},
                    "expect": {"json": "path == '/base/jobs/a%2Fb%201' && n == '5'"},
                },
            ]
            how = spec("http", url=f"http://127.0.0.1:{port}/base/", steps=steps)
            return await probe(target(""), how, 0)

    outcome = asyncio.run(run())
    assert (outcome.result, outcome.message) == (Result.UP, "")
    assert json.loads(service.asked[1].body) == {"job": "a/b 1", "braces": "{}"}
    assert service.connections == 1


def test_the_step_that_fails_is_named():
    service = Service(lambda asked: http() if asked.path == "/health/a" else http(status="500 x"))
    outcome = ask(service, steps=[{"url": "/a"}, {"url": "/b"}])
    assert (outcome.result, outcome.reason) == (Result.DOWN, Reason.STATUS_NOT_EXPECTED)
    assert outcome.message == "step 2: status 500, expected 200-299"


def test_a_value_that_is_not_there_to_save_or_fits_in_no_header_is_down():
    answers = {"/health/a": http('{"token": "x\\r\\ny"}')}
    service = Service(lambda asked: answers.get(asked.path, http()))
    steps = [{"url": "/a", "save": {"t": "missing"}}, {"url": "/b", "headers": {"A": "{t}"}}]
    assert ask(service, steps=steps).reason is Reason.ASSERTION_FAILED
    steps[0]["save"] = {"t": "token"}
    assert ask(service, steps=steps).reason is Reason.MALFORMED_REPLY


@pytest.mark.parametrize("how", ["status", "silence"])
def test_an_optional_step_takes_nothing_down(how):
    async def handle(reader, writer):
        for answer in (http(), http(status="403 x") if how == "status" else b""):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
        await asyncio.sleep(60)

    outcome = ask(handle, 0.3, steps=[{"url": "/a"}, {"url": "/b", "optional": True}])
    assert outcome.result is Result.UP
    assert "step 2: status 403" in outcome.message or "no time left" in outcome.message


# --- TLS ---


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


def test_a_certificate_that_is_trusted_is_up_and_tells_when_it_expires(authority):
    certificate = authority.issue("long", days=(-1, 100))
    outcome = over_tls(authority, certificate)
    assert (outcome.result, outcome.reason) == (Result.UP, None)
    assert set(outcome.service.phases) == {"resolve", "connect", "tls", "first_byte"}
    assert days_left(outcome) == 100


def over_tls(authority, certificate, client_ca=None, host="127.0.0.1", **options) -> Outcome:
    async def run() -> Outcome:
        async with (
            serving(fixed(http()), certificate, client_ca) as port,
            probing("http", resolver=at_home) as probe,
        ):
            given = {"tls": {"ca": str(authority.certificate)}, **options}
            return await probe(target(""), spec("http", url=f"https://{host}:{port}/", **given), 0)

    async def at_home(name: str) -> str:
        return "127.0.0.1"

    return asyncio.run(run())


def days_left(outcome: Outcome) -> int:
    now = ProbeContext(None).now()
    return round((outcome.service.certificate_expires - now) / DAY)


@pytest.mark.parametrize(
    ("days", "host", "options", "reason", "left"),
    [
        ((-9, -3), "127.0.0.1", {}, Reason.CERTIFICATE_EXPIRED, -3),
        ((3, 9), "127.0.0.1", {}, Reason.CERTIFICATE_INVALID, 9),
        ((-1, 90), "esb.example", {}, Reason.CERTIFICATE_INVALID, 90),
        ((-1, 90), "127.0.0.1", {"tls": {}}, Reason.CERTIFICATE_INVALID, 90),
        ((-1, 9), "127.0.0.1", {"certificate_days_crit": 10}, Reason.CERTIFICATE_EXPIRING, 9),
    ],
    ids=["expired", "not yet valid", "wrong host", "unknown authority", "too few days"],
)
def test_a_certificate_that_is_no_good_is_down_and_tells_when_it_expires(
    authority, days, host, options, reason, left
):
    name = f"bad{days[0]}{days[1]}{host}{len(options)}"
    outcome = over_tls(authority, authority.issue(name, days=days), host=host, **options)
    assert (outcome.result, outcome.reason) == (Result.DOWN, reason)
    assert days_left(outcome) == left


def test_a_certificate_that_soon_expires_is_degraded(authority):
    outcome = over_tls(authority, authority.issue("soon", days=(-1, 9)))
    assert (outcome.result, outcome.reason) == (Result.DEGRADED, Reason.CERTIFICATE_EXPIRING)
    assert outcome.duration > 0


def test_a_certificate_that_is_not_verified_still_tells_when_it_expires(authority):
    certificate = authority.issue("unverified", days=(-9, -3))
    options = {"tls": {"verify": False}, "certificate_days_warn": None}
    outcome = over_tls(authority, certificate, **options)
    assert outcome.result is Result.UP
    assert days_left(outcome) == -3


@pytest.mark.parametrize("passphrase", [None, b"hemlig"])
def test_a_client_certificate_is_shown_where_one_is_demanded(authority, passphrase):
    server, (certificate, key) = (
        authority.issue("server", days=(-1, 90)),
        authority.issue("client", passphrase),
    )
    refused = over_tls(authority, server, authority.certificate)
    assert refused.result is Result.DOWN
    # A server by asyncio closes without the alert that others send.
    assert refused.reason in (Reason.TLS_FAILURE, Reason.CONNECTION_LOST)
    tls = {"ca": str(authority.certificate), "certificate": str(certificate), "key": str(key)}
    if passphrase:
        tls["key_password"] = passphrase.decode()
    assert over_tls(authority, server, authority.certificate, tls=tls).result is Result.UP


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        (fixed(http()), Reason.TLS_FAILURE),
        (sending(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Reason.TLS_FAILURE),
        (sending(), Reason.CONNECTION_LOST),
    ],
    ids=["http", "http at once", "closes"],
)
def test_a_port_that_speaks_no_tls_is_down(handler, reason):
    async def run() -> Outcome:
        async with serving(handler) as port, probing("http") as probe:
            return await probe(target(""), spec("http", 1.0, url=f"https://127.0.0.1:{port}/"), 0)

    outcome = asyncio.run(run())
    assert outcome.result is Result.DOWN
    assert outcome.reason in (reason, Reason.TIMEOUT, Reason.CONNECTION_LOST)


# --- options ---


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"url": "esb.example/health"}, "'esb.example/health' is no URL"),
        ({"url": "https://drift:x@esb.example/"}, "holds a user"),
        ({"expect": {"json": "status =="}}, "'status ==' is no JMESPath expression"),
        ({"expect": {"json": "lenght(a) > `1`"}}, "there is no function lenght"),
        ({"expect": {"body": "("}}, "'\\(' is no regular expression"),
        ({"expect": {"status": [200, "99-300"]}}, "'99-300' is no status"),
        ({"redirects": "all"}, "'all' must be none, same_host or how many"),
        ({"preset": "rabitmq"}, "unknown preset 'rabitmq'; did you mean 'rabbitmq'?"),
        ({"username": "drift"}, "username and password belong together"),
        ({"token": "a", "username": "b", "password": "c"}, "exclude one another"),
        ({"steps": [{"url": "/a"}], "expect": {}}, "expect belong in the steps"),
        ({"body": "a", "form": {"b": "c"}}, "body and form exclude one another"),
        ({"latency_warn": "2"}, "'2' is no duration"),
        ({"tls": {"ca": "/nowhere.pem"}}, "ca '/nowhere.pem': No such file or directory"),
        ({"tls": {"key": "/nowhere.pem"}}, "key needs certificate"),
        ({"messages": {"sent": "a ="}}, "'a =' is no JMESPath expression"),
    ],
)
def test_options_that_cannot_work_are_refused_in_plain_words(options, told):
    with pytest.raises(ValueError, match=told):
        probe_kinds()["http"].Options.model_validate({"url": "https://esb.example/", **options})


def test_secrets_are_in_no_text_of_the_options(tmp_path: Path):
    (tmp_path / "token").write_text("hemligt\n")
    given = {
        "url": "https://esb.example/",
        "password": "hemligt",
        "username": "drift",
        "headers": {"X-Key": "hemligt"},
        "body": {"pw": "hemligt"},
    }
    options = probe_kinds()["http"].Options.model_validate(given)
    assert "hemligt" not in repr(options) + str(options)
    given = {"url": "https://esb.example/", "token": "file:token"}
    options = probe_kinds()["http"].Options.model_validate(given, context={"folder": tmp_path})
    assert options.token.get_secret_value() == "hemligt"


@pytest.mark.parametrize(
    "answer",
    [
        http("hemligt", status="500 hemligt", x_key="hemligt"),
        http("hemligt", status="302 Found", location="http://hemligt@127.0.0.1:1/hemligt"),
        b"hemligt\r\n\r\n",
        http('{"secret": "hemligt"}'),
    ],
    ids=["status", "redirect", "no HTTP", "assertion"],
)
def test_no_secret_of_ours_or_of_the_answer_is_told_or_logged(answer, caplog):
    caplog.set_level("DEBUG")
    secrets = {"password": "hemligt", "username": "drift", "headers": {"X-Key": "hemligt"}}
    outcome = ask(
        fixed(answer),
        body="hemligt",
        redirects=3,
        expect={"json": "secret == 'x'"},
        **secrets,
    )
    assert outcome.result is Result.DOWN
    assert "hemligt" not in str(outcome) + caplog.text
