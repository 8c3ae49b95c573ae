"""Who gets to the JSON API, and who does not: over real connections."""

import base64
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from support.api import NOW, PASSWORD, Api

from collector.domain.people import Role
from collector.services.people import add_person

JSON = {"Content-Type": "application/json"}
READ, CHANGE = "/api/v1/targets", "/api/v1/corrections"


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Api]]:
    with ExitStack() as stack:

        def start(**options) -> Api:
            api = Api(tmp_path, **options)
            stack.callback(api.close)
            return api

        yield start


@pytest.fixture
def api(serve: Callable[..., Api]) -> Api:
    """Served as one that does not listen on loopback."""
    return serve(open_reading=False)


def get(api: Api, path: str = READ, **options) -> httpx.Response:
    return api.http.get(path, **options)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
def test_reading_takes_a_reader_and_changing_an_editor(api: Api, role: Role, method: str) -> None:
    path = READ if method in ("GET", "HEAD") else CHANGE
    let_in = method in ("GET", "HEAD") or role is not Role.READER
    answer = api.http.request(method, path, headers=api.bearer(role) | JSON)
    assert (answer.status_code not in (401, 403)) == let_in
    if not let_in and method != "HEAD":
        assert answer.json()["detail"] == "reader-script is reader; this takes the role editor"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "MADE-UP"])
@pytest.mark.parametrize("path", [READ, CHANGE, "/openapi.json", "/api/v1/nothing", "/api"])
def test_nobody_gets_in_without_signing_in(api: Api, method: str, path: str) -> None:
    answer = api.http.request(method, path, headers=JSON)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Basic realm="Driftkoll", charset="UTF-8", Bearer'
    assert answer.headers["content-type"] == "application/problem+json"


def test_on_loopback_reading_is_open_and_changing_is_not(serve) -> None:
    api = serve()
    assert get(api).status_code == 200
    assert get(api, "/openapi.json").status_code == 200
    assert api.http.post(CHANGE, json={}).status_code == 401
    assert api.http.delete("/api/v1/maintenance/1").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "198.51.100.7"},
        {"Forwarded": "for=198.51.100.7"},
        {"Via": "1.1 proxy"},
        {"Host": "driftkoll.example"},
        {"Host": "127.0.0.1.driftkoll.example:9780"},
        {"Host": ""},
    ],
    ids=str,
)
def test_open_reading_is_for_this_machine_and_not_for_whom_it_speaks_for(serve, headers) -> None:
    assert get(serve(), headers=headers).status_code == 401


def test_metrics_are_no_business_of_the_users(api: Api) -> None:
    assert get(api, "/metrics").status_code == 200
    assert get(api, "/-/healthy").status_code == 200


def test_a_person_signs_in_with_a_name_and_a_password(api: Api) -> None:
    assert get(api, auth=("anna", PASSWORD)).status_code == 200
    assert get(api, auth=("anna", PASSWORD + ".")).status_code == 401
    assert get(api, auth=("anna", "")).status_code == 401
    assert get(api, auth=("nobody", PASSWORD)).status_code == 401


def test_a_script_has_no_password_and_a_person_no_token(api: Api) -> None:
    token = api.tokens[Role.READER]
    assert get(api, auth=("reader-script", token)).status_code == 401
    assert get(api, headers={"Authorization": f"Bearer {PASSWORD}".encode()}).status_code == 401


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic ?", "Basic YQ==", "Basic OmE=", "Basic /zph", "Digest x", "dk_x"]
)
def test_what_is_no_credential_is_refused(api: Api, header: str) -> None:
    assert get(api, headers={"Authorization": header}).status_code == 401


def test_credentials_are_looked_at_where_none_are_needed(serve) -> None:
    assert get(serve(), auth=("anna", "fel")).status_code == 401


def test_a_password_with_composed_letters_is_the_same(api: Api) -> None:
    add_person(api.store, "åke", Role.READER, "lo\u0308senord lo\u0308senord", by="root", now=NOW)
    auth = base64.b64encode("åke:l\u00f6senord l\u00f6senord".encode()).decode()
    assert get(api, headers={"Authorization": f"Basic {auth}"}).status_code == 200


