"""Who may read /metrics: TLS, certificates of clients and passwords, over real connections."""

import base64
import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import bcrypt
import httpx
import pytest
from support.certificates import Authority
from support.served import Served


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    with ExitStack() as stack:

        def start(web_config: Path) -> Served:
            served = Served(web_config)
            stack.callback(served.stop)
            return served

        yield start


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write the web configuration file; each time its stamp is another, as an editor's save is."""
    path = tmp_path / "web.yml"

    def save(text: str) -> Path:
        new = path.with_suffix(".new")
        new.write_text(text)
        new.replace(path)
        return path

    return save


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def trusting(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority.certificate))


def get(served: Served, tls: ssl.SSLContext | bool = True, **options) -> httpx.Response:
    with httpx.Client(verify=tls) as client:
        return client.get(f"{served.url}/metrics", **options)


def users(**passwords: str) -> str:
    lines = [
        f"  {name}: {bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()}\n"
        for name, password in passwords.items()
    ]
    return "basic_auth_users:\n" + "".join(lines)


@pytest.mark.parametrize("path", ["/metrics", "/-/healthy", "/-/ready", "/"])
def test_with_users_nothing_is_read_without_a_password(serve, write, path):
    served = serve(write(users(prometheus="rätt")))
    refused = httpx.get(served.url + path)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic")
    assert "driftkoll_" not in refused.text
    assert httpx.get(served.url + path, auth=("prometheus", "rätt")).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"prometheus").decode(),
        "Basic " + base64.b64encode(b"prometheus:fel").decode(),
        "Basic " + base64.b64encode(b"prometheus:").decode(),
        "Basic " + base64.b64encode(b":").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:r\xe4tt").decode(),
        "Basic " + base64.b64encode(b"prometheus:r\0").decode(),
        "Basic " + base64.b64encode(b"prometheus:" + b"a" * 4000).decode(),
        "Basic " + base64.b64encode(b"another:ratt").decode(),
        "Bearer " + base64.b64encode(b"prometheus:ratt").decode(),
    ],
)
def test_what_is_not_the_password_is_refused_and_stays_so(serve, write, header):
    served = serve(write(users(prometheus="ratt")))
    for _ in range(2):
        assert get(served, headers={"Authorization": header}).status_code == 401
    assert get(served, auth=("prometheus", "ratt")).status_code == 200


def test_a_user_that_does_not_exist_is_refused_with_any_users_password(serve, write):
    served = serve(write(users(prometheus="ett", grafana="två")))
    assert get(served, auth=("nobody", "ett")).status_code == 401
    assert get(served, auth=("prometheus", "två")).status_code == 401
    assert get(served, auth=("grafana", "två")).status_code == 200


def test_only_the_first_72_bytes_of_a_password_count_as_bcrypt_has_it(serve, write):
    served = serve(write(users(prometheus="a" * 72)))
    assert get(served, auth=("prometheus", "a" * 80)).status_code == 200
    assert get(served, auth=("prometheus", "a" * 71)).status_code == 401


def test_a_changed_password_holds_at_once(serve, write):
    served = serve(write(users(prometheus="gammalt")))
    assert get(served, auth=("prometheus", "gammalt")).status_code == 200
    write(users(prometheus="nytt"))
    assert get(served, auth=("prometheus", "gammalt")).status_code == 401
    assert get(served, auth=("prometheus", "nytt")).status_code == 200


def test_a_faulty_change_leaves_what_was_in_force_and_is_logged_once(serve, write, caplog):
    served = serve(write(users(prometheus="rätt")))
    path = write("basic_auth_user: {}\n")
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            assert get(served).status_code == 401
            assert get(served, auth=("prometheus", "rätt")).status_code == 200
    assert [record.getMessage() for record in caplog.records] == [
        f"{path}: basic_auth_user: unknown key, did you mean basic_auth_users? "
        "(what was in force before stays so)"
    ]
    path.unlink()
    assert get(served).status_code == 401


