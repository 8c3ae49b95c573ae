"""The agent is stopped, killed and told to reload."""

import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from support.agent import Agent, run_driftkoll, write_config
from support.ledger import Ledger, now
from support.programs import free_port, wait_until
from support.snmpd import COMMUNITY, Snmpd

from collector.domain.instants import SECOND
from collector.domain.states import State

NAMES = {f"srv-{n}" for n in range(1, 21)}


def _target(name: str, port: int) -> dict[str, object]:
    address = f"127.0.7.{name.rpartition('-')[2]}"
    where = {"kind": "server", "site": "laxa", "address": address}
    return {"name": name, **where, "snmp_port": port, "probes": ["snmp"]}


@pytest.fixture
def config(tmp_path: Path, snmpd: Snmpd) -> Path:
    """Twenty servers, polled every two seconds."""
    return write_config(
        tmp_path,
        f"127.0.0.1:{free_port()}",
        sites={"laxa": "Laxå"},
        polling={
            "interval": "2s",
            "timeout": "200ms",
            "confirmations": 1,
            "retry_interval": "1s",
            "sentinels": ["srv-1", "srv-2"],
        },
        snmp={"profiles": {"default": {"community": COMMUNITY}}},
        targets=[_target(name, snmpd.port) for name in sorted(NAMES)],
    )


def _all_up(agent: Agent) -> None:
    agent.wait_for("driftkoll_targets", len(NAMES), kind="server", site="laxa", state="up")


def test_sigterm_stops_within_five_seconds(config: Path, start_agent: Callable[..., Agent]) -> None:
    agent = start_agent(config)
    _all_up(agent)
    status, _ = agent.stop(signal.SIGTERM, seconds=5)
    assert status == 0
    assert "Traceback" not in agent.log.read_text()


def test_after_kill_the_stretch_without_heartbeat_is_unknown_and_no_sample_is_lost_or_doubled(
    config: Path, start_agent: Callable[..., Agent]
) -> None:
    agent, ledger = start_agent(config), Ledger(config)
    _all_up(agent)
    time.sleep(4)
    before = ledger.samples()
    agent.stop(signal.SIGKILL)
    killed = now()
    time.sleep(7)
    started = now()
    agent.start()
    _all_up(agent)
    time.sleep(3)
    after, stretches = ledger.samples(), ledger.stretches()

    assert before.keys() == after.keys() == NAMES
    for name in NAMES:
        instants = [sample.at for sample in after[name]]
        assert len(set(instants)) == len(instants) > len(before[name]) > 1
        assert after[name][: len(before[name])] == before[name]
        assert [it.state for it in stretches[name]] == [State.UP, State.UNKNOWN, State.UP], name
        unknown = stretches[name][1]
        # The last stored sample holds for two and a half intervals; the batch of the last
        # second or two before the kill may not have been stored.
        assert killed - SECOND <= unknown.start <= killed + 5 * SECOND
        assert started <= unknown.end == next(at for at in instants if at > killed)


def test_a_bad_file_leaves_the_old_configuration_running(
    config: Path, start_agent: Callable[..., Agent], snmpd: Snmpd
) -> None:
    agent, reloaded = start_agent(config), "driftkoll_config_last_reload_successful"
    _all_up(agent)
    assert agent.metrics().value(reloaded) == 1
    good = yaml.safe_load(config.read_text())

    config.write_text(yaml.safe_dump(good | {"pollling": {}}))
    agent.send(signal.SIGHUP)
    agent.wait_for(reloaded, 0)
    assert "did you mean 'polling'?" in agent.log.read_text()

    polls = agent.metrics().value("driftkoll_polls_total", probe="snmp", result="up")
    assert polls is not None
    wait_until(
        lambda: (
            (agent.metrics().value("driftkoll_polls_total", probe="snmp", result="up") or 0)
            > polls + len(NAMES)
        ),
        "polling goes on",
        log=agent.log,
    )
    _all_up(agent)


def test_a_reload_adds_and_removes_targets_and_leaves_the_others_alone(
    config: Path, start_agent: Callable[..., Agent], snmpd: Snmpd
) -> None:
    agent = start_agent(config)
    _all_up(agent)
    good = yaml.safe_load(config.read_text())
    kept = [target for target in good["targets"] if target["name"] != "srv-20"]

    good["targets"] = [*kept, _target("srv-99", snmpd.port)]
    config.write_text(yaml.safe_dump(good))
    agent.send(signal.SIGHUP)
    agent.wait_for("driftkoll_target_up", 1, target="srv-99")

    metrics = agent.metrics()
    assert metrics.value("driftkoll_target_up", target="srv-20") is None
    assert 'target="srv-20"' not in metrics.text
    stretches = Ledger(config).stretches()
    assert {name: len(stretches[name]) for name in NAMES - {"srv-20"}} == dict.fromkeys(
        NAMES - {"srv-20"}, 1
    )


def test_a_window_that_is_registered_beside_the_agent_holds_without_a_reload(
    config: Path, start_agent: Callable[..., Agent], snmpd: Snmpd
) -> None:
    agent = start_agent(config)
    _all_up(agent)
    hour = timedelta(hours=1)
    began = datetime.now(UTC) - hour
    said = run_driftkoll(
        *("maintenance", "add", "-c", config, "--target", "srv-7", "--reason", "byte"),
        *("--start", began.isoformat(), "--end", (began + 2 * hour).isoformat()),
    )
    assert said.out.startswith("window 1: registered"), said.err
    agent.wait_for("driftkoll_target_state", 1, target="srv-7", state="maintenance")
    assert agent.metrics().value("driftkoll_target_up", target="srv-7") == 1
    assert run_driftkoll("maintenance", "cancel", "-c", config, "1").status == 0
    agent.wait_for("driftkoll_target_state", 1, target="srv-7", state="up")
