"""`driftkoll targets`: listed with their states, replaced after a look, renamed with history."""

from pathlib import Path

import pytest
from support.command_line import TARGETS, CommandLine

ROWS = ("sw-1,switch,hallsberg,192.0.2.1,,,", "ap-1,access_point,laxa,192.0.2.2,icmp snmp,sw-1,")


@pytest.fixture
def driftkoll(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    made = CommandLine(tmp_path, capsys)
    made.configure("snmp: {profiles: {default: {version: 2c, community: public}}}")
    made.targets(*ROWS)
    return made


def test_the_list_has_what_the_configuration_and_the_database_know(driftkoll: CommandLine) -> None:
    driftkoll("db", "upgrade")
    driftkoll.import_outages("sw-1,up,2025-10-01,2025-11-01,")
    listed = driftkoll("targets", "list", "--format", "json").json
    assert listed == [
        {
            "name": "sw-1",
            "kind": "switch",
            "site": "hallsberg",
            "address": "192.0.2.1",
            "probes": ["icmp"],
            "members": [],
            "needs": None,
            "parent": None,
            "tags": [],
            "state": "unknown",
            "answered": False,
            "first_seen": "2025-10-01T00:00:00+02:00",
        },
        {
            "name": "ap-1",
            "kind": "access_point",
            "site": "laxa",
            "address": "192.0.2.2",
            "probes": ["icmp", "snmp"],
            "members": [],
            "needs": None,
            "parent": "sw-1",
            "tags": [],
            "state": "unknown",
            "answered": False,
            "first_seen": None,
        },
    ]
    table = driftkoll("targets", "list", "--site", "laxa").out.splitlines()
    assert table[2].split("  ")[0] == "ap-1"
    assert len(table) == 3


NEW = ("sw-1,switch,hallsberg,192.0.2.9,,,", "ap-2,access_point,laxa,192.0.2.3,,sw-1,")


def test_an_import_shows_what_it_changes_before_it_does_so(driftkoll: CommandLine) -> None:
    file = driftkoll.write("new.csv", [TARGETS, *NEW])
    said = driftkoll("targets", "import", file)
    assert said.status == 2
    assert said.out.splitlines() == [
        "+ ap-2 (access_point, 192.0.2.3)",
        "~ sw-1: address 192.0.2.1 -> 192.0.2.9",
        "- ap-1 (access_point, 192.0.2.2)",
        "1 added, 1 changed, 1 removed",
    ]
    assert said.err == "nobody can be asked here: give --yes to do it without asking\n"
    assert (driftkoll.folder / "targets.csv").read_text() == "\n".join([TARGETS, *ROWS, ""])


def test_an_import_that_is_agreed_to_replaces_the_list(driftkoll: CommandLine) -> None:
    driftkoll("db", "upgrade")
    said = driftkoll("targets", "import", driftkoll.write("new.csv", [TARGETS, *NEW]), "--yes")
    place = driftkoll.folder / "targets.csv"
    assert said.status == 0
    assert said.out.splitlines()[-1] == (
        f"{place}: written; reload the agent to take it up (kill -HUP, or systemctl reload "
        "driftkoll)"
    )
    names = [each["name"] for each in driftkoll("targets", "list", "--format", "json").json]
    assert names == ["sw-1", "ap-2"]
    again = driftkoll("targets", "import", driftkoll.folder / "new.csv")
    assert (again.status, again.out) == (0, f"{place}: nothing changes\n")


def test_a_list_with_a_fault_is_refused_whole(driftkoll: CommandLine) -> None:
    file = driftkoll.write("new.csv", [TARGETS, "sw-1,swich,hallsberg,192.0.2.9,,,"])
    said = driftkoll("targets", "import", file, "--yes")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(f"{file}:2: ")
    assert "did you mean 'switch'?" in said.err
    assert (driftkoll.folder / "targets.csv").read_text() == "\n".join([TARGETS, *ROWS, ""])


def test_a_renamed_target_keeps_its_history(driftkoll: CommandLine) -> None:
    driftkoll.import_outages("sw-1,up,2025-10-01,2025-11-01,")
    said = driftkoll("targets", "rename", "sw-1", "sw-hallsberg-1")
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines() == [
        "sw-1 is now sw-hallsberg-1, history and all",
        f"{driftkoll.folder / 'targets.csv'}: changed",
        "reload the agent to take it up (kill -HUP, or systemctl reload driftkoll)",
    ]
    listed = driftkoll("targets", "list", "--format", "json").json
    assert [(each["name"], each["parent"]) for each in listed] == [
        ("sw-hallsberg-1", None),
        ("ap-1", "sw-hallsberg-1"),
    ]
    assert listed[0]["first_seen"] == "2025-10-01T00:00:00+02:00"
    figure = driftkoll.figure("--period", "2025-10", "--target", "sw-hallsberg-1")
    assert (figure["value"], figure["coverage"]) == (1.0, 1.0)


def test_what_is_to_be_renamed_by_hand_is_told_with_its_place(driftkoll: CommandLine) -> None:
    driftkoll.configuration.write_text(
        "database: sqlite:///driftkoll.db\n"
        "sites: {laxa: Laxå}\n"
        "polling: {sentinels: [gw, dns]}\n"
        "targets:\n"
        "  - {name: gw, kind: firewall, site: laxa, address: 192.0.2.1}\n"
        "  - {name: dns, kind: server, site: laxa, address: 192.0.2.2}\n"
        "  - {name: sw, kind: switch, site: laxa, address: 192.0.2.3, parent: gw}\n",
        encoding="utf-8",
    )
    driftkoll.import_outages("gw,up,2025-10-01,2025-11-01,")
    said = driftkoll("targets", "rename", "gw", "gw-core")
    file = driftkoll.configuration
    assert said.out.splitlines() == [
        "gw is now gw-core, history and all",
        f"{file}:5: write 'gw-core' for 'gw'",
        f"{file}:7: write 'gw-core' for 'gw' as the parent of 'sw'",
        f"{file}: polling.sentinels: write 'gw-core' for 'gw'",
        "then reload the agent to take it up (kill -HUP, or systemctl reload driftkoll)",
    ]


def _with_a_service(driftkoll: CommandLine) -> None:
    text = driftkoll.configuration.read_text()
    service = "{name: esb, kind: integration_platform, site: laxa, members: [sw-1, ap-1]}"
    driftkoll.configuration.write_text(text.replace("csv}]", f"csv}}, {service}]"))


def test_a_service_is_listed_with_its_members(driftkoll: CommandLine) -> None:
    _with_a_service(driftkoll)
    driftkoll("db", "upgrade")
    *_, esb = driftkoll("targets", "list", "--format", "json").json
    assert (esb["members"], esb["needs"], esb["probes"]) == (["sw-1", "ap-1"], 1, [])
    assert (esb["state"], esb["answered"]) == ("unknown", False)
    table = driftkoll("targets", "list", "--kind", "integration_platform").out
    assert "2 noder, 1 behövs" in table


def test_a_list_without_a_member_of_a_service_is_refused(driftkoll: CommandLine) -> None:
    _with_a_service(driftkoll)
    said = driftkoll("targets", "import", driftkoll.write("new.csv", [TARGETS, *NEW]), "--yes")
    place = f"{driftkoll.configuration}:3: targets[1].members[1]"
    assert said.err == f"{place}: 'ap-1' is no target; did you mean 'ap-2'?\n"
    assert said.status == 2


def test_a_renamed_member_is_to_be_renamed_in_its_service(driftkoll: CommandLine) -> None:
    _with_a_service(driftkoll)
    driftkoll.import_outages("ap-1,up,2025-10-01,2025-11-01,")
    said = driftkoll("targets", "rename", "ap-1", "ap-laxa-1")
    assert said.out.splitlines()[1:] == [
        f"{driftkoll.folder / 'targets.csv'}: changed",
        f"{driftkoll.configuration}:3: write 'ap-laxa-1' for 'ap-1' among the members of 'esb'",
        "then reload the agent to take it up (kill -HUP, or systemctl reload driftkoll)",
    ]


def test_a_rename_that_cannot_be_is_refused(driftkoll: CommandLine) -> None:
    driftkoll.import_outages("sw-1,up,2025-10-01,2025-11-01,", "ap-1,up,2025-10-01,2025-11-01,")
    place = driftkoll.folder / "targets.csv"
    assert driftkoll("targets", "rename", "sw1", "sw-2").err == (
        "unknown target 'sw1'; did you mean 'sw-1'?\n"
    )
    assert driftkoll("targets", "rename", "sw-1", "ap-1").err == (
        f"{place}:3: there is another target 'ap-1' already\n"
    )
    assert driftkoll("targets", "rename", "sw-1", " ").err == "' ' is no name for a target\n"
