"""A service of two nodes, of which one suffices, as the agent measures it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support.agent import Agent, run_driftkoll, write_config
from support.ledger import Ledger
from support.programs import free_port
from support.snmpd import COMMUNITY, Snmpd

from collector.domain.states import State

UP, DEGRADED = "driftkoll_target_up", "driftkoll_target_degraded"


@pytest.fixture
def nodes(start_snmpd: Callable[..., Snmpd]) -> list[Snmpd]:
    """Two agents, each at its own port."""
    return [start_snmpd(), start_snmpd()]


@pytest.fixture
def agent(tmp_path: Path, nodes: list[Snmpd], start_agent: Callable[..., Agent]) -> Agent:
    """It polls the nodes every six seconds, so that what it knew still holds after a restart."""
    polled = [
        {
            "name": f"esb-{n}",
            "kind": "server",
            "address": "127.0.0.1",
            "snmp_port": node.port,
            "probes": ["snmp"],
        }
        for n, node in enumerate(nodes, 1)
    ]
    esb = {"name": "esb", "kind": "integration_platform", "members": ["esb-1", "esb-2"]}
    pace = {"interval": "6s", "timeout": "200ms", "confirmations": 1, "retry_interval": "1s"}
    config = write_config(
        tmp_path,
        f"127.0.0.1:{free_port()}",
        polling=pace,
        snmp={"profiles": {"default": {"community": COMMUNITY}}},
        targets=[esb, *polled],
    )
    return start_agent(config)


def _listed(agent: Agent, name: str) -> str:
    rows = run_driftkoll("targets", "list", "--format", "json", "-c", agent.config).json
    return next(row["state"] for row in rows if row["name"] == name)


def test_one_of_two_nodes_keeps_a_service_up_and_its_state_outlasts_a_restart(
    agent: Agent, nodes: list[Snmpd]
) -> None:
    agent.wait_for(UP, 1, target="esb")
    agent.wait_for(UP, 1, target="esb-1")
    agent.wait_for(UP, 1, target="esb-2")
    agent.wait_for(DEGRADED, 0, target="esb")

    nodes[0].stop()
    agent.wait_for(UP, 0, target="esb-1")
    metrics = agent.metrics()
    assert metrics.value(UP, target="esb", kind="integration_platform") == 1
    assert metrics.value(DEGRADED, target="esb") == 1
    assert metrics.all("driftkoll_probe_success", target="esb") == []
    assert _listed(agent, "esb") == "up"

    nodes[1].stop()
    agent.wait_for(UP, 0, target="esb")
    assert _listed(agent, "esb") == "down"

    agent.stop()
    agent.start()
    assert agent.metrics().value(UP, target="esb") == 0
    nodes[0].start()
    agent.wait_for(UP, 1, target="esb")
    agent.stop()

    states = [stretch.state for stretch in Ledger(agent.config).stretches()["esb"]]
    assert states == [State.UP, State.DOWN, State.UP]
    assert "esb (esb-1: down, esb-2: down) is down" in agent.log.read_text()
