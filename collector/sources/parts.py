"""The parts of a declaration of a source with a REST API (declared.py)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
    model_validator,
)

from collector.domain.instants import MINUTE, SECOND
from collector.domain.quantities import parse_duration
from collector.secret import Secret
from collector.sources.expressions import Expression, Jmespath
from collector.sources.hooks import Hook, as_hooks
from collector.sources.templates import placeholders


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or any(char.isspace() for char in value) or parts.query or parts.fragment:
        raise ValueError(f"{value!r} is no URL; write it as https://desk.example")
    if parts.username or parts.password:
        raise ValueError("holds a user; write the credential as keys of its own")
    return value.rstrip("/")


def _zone(value: object) -> ZoneInfo:
    try:
        return value if isinstance(value, ZoneInfo) else ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{value!r} is no time zone; write one as Europe/Stockholm") from None


def _file(value: str, info: ValidationInfo) -> str:
    path = Path((info.context or {}).get("folder", ".")) / value
    if not path.is_file():
        raise ValueError(f"{value!r} is no file; relative paths begin at this file's folder")
    return str(path)


CaFile = Annotated[str, AfterValidator(_file)]
"""Certificates in PEM form, relative to the context's `folder`."""

Url = Annotated[str, AfterValidator(_url)]
Hooks = Annotated[tuple[Hook, ...], PlainValidator(as_hooks)]
Zone = Annotated[ZoneInfo, PlainValidator(_zone)]
Duration = Annotated[int, BeforeValidator(parse_duration)]
Positive = Annotated[int, BeforeValidator(parse_duration), Field(gt=0)]
TimeFormat = Annotated[str, Field(min_length=1)]
"""`iso`, `epoch`, `epoch_ms`, or a pattern of strftime."""


