"""`driftkoll register`: disruption reports and security incidents, and a zero that is attested."""

from pathlib import Path
from typing import Any

import pytest
from support.command_line import CommandLine

REPORTS = "number,date,change,change_date,outage,cause,site"
INCIDENTS = "number,detected,severity,site"


@pytest.fixture
def driftkoll(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    made = CommandLine(tmp_path, capsys)
    made.at("2026-11-20T12:00", monkeypatch)
    made.configure("sources: {servicedesk: {preset: csv, groups: {servicedesk: [Servicedesk]}}}")
    return made


def reports(driftkoll: CommandLine, *rows: str) -> Path:
    return driftkoll.write("reports.csv", [REPORTS, *rows])


def figure(driftkoll: CommandLine, indicator: str, period: str = "2026-10") -> Any:
    return driftkoll("indicator", "show", indicator, "--period", period, "--format", "json").json


def test_reports_are_taken_in_by_their_number_and_listed(driftkoll: CommandLine) -> None:
    file = reports(driftkoll, "D-1,2026-10-06T10:00,C-7,2026-10-05,sw-1,fel version,laxa")
    said = driftkoll("register", "import", "disruption_reports", file, "--author", "anna")
    assert (said.status, said.err) == (0, "")
    assert said.out == f"{file}: took in 1 entry, 1 new, 0 changed\n"
    again = driftkoll("register", "import", "disruption_reports", file)
    assert again.out == f"{file}: was taken in before; nothing was changed\n"
    listed = driftkoll(
        *("register", "list", "disruption_reports", "--period", "2026-10", "--format", "json")
    ).json
    assert listed["entries"] == [
        {
            "number": "D-1",
            "date": "2026-10-06T10:00:00+02:00",
            "change": "C-7",
            "change_date": "2026-10-05T00:00:00+02:00",
            "outage": "sw-1",
            "cause": "fel version",
            "site": "laxa",
            "author": "anna",
            "registered": "2026-11-20T12:00:00+01:00",
        }
    ]


def test_changes_are_counted_once_by_their_own_date(driftkoll: CommandLine) -> None:
    file = reports(
        driftkoll,
        "D-1,2026-11-01T10:00,C-7,2026-10-31,,,",
        "D-2,2026-11-02T10:00,C-7,2026-10-31,,,",
    )
    driftkoll("register", "import", "disruption_reports", file)
    assert figure(driftkoll, "changes_causing_disruption")["value"] == 1


def test_every_fault_is_told_with_its_line_and_nothing_is_stored(driftkoll: CommandLine) -> None:
    file = reports(
        driftkoll,
        "D-1,2026-10-06,,,,,",
        "D-1,igår,,,,,",
        "D-2,2026-10-06,,,,,laxå",
        "D-3,2027-01-01,,,,,",
    )
    said = driftkoll("register", "import", "disruption_reports", file)
    assert (said.status, said.out) == (2, "")
    assert said.err.splitlines() == [
        f"{file}:3: number 'D-1' is given twice, first on line 2",
        f"{file}:3: date 'igår' is no ISO 8601 time, as 2026-10-01T08:00",
        f"{file}:4: unknown site 'laxå'; did you mean 'laxa'?",
        f"{file}:5: date '2027-01-01' lies in the future",
    ]
    assert not (driftkoll.folder / "driftkoll.db").exists()


def test_none_is_a_zero_only_where_somebody_attested_it(driftkoll: CommandLine) -> None:
    driftkoll("db", "upgrade")
    reason = "Genomgånget med säkerhetssamordnaren"
    said = driftkoll(
        *("register", "attest", "security_incidents", "--period", "2026-10"),
        *("--reason", reason, "--author", "anna"),
    )
    assert said.out == "security_incidents attested from 2026-10-01 to 2026-10-31 by anna\n"
    found = figure(driftkoll, "security_incidents")
    assert (found["value"], found["coverage"]) == (0, 1)
    assert figure(driftkoll, "security_incidents", "2026-09")["value"] is None
    listed = driftkoll(
        *("register", "list", "security_incidents", "--period", "2026", "--format", "json")
    ).json
    assert [(each["author"], each["reason"]) for each in listed["attestations"]] == [
        ("anna", reason)
    ]


def test_a_running_period_is_attested_until_now(driftkoll: CommandLine) -> None:
    said = driftkoll(
        *("register", "attest", "security_incidents", "--period", "2026-11"), *("--reason", "ok")
    )
    assert said.out.startswith("security_incidents attested from 2026-11-01 to 2026-11-20 by ")


@pytest.mark.parametrize(
    ("period", "reason", "message"),
    [
        ("2026-12", "ok", "2026-12 has not begun: nobody can attest it yet\n"),
        ("2026-10", " ", "say what it rests on: --reason may not be empty\n"),
    ],
)
def test_what_cannot_be_attested_is_refused(
    driftkoll: CommandLine, period: str, reason: str, message: str
) -> None:
    said = driftkoll(
        "register", "attest", "security_incidents", "--period", period, "--reason", reason
    )
    assert (said.status, said.err) == (2, message)


def test_incidents_are_listed_in_a_table(driftkoll: CommandLine) -> None:
    file = driftkoll.write("incidents.csv", [INCIDENTS, "S-1,2026-10-14,hög,laxa"])
    driftkoll("register", "import", "security_incidents", file)
    out = driftkoll("register", "list", "security_incidents", "--period", "2026-10").out
    assert out.splitlines()[0].split() == ["Nr", "Upptäckt", "Allvarlighet", "Plats", "Av"]
    assert out.splitlines()[2].split()[:5] == ["S-1", "2026-10-14", "00:00", "hög", "Laxå"]


def test_a_register_that_there_is_not_is_refused_with_the_nearest(driftkoll: CommandLine) -> None:
    said = driftkoll("register", "list", "security_incident")
    assert said.err == "unknown register 'security_incident'; did you mean 'security_incidents'?\n"
