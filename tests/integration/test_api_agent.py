"""The running agent's API, beside the command line on the same configuration."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from support.agent import Agent, run_driftkoll, write_config
from support.programs import free_port

OUTAGES = """target,state,start,end,comment
srv-1,up,2026-01-01,2026-02-01,
srv-1,down,2026-01-12T08:00,2026-01-12T09:40,
srv-1,unreachable,2026-01-20T08:00,2026-01-20T08:10,
"""


def _config(folder: Path, host: str = "127.0.0.1") -> Path:
    target = {"name": "srv-1", "kind": "server", "site": "laxa", "address": "127.0.0.1"}
    return write_config(folder, f"{host}:{free_port()}", sites={"laxa": "Laxå"}, targets=[target])


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A server with a history."""
    path = _config(tmp_path)
    history = tmp_path / "outages.csv"
    history.write_text(OUTAGES)
    assert run_driftkoll("outages", "import", history, "-c", path).status == 0
    return path


@pytest.mark.parametrize(
    "scope", [{}, {"site": "laxa"}, {"kind": "server"}, {"target": "srv-1"}], ids=str
)
def test_a_figure_is_the_same_over_http_and_on_the_command_line(
    config: Path, start_agent: Callable[..., Agent], scope: dict[str, str]
) -> None:
    agent = start_agent(config)
    asked = {"period": "2026-01", **scope}
    options = [word for name, value in asked.items() for word in (f"--{name}", value)]
    said = run_driftkoll(
        "indicator", "show", "availability", "--format", "json", *options, "-c", config
    )
    answer = httpx.get(f"{agent.url}/api/v1/indicators/availability", params=asked)
    assert answer.text == said.out


def test_a_user_made_beside_the_agent_may_register_work_at_once(
    config: Path, start_agent: Callable[..., Agent]
) -> None:
    agent = start_agent(config)
    made = run_driftkoll("user", "add", "sync", "--role", "editor", "--token", "-c", config)
    body = {
        "targets": ["srv-1"],
        "start": "2030-12-01T18:00",
        "end": "2030-12-01T20:00",
        "reason": "Nytt minne",
    }
    headers = {"Authorization": f"Bearer {made.out.strip()}"}
    answer = httpx.post(f"{agent.url}/api/v1/maintenance", json=body, headers=headers)
    assert (answer.status_code, answer.json()["item"]["author"]) == (201, "sync")
    listed = run_driftkoll(
        "maintenance", "list", "--period", "2030-12", "--format", "json", "-c", config
    )
    assert [work["author"] for work in listed.json] == ["sync"]
    assert made.out.strip() not in agent.log.read_text()


def test_an_agent_that_listens_elsewhere_lets_nobody_read_and_warns_of_passwords_in_clear(
    tmp_path: Path, start_agent: Callable[..., Agent]
) -> None:
    agent = start_agent(_config(tmp_path, "0.0.0.0"))
    url = agent.url.replace("0.0.0.0", "127.0.0.1")
    assert httpx.get(f"{url}/metrics").status_code == 200
    assert httpx.get(f"{url}/api/v1/targets").status_code == 401
    assert "passwords and tokens can be read on the way" in agent.log.read_text()
