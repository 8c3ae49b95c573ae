"""What the web configuration file may say, and what is said of one that is wrong."""

import subprocess
from pathlib import Path

import pytest
from support.certificates import Authority
from support.programs import program

from exporters.web.web_config import WebConfigError, read_web_config
from exporters.web.web_config_file import WebConfigFile

HASH = "$2y$04$5d5fQjTqjyvZEkm7tSlmJO2oFUOKNOz4B7yVpqAFnUw0S2l0n2QnG"

GOOD = f"""
tls_server_config:
  cert_file: web.crt
  key_file: web.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: authority.crt
  min_version: TLS13
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: true
http_server_config:
  http2: false
  headers:
    X-Frame-Options: deny
    X-Content-Type-Options: nosniff
    Strict-Transport-Security: max-age=31536000
basic_auth_users:
  prometheus: {HASH}
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    authority = Authority(tmp_path)
    authority.issue("web")
    authority.issue("other")
    authority.issue("locked", b"passphrase")
    return tmp_path


def write(directory: Path, text: str) -> Path:
    path = directory / "web.yml"
    path.write_text(text)
    return path


def test_promtool_and_we_accept_the_same_file(directory):
    path = write(directory, GOOD)
    config = WebConfigFile(path).config()
    assert config.tls_server_config is not None
    assert config.tls_server_config.cert_file == directory / "web.crt"
    assert list(config.basic_auth_users) == ["prometheus"]
    checked = subprocess.run(
        [program("promtool"), "check", "web-config", path], capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "basic_auth_users: {}\n"])
def test_an_empty_file_asks_for_nothing(directory, text):
    found = WebConfigFile(write(directory, text))
    assert not found.tls
    assert found.config().basic_auth_users == {}


PAIR = "cert_file: web.crt, key_file: web.key"

FAULTS = [
    ("tls_serverconfig: {}", ": tls_serverconfig: unknown key, did you mean tls_server_config?"),
    (
        f"tls_server_config: {{{PAIR}, min_versoin: TLS12}}",
        ": tls_server_config.min_versoin: unknown key, did you mean min_version?",
    ),
    ("http_server_config: {zzz: 1}", ": http_server_config.zzz: unknown key"),
    ("tls_server_config: {cert_file: web.crt}", ": tls_server_config.key_file: is missing"),
    (
        f"tls_server_config: {{{PAIR}, min_version: TLS9}}",
        ": tls_server_config.min_version: must be one of 'TLS12' or 'TLS13'",
    ),
    (
        f"tls_server_config: {{{PAIR}, min_version: TLS13, max_version: TLS12}}",
        ": tls_server_config: min_version is above max_version",
    ),
    (
        f"tls_server_config: {{{PAIR}, client_auth_type: RequestClientCert}}",
        ": tls_server_config.client_auth_type: must be one of 'NoClientCert', "
        "'VerifyClientCertIfGiven' or 'RequireAndVerifyClientCert'",
    ),
    (
        f"tls_server_config: {{{PAIR}, client_ca_file: authority.crt}}",
        ": tls_server_config: client_ca_file without client_auth_type: nobody would be asked for a "
        "certificate; add client_auth_type: RequireAndVerifyClientCert",
    ),
    (
        f"tls_server_config: {{{PAIR}, client_allowed_sans: [a]}}",
        ": tls_server_config.client_allowed_sans: is not supported: let client_ca_file be an "
        "authority of the wanted clients alone",
    ),
    (
        "tls_server_config: {cert_file: none.crt, key_file: web.key}",
        ": tls_server_config.cert_file: {directory}/none.crt: No such file or directory",
    ),
    (
        "tls_server_config: {cert_file: web.crt, key_file: authority.crt}",
        ": tls_server_config: {directory}/web.crt and {directory}/authority.crt are no certificate "
        "with its key: they must be PEM, the key unencrypted",
    ),
    (
        "tls_server_config: {cert_file: web.crt, key_file: other.key}",
        ": tls_server_config: {directory}/web.crt and {directory}/other.key are no certificate "
        "with its key: the key is another certificate's",
    ),
    (
        "tls_server_config: {cert_file: web.crt, key_file: locked.key}",
        ": tls_server_config: {directory}/web.crt and {directory}/locked.key are no certificate "
        "with its key: they must be PEM, the key unencrypted",
    ),
    (
        f"tls_server_config: {{{PAIR}, client_auth_type: RequireAndVerifyClientCert, "
        "client_ca_file: web.key}",
        ": tls_server_config.client_ca_file: {directory}/web.key: holds no certificate (PEM)",
    ),
    (
        f"tls_server_config: {{{PAIR}, cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]}}",
        ": tls_server_config.cipher_suites: TLS_RSA_WITH_RC4_128_SHA is not offered; those that "
        "are: TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    ),
    (
        "http_server_config: {headers: {Server: x}}",
        ": http_server_config.headers: Server cannot be set: only Content-Security-Policy, "
        "Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, X-XSS-Protection can",
    ),
    (
        "http_server_config: {headers: {X-Frame-Options: allow}}",
        ": http_server_config.headers: X-Frame-Options is deny or sameorigin",
    ),
    (
        'http_server_config: {headers: {X-XSS-Protection: "0\\r\\nSet-Cookie: a"}}',
        ": http_server_config.headers: X-XSS-Protection has characters that no header may have",
    ),
    (
        "basic_auth_users: {prometheus: hemligt}",
        ": basic_auth_users.prometheus: is no bcrypt hash: make one with `htpasswd -nBC 10 NAME`",
    ),
    ("basic_auth_users: [a]", ": basic_auth_users: must be keys with values"),
    ("- a", ": the file: must be keys with values"),
    (
        f"basic_auth_users:\n  a: {HASH}\n  a: {HASH}\n",
        ":3: the key 'a' stands twice",
    ),
    ("a: [", ":1: expected the node content, but found '<stream end>'"),
]


@pytest.mark.parametrize(("text", "message"), FAULTS, ids=[text for text, _ in FAULTS])
def test_a_fault_is_one_line_with_file_place_and_remedy(directory, text, message):
    path = write(directory, text)
    with pytest.raises(WebConfigError) as refused:
        WebConfigFile(path)
    assert refused.value.lines == (f"{path}{message}".replace("{directory}", str(directory)),)


def test_every_fault_is_told_at_once(directory):
    path = write(directory, "tls_server_config: {}\nbasic_auth_users: {a: b}\nc: d\n")
    with pytest.raises(WebConfigError) as refused:
        read_web_config(path)
    places = [line.removeprefix(f"{path}: ").split(":")[0] for line in refused.value.lines]
    assert places == [
        "tls_server_config.cert_file",
        "tls_server_config.key_file",
        "basic_auth_users.a",
        "c",
    ]


def test_no_fault_shows_a_password(directory):
    path = write(directory, "basic_auth_users: {prometheus: hemligt}\nx: 1\n")
    with pytest.raises(WebConfigError) as refused:
        read_web_config(path)
    assert "hemligt" not in str(refused.value)
    assert HASH not in repr(read_web_config(write(directory, GOOD)))


def test_a_file_that_is_missing_is_one_line(tmp_path):
    with pytest.raises(WebConfigError) as refused:
        WebConfigFile(tmp_path / "web.yml")
    assert refused.value.lines == (f"{tmp_path}/web.yml: No such file or directory",)
