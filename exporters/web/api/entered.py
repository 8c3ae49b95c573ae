"""What a request that changes something brings along, and what it is answered."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Generic, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Depends, HTTPException, Path, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from collector.domain.instants import Instant
from collector.services.refused import Refused
from exporters.web.api.sources import Sources

_Shape = TypeVar("_Shape")


class Stored(TypedDict, Generic[_Shape]):
    """What is stored now, and what there is to say of it: a sentence each."""

    item: _Shape
    warnings: list[str]


class Entry(BaseModel):
    """A body; a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _author(request: Request) -> str:
    name: str = request.state.user.name
    return name


Author = Annotated[str, Depends(_author)]
"""Who is signed in: what changes data has always somebody who is."""


STRIPPED = AfterValidator(str.strip)
"""White space around what was written says nothing. It is taken away after the length was looked
at, since the description's lengths are of what is sent."""


def _said(text: str) -> str:
    if not text:
        raise ValueError("may not be empty")
    return text


def _without(controls: Callable[[str], bool], what: str) -> AfterValidator:
    def checked(text: str) -> str:
        if any(map(controls, text)):
            raise ValueError(f"may hold no {what}")
        return text

    return AfterValidator(checked)


Line = Annotated[
    str,
    _without(lambda letter: not letter.isprintable(), "line breaks or control characters"),
    Field(max_length=200),
    STRIPPED,
]
Text = Annotated[
    str,
    _without(
        lambda letter: not letter.isprintable() and letter not in "\n\t", "control characters"
    ),
    Field(max_length=4_000),
    STRIPPED,
]
Reason = Annotated[
    Text,
    Field(min_length=1, description="Why; it stays in the audit trail."),
    AfterValidator(_said),
]
Time = Annotated[
    str,
    Field(
        max_length=40,
        description="ISO 8601, local time where no offset is given.",
        examples=["2026-10-06T10:00"],
    ),
    STRIPPED,
]
Number = Annotated[int, Path(alias="id", ge=1, le=2**31 - 1, examples=[3])]


class Because(Entry):
    """A reason."""

    reason: Reason


class Circumstances(TypedDict):
    """What the trail has of every entry, and what its times are read by."""

    reason: str
    author: str
    zone: ZoneInfo
    now: Instant


def circumstances(sources: Sources, reason: str, author: str) -> Circumstances:
    """Those of an entry that is made now."""
    zone = sources.configured().zone
    return {"reason": reason, "author": author, "zone": zone, "now": sources.now()}


@contextmanager
def refusals(status: int = 422) -> Iterator[None]:
    """What a service refuses, as a problem."""
    try:
        yield
    except Refused as error:
        raise HTTPException(status, "; ".join(error.lines)) from None