def test_headers_are_on_every_answer(serve, write):
    headers = "http_server_config: {headers: {X-Frame-Options: deny}}\n"
    served = serve(write(headers + users(prometheus="rätt")))
    assert get(served).headers["x-frame-options"] == "deny"
    assert get(served, auth=("prometheus", "rätt")).headers["x-frame-options"] == "deny"
    assert httpx.get(f"{served.url}/nothing").headers["x-frame-options"] == "deny"


def tls(more: str = "") -> str:
    return f"tls_server_config:\n  cert_file: web.crt\n  key_file: web.key\n{more}"


def test_tls_is_spoken_with_the_files_certificate(serve, write, authority):
    authority.issue("web")
    served = serve(write(tls()))
    assert served.url.startswith("https://")
    assert "driftkoll_build_info" in get(served, trusting(authority)).text
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        get(served)
    with pytest.raises(httpx.TransportError):
        httpx.get(served.url.replace("https", "http"))


def test_only_clients_with_a_certificate_of_the_authority_get_in(serve, write, authority, tmp_path):
    authority.issue("web")
    (tmp_path / "elsewhere").mkdir()
    stranger = Authority(tmp_path / "elsewhere", "stranger").issue("client")
    served = serve(
        write(
            tls("  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: authority.crt\n")
        )
    )
    with pytest.raises(httpx.TransportError):
        get(served, trusting(authority))
    unknown = trusting(authority)
    unknown.load_cert_chain(*stranger)
    with pytest.raises(httpx.TransportError):
        get(served, unknown)
    known = trusting(authority)
    known.load_cert_chain(*authority.issue("prometheus"))
    assert get(served, known).status_code == 200


def test_the_lowest_version_holds(serve, write, authority):
    authority.issue("web")
    served = serve(write(tls("  min_version: TLS13\n")))
    old = trusting(authority)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(httpx.ConnectError):
        get(served, old)
    assert get(served, trusting(authority)).status_code == 200


def test_the_chosen_cipher_is_used(serve, write, authority):
    authority.issue("web")
    name = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
    served = serve(write(tls(f"  max_version: TLS12\n  cipher_suites: [{name}]\n")))
    other = trusting(authority)
    other.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
    with pytest.raises(httpx.ConnectError):
        get(served, other)
    assert get(served, trusting(authority)).status_code == 200


def test_a_renewed_certificate_and_its_demands_hold_for_the_next_connection(
    serve, write, authority, tmp_path
):
    authority.issue("web")
    served = serve(write(tls()))
    renewed = tmp_path / "renewed"
    renewed.mkdir()
    new = Authority(renewed, "new-authority")
    for made, old in zip(new.issue("web"), ("web.crt", "web.key"), strict=True):
        made.replace(tmp_path / old)
    with pytest.raises(httpx.ConnectError):
        get(served, trusting(authority))
    assert get(served, trusting(new)).status_code == 200
    write(
        tls(
            "  client_auth_type: RequireAndVerifyClientCert\n"
            "  client_ca_file: renewed/new-authority.crt\n"
        )
    )
    with pytest.raises(httpx.TransportError):
        get(served, trusting(new))


def test_a_certificate_without_its_key_waits_for_the_key(serve, write, authority, tmp_path, caplog):
    authority.issue("web")
    served = serve(write(tls()))
    (tmp_path / "renewed").mkdir()
    new = Authority(tmp_path / "renewed")
    certificate, key = new.issue("web")
    certificate.replace(tmp_path / "web.crt")
    with caplog.at_level(logging.ERROR):
        assert get(served, trusting(authority)).status_code == 200
    assert "are no certificate with its key" in caplog.text
    key.replace(tmp_path / "web.key")
    assert get(served, trusting(new)).status_code == 200


def test_turning_tls_off_takes_a_restart(serve, write, authority, caplog):
    authority.issue("web")
    served = serve(write(tls()))
    write("{}")
    with caplog.at_level(logging.ERROR):
        assert get(served, trusting(authority)).status_code == 200
    assert "turning TLS off takes a restart" in caplog.text


def test_stopping_does_not_wait_for_a_handshake_that_never_comes(write, authority):
    authority.issue("web")
    served = Served(write(tls()))
    where = served.server.addresses[0]
    with socket.create_connection(where):
        served.stop_serving()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(where)
    served.stop()
