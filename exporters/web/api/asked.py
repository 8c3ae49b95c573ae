"""What a request may ask for, and what of it there is."""

import base64
import binascii
import json
from collections.abc import Callable, Collection, Iterable
from typing import Annotated, Generic, TypeVar

from fastapi import HTTPException
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from collector.domain.instants import DAY
from collector.domain.naming import unknown
from collector.domain.periods import Period
from collector.domain.targets import Kind
from collector.kpi.groups import ALL
from collector.kpi.periods import FORMS, parse_period, running_month
from exporters.web.api.sources import Configured, Sources

_Item = TypeVar("_Item")
_Shape = TypeVar("_Shape")

LONGEST_PERIOD = 5 * 366 * DAY
_MOST_ITEMS = 1_000


class Asked(BaseModel):
    """Parameters; one that is not known is refused, as it would have been ignored unseen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


SiteKey = Annotated[
    str | None, Field(description="Only this site, by its key.", examples=["laxa"], max_length=200)
]
OfKind = Annotated[Kind | None, Field(description="Only this kind.", examples=["switch"])]
TargetName = Annotated[
    str | None, Field(description="Only this target.", examples=["sw-laxa-1"], max_length=200)
]
PeriodText = Annotated[
    str | None,
    Field(
        description=f"{FORMS}; the running month where it is not given. At most five years.",
        examples=["2026-10"],
        max_length=40,
    ),
]


class Paged(Asked):
    """What part of a list."""

    limit: int = Field(100, ge=1, le=_MOST_ITEMS, description="How many at most.")
    next: str | None = Field(
        None, max_length=500, description="Where to go on: `next` of the answer before."
    )


class Page(TypedDict, Generic[_Shape]):
    """Part of a list; `next` is null at its end."""

    items: list[_Shape]
    next: str | None


class Scoped(Asked):
    """What period, of which objects."""

    period: PeriodText = None
    site: SiteKey = None
    kind: OfKind = None
    target: TargetName = None


def period_of(sources: Sources, text: str | None) -> Period:
    """The period that was asked for, else the running month."""
    zone, now = sources.configured().zone, sources.now()
    if text is None:
        return running_month(now, zone)
    try:
        period = parse_period(text, zone=zone, now=now)
    except ValueError as error:
        raise HTTPException(422, str(error)) from None
    if period.end - period.start > LONGEST_PERIOD:
        raise HTTPException(422, f"the period {text!r} is longer than five years; ask for less")
    return period


def site_of(configured: Configured, key: str | None) -> str | None:
    """The site that was asked for; None for all of them."""
    if key is None or key == ALL:
        return None
    return one_of("site", key, configured.sites)


def target_of(sources: Sources, name: str | None) -> str | None:
    """The target that was asked for, which is, or once was; None for all of them."""
    if name is None:
        return None
    return one_of("target", name, {record.name for record in sources.store.targets()})


def one_of(what: str, word: str, known: Collection[str], status: int = 422) -> str:
    """The word; refused, with the nearest, where it is not known."""
    if word not in known:
        raise HTTPException(status, unknown(what, word, known))
    return word


def page(
    items: Iterable[_Item],
    asked: Paged,
    *,
    key: Callable[[_Item], tuple[int | str, ...]],
    shape: Callable[[_Item], _Shape],
) -> Page[_Shape]:
    """The part of a list that was asked for, in the order of `key`, which is never twice the same.

    What comes or goes between two requests neither hides another item nor shows one again.
    """
    after = _read(asked.next)
    try:
        left = [item for item in items if after is None or key(item) > after]
    except TypeError:
        raise _no_place() from None
    left.sort(key=key)
    shown = left[: asked.limit]
    more = len(left) > len(shown)
    return {
        "items": [shape(item) for item in shown],
        "next": _written(key(shown[-1])) if more else None,
    }


def _written(key: tuple[int | str, ...]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _read(place: str | None) -> tuple[int | str, ...] | None:
    if place is None:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)))
    except (binascii.Error, ValueError):
        raise _no_place() from None
    if not isinstance(key, list) or not all(type(part) in (int, str) for part in key):
        raise _no_place()
    return tuple(key)


def _no_place() -> HTTPException:
    return HTTPException(422, "next is not what an answer to this request gave")
