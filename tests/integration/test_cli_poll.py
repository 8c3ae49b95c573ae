"""`driftkoll poll` and `doctor` against a real agent and a closed port."""

from pathlib import Path

import pytest
from support.command_line import CommandLine
from support.programs import free_udp_port
from support.snmpd import COMMUNITY, Snmpd


@pytest.fixture
def driftkoll(tmp_path: Path, snmpd: Snmpd, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    made = CommandLine(tmp_path, capsys)
    made.configure(
        "polling: {sentinels: [sw-1, sw-2]}",
        f"snmp: {{profiles: {{default: {{version: 2c, community: {COMMUNITY}}}}}}}",
    )
    made.write(
        "targets.csv",
        [
            "name,kind,site,address,probes,snmp_port",
            f"sw-1,switch,laxa,127.0.0.1,snmp,{snmpd.port}",
            f"sw-2,switch,hallsberg,127.0.0.2,snmp,{snmpd.port}",
            f"ups-1,ups,laxa,127.0.0.3,snmp,{free_udp_port()}",
        ],
    )
    return made


def test_all_up_is_a_yes(driftkoll: CommandLine) -> None:
    said = driftkoll("poll", "--kind", "switch")
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines() == [
        "Plats      Typ       Antal  Uppe  Nere  Okänt",
        "---------------------------------------------",
        "Hallsberg  Switchar      1     1     0      0",
        "Laxå       Switchar      1     1     0      0",
    ]


def test_a_target_down_is_a_no_with_its_reason(driftkoll: CommandLine) -> None:
    said = driftkoll("poll", "--site", "laxa")
    assert (said.status, said.err) == (1, "")
    lines = said.out.splitlines()
    assert lines[:4] == [
        "Plats  Typ       Antal  Uppe  Nere  Okänt",
        "-----------------------------------------",
        "Laxå   Switchar      1     1     0      0",
        "Laxå   UPS           1     0     1      0",
    ]
    assert lines[5] == "Svarar inte som de ska:"
    assert lines[9].split()[:5] == ["ups-1", "UPS", "Laxå", "127.0.0.3", "Nere"]
    assert "anslutningen nekas" in lines[9]


def test_a_named_target_is_shown_with_what_its_probes_found(driftkoll: CommandLine) -> None:
    said = driftkoll("poll", "sw-1")
    assert said.status == 0
    assert said.out.splitlines()[0].split() == [
        *("Objekt", "Mätning", "Svar", "Svarstid", "Enhetens", "namn", "Uppe", "sedan", "start")
    ]
    assert "test-device" in said.out


def test_json_has_every_outcome(driftkoll: CommandLine) -> None:
    answer = driftkoll("poll", "sw-1", "--format", "json").json
    assert answer["summary"] == [
        {"site": "laxa", "kind": "switch", "count": 1, "up": 1, "down": 0, "unknown": 0}
    ]
    (target,) = answer["targets"]
    (probe,) = target["probes"]
    assert (target["target"], target["state"], target["reason"]) == ("sw-1", "up", None)
    assert (probe["result"], probe["device"]["name"]) == ("up", "test-device")
    assert probe["duration_seconds"] > 0


@pytest.fixture
def clustered(driftkoll: CommandLine) -> CommandLine:
    """One of the service's two nodes answers."""
    text = driftkoll.configuration.read_text()
    service = "{name: esb, kind: integration_platform, site: laxa, members: [sw-1, ups-1]}"
    driftkoll.configuration.write_text(text.replace("csv}]", f"csv}}, {service}]"))
    return driftkoll


def test_a_service_is_polled_by_its_nodes(clustered: CommandLine) -> None:
    said = clustered("poll", "esb")
    assert said.status == 0
    rows = [line.split() for line in said.out.splitlines()]
    assert rows[2][:7] == ["esb", "2", "noder,", "1", "behövs", "Uppe,", "nedsatt"]
    assert [row[:3] for row in rows[3:5]] == [["sw-1", "snmp", "Uppe"], ["ups-1", "snmp", "Nere"]]
    (answer,) = clustered("poll", "esb", "--format", "json").json["targets"]
    assert (answer["state"], answer["degraded"], answer["needs"]) == ("up", True, 1)
    assert answer["members"] == [
        {"target": "sw-1", "state": "up"},
        {"target": "ups-1", "state": "down"},
    ]


def test_a_service_that_lacks_a_node_it_needs_is_a_no_that_names_the_node(
    clustered: CommandLine,
) -> None:
    text = clustered.configuration.read_text().replace("ups-1]}", "ups-1], needs: 2}")
    clustered.configuration.write_text(text)
    said = clustered("poll", "--kind", "integration_platform")
    assert said.status == 1
    assert "ups-1: anslutningen nekas" in " ".join(said.out.split())


def test_the_doctor_has_no_question_to_ask_a_service(clustered: CommandLine) -> None:
    clustered("db", "upgrade")
    said = clustered("doctor", "--rollout")
    assert (said.status, said.err) == (0, "")
    assert "sw-1" in said.out
    assert "esb" not in said.out
    assert "4 targets" in clustered("doctor").out
    assert clustered("check-config").out.startswith("OK: 4 targets, 3 probes, ")


def test_nothing_is_stored(driftkoll: CommandLine) -> None:
    driftkoll("poll")
    assert not (driftkoll.folder / "driftkoll.db").exists()


def test_an_unknown_target_names_the_nearest(driftkoll: CommandLine) -> None:
    said = driftkoll("poll", "sw1")
    assert (said.status, said.err) == (2, "unknown target 'sw1'; did you mean 'sw-1'?\n")


def test_the_doctor_looks_at_everything_and_ends_well(driftkoll: CommandLine) -> None:
    said = driftkoll("doctor")
    assert (said.status, said.err) == (0, "")
    found = {line[6:].partition(":")[0]: line[:4].strip() for line in said.out.splitlines()}
    assert found["configuration"] == "OK"
    assert found["icmp"] == "OK"
    assert found["sentinel sw-1"] == "OK"
    assert found["database"] == "OK"
    assert {"clock", "open files", "disk"} <= found.keys()


def test_the_doctor_names_a_sentinel_that_does_not_answer(driftkoll: CommandLine) -> None:
    text = driftkoll.configuration.read_text().replace("[sw-1, sw-2]", "[sw-1, ups-1]")
    driftkoll.configuration.write_text(text)
    lines = driftkoll("doctor").out.splitlines()
    at = lines.index("warn  sentinel ups-1 (127.0.0.3): refused")
    assert lines[at + 1].startswith("      -> choose one ")


def test_a_database_that_cannot_be_made_is_found(driftkoll: CommandLine) -> None:
    driftkoll("db", "upgrade")
    (driftkoll.folder / "driftkoll.db").write_bytes(b"no database" * 500)
    (line,) = [each for each in driftkoll("doctor").out.splitlines() if "database: " in each]
    assert line == "FAIL  database: cannot be used just now: file is not a database"


def test_the_rollout_lists_who_never_answered_and_why(driftkoll: CommandLine) -> None:
    driftkoll.configure(
        "snmp: {profiles: {"
        "wrong: {version: 2c, community: nobody-knows}, "
        f"default: {{version: 2c, community: {COMMUNITY}}}}}}}",
    )
    csv = driftkoll.folder / "targets.csv"
    lines = csv.read_text().splitlines()
    lines = [f"{line},{'snmp_profile' if n == 0 else 'default'}" for n, line in enumerate(lines)]
    csv.write_text("\n".join([*lines[:2], lines[2].replace("default", "wrong"), *lines[3:], ""]))
    driftkoll("db", "upgrade")
    to_correct = driftkoll.folder / "to-correct.csv"
    said = driftkoll("doctor", "--rollout", "--csv", to_correct)
    assert (said.status, said.err) == (0, "")
    rows = [line.split() for line in said.out.splitlines()]
    assert rows[2:5] == [
        ["hallsberg", "other", "profile", "1"],
        ["laxa", "answers", "now", "1"],
        ["laxa", "refused", "1"],
    ]
    assert "answers SNMP with the profile default, not with wrong" in said.out
    assert said.out.splitlines()[-1] == f"{to_correct}: 3 targets to correct"
    corrected = to_correct.read_text(encoding="utf-8-sig").splitlines()
    assert corrected[0] == ("name;kind;site;address;probes;parent;snmp_profile;cause;advice")
    assert corrected[2].startswith("sw-2;switch;hallsberg;127.0.0.2;snmp;;default;other_profile;")
