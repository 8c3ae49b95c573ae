"""A list of targets as a Swedish Excel saves it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support.agent import Agent, run_driftkoll, write_config
from support.programs import free_port
from support.snmpd import COMMUNITY, Snmpd

SHEET = """\
name;kind;site;address;probes;parent;snmp_profile;snmp_port;tags
växel-Åsbro;switch;åsbro;127.0.8.1;snmp;;default;{port};nät källare
"accesspunkt; sal ÄÖ";access_point;åsbro;127.0.8.2;snmp;växel-Åsbro;;{port};
;;;;;;;;
"""
NAMES = ["växel-Åsbro", "accesspunkt; sal ÄÖ"]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-8"])
def test_a_list_saved_by_a_swedish_excel_is_read_and_polled(
    tmp_path: Path, snmpd: Snmpd, start_agent: Callable[..., Agent], encoding: str
) -> None:
    sheet = SHEET.format(port=snmpd.port).replace("\n", "\r\n")
    (tmp_path / "targets.csv").write_bytes(sheet.encode(encoding))
    config = write_config(
        tmp_path,
        f"127.0.0.1:{free_port()}",
        sites={"åsbro": "Åsbro"},
        polling={"interval": "2s", "timeout": "200ms", "confirmations": 1, "retry_interval": "1s"},
        snmp={"profiles": {"default": {"community": COMMUNITY}}},
        targets=[{"file": "targets.csv"}],
    )
    checked = run_driftkoll("check-config", "-c", config)
    assert checked.status == 0, checked.err

    polled = run_driftkoll("poll", "--format", "json", "-c", config)
    assert polled.status == 0, polled.err
    assert {found["target"]: found["state"] for found in polled.json["targets"]} == dict.fromkeys(
        NAMES, "up"
    )

    agent = start_agent(config)
    for name in NAMES:
        agent.wait_for("driftkoll_target_up", 1, target=name, site="åsbro")
