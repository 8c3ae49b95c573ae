"""The agent over PostgreSQL, and the server away for a while."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.agent import Agent, run_driftkoll, write_config
from support.ledger import Ledger, now
from support.postgres import Postgres
from support.programs import free_port, wait_until
from support.snmpd import COMMUNITY, Snmpd

from collector.domain.instants import SECOND
from collector.domain.states import State

NAMES = {f"srv-{n}" for n in range(1, 11)}
AWAY = 8
"""Seconds: more than the two and a half intervals that a sample holds for."""


@pytest.fixture
def config(tmp_path: Path, snmpd: Snmpd, postgres: Postgres) -> Path:
    """Ten servers, polled every two seconds."""
    return write_config(
        tmp_path,
        f"127.0.0.1:{free_port()}",
        database=postgres.new_database(),
        sites={"laxa": "Laxå"},
        polling={
            "interval": "2s",
            "timeout": "200ms",
            "confirmations": 1,
            "retry_interval": "1s",
            "sentinels": ["srv-1", "srv-2"],
        },
        snmp={"profiles": {"default": {"community": COMMUNITY}}},
        targets=[
            {
                "name": name,
                "kind": "server",
                "site": "laxa",
                "address": f"127.0.11.{name.rpartition('-')[2]}",
                "snmp_port": snmpd.port,
                "probes": ["snmp"],
            }
            for name in sorted(NAMES)
        ],
    )


def polled(agent: Agent) -> float:
    """Polls that were answered, by the agent's own count."""
    return agent.metrics().value("driftkoll_polls_total", probe="snmp", result="up") or 0


def seconds(config: Path) -> dict[str, float]:
    """The month's seconds by state, of all servers; the time before the first poll is unknown."""
    command = ("indicator", "show", "availability", "--kind", "server", "--format", "json")
    shown: dict[str, float] = run_driftkoll(*command, "-c", config).json["detail"]["seconds"]
    return shown


def test_what_was_polled_while_the_server_was_away_is_stored_once_when_it_is_back(
    config: Path, postgres: Postgres, start_agent: Callable[..., Agent]
) -> None:
    agent, ledger = start_agent(config), Ledger(config)
    agent.wait_for("driftkoll_targets", len(NAMES), kind="server", site="laxa", state="up")
    assert agent.metrics().value("driftkoll_store_writable") == 1

    known = seconds(config)
    postgres.stop()
    gone, before = now(), polled(agent)
    agent.wait_for("driftkoll_store_writable", 0)
    time.sleep(AWAY)
    wait_until(lambda: polled(agent) > before + len(NAMES), "polling goes on", log=agent.log)
    back = now()
    postgres.start()
    agent.wait_for("driftkoll_store_writable", 1)

    by_then = polled(agent)
    wait_until(
        lambda: sum(map(len, ledger.samples().values())) >= by_then,
        "everything that was polled is stored",
        log=agent.log,
    )
    after = seconds(config)
    assert after["unknown"] == pytest.approx(known["unknown"], rel=0, abs=0.001)
    assert after["up"] - known["up"] > AWAY * len(NAMES)

    counted = polled(agent)
    assert agent.stop()[0] == 0
    samples = ledger.samples()
    assert samples.keys() == NAMES
    assert counted <= sum(map(len, samples.values())) <= counted + len(NAMES) * 2
    for name, found in samples.items():
        instants = [sample.at for sample in found]
        assert len(set(instants)) == len(instants), name
        assert any(gone + 3 * SECOND < at < back for at in instants), name
        assert [it.state for it in ledger.stretches()[name]] == [State.UP], name
    assert "Traceback" not in agent.log.read_text()
