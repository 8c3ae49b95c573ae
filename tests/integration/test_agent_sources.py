"""The running agent's sources: a folder, a desk that is not there and a number, side by side."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from support.agent import Agent, run_driftkoll, write_config
from support.programs import free_port, wait_until

CASES = """id,type,created,resolved,group,status
1,incident,2026-10-01T08:00,2026-10-02T08:00,Servicedesk,resolved
2,request,2026-10-05T08:00,,Nät,open
"""
ERRORS = "driftkoll_source_errors_total"
SUCCESS = "driftkoll_source_last_success_timestamp_seconds"


class Number(BaseHTTPRequestHandler):
    """A system that tells one number."""

    def do_GET(self) -> None:
        body = b'{"phones": {"managed": 98.5}}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def number() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Number)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/summary"
    server.shutdown()
    server.server_close()


def _folder(named: object = "exports") -> dict[str, object]:
    groups = {"servicedesk": ["Servicedesk"], "second_line": ["Nät"]}
    return {"preset": "csv", "folder": named, "every": "10s", "groups": groups}


def _put(folder: Path, name: str, text: str) -> None:
    """A file that was written a while ago."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(text, encoding="utf-8")
    written = time.time() - 60
    os.utime(file, (written, written))


def test_sources_are_read_beside_each_other_and_one_that_fails_stops_none(
    tmp_path: Path, start_agent: Callable[..., Agent], number: str
) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    _put(tmp_path / "exports", "october.csv", CASES)
    config = write_config(
        tmp_path,
        f"127.0.0.1:{free_port()}",
        sources={
            "files": _folder(),
            "desk": {
                "preset": "zammad",
                "base_url": dead,
                "token": "en-hemlighet",
                "retry": {"attempts": 1},
            },
            "mdm": {
                "preset": "json_number",
                "url": number,
                "value": "phones.managed",
                "indicator": "sick_leave",
                "unit": "percent",
            },
        },
    )
    agent = start_agent(config)
    agent.wait_for("driftkoll_cases_open", 1, type="request", group="second_line", age="30d-")
    assert (tmp_path / "exports" / "done" / "october.csv").exists()
    metrics = agent.metrics()
    assert metrics.value(ERRORS, source="desk", reason="unreachable") == 1
    assert metrics.value(SUCCESS, source="desk") is None
    assert metrics.value(SUCCESS, source="mdm") == pytest.approx(time.time(), abs=120)
    wait_until(
        lambda: agent.metrics().value(SUCCESS, source="files") is not None,
        "the folder's success is told",
        30,
        agent.log,
    )
    month = time.strftime("%Y-%m")
    shown = run_driftkoll(
        "indicator", "show", "sick_leave", "--period", month, "--format", "json", "-c", config
    ).json
    assert (shown["value"], shown["detail"]["supplied"]["source"]) == (0.985, "mdm")
    assert agent.stop()[0] == 0
    assert "en-hemlighet" not in agent.log.read_text(encoding="utf-8")


def test_a_reload_takes_up_a_new_source_and_lets_go_of_one_that_is_gone(
    tmp_path: Path, start_agent: Callable[..., Agent]
) -> None:
    listen = f"127.0.0.1:{free_port()}"
    _put(tmp_path / "exports", "october.csv", CASES)
    old = {"preset": "zammad", "base_url": "http://127.0.0.1:9", "token": "en-hemlighet"}
    retry = {"attempts": 1}
    agent = start_agent(write_config(tmp_path, listen, sources={"desk": {**old, "retry": retry}}))
    agent.wait_for(ERRORS, 1, source="desk", reason="unreachable")
    write_config(tmp_path, listen, sources={"files": _folder()})
    agent.send(signal.SIGHUP)
    agent.wait_for("driftkoll_cases_open", 1, type="request", group="second_line", age="30d-")
    assert agent.metrics().all(ERRORS, source="desk") == []
    assert agent.stop()[0] == 0
