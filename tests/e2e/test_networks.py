"""Networks that lose packets and cables that break, made of network namespaces."""

import time
from collections.abc import Callable
from pathlib import Path

from support.agent import Agent, run_driftkoll, write_config
from support.ledger import Ledger
from support.network import Network

from collector.domain.events import EventKind
from collector.domain.states import State

LISTEN = "127.0.0.1:9780"
"""Each namespace has a loopback of its own."""

POLLING = {"interval": "4s", "timeout": "500ms", "confirmations": 2, "retry_interval": "1s"}


def _target(name: str, kind: str, address: str, **more: str) -> dict[str, object]:
    return {"name": name, "kind": kind, "site": "laxa", "address": address} | more


def test_five_percent_of_packet_loss_is_no_outage(
    tmp_path: Path, network: Network, start_agent: Callable[..., Agent]
) -> None:
    here, there = network.namespace("here"), network.namespace("there")
    cable = network.link(here, there, "10.9.0.1", "10.9.0.2")
    there.answer_for("10.9.2.0/24")
    here.route("10.9.2.0/24", via=cable)
    config = write_config(
        tmp_path,
        LISTEN,
        sites={"laxa": "Laxå"},
        polling=POLLING | {"sentinels": ["ap-1", "ap-2"]},
        targets=[_target(f"ap-{n}", "access_point", f"10.9.2.{n}") for n in range(1, 251)],
    )
    agent = start_agent(config, namespace=here)
    agent.wait_for("driftkoll_targets", 250, kind="access_point", site="laxa", state="up")

    cable.lose(0.05)
    time.sleep(25)
    blips = Ledger(config).events(EventKind.BLIP)
    stretches = Ledger(config).stretches()

    assert len(blips) > 20, "the network lost nothing"
    assert {name: found for name, found in stretches.items() if len(found) != 1} == {}
    assert {found[0].state for found in stretches.values()} == {State.UP}
    assert agent.metrics().value("driftkoll_collector_blind") == 0


def test_what_is_behind_a_switch_whose_cable_is_cut_is_a_consequence_of_its_outage(
    tmp_path: Path, network: Network, start_agent: Callable[..., Agent]
) -> None:
    here, router, switch = map(network.namespace, ("here", "router", "switch"))
    near = network.link(here, router, "10.9.0.1", "10.9.0.2")
    far = network.link(router, switch, "10.9.1.1", "10.9.1.2")
    router.forward()
    router.answer_for("10.9.5.0/24")
    switch.answer_for("10.9.2.0/24")
    here.route("10.9.0.0/16", via=near)
    router.route("10.9.2.0/24", via=far)
    switch.route("10.9.0.0/16", via=far)
    behind = {f"ap-{n}" for n in range(1, 41)}
    config = write_config(
        tmp_path,
        LISTEN,
        sites={"laxa": "Laxå"},
        polling=POLLING | {"sentinels": ["gw", "dns"]},
        targets=[
            _target("gw", "firewall", "10.9.0.2"),
            _target("dns", "server", "10.9.5.1"),
            _target("sw", "switch", "10.9.1.2", parent="gw"),
            *(
                _target(name, "access_point", f"10.9.2.{name[3:]}", parent="sw")
                for name in sorted(behind)
            ),
        ],
    )
    agent = start_agent(config, namespace=here)
    aps = {"kind": "access_point", "site": "laxa"}
    agent.wait_for("driftkoll_targets", 40, state="up", **aps)

    far.cut()
    agent.wait_for("driftkoll_target_state", 1, target="sw", state="down")
    agent.wait_for("driftkoll_targets", 40, state="unreachable", **aps)
    assert agent.metrics().value("driftkoll_target_up", target="ap-1") == 0
    far.mend()
    agent.wait_for("driftkoll_targets", 40, state="up", **aps)
    agent.wait_for("driftkoll_target_up", 1, target="sw")

    listed = run_driftkoll("outages", "list", "--period", "30d", "--format", "json", "-c", config)
    assert (listed.status, listed.err) == (0, "")
    (outage,) = listed.json
    assert outage["target"] == "sw"
    assert {consequence["target"] for consequence in outage["consequences"]} == behind
