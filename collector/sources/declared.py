"""What can be said of a source with a REST API, in a preset or in the configuration.

In texts of requests and of `auth`, `{name}` stands for one of `variables` or for what a pass puts
there: {since} the cursor to read from, {size} {page} {offset} {end} {next} the place in a list (end
is the last record's number), {columns} what is asked for, {id} one case, {ids} several, {session}
what a login gave. A text that is one placeholder only keeps the value's type (a number in JSON) and
is left out with its key where there is none yet, as {next} on the first page. A header that is left
empty is not sent.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from collector.domain.cases import CaseStatus, CaseType, Exclusion
from collector.domain.instants import SECOND
from collector.domain.naming import unknown
from collector.domain.quantities import parse_size
from collector.secret import Secret
from collector.sources.expressions import Jmespath
from collector.sources.parts import (
    Auth,
    CaFile,
    Cursor,
    Details,
    Fields,
    History,
    Hooks,
    Listing,
    Lookup,
    Paginator,
    Part,
    Positive,
    Request,
    Retrying,
    Times,
    Url,
)
from collector.sources.presets import preset_variables, with_preset
from collector.sources.templates import placeholders

PAGING = ("size", "page", "offset", "end", "next")
IN_PASS = ("since", "columns", *PAGING)


def as_word(value: object) -> str:
    """A word of the source as text: 6 is "6" and true is "true", as JSON has them."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _words(given: object) -> object:
    return {as_word(k): v for k, v in given.items()} if isinstance(given, Mapping) else given


def _listed(given: object) -> object:
    return tuple(map(as_word, given)) if isinstance(given, list | tuple) else given


def _not_null(given: object) -> object:
    """A preset's variable without a value is one that the user has to give."""
    return _words(
        {k: v for k, v in given.items() if v is not None} if isinstance(given, Mapping) else given
    )


Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]


def _scale(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] >= value[1]:
        raise ValueError("must be [worst, best], as [1, 10]")
    return value


class DeclaredSource(Part):
    """A source with a REST API, whole. `preset` gives what is not said here.

    `columns` is what {columns} asks for: where it is not given, the keys that the expressions look
    up. `types`, `statuses`, `excluded`, `sites`, `priorities`, `severities` and `group_names` map
    the source's words (upper and lower case alike). An unknown type, status or site stays unmapped,
    an unknown priority, severity or group is kept as it is, and `excluded` is for the words that
    are listed alone. `records`, as those of other lists, must find a list, an empty one where there
    is nothing: an answer of another kind must not pass for a desk without cases. `error` finds
    what the source says went wrong, in an answer of any status, and `unauthorised` whether it was
    for the credential. `streams` are sets of variables: the same is asked with each of them.
    """

    preset: str | None = None
    base_url: Url
    variables: Annotated[dict[str, Secret], BeforeValidator(_not_null)] = Field(default={})
    streams: tuple[dict[str, str], ...] = ()
    auth: Auth = Auth()
    headers: dict[str, str] = Field(default={})
    request: Request
    records: Jmespath
    error: Jmespath | None = None
    unauthorised: Jmespath | None = None
    details: Details | None = None
    paginator: Paginator = Paginator()
    page_size: Annotated[int, Field(ge=1, le=10_000)] = 100
    cursor: Cursor | None = None
    times: Times = Times()
    since: str | None = None
    columns: tuple[str, ...] = ()
    fields: Fields
    duration_unit: Literal["ms", "s", "min", "h"] = "s"
    null_values: Words = ("",)
    types: Annotated[dict[str, CaseType], BeforeValidator(_words)] = Field(default={})
    statuses: Annotated[dict[str, CaseStatus], BeforeValidator(_words)] = Field(default={})
    excluded: Annotated[dict[str, Exclusion | Literal["none"]], BeforeValidator(_words)] = Field(
        default={}
    )
    sites: Annotated[dict[str, str], BeforeValidator(_words)] = Field(default={})
    priorities: Annotated[dict[str, str], BeforeValidator(_words)] = Field(default={})
    severities: Annotated[dict[str, str], BeforeValidator(_words)] = Field(default={})
    group_names: Annotated[dict[str, str], BeforeValidator(_words)] = Field(default={})
    majors: Words = ()
    satisfaction_scale: Annotated[tuple[float, float], AfterValidator(_scale)] = (1, 5)
    no_answer: Words = ()
    lookups: dict[
        Literal["type", "status", "group", "category", "priority", "channel", "site", "severity"],
        Lookup,
    ] = Field(default={})
    history: History | None = None
    hooks: Hooks = ()
    sweep: Listing | Literal["cases", "none"] = "cases"
    timeout: Positive = 30 * SECOND
    max_body: Annotated[int, BeforeValidator(parse_size), Field(ge=1000)] = 64 * 10**6
    retry: Retrying = Retrying()
    verify: bool = True
    ca: CaFile | None = None

    @model_validator(mode="before")
    @classmethod
    def _preset(cls, given: Any) -> Any:
        return with_preset(given)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.paginator.type == "keyset" and self.cursor is None:
            raise ValueError("paginator keyset needs a cursor")
        if self.paginator.type == "keyset" and "since" not in set(self.request.places()):
            raise ValueError("paginator keyset needs {since} in the request")
        if self.paginator.type == "keyset" and self.details is not None:
            # A case that is edited before its details are fetched has a later cursor than its
            # place in the list: going on from there would pass over all that lies between.
            raise ValueError("details go with another paginator than keyset; list all ids at once")
        known = {*self.variables, *(name for stream in self.streams for name in stream)}
        for name, also in self._places():
            if name not in known and name not in also:
                if name in self._asked_for():
                    raise ValueError(f"{name} must be given")
                raise ValueError(unknown("placeholder", f"{{{name}}}", {*known, *also}))
        return self

    def _asked_for(self) -> frozenset[str]:
        """The variables that the preset leaves to the user."""
        return frozenset(preset_variables(self.preset))

    def _places(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each placeholder, and those that may stand there besides the variables."""
        session = ("session",) if self.auth.type == "login_token" else ()
        requests: list[tuple[Request | None, tuple[str, ...]]] = [
            (self.auth.login, ()),
            (self.request, IN_PASS),
            (self.details.request if self.details else None, ("id", "ids", *PAGING, "columns")),
            (self.history.request if self.history else None, ("id", "ids", *PAGING)),
            (self.sweep.request if isinstance(self.sweep, Listing) else None, IN_PASS),
            *((lookup.request, PAGING) for lookup in self.lookups.values()),
        ]
        for request, also in requests:
            for name in request.places() if request else ():
                yield name, (*also, *session)
        for name in placeholders(self.headers):
            yield name, session
        for text in self.auth.texts():
            for name in placeholders(text):
                yield name, ()

    def asked_columns(self) -> list[str]:
        """What {columns} asks for: no more than what is kept."""
        if self.columns:
            return list(self.columns)
        wanted = {key for _, expression in self.fields.given() for key in expression.columns}
        if self.cursor:
            wanted |= self.cursor.field.columns
        if self.history and self.history.mode == "inline":
            wanted |= self.history.records.columns
        return sorted(wanted)
