"""What is fetched for several cases at once: by a request for a batch of ids, or one for each."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from collector.domain.sources import SourceFailure
from collector.ports import SourceFailed
from collector.sources.asking import Asking
from collector.sources.declared import as_word
from collector.sources.listing import listed
from collector.sources.parts import Details, History, Ids
from collector.sources.templates import fill


async def fetched(asking: Asking, details: Details, ids: Sequence[Any], size: int) -> list[Any]:
    """The cases with these ids, for a list that gives no more than ids."""
    records: list[Any] = []
    for batch in _batches([as_word(id_) for id_ in ids], details):
        async for page in listed(
            asking,
            details.request,
            details.records,
            details.paginator,
            size,
            _values(batch, details),
        ):
            records += page
    return records


async def histories(
    asking: Asking, history: History, ids: Sequence[str], size: int
) -> Mapping[str, Sequence[Any]]:
    """The events of each of these cases. Of one that is gone by now there is nothing."""
    if history.mode == "global":
        return await _by_batches(asking, history, ids, size)
    gate = asyncio.Semaphore(history.concurrency)

    async def one(id_: str) -> tuple[str, list[Any]] | None:
        async with gate:
            try:
                return id_, await _events(asking, history, {"id": id_}, size)
            except SourceFailed as failed:
                if failed.failure is SourceFailure.NOT_FOUND:
                    return None
                raise

    tasks = [asyncio.ensure_future(one(id_)) for id_ in ids]
    try:
        found = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
    return dict(pair for pair in found if pair is not None)


async def _by_batches(
    asking: Asking, history: History, ids: Sequence[str], size: int
) -> dict[str, list[Any]]:
    assert history.case is not None
    events: dict[str, list[Any]] = {id_: [] for id_ in ids}
    for batch in _batches(ids, history):
        for event in await _events(asking, history, _values(batch, history), size):
            whose = as_word(history.case.find(event))
            if whose in events:
                events[whose].append(event)
    return events


async def _events(
    asking: Asking, history: History, values: Mapping[str, Any], size: int
) -> list[Any]:
    assert history.request is not None
    pages = listed(asking, history.request, history.records, history.paginator, size, values)
    return [event async for page in pages for event in page]


def _batches(ids: Sequence[str], how: Ids) -> list[Sequence[str]]:
    return [ids[start : start + how.batch] for start in range(0, len(ids), how.batch)]


def _values(batch: Sequence[str], how: Ids) -> dict[str, Any]:
    if how.each == "{id}" and how.join == ",":
        return {"ids": list(batch), "id": batch[0]}
    return {"ids": how.join.join(str(fill(how.each, {"id": id_})) for id_ in batch), "id": batch[0]}
