"""The simulator is asked over the network, by the probes and by plain clients."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from gufo.snmp import SnmpVersion
from gufo.snmp.sync import SnmpSession
from support.programs import free_port, free_udp_port

from collector.demo.faults import What
from collector.demo.organisation import (
    COMMUNITY,
    NEVER_ANSWERS,
    WRONG_COMMUNITY,
    Device,
    behind,
    organisation,
)
from collector.demo.simulation import Simulation, simulation

DEVICES = {device.name: device for device in organisation()}
SWITCH = "sw-laxa-skogsskolan"
UPTIME, NAME, OBJECT_ID, ENGINE_TIME = (
    "1.3.6.1.2.1.1.3.0",
    "1.3.6.1.2.1.1.5.0",
    "1.3.6.1.2.1.1.2.0",
    "1.3.6.1.6.3.10.2.1.3.0",
)


class Playing:
    """A simulator and its ports."""

    def __init__(self, running: Simulation, snmp_port: int, http_port: int) -> None:
        self.running = running
        self.snmp_port = snmp_port
        self.http_port = http_port

    def ask(self, name: str, community: str = COMMUNITY, within: float = 2.0) -> dict[str, object]:
        """What a device says of itself; TimeoutError when it says nothing."""
        session = SnmpSession(
            DEVICES[name].address,
            port=self.snmp_port,
            community=community,
            version=SnmpVersion.v2c,
            timeout=within,
        )
        return dict(session.get_many([UPTIME, NAME, OBJECT_ID, ENGINE_TIME]))

    def is_silent(self, device: Device) -> bool:
        """Whether it does not answer in the time that a loopback answer takes a hundred times."""
        try:
            self.ask(device.name, within=0.3)
        except TimeoutError:
            return True
        return False

    def page(self, name: str, path: str) -> object:
        """A JSON document of one of the services."""
        url = f"http://{DEVICES[name].address}:{self.http_port}{path}"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return json.loads(answer.read())


@pytest.fixture
def playing(tmp_path: Path) -> Iterator[Playing]:
    snmp_port, http_port = free_udp_port(), free_port()
    with (
        (tmp_path / "log").open("w") as log,
        simulation(snmp_port, http_port, log) as running,
    ):
        running.wait_until_ready()
        yield Playing(running, snmp_port, http_port)
    assert (tmp_path / "log").read_text() == ""


def test_every_device_answers_as_itself(playing: Playing) -> None:
    for name, device in DEVICES.items():
        said = playing.ask(name)
        assert said[NAME] == name.encode()
        assert said[OBJECT_ID] == device.object_id
        uptime, engine_time = said[UPTIME], said[ENGINE_TIME]
        assert isinstance(uptime, int)
        assert isinstance(engine_time, int)
        assert abs(engine_time * 100 % 2**32 - uptime) <= 200


def test_a_wrong_community_is_not_answered(playing: Playing) -> None:
    with pytest.raises(TimeoutError):
        playing.ask(NEVER_ANSWERS, WRONG_COMMUNITY, within=0.5)


def test_a_silent_switch_takes_its_access_points_along_and_nobody_else(playing: Playing) -> None:
    playing.running.begin()
    step = next(playing.running.steps())
    assert (step.fault.what, step.fault.target) == (What.SILENT, SWITCH)
    gone = [DEVICES[SWITCH], *behind(organisation(), SWITCH)]
    assert len(gone) == 7
    assert all(playing.is_silent(device) for device in gone)
    others = [device for device in DEVICES.values() if device.site == "laxa" and device not in gone]
    assert others
    assert not any(playing.is_silent(device) for device in others)


def test_the_integration_platforms_serve_what_their_presets_ask_for(playing: Playing) -> None:
    health = playing.page("esb-1", "/health")
    assert isinstance(health, dict)
    assert health["status"] == "pass"
    assert playing.page("meddelandeko-1", "/api/health/checks/alarms") == {"status": "ok"}
    overview = playing.page("meddelandeko-1", "/api/overview")
    assert isinstance(overview, dict)
    assert overview["queue_totals"]["messages"] >= 0


def test_it_ends_with_its_standard_input(tmp_path: Path) -> None:
    ports = [str(free_udp_port()), str(free_port())]
    read, write = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "collector.demo.simulator", *ports],
        stdin=read,
        stdout=subprocess.PIPE,
        text=True,
    )
    os.close(read)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    os.close(write)
    assert process.wait(5) == 0
    process.stdout.close()
