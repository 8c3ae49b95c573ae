"""Five hundred devices that fail and come back, and an agent that is away for a while.

A minute of it here; `scripts/soak` asks for ten (DRIFTKOLL_SOAK_MINUTES).
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from support.agent import Agent, run_driftkoll, write_config
from support.ledger import Ledger, Stretch, now
from support.programs import free_port, wait_until
from support.snmpd import COMMUNITY, SECURE, Snmpd

from collector.domain.instants import MINUTE, SECOND, Instant
from collector.domain.states import State

MINUTES = int(os.environ.get("DRIFTKOLL_SOAK_MINUTES", "0"))
"""How long the cycles – fail, come back, stop, start – go on; one takes a little under a minute."""

INTERVAL = 5 * SECOND
MAX_GAP = INTERVAL * 5 // 2
SLACK = 2 * SECOND
"""Beside the one sample: what a tick may be late, and the time-out of a poll on its way."""

STEADY, SILENT, REFUSING = 400, 50, 50


class Cycle(NamedTuple):
    """What was done to the devices and the agent, and when."""

    failed: Instant
    back: Instant
    stopped: Instant
    started: Instant
    ready: Instant


def _target(name: str, address: str, port: int, profile: str) -> dict[str, object]:
    return {
        "name": name,
        "kind": "server",
        "site": "laxa",
        "address": address,
        "snmp_port": port,
        "snmp_profile": profile,
        "probes": ["snmp"],
    }


def _targets(group: str, count: int, port: int) -> Iterator[dict[str, object]]:
    """Loopback addresses on a port, every other one by SNMPv2c and by SNMPv3."""
    for number in range(count):
        profile = ("default", "secure")[number % 2]
        address = f"127.{port % 200 + 10}.{number // 250}.{number % 250 + 1}"
        yield _target(f"{group}-{number}", address, port, profile)


def _all_are(agent: Agent, state: str, wanted: float) -> Callable[[], bool]:
    return lambda: (
        agent.metrics().value("driftkoll_targets", kind="server", site="laxa", state=state)
        == wanted
    )


def _all_stored_as_up(stretches: Mapping[str, Sequence[Stretch]]) -> bool:
    return all(found and found[-1].state is State.UP for found in stretches.values())


@pytest.mark.timeout(60 * MINUTES + 240)
def test_outages_have_the_right_edges_and_only_the_collectors_absence_is_unknown(
    tmp_path: Path, start_snmpd: Callable[..., Snmpd], start_agent: Callable[..., Agent]
) -> None:
    steady, silent, refusing = (start_snmpd() for _ in range(3))
    targets = [
        *_targets("steady", STEADY, steady.port),
        *_targets("silent", SILENT, silent.port),
        *_targets("refusing", REFUSING, refusing.port),
    ]
    config = write_config(
        tmp_path / "agent",
        f"127.0.0.1:{free_port()}",
        sites={"laxa": "Laxå"},
        polling={
            "interval": "5s",
            "timeout": "1s",
            "confirmations": 2,
            "retry_interval": "1s",
            "sentinels": ["steady-0", "steady-1"],
        },
        snmp={"profiles": {"default": {"community": COMMUNITY}, "secure": SECURE.profile}},
        targets=targets,
    )
    agent = start_agent(config)
    everyone, failing = len(targets), SILENT + REFUSING

    cycles: list[Cycle] = []
    end = now() + MINUTES * MINUTE
    while not cycles or now() < end:
        wait_until(_all_are(agent, "up", everyone), "all are up", 30, agent.log)
        failed = now()
        silent.pause()
        refusing.stop()
        wait_until(_all_are(agent, "down", failing), "those that fail are down", 30, agent.log)
        back = now()
        silent.resume()
        refusing.start()
        wait_until(_all_are(agent, "up", everyone), "all are up again", 30, agent.log)
        stopped = now()
        assert agent.stop()[0] == 0
        time.sleep((MAX_GAP + 3 * SECOND) / SECOND)
        started = now()
        agent.start()
        cycles.append(Cycle(failed, back, stopped, started, now()))
    wait_until(_all_are(agent, "up", everyone), "all are up at the end", 30, agent.log)

    # What a scrape shows is stored with the next batch.
    ledger = Ledger(config)
    wait_until(lambda: _all_stored_as_up(ledger.stretches()), "all are stored as up")

    stretches = ledger.stretches()
    assert len(stretches) == everyone
    for name, found in stretches.items():
        assert _expected(name.startswith("steady"), cycles, found) == found, name
    _check_figures(config, cycles, failing)


def _expected(is_steady: bool, cycles: Sequence[Cycle], found: Sequence[Stretch]) -> list[Stretch]:
    """What ought to have been written: `found` itself where its edges lie where they should."""
    edges: list[tuple[State, Instant, Instant]] = []
    for cycle in cycles:
        if not is_steady:
            edges.append((State.DOWN, cycle.failed, cycle.failed + INTERVAL))
            edges.append((State.UP, cycle.back, cycle.back + INTERVAL))
        held = cycle.stopped + MAX_GAP
        edges.append((State.UNKNOWN, held - INTERVAL, held))
        edges.append((State.UP, cycle.started, cycle.ready + INTERVAL))
    starts = [found[0].start] if found else []
    for number, (_, earliest, latest) in enumerate(edges, start=1):
        at = found[number].start if number < len(found) else -1
        starts.append(at if earliest - SLACK <= at <= latest + SLACK else earliest)
    states = [State.UP, *(state for state, _, _ in edges)]
    ends = [*starts[1:], found[-1].end if found else -1]
    return [Stretch(*stretch) for stretch in zip(states, starts, ends, strict=True)]


def _check_figures(config: Path, cycles: Sequence[Cycle], failing: int) -> None:
    """The commands beside the running agent say the same."""
    listed = run_driftkoll("outages", "list", "--period", "30d", "--format", "json", "-c", config)
    assert (listed.status, listed.err) == (0, "")
    assert len(listed.json) == failing * len(cycles)
    shown = run_driftkoll(
        *("indicator", "show", "availability", "--kind", "server", "--period", "30d"),
        *("--format", "json", "-c", config),
    )
    assert (shown.status, shown.err) == (0, "")
    seconds = shown.json["detail"]["seconds"]
    assert 0 < seconds["down"] < failing * sum(c.back - c.failed + 2 * INTERVAL for c in cycles)
    assert seconds["unreachable"] == seconds["maintenance"] == 0
