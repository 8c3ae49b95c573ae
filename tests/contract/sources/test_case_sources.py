"""What holds of every source of cases, however it is paged: nothing missed, nothing doubled."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from support.desk import HISTORY, Desk, declared
from support.services import Asked, serving

from collector.domain.cases import CaseStatus, ReadCase
from collector.domain.instants import HOUR, SECOND, Instant, instant
from collector.domain.sources import SourceState
from collector.ports import CasePage, CaseSource
from collector.sources.rest import RestSource

NOW = 1_767_225_600 * SECOND + 30 * 24 * HOUR
"""Well after all that the desk has."""


def asking(**params: str) -> dict[str, Any]:
    return {"path": "/tickets", "params": {"size": "{size}", **params}}


def paged(kind: str, request: dict[str, Any], **said: Any) -> dict[str, Any]:
    return {"request": request, "paginator": {"type": kind, **said}}


SINCE = "{since}"
WAYS: dict[str, dict[str, Any]] = {
    "keyset": {},
    "keyset, total told": {"paginator": {"type": "keyset", "total": "total"}},
    "keyset, offset within": paged(
        "keyset", asking(since=SINCE, offset="{offset}"), within="offset"
    ),
    "keyset, token within": paged(
        "keyset", asking(since=SINCE, after="{next}"), within="token", next="next"
    ),
    "keyset, nothing within": paged("keyset", asking(since=SINCE), within="single"),
    "pages of ids, then cases": {
        **paged("page", asking(since=SINCE, only="ids", page="{page}")),
        "details": {
            "request": {"path": "/tickets/some", "params": {"ids": "{ids}"}},
            "records": "items",
            "batch": 7,
        },
    },
    "pages": paged("page", asking(since=SINCE, page="{page}")),
    "pages by id": paged("page", asking(page="{page}", order="id"), total="total"),
    "offset": paged("offset", asking(since=SINCE, offset="{offset}")),
    "range": paged("range", asking(since=SINCE, range="{offset}-{end}")),
    "token": paged("token", asking(since=SINCE, after="{next}"), next="next"),
    "links": paged("next_link", asking(since=SINCE), next="link"),
}
INCREMENTAL = [way for way in WAYS if way != "pages by id"]
HISTORIES = {
    "global": HISTORY,
    "per_item": HISTORY
    | {"mode": "per_item", "request": {"path": "/tickets/{id}/events"}, "case": None},
}


@asynccontextmanager
async def reading(desk: Desk, way: str, **said: Any) -> AsyncIterator[CaseSource]:
    async with serving(desk) as port:
        source = RestSource("desk", declared(port, page_size=20, **(WAYS[way] | said)))
        try:
            yield source
        finally:
            await source.close()


async def read(source: CaseSource, now: Instant = NOW, **state: Any) -> list[CasePage]:
    return [page async for page in source.pages(SourceState("desk", **state), now)]


def cases_of(pages: list[CasePage]) -> list[ReadCase]:
    return [case for page in pages for case in page.cases]


def latest(pages: list[CasePage]) -> dict[str, ReadCase]:
    """What a store would keep: of each case what was given last."""
    return {case.id: case for case in cases_of(pages)}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("cases", [1, 19, 20, 21, 137])
def test_every_case_is_given_once(way: str, cases: int) -> None:
    async def scenario() -> list[CasePage]:
        async with reading(Desk(cases), way) as source:
            return await read(source)

    given = cases_of(asyncio.run(scenario()))
    assert sorted(int(case.id) for case in given) == list(range(1, cases + 1))


@pytest.mark.parametrize("way", WAYS)
def test_a_page_shorter_than_was_asked_for_is_no_end(way: str) -> None:
    desk = Desk(57)
    desk.cap = 9

    async def scenario() -> list[CasePage]:
        async with reading(desk, way) as source:
            return await read(source)

    if way == "keyset, nothing within":
        desk.cap = 20
    given = cases_of(asyncio.run(scenario()))
    assert sorted(int(case.id) for case in given) == list(range(1, 58))


def editing(desk: Desk, whom: Callable[[int], int]) -> None:
    """Before each answer, somebody changes a case."""
    count = 0

    def edit(asked: Asked) -> None:
        nonlocal count
        count += 1
        number = whom(count)
        if asked.path.startswith("/tickets?") and number in desk.cases:
            desk.edit(number, status="pending", group=f"Grupp {count}")

    desk.before_answer = edit


@pytest.mark.parametrize("way", WAYS)
def test_a_case_that_is_edited_while_pages_are_read_hides_no_other(way: str) -> None:
    desk = Desk(100)
    editing(desk, lambda count: count if count < 30 else 0)

    async def scenario() -> dict[str, ReadCase]:
        async with reading(desk, way) as source:
            return latest(await read(source, now=instant(desk.now)))

    given = asyncio.run(scenario())
    assert sorted(map(int, given)) == list(range(1, 101))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("which", [0, 7, -1])
def test_a_case_that_is_edited_between_its_place_and_its_content_hides_no_other(
    way: str, which: int
) -> None:
    desk = Desk(100, each=timedelta(minutes=20))
    calls = 0

    def edit(page: Sequence[int]) -> None:
        nonlocal calls
        calls += 1
        if calls < 5 and len(page) > which:
            desk.edit(page[which], status="pending")

    desk.before_cases = edit

    async def scenario() -> dict[str, ReadCase]:
        async with reading(desk, way) as source:
            return latest(await read(source, now=instant(desk.now)))

    given = asyncio.run(scenario())
    assert sorted(map(int, given)) == list(range(1, 101))


@pytest.mark.parametrize("way", [way for way in WAYS if "nothing" not in way])
def test_many_cases_of_one_instant_are_all_given_while_they_are_edited(way: str) -> None:
    desk = Desk()
    for _ in range(90):
        desk.add()
    editing(desk, lambda count: count if count < 12 else 0)

    async def scenario() -> dict[str, ReadCase]:
        async with reading(desk, way) as source:
            return latest(await read(source, now=instant(desk.now)))

    given = asyncio.run(scenario())
    assert sorted(map(int, given)) == list(range(1, 91))


@pytest.mark.parametrize("way", INCREMENTAL)
def test_a_pass_from_a_watermark_gives_what_was_changed_since(way: str) -> None:
    desk = Desk(60)

    async def scenario() -> tuple[list[CasePage], dict[str, ReadCase]]:
        async with reading(desk, way) as source:
            first = await read(source)
            desk.edit(3, status="resolved")
            desk.edit(44, group="Drift")
            desk.add()
            seen = first[-1].seen
            return first, latest(await read(source, watermark=seen))

    first, again = asyncio.run(scenario())
    assert {"3", "44", "61"} <= set(again) <= {"3", "44", "61", "60"}
    assert again["3"].status is CaseStatus.RESOLVED
    assert again["44"].group == "Drift"
    assert len(cases_of(first)) == 60


@pytest.mark.parametrize("way", [way for way in WAYS if way.startswith("keyset")])
def test_a_pass_that_was_cut_off_goes_on_where_it_was(way: str) -> None:
    desk = Desk(100)

    async def scenario() -> tuple[dict[str, ReadCase], dict[str, ReadCase]]:
        async with reading(desk, way) as source:
            before: list[CasePage] = []
            pages = source.pages(SourceState("desk"), NOW)
            async for page in pages:
                before.append(page)
                if len(latest(before)) >= 40:
                    break
            await pages.aclose()
            desk.edit(2, status="resolved")
            return latest(before), latest(await read(source, place=before[-1].place))

    before, after = asyncio.run(scenario())
    assert len(after) < 70
    assert set(before) | set(after) == {str(number) for number in range(1, 101)}
    assert after["2"].status is CaseStatus.RESOLVED


@pytest.mark.parametrize("way", [way for way in WAYS if not way.startswith("keyset")])
def test_a_list_in_no_order_of_its_own_is_begun_again(way: str) -> None:
    async def scenario() -> list[CasePage]:
        async with reading(Desk(50), way) as source:
            return await read(source)

    assert {page.place for page in asyncio.run(scenario())} == {None}


@pytest.mark.parametrize("way", WAYS)
def test_the_ids_are_those_of_all_cases_that_there_are(way: str) -> None:
    desk = Desk(45)
    desk.remove(7)

    async def scenario() -> list[str]:
        async with reading(desk, way) as source:
            listing = source.ids(NOW)
            assert listing is not None
            return [id_ async for ids in listing for id_ in ids]

    found = asyncio.run(scenario())
    assert set(found) == {str(number) for number in range(1, 46)} - {"7"}


@pytest.mark.parametrize("mode", HISTORIES)
def test_the_history_of_a_case_is_whole(mode: str) -> None:
    desk = Desk(50)
    desk.edit(5, status="pending")
    desk.edit(5, status="resolved", group="Drift")

    async def scenario() -> dict[str, ReadCase]:
        history = {key: value for key, value in HISTORIES[mode].items() if value is not None}
        async with reading(desk, "keyset", history=history) as source:
            return latest(await read(source))

    given = asyncio.run(scenario())
    statuses = [it.status for it in given["5"].statuses or ()]
    assert statuses == [CaseStatus.OPEN, CaseStatus.WAITING_CUSTOMER, CaseStatus.RESOLVED]
    assert [it.group for it in given["5"].assignments or ()] == ["Servicedesk", "Drift"]
    assert [it.status for it in given["6"].statuses or ()] == [CaseStatus.OPEN]
    assert [it.at for it in given["6"].assignments or ()] == [given["6"].created]


@pytest.mark.parametrize("mode", HISTORIES)
def test_histories_are_fetched_for_the_cases_alone_that_were_changed(mode: str) -> None:
    desk = Desk(100)

    async def scenario() -> tuple[int, list[str]]:
        history = {key: value for key, value in HISTORIES[mode].items() if value is not None}
        async with reading(desk, "keyset", history=history) as source:
            first = await read(source)
            calls = len([it for it in desk.asked if "events" in it.path])
            desk.edit(99, status="resolved")
            desk.asked.clear()
            # The overlap gives what was read before once more.
            await read(source, watermark=(first[-1].seen or 0) - 900 * SECOND)
            return calls, [it.path for it in desk.asked if "events" in it.path]

    calls, again = asyncio.run(scenario())
    # A page of twenty begins with the last case of the one before it.
    assert calls == (100 if mode == "per_item" else 6)
    assert len(again) == 1
    assert "99" in again[0]


def test_nothing_that_names_a_person_is_asked_for() -> None:
    desk = Desk(3)

    async def scenario() -> None:
        request = asking(since=SINCE, page="{page}", fields="{columns}")
        async with reading(desk, "keyset", request=request) as source:
            await read(source)

    asyncio.run(scenario())
    assert "fields=created%2Cgroup%2Cid%2Cstatus%2Ctype%2Cupdated" in desk.asked[0].path
