"""What the configuration may say of an http probe."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    SecretStr,
    model_validator,
)

from collector.domain.quantities import parse_duration, parse_size
from collector.probes._http.expressions import Expression, Jmespath, as_expression
from collector.probes._http.presets import with_preset
from collector.probes._patterns import Pattern
from collector.probes._tls import Tls
from collector.probes.registry import ProbeOptions
from collector.secret import Secret

_Duration = Annotated[int, BeforeValidator(parse_duration), Field(gt=0)]
_Days = Annotated[int, Field(ge=0, le=3650)]
_Name = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*$")]


class _Part(BaseModel):
    """A part of the options."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent, and as what."""

    text: SecretStr
    content_type: str = ""


def _body(value: object) -> Body:
    if isinstance(value, str):
        return Body(SecretStr(value))
    if isinstance(value, dict | list):
        return Body(SecretStr(json.dumps(value)), "application/json")
    raise ValueError("must be text, or a mapping or a list to be sent as JSON")


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or any(char.isspace() for char in value):
        raise ValueError(f"{value!r} is no URL; write it as https://esb.example/health")
    if parts.username or parts.password:
        raise ValueError("holds a user; write username and password as keys of their own")
    return value


def _status(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def _codes(value: object) -> tuple[int, int]:
    """A status or a range of them."""
    match = re.fullmatch(r"([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?", str(value))
    if not match or int(match[2] or match[1]) < int(match[1]):
        raise ValueError(f"{value!r} is no status; write 200 or a range, as 200-299")
    return int(match[1]), int(match[2] or match[1])


def _redirects(value: object) -> int | Literal["none", "same_host"]:
    if value in ("none", "same_host"):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 20:
        return value
    raise ValueError(f"{value!r} must be none, same_host or how many to follow, at most 20")


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Expect(_Part):
    """What an answer has to be; everything that is given has to hold."""

    status: Annotated[
        tuple[Annotated[tuple[int, int], PlainValidator(_codes)], ...],
        BeforeValidator(_status),
        Field(min_length=1),
    ] = ((200, 299),)
    assertions: Annotated[tuple[Jmespath, ...], BeforeValidator(_listed)] = Field(
        default=(), alias="json"
    )
    body: Pattern | None = None
    headers: dict[str, Pattern] = {}


class Metric(_Part):
    """A metric in Prometheus's text format: the sum of the series with these labels."""

    metric: tuple[str, ...] = Field(min_length=1)
    labels: dict[str, str] = {}

    @model_validator(mode="before")
    @classmethod
    def _one(cls, given: Any) -> Any:
        if isinstance(given, Mapping) and isinstance(given.get("metric"), str):
            return {**given, "metric": [given["metric"]]}
        return given


def _place(value: object) -> Metric | Expression:
    return Metric.model_validate(value) if isinstance(value, dict) else as_expression(value)


Place = Annotated[Metric | Expression, PlainValidator(_place)]
"""Where in an answer a number is."""


class Counts(_Part):
    """Where an answer tells of messages: by JMESPath, or by a metric."""

    sent: Place | None = None
    failed: Place | None = None
    waiting: Place | None = None


class Sent(_Part):
    """What a request carries."""

    method: Annotated[str, Field(pattern=r"^[A-Z]{1,20}$")] = "GET"
    headers: dict[str, Secret] = {}
    body: Annotated[Body, PlainValidator(_body)] | None = None
    form: dict[str, Secret] = {}

    @model_validator(mode="after")
    def _one_body(self) -> "Sent":
        if self.body is not None and self.form:
            raise ValueError("body and form exclude one another")
        return self

    def content(self) -> Body | None:
        """What is sent as body."""
        if not self.form:
            return self.body
        fields = {name: value.get_secret_value() for name, value in self.form.items()}
        return Body(SecretStr(urlencode(fields)), "application/x-www-form-urlencoded")


class Step(Sent):
    """A request and what its answer has to be; `{name}` stands for what an earlier step saved."""

    url: str = ""
    expect: Expect = Expect()
    degraded: Jmespath | None = None
    save: dict[_Name, Jmespath] = {}
    messages: Counts = Counts()
    optional: bool = False


class OAuth2(_Part):
    """OAuth 2.0 client credentials (RFC 6749 4.4)."""

    token_url: Annotated[str, AfterValidator(_url)]
    client_id: str
    client_secret: Secret
    scope: str = ""
    credentials_in: Literal["header", "body"] = "header"


class Login(Sent):
    """A request whose answer yields a token: at `token` in its JSON, else the whole of its text."""

    url: str
    method: Annotated[str, Field(pattern=r"^[A-Z]{1,20}$")] = "POST"
    token: Jmespath | None = None
    header: str = "Authorization"
    format: str = "Bearer {token}"


class HttpOptions(ProbeOptions, Step):
    """One request, or several steps; where a step's URL begins with / it is below this one."""

    preset: str | None = None
    url: Annotated[str, AfterValidator(_url)]
    steps: tuple[Step, ...] = ()
    redirects: Annotated[int | Literal["none", "same_host"], PlainValidator(_redirects)] = "none"
    username: str = ""
    password: Secret | None = None
    token: Secret | None = None
    oauth2: OAuth2 | None = None
    login: Login | None = None
    tls: Tls = Tls()
    certificate_days_warn: _Days | None = 14
    certificate_days_crit: _Days | None = None
    latency_warn: _Duration | None = None
    latency_crit: _Duration | None = None
    max_body: Annotated[int, BeforeValidator(parse_size), Field(ge=1, le=100 * 10**6)] = 10**6

    @model_validator(mode="before")
    @classmethod
    def _preset(cls, given: Any) -> Any:
        return with_preset(given)

    @model_validator(mode="after")
    def _consistent(self) -> "HttpOptions":
        ways = [self.username, self.token, self.oauth2, self.login]
        if sum(bool(way) for way in ways) > 1:
            raise ValueError("username, token, oauth2 and login exclude one another")
        if (self.password is not None) != bool(self.username):
            raise ValueError("username and password belong together")
        alone = {*Step.model_fields} - {"url", "headers"}
        if self.steps and (misplaced := alone & self.model_fields_set):
            raise ValueError(f"{', '.join(sorted(misplaced))} belong in the steps, where there are")
        for url in [step.url for step in self.steps] + ([self.login.url] if self.login else []):
            if url and not url.startswith("/"):
                _url(url)
        return self

    def requests(self) -> tuple[Step, ...]:
        """The steps; without any, the request that is described beside them."""
        return self.steps or (self,)

    def below(self, url: str) -> str:
        """A step's URL in full."""
        return self.url.rstrip("/") + url if url.startswith("/") else url or self.url
