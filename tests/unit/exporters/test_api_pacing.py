"""Nobody gets so much of the API that others, or the polling, go without."""

import asyncio
import threading

import httpx
import pytest
from fastapi import FastAPI, HTTPException

from exporters.web.api.access import Access
from exporters.web.api.sources import Workers


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_an_address_gets_two_hundred_requests_at_once_and_fifty_a_second() -> None:
    clock = Clock()
    # Nothing signs in here: what is open is read.
    access = Access(FastAPI(), people=None, open_reading=True, clock=clock)  # type: ignore[arg-type]  # not asked

    async def statuses(number: int, address: str = "127.0.0.1") -> list[int]:
        transport = httpx.ASGITransport(access, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            answers = [await http.get("/api/v1/nothing") for _ in range(number)]
        assert {answer.headers.get("retry-after") for answer in answers if answer.is_error} <= {
            None,
            "1",
        }
        return [answer.status_code for answer in answers]

    async def asked() -> None:
        assert await statuses(202) == [404] * 200 + [429] * 2
        assert await statuses(1, "127.0.0.2") == [404]
        clock.now += 1
        assert await statuses(51) == [404] * 50 + [429]

    asyncio.run(asked())


def test_no_more_than_fifty_wait_for_a_thread() -> None:
    async def asked() -> None:
        workers, free = Workers(2, "test"), threading.Event()
        waiting = [asyncio.create_task(workers.run(free.wait)) for _ in range(50)]
        await asyncio.sleep(0)
        with pytest.raises(HTTPException, match="503"):
            await workers.run(free.wait)
        free.set()
        assert await asyncio.gather(*waiting) == [True] * 50
        assert await workers.run(max, 1, 2) == 2

    asyncio.run(asked())