def test_who_is_removed_or_has_another_role_is_so_from_the_next_request_on(api: Api) -> None:
    add_person(api.store, "bo", Role.EDITOR, PASSWORD, by="root", now=NOW)
    assert api.http.post(CHANGE, auth=("bo", PASSWORD), json={}).status_code not in (401, 403)
    add_person(api.store, "bo", Role.READER, PASSWORD, by="root", now=NOW, replace=True)
    assert api.http.post(CHANGE, auth=("bo", PASSWORD), json={}).status_code == 403
    api.store.remove_user("bo", "root", NOW)
    assert get(api, auth=("bo", PASSWORD)).status_code == 401
    api.store.remove_user("editor-script", "root", NOW)
    assert get(api, headers=api.bearer(Role.EDITOR)).status_code == 401


def test_ten_failures_and_even_the_right_password_has_to_wait(api: Api) -> None:
    add_person(api.store, "bo", Role.READER, PASSWORD, by="root", now=NOW)
    assert get(api, auth=("anna", PASSWORD)).status_code == 200
    for _ in range(10):
        assert get(api, auth=("anna", "fel")).status_code == 401
    for password in ("fel", PASSWORD):
        answer = get(api, auth=("anna", password))
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 60
    assert get(api, auth=("bo", PASSWORD)).status_code == 200
    assert get(api, headers=api.bearer(Role.READER)).status_code == 200


def test_wrong_tokens_are_counted_too_and_right_ones_need_not_wait(api: Api) -> None:
    guesses = [{"Authorization": f"Bearer dk_{n}"} for n in range(11)]
    assert [get(api, headers=guess).status_code for guess in guesses] == [401] * 10 + [429]
    assert get(api, headers=api.bearer(Role.READER)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_a_page_of_another_site_changes_nothing(api: Api, headers: dict[str, str]) -> None:
    for method, path in (("POST", CHANGE), ("DELETE", "/api/v1/maintenance/1")):
        answer = api.http.request(
            method, path, headers=headers | JSON, auth=("anna", PASSWORD), content="{}"
        )
        assert answer.status_code == 403
        assert answer.json()["detail"] == "the request comes from a page of another site"


@pytest.mark.parametrize(
    "media_type",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""],
)
def test_a_form_changes_nothing(api: Api, media_type: str) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = api.http.request(
            method,
            CHANGE,
            headers={"Content-Type": media_type},
            auth=("anna", PASSWORD),
            content='{"target": "srv-1"}',
        )
        assert answer.status_code == 415


def test_a_page_of_its_own_is_let_through(api: Api) -> None:
    own = {"Origin": api.served.url, "Sec-Fetch-Site": "same-origin"} | api.bearer(Role.EDITOR)
    assert api.http.post(CHANGE, headers=own, json={}).status_code not in (401, 403, 415)


def test_a_body_that_is_too_large_is_not_read(api: Api) -> None:
    headers = api.bearer(Role.EDITOR) | JSON
    large = b"[" + b" " * 70_000 + b"]"
    assert api.http.post(CHANGE, headers=headers, content=large).status_code == 413
    pieces = (large[n : n + 10_000] for n in range(0, len(large), 10_000))
    assert api.http.post(CHANGE, headers=headers, content=pieces).status_code == 413


def test_secrets_are_neither_stored_nor_logged(api: Api, caplog, tmp_path: Path) -> None:
    with caplog.at_level(logging.DEBUG):
        token = api.tokens[Role.EDITOR]
        get(api, headers=api.bearer(Role.EDITOR))
        get(api, auth=("anna", PASSWORD))
        get(api, auth=("anna", "fel lösenord"))
        get(api, auth=("hemligt i fel fält", "x"))
        get(api, headers={"Authorization": f"Bearer {token}x"})
    api.store.users()
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for secret in (token, PASSWORD, "fel lösenord", "hemligt i fel fält"):
        assert secret not in caplog.text
        assert secret.encode() not in stored
    assert token[3:].encode() not in stored
    assert "a sign-in from 127.0.0.1 failed" in caplog.text
