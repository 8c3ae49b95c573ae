"""`driftkoll doctor` and `check-config` on sources of cases, against a desk on loopback."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from support.command_line import CommandLine

from collector.domain.instants import HOUR, instant
from collector.domain.sources import SourceState
from collector.store import open_store

TOKEN = "desk-hemligt"


class _Desk(BaseHTTPRequestHandler):
    """A Zammad without tickets, that knows one token."""

    def do_GET(self) -> None:
        known = self.headers.get("Authorization") == f"Token token={TOKEN}"
        body = json.dumps([] if known else {"error": "Invalid token!"}).encode()
        self.send_response(200 if known else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Nothing: the test's output is what is looked at."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Desk)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def driftkoll(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    monkeypatch.setenv("DESK_TOKEN", TOKEN)
    return CommandLine(tmp_path, capsys)


def lines_of(driftkoll: CommandLine) -> list[str]:
    said = driftkoll("doctor")
    assert (said.status, said.err) == (0, "")
    lines = said.out.splitlines()
    first = next(i for i, line in enumerate(lines) if line[6:].startswith("source "))
    return lines[first:]


def test_doctor_tells_of_each_source_whether_it_answers_and_when_it_was_read(
    driftkoll: CommandLine, address: str
) -> None:
    driftkoll.configure(
        "sources:",
        f"  desk: {{preset: zammad, base_url: '{address}', token: '${{DESK_TOKEN}}'}}",
        f"  new: {{preset: zammad, base_url: '{address}', token: '${{DESK_TOKEN}}'}}",
        f"  locked: {{preset: zammad, base_url: '{address}', token: gammalt-hemligt}}",
        "  gone: {preset: zammad, base_url: 'http://127.0.0.1:9', token: x}",
    )
    read = instant(datetime.now(UTC)) - HOUR
    store = open_store(f"sqlite:///{driftkoll.folder}/driftkoll.db", create=True)
    store.save_source_state(SourceState("desk", complete_at=read))
    store.close()
    lines = lines_of(driftkoll)
    assert lines[0].startswith("OK    source desk (zammad): answers; last read to its end 20")
    assert lines[1:] == [
        "warn  source new (zammad): answers; never read to its end",
        "      -> see that the agent runs, or read it with driftkoll cases sync",
        "FAIL  source locked (zammad): unauthorised: GET /api/v1/tickets/search: status 401; "
        "never read to its end",
        "      -> renew the credential, and see that its account is not locked",
        "FAIL  source gone (zammad): unreachable: GET /api/v1/tickets/search: no connection; "
        "never read to its end",
        "      -> check base_url, the firewall and the proxy",
    ]
    assert "hemligt" not in "".join(lines)


def test_doctor_tells_of_a_folder_that_is_not_there(driftkoll: CommandLine) -> None:
    driftkoll.configure(
        "sources:",
        "  watched: {preset: csv, folder: exports}",
        "  by_hand: {preset: excel}",
    )
    assert lines_of(driftkoll) == [
        f"FAIL  source watched (csv): {driftkoll.folder}/exports is no folder; none taken in yet",
        "      -> make it, and let the agent's user write to it",
        "OK    source by_hand (excel): files by driftkoll cases import; none taken in yet",
    ]
    (driftkoll.folder / "exports").mkdir()
    assert lines_of(driftkoll)[0] == (
        f"OK    source watched (csv): takes up files in {driftkoll.folder}/exports; none taken in "
        "yet"
    )


def test_check_config_counts_the_sources(driftkoll: CommandLine) -> None:
    driftkoll.configure("sources: {desk: {preset: csv}, other: {preset: excel}}")
    said = driftkoll("check-config")
    assert said.out.splitlines()[-1].endswith(", 2 sources")
