"""The web configuration file that Prometheus's exporters share: TLS, users, headers.

Source: docs/web-configuration.md of prometheus/exporter-toolkit. What Python's TLS cannot do as it
is written there is refused, never left out in silence.
"""

import difflib
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
)

from exporters.web.yaml_unique import UniqueKeyLoader

_BCRYPT = re.compile(r"\$2[abxy]?\$(0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}")

_HEADER_VALUES: dict[str, tuple[str, ...]] = {
    "Content-Security-Policy": (),
    "Strict-Transport-Security": (),
    "X-Content-Type-Options": ("nosniff",),
    "X-Frame-Options": ("deny", "sameorigin"),
    "X-XSS-Protection": (),
}

_NOT_HERE = {
    "cert": "give the certificate as cert_file",
    "key": "give the key as key_file",
    "client_ca": "give the certificates as client_ca_file",
    "client_allowed_sans": "let client_ca_file be an authority of the wanted clients alone",
    "curve_preferences": "leave it out: OpenSSL's own order is used",
    "rate_limit": "leave it out, and limit the rate in a proxy in front",
}


class WebConfigError(ValueError):
    """What is wrong with a web configuration file; `lines` has one line a fault."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _beside_the_file(path: Path, info: ValidationInfo) -> Path:
    directory: Path = (info.context or {}).get("directory", Path())
    return directory / path


def _is_bcrypt(stored: SecretStr) -> SecretStr:
    if not _BCRYPT.fullmatch(stored.get_secret_value()):
        raise ValueError("is no bcrypt hash: make one with `htpasswd -nBC 10 NAME`")
    return stored


def _is_a_header(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if name not in _HEADER_VALUES:
            raise ValueError(f"{name} cannot be set: only {', '.join(_HEADER_VALUES)} can")
        allowed = _HEADER_VALUES[name]
        if allowed and value not in allowed:
            raise ValueError(f"{name} is {' or '.join(allowed)}")
        if not value.isascii() or not value.isprintable():
            raise ValueError(f"{name} has characters that no header may have")
    return headers


BesideTheFile = Annotated[Path, AfterValidator(_beside_the_file)]
TlsVersion = Literal["TLS12", "TLS13"]
ClientAuth = Literal["NoClientCert", "VerifyClientCertIfGiven", "RequireAndVerifyClientCert"]


class TlsServer(_Strict):
    """`tls_server_config`; paths are relative to the file."""

    cert_file: BesideTheFile
    key_file: BesideTheFile
    client_auth_type: ClientAuth = "NoClientCert"
    client_ca_file: BesideTheFile | None = None
    min_version: TlsVersion = "TLS12"
    max_version: TlsVersion = "TLS13"
    cipher_suites: tuple[str, ...] = ()
    prefer_server_cipher_suites: bool = True


class HttpServer(_Strict):
    """`http_server_config`; the server speaks HTTP/1.1 whatever `http2` allows."""

    http2: bool = True
    headers: Annotated[dict[str, str], AfterValidator(_is_a_header)] = Field(default_factory=dict)


class WebConfig(_Strict):
    """The whole file; an empty one means plain HTTP, open to all who reach the port."""

    tls_server_config: TlsServer | None = None
    http_server_config: HttpServer = HttpServer()
    basic_auth_users: dict[str, Annotated[SecretStr, AfterValidator(_is_bcrypt)]] = Field(
        default_factory=dict
    )


_KEYS: dict[tuple[int | str, ...], tuple[str, ...]] = {
    (): tuple(WebConfig.model_fields),
    ("tls_server_config",): tuple(TlsServer.model_fields),
    ("http_server_config",): tuple(HttpServer.model_fields),
}


def read_web_config(path: Path) -> WebConfig:
    """The file's content; WebConfigError with every fault, each naming the file and the place."""
    try:
        # UniqueKeyLoader is a SafeLoader: it makes nothing but plain data.
        content = yaml.load(path.read_text(encoding="utf-8"), UniqueKeyLoader)  # noqa: S506
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8"
        raise WebConfigError(f"{path}: {reason}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f":{mark.line + 1}" if mark else ""
        raise WebConfigError(f"{path}{place}: {getattr(error, 'problem', None) or error}") from None
    try:
        return WebConfig.model_validate(
            {} if content is None else content, context={"directory": path.parent}
        )
    except ValidationError as error:
        raise WebConfigError(*(f"{path}: {_fault(fault)}" for fault in error.errors())) from None


def _fault(fault: Any) -> str:
    place = ".".join(str(part) for part in fault["loc"]) or "the file"
    match fault["type"]:
        case "extra_forbidden":
            return f"{place}: {_unknown(fault['loc'])}"
        case "missing":
            return f"{place}: is missing"
        case "literal_error":
            return f"{place}: must be one of {fault['ctx']['expected']}"
        case "value_error":
            return f"{place}: {fault['ctx']['error']}"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"{place}: must be keys with values"
        case _:
            return f"{place}: {fault['msg']}"


def _unknown(place: tuple[int | str, ...]) -> str:
    key = str(place[-1])
    if key in _NOT_HERE:
        return f"is not supported: {_NOT_HERE[key]}"
    near = difflib.get_close_matches(key, _KEYS[place[:-1]], 1)
    return "unknown key" + (f", did you mean {near[0]}?" if near else "")
