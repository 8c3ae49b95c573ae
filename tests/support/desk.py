"""A servicedesk of the tests' own: cases in memory behind a small API on a real socket.

`GET /tickets?since=…&page=…&size=…` gives cases sorted by when they were changed (`offset`,
`after`, `link` and `range` page in other ways, `order=id` sorts by id, `only=ids` gives no more
than these), `GET /tickets/some?ids=1,2` some of them, `GET /events?ids=1,2` what became of their
statuses and groups, `GET /tickets/ID/events` of one.
"""

import asyncio
import json
from bisect import bisect_left, insort
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from support.services import Asked, http

from collector.sources.declared import DeclaredSource

START = datetime(2026, 1, 1, tzinfo=UTC)
Trouble = Callable[[Asked, asyncio.StreamWriter], Awaitable[bytes | None]]
"""What goes wrong with a request: an answer, b"" to close without one, None for nothing."""


def written(at: datetime) -> str:
    """A time as the desk writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Desk:
    """Cases by id, and what is asked of them; `cap` is the longest page whatever is asked for.

    `before_cases` is called when a page is cut out and before its cases are looked up.
    """

    def __init__(self, cases: int = 0, *, each: timedelta = timedelta(seconds=7)) -> None:
        self.cases: dict[int, dict[str, Any]] = {}
        self.events: dict[int, list[dict[str, Any]]] = {}
        self.order: list[tuple[str, int]] = []
        self.asked: list[Asked] = []
        self.now = START
        self.cap = 10_000
        self.trouble: Trouble | None = None
        self.before_answer: Callable[[Asked], None] | None = None
        self.before_cases: Callable[[Sequence[int]], None] | None = None
        for _ in range(cases):
            self.now += each
            self.add()

    def add(self, **said: Any) -> int:
        """A new case."""
        number, at = len(self.cases) + 1, written(self.now)
        self.cases[number] = {
            "id": number,
            "created": at,
            "updated": at,
            "type": "incident",
            "status": "open",
            "group": "Servicedesk",
            "title": "Kan inte logga in",
            "requester": {"name": "Anna Andersson", "number": "19121212-1212"},
        } | said
        self.events[number] = []
        insort(self.order, (self.cases[number]["updated"], number))
        return number

    def edit(self, number: int, **said: Any) -> None:
        """Somebody changes a case, a second after the last change."""
        self.now += timedelta(seconds=1)
        case, at = self.cases[number], written(self.now)
        for what in ("status", "group"):
            if what in said and said[what] != case[what]:
                event = {"case": number, "at": at, "what": what}
                self.events[number].append(event | {"from": case[what], "to": said[what]})
        del self.order[bisect_left(self.order, (case["updated"], number))]
        case.update(said, updated=at)
        insort(self.order, (at, number))

    def remove(self, number: int) -> None:
        """A case vanishes without a word."""
        del self.order[bisect_left(self.order, (self.cases.pop(number)["updated"], number))]

    def answer(self, asked: Asked) -> bytes:
        """What the desk gives when nothing is wrong."""
        parts = urlsplit(asked.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.path == "/tickets":
            return self._page(query, asked)
        if parts.path == "/tickets/some":
            numbers = [int(number) for number in query["ids"].split(",")]
            return self._json({"items": [self.cases[n] for n in numbers if n in self.cases]})
        if parts.path == "/events":
            numbers = [int(number) for number in query["ids"].split(",")]
            return self._json({"items": [it for n in numbers for it in self.events.get(n, [])]})
        number = int(parts.path.split("/")[2])
        if number not in self.cases:
            return http("{}", "404 Not Found")
        return self._json({"items": self.events[number]})

    def _page(self, query: dict[str, str], asked: Asked) -> bytes:
        size = min(int(query.get("size", 100)), self.cap)
        found = self.order[bisect_left(self.order, (query.get("since", ""), 0)) :]
        if query.get("order") == "id":
            found.sort(key=lambda pair: pair[1])
        first = size * (int(query.get("page", 1)) - 1) + int(query.get("offset", 0))
        if "range" in query:
            first, last = map(int, query["range"].split("-"))
            size = min(size, last - first + 1)
        if "after" in query:
            at, _, number = query["after"].partition("|")
            first = bisect_left(found, (at, int(number) + 1))
        page = found[first : first + size]
        if self.before_cases is not None:
            self.before_cases([number for _, number in page])
        items: list[Any] = [self.cases[number] for _, number in page]
        if query.get("only") == "ids":
            items = [item["id"] for item in items]
        document: dict[str, Any] = {"items": items, "total": len(found)}
        if first + size < len(found):
            document["next"] = f"{page[-1][0]}|{page[-1][1]}"
            document["link"] = f"/tickets?size={size}&after={document['next']}"
        range_ = f"{first}-{first + len(page) - 1}/{len(found)}"
        return http(json.dumps(document), content_type="application/json", content_range=range_)

    @staticmethod
    def _json(document: Any) -> bytes:
        return http(json.dumps(document), content_type="application/json")

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A connection."""
        while head := await reader.readuntil(b"\r\n\r\n"):
            first, *lines = head.decode().rstrip().split("\r\n")
            pairs = (line.partition(":") for line in lines)
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            method, path, _ = first.split(" ")
            asked = Asked(method, path, headers, body.decode())
            self.asked.append(asked)
            if self.before_answer is not None:
                self.before_answer(asked)
            answer = await self.trouble(asked, writer) if self.trouble else None
            answer = self.answer(asked) if answer is None else answer
            writer.write(answer)
            await writer.drain()
            if b"Content-Length" not in answer:
                return


def declaration(port: int, **said: Any) -> dict[str, Any]:
    """How the desk is read; what is said replaces, None takes away."""
    whole = {
        "base_url": f"http://127.0.0.1:{port}",
        "request": {
            "path": "/tickets",
            "params": {"since": "{since}", "page": "{page}", "size": "{size}"},
        },
        "records": "items",
        "paginator": {"type": "keyset", "within": "page"},
        "cursor": {"field": "updated"},
        "fields": {
            "id": "id",
            "created": "created",
            "type": "type",
            "status": "status",
            "group": "group",
        },
        "statuses": {"pending": "waiting_customer"},
        "retry": {"first_wait": "10ms", "longest_wait": "2s"},
    } | said
    return {key: value for key, value in whole.items() if value is not None}


def declared(port: int, **said: Any) -> DeclaredSource:
    """The same, read."""
    return DeclaredSource.model_validate(declaration(port, **said))


HISTORY = {
    "mode": "global",
    "request": {"path": "/events", "params": {"ids": "{ids}"}},
    "records": "items",
    "case": "case",
    "batch": 100,
    "fields": {
        "at": "at",
        "status": "what=='status' && to",
        "status_before": '''what=='status' && "from"''',
        "group": "what=='group' && to",
        "group_before": '''what=='group' && "from"''',
    },
}


def ids_asked(asked: Sequence[Asked], path: str) -> list[str]:
    """The paths of requests that begin so."""
    return [it.path for it in asked if urlsplit(it.path).path.startswith(path)]
