"""The simulator is asked over the network, by the probes and by plain clients."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import dns.message
import dns.query
import pytest
from gufo.snmp import SnmpVersion
from gufo.snmp.sync import SnmpSession

from collector.demo.desk_server import TOKEN
from collector.demo.desk_story import Sessions
from collector.demo.desk_words import RESOLVED, SERVICEDESK
from collector.demo.faults import Step, What
from collector.demo.organisation import (
    COMMUNITY,
    DESK_ADDRESS,
    NEVER_ANSWERS,
    SENTINELS,
    WEB_SITE,
    WRONG_COMMUNITY,
    Device,
    Ports,
    behind,
    organisation,
)
from collector.demo.simulation import Simulation, simulation
from collector.domain.instants import DAY

DEVICES = {device.name: device for device in organisation()}
SWITCH = "sw-laxa-skogsskolan"
NOW = time.time_ns() // 1000
SESSIONS = Sessions(NOW - 30 * DAY, (NOW,))
UPTIME, NAME, OBJECT_ID, ENGINE_TIME = (
    "1.3.6.1.2.1.1.3.0",
    "1.3.6.1.2.1.1.5.0",
    "1.3.6.1.2.1.1.2.0",
    "1.3.6.1.6.3.10.2.1.3.0",
)


class Playing:
    """A simulator and its ports."""

    def __init__(self, running: Simulation, ports: Ports) -> None:
        self.running = running
        self.ports = ports

    def ask(self, name: str, community: str = COMMUNITY, within: float = 2.0) -> dict[str, object]:
        """What a device says of itself; TimeoutError when it says nothing."""
        session = SnmpSession(
            DEVICES[name].address,
            port=self.ports.snmp,
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
        url = f"http://{DEVICES[name].address}:{self.ports.http}{path}"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return json.loads(answer.read())

    def desk(
        self, path: str, headers: dict[str, str] | None = None, **asked: str
    ) -> dict[str, Any]:
        """A list of the servicedesk."""
        url = f"http://{DESK_ADDRESS}:{self.ports.http}/REST/2.0/{path}?{urlencode(asked)}"
        if headers is None:
            headers = {"Authorization": f"token {TOKEN}"}
        request = urllib.request.Request(url, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            said: dict[str, Any] = json.loads(answer.read())
        return said


@pytest.fixture
def playing(tmp_path: Path) -> Iterator[Playing]:
    with (tmp_path / "log").open("w") as log, simulation(log) as running:
        yield Playing(running, running.wait_until_ready())
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
    playing.running.begin(SESSIONS)
    step = next(playing.running.steps())
    assert isinstance(step, Step)
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


def test_the_mail_gateway_greets_and_the_name_servers_know_a_name(playing: Playing) -> None:
    gateway = DEVICES["mailgw-1"].address
    with socket.create_connection((gateway, playing.ports.small), timeout=5) as connection:
        assert connection.recv(100).startswith(b"220 mailgw-1 ")
    for name in SENTINELS:
        answer = dns.query.udp(
            dns.message.make_query(WEB_SITE[0], "A"),
            DEVICES[name].address,
            timeout=5,
            port=playing.ports.small,
        )
        assert [record.to_text() for rrset in answer.answer for record in rrset] == [WEB_SITE[1]]


def test_the_servicedesk_answers_as_request_tracker_does(playing: Playing) -> None:
    playing.running.begin(SESSIONS)
    asked = {"query": f"Status = '{RESOLVED}' AND Queue = '{SERVICEDESK}'", "orderby": "Created"}
    first = playing.desk("tickets", **asked, per_page="7", fields="Status,Created,CustomFields")
    second = playing.desk("tickets", **asked, per_page="7", page="2", fields="Status,Created")
    assert (first["count"], first["page"], first["total"]) == (7, 1, second["total"])
    assert "page=2" in first["next_page"]
    rows = first["items"] + second["items"]
    assert {row["Status"] for row in rows} == {RESOLVED}
    assert [row["Created"] for row in rows] == sorted(row["Created"] for row in rows)
    assert len({row["id"] for row in rows}) == 14
    case = rows[0]["id"]
    done = playing.desk("transactions", query=f"ObjectId = {case}", fields="NewValue,ObjectId")
    assert {row["ObjectId"] for row in done["items"]} == {case}
    assert RESOLVED in {row["NewValue"] for row in done["items"]}


def test_the_servicedesk_refuses_a_stranger_and_a_query_that_it_does_not_understand(
    playing: Playing,
) -> None:
    playing.running.begin(SESSIONS)
    for headers, query, status in (
        ({}, "id > 0", 401),
        ({"Authorization": "token x"}, "id > 0", 401),
        ({"Authorization": f"token {TOKEN}"}, "id IN (1, 2)", 400),
        ({"Authorization": f"token {TOKEN}"}, "Owner = 1", 400),
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            playing.desk("tickets", headers, query=query)
        assert refused.value.code == status
        refused.value.close()


def test_two_can_play_at_once(playing: Playing, tmp_path: Path) -> None:
    with (tmp_path / "other").open("w") as log, simulation(log) as another:
        other = Playing(another, another.wait_until_ready())
        assert all(one != its for one, its in zip(other.ports, playing.ports, strict=True))
        assert other.ask("dns-1")[NAME] == playing.ask("dns-1")[NAME] == b"dns-1"


def test_it_ends_with_its_standard_input(tmp_path: Path) -> None:
    read, write = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "collector.demo.simulator"],
        stdin=read,
        stdout=subprocess.PIPE,
        text=True,
    )
    os.close(read)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("ready ")
    os.close(write)
    assert process.wait(5) == 0
    process.stdout.close()
