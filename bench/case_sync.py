"""Cases synced from a servicedesk on loopback, which is a process of its own, into SQLite.

The desk answers as Zammad's ticket search does with `expand=true`, from lines made beforehand, so
that its own work is small. `--history` has the histories of each page's cases fetched as well, by
one request for a hundred of them.
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bench.processes import cpu_seconds
from collector.services.sync import Sync, Synced
from collector.sources.declared import DeclaredSource
from collector.sources.rest import RestSource
from collector.store import open_store

BUDGET = 5_000
"""Cases a second."""

_BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
_STATES = ("open", "pending reminder", "closed", "closed", "closed", "closed")
_GROUPS = ("Servicedesk", "Servicedesk", "Servicedesk", "Drift", "Nät", "Verksamhetssystem")


def ticket(number: int) -> dict[str, object]:
    """A case as the desk gives it; the columns that nobody needs are among them."""
    created = _BEGAN + timedelta(minutes=5 * number)
    closed = created + timedelta(hours=3 + number % 90)
    state = _STATES[number % 6]
    stamps = {"created_at": created, "updated_at": created + timedelta(hours=number % 7)}
    if state == "closed":
        stamps |= {"close_at": closed, "last_close_at": closed, "updated_at": closed}
    times = {key: at.isoformat(timespec="milliseconds")[:-6] + "Z" for key, at in stamps.items()}
    return {
        "id": number,
        "number": str(10_000 + number),
        "title": f"Ärende {number}: skrivaren i korridoren svarar inte",
        "state": state,
        "group": _GROUPS[number % 6],
        "priority": f"{number % 3 + 1} normal",
        "type": ("Incident", "Service Request")[number % 2],
        "organization": ("laxa", "lekeberg", "hallsberg")[number % 3],
        "create_article_type": ("email", "phone", "web")[number % 3],
        "first_response_at": times["created_at"],
        "close_at": None,
        "last_close_at": None,
        "customer": f"kund{number % 999}@example.se",
        "owner": "-",
        "note": None,
        "article_count": number % 9,
        "escalation_at": None,
        "pending_time": None,
        **times,
    }


def events(number: int) -> list[dict[str, object]]:
    """What became of it."""
    created = _BEGAN + timedelta(minutes=5 * number)
    at = [(created + timedelta(hours=h)).strftime("%Y-%m-%dT%H:%M:%SZ") for h in (1, 2)]
    status = {"case": number, "what": "state", "from": "new", "to": "open", "at": at[0]}
    group = {"case": number, "what": "group", "from": "Servicedesk", "to": "Drift", "at": at[1]}
    return [status, group] if number % 6 > 2 else [status]


class DeskServer:
    """Answers from lines made beforehand, in the order of their last change."""

    def __init__(self, cases: int) -> None:
        made = [ticket(number) for number in range(1, cases + 1)]
        made.sort(key=lambda it: (str(it["updated_at"]), it["id"]))
        self._changed = [str(it["updated_at"])[:19] for it in made]
        self._lines = [json.dumps(it) for it in made]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A connection."""
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                parts = urlsplit(head.split(b" ", 2)[1].decode())
                query = {key: values[0] for key, values in parse_qs(parts.query).items()}
                body = self._answer(parts.path, query).encode()
                length = f"Content-Length: {len(body)}\r\n\r\n".encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + length + body
                )
                await writer.drain()

    def _answer(self, path: str, query: dict[str, str]) -> str:
        if path == "/events":
            numbers = map(int, query["ids"].split(","))
            return json.dumps({"items": [event for n in numbers for event in events(n)]})
        size = int(query["size"])
        first = bisect_left(self._changed, query["since"][:19]) + size * (int(query["page"]) - 1)
        return f"[{','.join(self._lines[first : first + size])}]"


async def serve(cases: int) -> None:
    """The desk, until it is ended; its port is the first line that it prints."""
    server = await asyncio.start_server(DeskServer(cases).handle, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def declaration(port: int, page_size: int, history: bool) -> DeclaredSource:
    """How the desk is read."""
    said: dict[str, object] = {
        "base_url": f"http://127.0.0.1:{port}",
        "request": {
            "path": "/tickets",
            "params": {"since": "{since}", "page": "{page}", "size": "{size}"},
        },
        "records": "@",
        "paginator": {"type": "keyset", "within": "page"},
        "page_size": page_size,
        "cursor": {"field": "updated_at"},
        "fields": {
            "id": "id",
            "created": "created_at",
            "type": "type",
            "status": "state",
            "first_response": "first_response_at",
            "resolved": "last_close_at || close_at",
            "closed": "last_close_at || close_at",
            "group": "group",
            "priority": "priority",
            "channel": "create_article_type",
            "site": "organization",
            "excluded": "state",
        },
        "types": {"Incident": "incident", "Service Request": "request"},
        "statuses": {
            "new": "open",
            "open": "open",
            "pending reminder": "waiting_customer",
            "closed": "closed",
        },
        "excluded": {"merged": "merged"},
    }
    if history:
        said["history"] = {
            "mode": "global",
            "request": {"path": "/events", "params": {"ids": "{ids}"}},
            "records": "items",
            "case": "case",
            "batch": 100,
            "fields": {
                "at": "at",
                "status": "what=='state' && to",
                "status_before": "what=='state' && \"from\"",
                "group": "what=='group' && to",
                "group_before": "what=='group' && \"from\"",
            },
        }
    return DeclaredSource.model_validate(said)


class _Clock:
    def now(self) -> int:
        return time.time_ns() // 1000

    def monotonic(self) -> int:
        return time.monotonic_ns() // 1000


async def sync(declared: DeclaredSource, database: Path) -> tuple[Synced, float, float, Synced]:
    """A first pass with its wall and CPU time in seconds, and the one after it."""
    sites = ("laxa", "lekeberg", "hallsberg")
    source = RestSource("desk", declared, sites=sites)
    with closing(open_store(f"sqlite:///{database}", create=True)) as store:
        syncing = Sync(store, _Clock())
        began, cpu = time.perf_counter(), time.process_time()
        first = await syncing.run(source)
        took = time.perf_counter() - began, time.process_time() - cpu
        again = await syncing.run(source)
    await source.close()
    return first, *took, again


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--page-size", type=int, default=200)
    parser.add_argument("--history", action="store_true")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.serve:
        asyncio.run(serve(said.cases))
        return
    command = [sys.executable, "-m", "bench.case_sync", "--serve", f"--cases={said.cases}"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server,
    ):
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            declared = declaration(port, said.page_size, said.history)
            first, wall, cpu, again = asyncio.run(sync(declared, Path(folder) / "cases.db"))
            of_desk = cpu_seconds(Path(f"/proc/{server.pid}/stat").read_text())
        finally:
            server.terminate()
    assert first.new == said.cases, first
    rate = first.new / wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"machine                {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"cases                  {first.new}, {said.page_size} a page")
    print(f"first pass             {wall:.1f} s, CPU {cpu:.1f} s (the desk's own {of_desk:.1f} s)")
    print(f"cases a second         {rate:.0f}, by CPU {first.new / cpu:.0f}; budget {BUDGET}")
    print(f"the pass after it      {again.read} read, {again.changed} changed")
    print(f"peak resident memory   {peak / 1e6:.0f} MB")
    if rate < BUDGET:
        sys.exit(1)


if __name__ == "__main__":
    main()
