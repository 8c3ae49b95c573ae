"""The servicedesk's API: the part of Request Tracker's REST 2.0 that one needs to fetch cases."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from datetime import tzinfo
from itertools import zip_longest
from operator import itemgetter
from socket import socket
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode

import uvicorn

from collector.demo.desk import CASE_COLUMNS, TRANSACTION_COLUMNS, Desk, queues, transaction
from collector.demo.desk_query import Condition, QueryError, as_condition
from collector.demo.http_services import Server

TOKEN = "1-42-demo"  # noqa: S105 - a made-up desk's, written into the demo's configuration

_ROOT = "/REST/2.0"
_USUAL, _MOST = 20, 100
"""Records in a page; more are not given, whatever is asked for."""
_OF_CASE = re.compile(r"ObjectId\s*=\s*'?(\d+)")
_ALWAYS = ("id", "type", "_url")

_Message = MutableMapping[str, Any]
_Asked = Mapping[str, Sequence[str]]
_Said = dict[str, Any]
_Record = TypeVar("_Record")


class DeskServer:
    """The desk's address: whoever asks waits until it is opened. Times in queries are in `zone`."""

    def __init__(self, listening: socket, zone: tzinfo) -> None:
        host, port = listening.getsockname()
        self._desk: asyncio.Future[Desk] = asyncio.get_running_loop().create_future()
        self._url = f"http://{host}:{port}{_ROOT}"
        self._socket = listening
        self._zone = zone
        self._server = Server(
            uvicorn.Config(
                self._answer,
                interface="asgi3",
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
            )
        )

    async def serve(self) -> None:
        """Answer until cancelled."""
        await self._server.serve([self._socket])

    def open(self, desk: Desk) -> None:
        """Give it its cases; whoever asked before has waited."""
        self._desk.set_result(desk)

    async def _answer(
        self,
        scope: _Message,
        receive: Callable[[], Awaitable[_Message]],
        send: Callable[[_Message], Awaitable[None]],
    ) -> None:
        status, said = self._page(await asyncio.shield(self._desk), scope)
        start = {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-type", b"application/json; charset=utf-8")],
        }
        await send(start)
        await send({"type": "http.response.body", "body": json.dumps(said).encode()})

    def _page(self, desk: Desk, scope: _Message) -> tuple[int, _Said]:
        if (b"authorization", f"token {TOKEN}".encode()) not in scope["headers"]:
            return 401, {"message": "Unauthorized"}
        pages: Mapping[str, Callable[[Desk, _Asked], _Said]] = {
            "/tickets": self._cases,
            "/transactions": self._transactions,
            "/queues/all": self._queues,
        }
        page = pages.get(scope["path"].removeprefix(_ROOT))
        if page is None:
            return 404, {"message": "Not Found"}
        try:
            return 200, page(desk, parse_qs(scope["query_string"].decode()))
        except QueryError as error:
            return 400, {"message": f"Wrong query, {error}"}

    def _cases(self, desk: Desk, asked: _Asked) -> _Said:
        holds = self._condition(asked, CASE_COLUMNS)
        found = [row for row in desk.cases() if holds(row)]
        for column, order in reversed(_orders(asked)):
            found.sort(key=itemgetter(column), reverse=order == "DESC")
        page, rows = self._paged("/tickets", asked, found)
        items = [desk.case(int(row["id"]), self._url) for row in rows]
        return {**page, "items": _chosen(items, asked)}

    def _transactions(self, desk: Desk, asked: _Asked) -> _Said:
        holds = self._condition(asked, TRANSACTION_COLUMNS)
        # All of them would take too long: whoever asks for none in particular gets none.
        cases = {int(each) for each in _OF_CASE.findall(_one(asked, "query"))}
        found = [row for row in desk.transactions(cases) if holds(row)]
        page, rows = self._paged("/transactions", asked, found)
        return {**page, "items": _chosen([transaction(row, self._url) for row in rows], asked)}

    def _queues(self, desk: Desk, asked: _Asked) -> _Said:
        page, rows = self._paged("/queues/all", asked, queues(self._url))
        return {**page, "items": _chosen(rows, asked)}

    def _condition(self, asked: _Asked, columns: Mapping[str, type]) -> Condition:
        return as_condition(_one(asked, "query"), columns, self._zone)

    def _paged(
        self, path: str, asked: _Asked, found: Sequence[_Record]
    ) -> tuple[_Said, Sequence[_Record]]:
        """What is said of a page, and what is on it."""
        size = min(max(_number(asked, "per_page", _USUAL), 1), _MOST)
        page = max(_number(asked, "page", 1), 1)
        pages = -(-len(found) // size)
        on_it = found[(page - 1) * size : page * size]
        said: _Said = {
            "total": len(found),
            "per_page": size,
            "page": page,
            "pages": pages or 0.0,
            "count": len(on_it),
        }
        if page < pages:
            next_ = urlencode({**asked, "page": page + 1}, doseq=True)
            said["next_page"] = f"{self._url}{path}?{next_}"
        return said, on_it


def _number(asked: _Asked, name: str, otherwise: int) -> int:
    given = _one(asked, name)
    return int(given) if given.isdecimal() else otherwise


def _one(asked: _Asked, name: str) -> str:
    return asked.get(name, [""])[0]


def _orders(asked: _Asked) -> list[tuple[str, str]]:
    """By which columns it is to be sorted, and how each; the first counts most."""
    columns, orders = asked.get("orderby", ["id"]), asked.get("order", ())
    for column in columns:
        if column not in CASE_COLUMNS:
            raise QueryError(f"there is no {column!r}")
    return list(zip_longest(columns, orders[: len(columns)], fillvalue="ASC"))


def _chosen(items: Iterable[_Said], asked: _Asked) -> list[_Said]:
    """No more of each than was asked for."""
    wanted = {*_ALWAYS, *_one(asked, "fields").split(",")}
    return [{name: item[name] for name in item if name in wanted} for item in items]