class Part(BaseModel):
    """A part of a declaration; unknown keys are refused and no value is repeated in errors."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True
    )


class Request(Part):
    """What is asked. `path` is below `base_url`. A mapping within `params` or `form` is sent as
    JSON text; `json` may go with GET too; `body` is sent as it is."""

    method: Annotated[str, Field(pattern=r"^[A-Z]{1,20}$")] = "GET"
    path: str = ""
    headers: dict[str, str] = {}
    params: dict[str, Any] = {}
    content: Any = Field(default=None, alias="json")
    form: dict[str, Any] | None = None
    body: str | None = None

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if sum(part is not None for part in (self.content, self.form, self.body)) > 1:
            raise ValueError("json, form and body exclude one another")
        return self

    def places(self) -> Iterator[str]:
        """The placeholders in it."""
        for part in (self.path, self.headers, self.params, self.content, self.form, self.body):
            yield from placeholders(part)


class Auth(Part):
    """How the source is told who asks.

    `login_token`: `login` is asked first; what `session` finds in its answer (the whole text where
    it is not given) is {session} in `headers` and requests, until it is refused or `valid_for` old.
    """

    type: Literal["none", "basic", "header", "bearer", "oauth2_cc", "login_token"] = "none"
    user: Secret | None = None
    password: Secret | None = None
    name: str | None = None
    value: Secret | None = None
    token: Secret | None = None
    token_url: str | None = None
    client_id: Secret | None = None
    client_secret: Secret | None = None
    scope: str = ""
    credentials_in: Literal["header", "body"] = "header"
    login: Request | None = None
    session: Jmespath | None = None
    valid_for: Positive | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needed = {
            "basic": ("user", "password"),
            "header": ("name", "value"),
            "bearer": ("token",),
            "oauth2_cc": ("token_url", "client_id", "client_secret"),
            "login_token": ("login",),
        }.get(self.type, ())
        if missing := [key for key in needed if getattr(self, key) is None]:
            raise ValueError(f"type {self.type} needs {', '.join(missing)}")
        return self

    def texts(self) -> Iterator[str]:
        """All that may hold placeholders, but for the login."""
        for key in ("user", "password", "value", "token", "client_id", "client_secret"):
            if (secret := getattr(self, key)) is not None:
                yield secret.get_secret_value()
        yield self.token_url or ""


class Paginator(Part):
    """How to go on in a list.

    `keyset`: the list is sorted by the cursor, ascending, and `{since}` moves to the last that was
    seen; `within` is how to go on among cases that all have that same cursor (`single`: not at
    all). `page` counts from `first`, `offset` and `range` (`{offset}-{end}`) count records from 0,
    `next_link` follows `next` (else the header Link), `token` puts `next` into {next}. That there
    is more is told by `more`, `total` or `total_header` (Content-Range: the number after the
    slash); where none is given, by pages being as long as the longest before, so that an end may
    cost one request.
    """

    type: Literal["keyset", "page", "offset", "range", "next_link", "token", "single"] = "single"
    within: Literal["page", "offset", "range", "next_link", "token", "single"] = "page"
    first: Annotated[int, Field(ge=0)] = 1
    more: Jmespath | None = None
    total: Jmespath | None = None
    total_header: str | None = None
    next: Jmespath | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.forward == "token" and self.next is None:
            raise ValueError("type token needs next: where an answer tells the next page's token")
        return self

    @property
    def forward(self) -> str:
        """How one page follows the other."""
        return self.within if self.type == "keyset" else self.type


class Times(Part):
    """How times in answers are written; `tz` is for those that tell no zone."""

    format: TimeFormat = "iso"
    tz: Zone = ZoneInfo("UTC")


class Cursor(Part):
    """When a case last was changed, and how to ask for what was changed since.

    `field` is read as `times` says; `format`, `tz` and `granularity` are how {since} is written.
    `inclusive: false` where the source takes > for >=. A pass begins `overlap` before the last one
    ended. `earliest` stands for the beginning.
    """

    field: Jmespath
    format: TimeFormat = "iso"
    tz: Zone | None = None
    granularity: Positive = SECOND
    overlap: Duration = 15 * MINUTE
    inclusive: bool = True
    earliest: str = "2000-01-01"


class Fields(Part):
    """Where in a record what is kept of a case is; `id` and `created` there must be.

    `group` is the one that has it now, `resolving_group` the one that resolved it, `groups` all
    that ever did. `waiting`, `scheduled` and `first_response_after` (from created) are counted in
    `duration_unit`. `excluded` may give a list, of which the first that is mapped counts.
    """

    id: Jmespath
    created: Jmespath
    type: Jmespath | None = None
    status: Jmespath | None = None
    first_response: Jmespath | None = None
    first_response_after: Jmespath | None = None
    resolved: Jmespath | None = None
    closed: Jmespath | None = None
    group: Jmespath | None = None
    resolving_group: Jmespath | None = None
    groups: Jmespath | None = None
    waiting: Jmespath | None = None
    scheduled: Jmespath | None = None
    category: Jmespath | None = None
    priority: Jmespath | None = None
    channel: Jmespath | None = None
    site: Jmespath | None = None
    satisfaction: Jmespath | None = None
    satisfaction_at: Jmespath | None = None
    reopened: Jmespath | None = None
    reassignments: Jmespath | None = None
    caused_by_change: Jmespath | None = None
    disruption_report: Jmespath | None = None
    severity: Jmespath | None = None
    major: Jmespath | None = None
    excluded: Jmespath | None = None

    def given(self) -> Iterator[tuple[str, Expression]]:
        """Those that are mapped."""
        for name in type(self).model_fields:
            if (expression := getattr(self, name)) is not None:
                yield name, expression


class Listing(Part):
    """A list of something else than cases."""

    request: Request
    records: Jmespath
    paginator: Paginator = Paginator()


class Ids(Part):
    """How {ids} is written: each id by `each`, joined by `join`, at most `batch` in a request."""

    batch: Annotated[int, Field(ge=1, le=1000)] = 50
    each: str = "{id}"
    join: str = ","


class Details(Listing, Ids):
    """For a list that gives ids only: how the cases themselves are fetched, by {ids} or {id}."""


class EventFields(Part):
    """Where in an event of a history what happened is. `status` and `group` are what it became,
    null in events about other things; `…_before` what it was, for the time before the first."""

    at: Jmespath
    status: Jmespath | None = None
    status_before: Jmespath | None = None
    group: Jmespath | None = None
    group_before: Jmespath | None = None


class History(Ids):
    """A case's statuses and groups through time: `inline` in its record, `per_item` by a request
    with {id} for each that changed (`concurrency` at once), `global` by one with {ids} for a batch
    of them, whose events tell by `case` which they belong to. `hooks` are for its events."""

    mode: Literal["inline", "per_item", "global"]
    request: Request | None = None
    records: Jmespath
    paginator: Paginator = Paginator()
    case: Jmespath | None = None
    hooks: Hooks = ()
    concurrency: Annotated[int, Field(ge=1, le=32)] = 4
    fields: EventFields

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.request is None) != (self.mode == "inline"):
            raise ValueError("needs a request, unless its mode is inline")
        if (self.case is None) != (self.mode != "global"):
            raise ValueError("case belongs to mode global: how an event tells whose it is")
        return self


class Lookup(Listing):
    """A list that tells what an id stands for, read when a pass begins: `key` → `value`."""

    key: Jmespath
    value: Jmespath


class Retrying(Part):
    """How patiently a failing source is asked again; a longer Retry-After ends the pass."""

    attempts: Annotated[int, Field(ge=1, le=20)] = 5
    first_wait: Positive = SECOND
    longest_wait: Positive = 2 * MINUTE
