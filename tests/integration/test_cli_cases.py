"""`driftkoll cases`: a file taken in whole or not at all, and what can be told of the cases."""

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from support.command_line import CommandLine

HEADER = "id;type;created;resolved;group;status"
DESK = "sources: {servicedesk: {preset: csv, groups: {servicedesk: [Servicedesk]}}}"


@pytest.fixture
def driftkoll(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    made = CommandLine(tmp_path, capsys)
    made.at("2026-11-20T12:00", monkeypatch)
    made.configuration.write_text(f"database: sqlite:///driftkoll.db\n{DESK}\n", encoding="utf-8")
    return made


def cases(driftkoll: CommandLine, *rows: str, header: str = HEADER) -> Path:
    return driftkoll.write("cases.csv", [header, *rows])


def took_in(driftkoll: CommandLine, *rows: str, header: str = HEADER) -> None:
    said = driftkoll("cases", "import", cases(driftkoll, *rows, header=header))
    assert (said.status, said.err) == (0, "")


def stored(driftkoll: CommandLine, what: str = "cases") -> list[tuple[Any, ...]]:
    with sqlite3.connect(driftkoll.folder / "driftkoll.db") as connection:
        return connection.execute(f"select * from {what}").fetchall()


RESOLVED = "1;incident;2026-10-01T08:00;2026-10-02T08:00;Servicedesk;resolved"
OPEN = "2;request;2026-10-05T08:00;;Nät;open"


def test_an_import_says_in_one_line_what_it_took_in_and_until_when(driftkoll: CommandLine) -> None:
    file = cases(driftkoll, RESOLVED, OPEN)
    said = driftkoll("cases", "import", file)
    assert (said.status, said.err) == (0, "")
    assert said.out == (
        f"{file}: took in 2 cases, 2 new, 0 changed; "
        "servicedesk is complete from 2026-10-01 to 2026-11-20\n"
    )


def test_a_configuration_with_no_targets_needs_nothing_more(driftkoll: CommandLine) -> None:
    took_in(driftkoll, RESOLVED)
    found = driftkoll(
        *("indicator", "show", "incident_handling_time", "--period", "2026-10"),
        *("--format", "json"),
    ).json
    assert (found["value"], found["verdict"], found["detail"]["n"]) == (1.0, "met", 1)


def test_the_same_file_again_changes_nothing(driftkoll: CommandLine) -> None:
    took_in(driftkoll, RESOLVED, OPEN)
    before = stored(driftkoll)
    file = cases(driftkoll, RESOLVED, OPEN)
    assert "2 cases, all as before" in driftkoll("cases", "import", file).out
    assert stored(driftkoll) == before


def test_a_later_file_changes_what_it_says_otherwise(driftkoll: CommandLine) -> None:
    took_in(driftkoll, RESOLVED, OPEN)
    file = cases(driftkoll, RESOLVED, "2;request;2026-10-05T08:00;2026-10-06T08:00;Nät;resolved")
    assert "0 new, 1 changed" in driftkoll("cases", "import", file).out
    file = cases(driftkoll, OPEN)
    assert "0 new, 1 changed" in driftkoll("cases", "import", file).out
    listed = driftkoll("cases", "list", "--open", "--format", "json").json
    assert [each["id"] for each in listed] == ["2"]


def test_every_fault_is_told_with_its_line_and_nothing_is_stored(driftkoll: CommandLine) -> None:
    file = cases(
        driftkoll,
        RESOLVED,
        "3;incident;igår;;;",
        ";incident;2026-10-01;;;",
        "4;incident;2026-10-01;2027-01-01;;",
    )
    said = driftkoll("cases", "import", file)
    assert (said.status, said.out) == (2, "")
    assert said.err.splitlines() == [
        f"{file}:3: created: 'igår' is no ISO 8601 time, as 2026-10-01T08:00",
        f"{file}:4: id: is empty",
        f"{file}:5: resolved: '2027-01-01' lies in the future",
    ]
    assert not (driftkoll.folder / "driftkoll.db").exists()


def test_an_unknown_column_is_refused_with_the_nearest(driftkoll: CommandLine) -> None:
    said = driftkoll("cases", "import", cases(driftkoll, header="id;type;created;resolvd"))
    assert said.status == 2
    assert "unknown column 'resolvd'; did you mean 'resolved'?" in said.err


def test_of_many_doubtful_times_a_few_are_told_and_the_rest_counted(
    driftkoll: CommandLine,
) -> None:
    rows = (f"{n};incident;2026-10-25T02:{n};;;open" for n in range(10, 20))
    said = driftkoll("cases", "import", cases(driftkoll, *rows), "--dry-run")
    lines = said.err.splitlines()
    assert len(lines) == 6
    assert lines[-1].endswith("cases.csv: 5 more like these")


def test_a_dry_run_stores_nothing(driftkoll: CommandLine) -> None:
    said = driftkoll("cases", "import", cases(driftkoll, RESOLVED), "--dry-run")
    assert "would take in 1 case" in said.out
    assert not (driftkoll.folder / "driftkoll.db").exists()


def test_from_and_until_say_what_a_file_is_complete_for(driftkoll: CommandLine) -> None:
    file = cases(driftkoll, RESOLVED)
    said = driftkoll("cases", "import", file, "--from", "2026-09-01", "--until", "2026-10-31")
    assert said.out.endswith("servicedesk is complete from 2026-09-01 to 2026-10-31\n")
    options = ("--period", "2026-11", "--format", "json")
    found = driftkoll("indicator", "show", "incident_handling_time", *options).json
    assert (found["coverage"], found["verdict"]) == (0, "not_measurable")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--from", "2026-10-32"), "--from '2026-10-32' is no day; write it as 2026-10-01"),
        (("--from", "2026-11-02", "--until", "2026-11-01"), "--from 2026-11-02 is not before"),
        (
            ("--source", "servicedsk"),
            "unknown source of files 'servicedsk'; did you mean 'servicedesk'?",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(
    driftkoll: CommandLine, options: tuple[str, ...], message: str
) -> None:
    said = driftkoll("cases", "import", cases(driftkoll, RESOLVED), *options)
    assert said.status == 2
    assert message in said.err


def test_of_several_sources_one_must_be_named(driftkoll: CommandLine) -> None:
    driftkoll.configuration.write_text(
        "database: sqlite:///driftkoll.db\n"
        "sources: {a: {preset: csv, groups: {servicedesk: [x]}}, b: {preset: csv}}\n"
    )
    said = driftkoll("cases", "import", cases(driftkoll, RESOLVED))
    assert said.err == "whose cases are they? give --source, one of a, b\n"


def test_an_excel_file_with_headings_of_its_own_is_read(driftkoll: CommandLine) -> None:
    from datetime import datetime  # noqa: PLC0415 - the command's clock is another

    driftkoll.configuration.write_text(
        "database: sqlite:///driftkoll.db\n"
        "sources:\n"
        "  servicedesk:\n"
        "    preset: excel\n"
        "    groups: {servicedesk: [Servicedesk]}\n"
        "    columns: {id: Ärendenr, type: Typ, created: Skapad, resolved: Löst, group: Grupp}\n"
        "    types: {Felanmälan: incident}\n",
        encoding="utf-8",
    )
    book = Workbook()
    sheet = book.active
    sheet.append(["Ärendenr", "Rubrik", "Typ", "Skapad", "Löst", "Grupp"])
    created, resolved = datetime(2026, 10, 1, 8), datetime(2026, 10, 2, 8)  # noqa: DTZ001 - as Excel
    sheet.append([4711, "Annas skrivare", "Felanmälan", created, resolved, "Servicedesk"])
    book.save(driftkoll.folder / "export.xlsx")
    said = driftkoll("cases", "import", driftkoll.folder / "export.xlsx")
    assert (said.status, said.err) == (0, "")
    listed = driftkoll("cases", "list", "--period", "2026-10", "--format", "json").json
    assert [(each["id"], each["type"]) for each in listed] == [("4711", "incident")]
    assert listed[0]["created"] == "2026-10-01T08:00:00+02:00"
    assert "Anna" not in str(stored(driftkoll))


def test_cases_are_listed_by_what_is_asked(driftkoll: CommandLine) -> None:
    took_in(driftkoll, RESOLVED, OPEN, "3;incident;2026-09-01;2026-10-03;Nät;closed")

    def ids(*options: str) -> list[str]:
        options = ("--period", "2026-10", "--format", "json", *options)
        return [each["id"] for each in driftkoll("cases", "list", *options).json]

    assert ids() == ["3", "1", "2"]
    assert ids("--type", "incident") == ["3", "1"]
    assert ids("--status", "closed") == ["3"]
    assert ids("--group", "nät") == ["3", "2"]
    assert ids("--open") == ["2"]


def test_check_lists_what_is_not_mapped_with_yaml_that_is_refused_until_somebody_chose(
    driftkoll: CommandLine,
) -> None:
    file = cases(
        driftkoll,
        "1;Ärende;2026-10-01;2026-10-02;Servicedesk;resolved",
        "2;Ärende;2026-10-01;2026-10-02;Servicedesk;resolved",
        "3;incident;2026-10-05;2026-10-01;Servicedesk;resolved",
    )
    assert driftkoll("cases", "import", file).err == (
        "warning: 2 cases have a value that is not mapped; see driftkoll cases check\n"
    )
    said = driftkoll("cases", "check", "--format", "json")
    assert said.status == 1
    found = json.loads(said.out)
    assert [(it["field"], it["value"], it["count"]) for it in found["unmapped"]] == [
        ("type", "Ärende", 2)
    ]
    assert {it["reason"]: it["examples"] for it in found["unusable"]} == {
        "type_unmapped": ["1", "2"],
        "resolved_before_created": ["3"],
    }
    assert "    types:  # incident, request," in found["snippet"]
    assert '      "Ärende": CHOOSE  # 2 cases' in found["snippet"]
    mapping = "types: {Ärende: CHOOSE}"
    driftkoll.configuration.write_text(
        f"sources: {{servicedesk: {{preset: csv, {mapping}}}}}\n", encoding="utf-8"
    )
    assert "'CHOOSE' is none of incident" in driftkoll("check-config").err


def test_check_is_content_where_all_can_be_used(driftkoll: CommandLine) -> None:
    took_in(driftkoll, RESOLVED)
    said = driftkoll("cases", "check")
    assert (said.status, said.out) == (0, "Alla ärenden går att använda (1).\n")


def test_check_names_groups_that_are_in_no_team(driftkoll: CommandLine) -> None:
    driftkoll.configuration.write_text(
        "database: sqlite:///driftkoll.db\n"
        "sources: {servicedesk: {preset: csv,"
        " groups: {servicedesk: [Servicedesk], second_line: [Drift]}}}\n"
    )
    took_in(driftkoll, RESOLVED, "4;incident;2026-10-01;2026-10-02;Nät;resolved")
    said = driftkoll("cases", "check", "--format", "json")
    assert said.status == 1
    found = json.loads(said.out)
    assert [(it["field"], it["value"]) for it in found["unmapped"]] == [("group", "Nät")]
    assert [it["reason"] for it in found["unusable"]] == ["group_unmapped"]


def test_the_status_tells_what_is_open_and_what_nobody_knows(driftkoll: CommandLine) -> None:
    took_in(
        driftkoll,
        RESOLVED,
        OPEN,
        "5;incident;2026-11-19T08:00;;;open",
        "6;incident;2026-11-15T08:00;;Servicedesk;open",
    )
    found = driftkoll("cases", "status", "--format", "json").json
    assert found["open"] == 3
    assert found["backlog"]["group"] == {"": 1, "Nät": 1, "Servicedesk": 1}
    assert found["unassigned"]["count"] == 1
    assert [each["id"] for each in found["nearing_target"]["cases"]] == ["6"]
    assert found["late"] == 1
    assert [each["id"] for each in found["oldest"]["cases"]] == ["2", "6", "5"]
    # The file tells of none of these.
    assert found["unanswered"] is None
    assert found["waiting_for_customer"] is None
    assert found["reassigned"] is None
    assert {day["day"]: day["created"] for day in found["flow"]}["2026-11-19"] == 1


def test_the_status_can_be_pasted_into_a_mail(driftkoll: CommandLine) -> None:
    took_in(driftkoll, RESOLVED, OPEN)
    said = driftkoll("cases", "status")
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith("Läget i servicedesk\n2026-11-20 12:00, Alla\n")
    assert max(map(len, said.out.splitlines())) <= 100
    assert "Öppna ärenden" in said.out


def test_a_watched_folder_is_taken_up_by_sync_and_a_rejected_file_says_why(
    driftkoll: CommandLine,
) -> None:
    driftkoll.configuration.write_text(
        "database: sqlite:///driftkoll.db\n"
        "sources: {servicedesk: {preset: csv, folder: exports, groups: {servicedesk: [x]}}}\n"
    )
    folder = driftkoll.folder / "exports"
    folder.mkdir()
    for name, rows in (("a.csv", [HEADER, RESOLVED]), ("b.csv", ["id;typ", "1;2"])):
        file = folder / name
        file.write_text("\n".join([*rows, ""]), encoding="utf-8")
        os.utime(file, (1_790_000_000, 1_790_000_000))
    said = driftkoll("cases", "sync")
    assert said.status == 1
    assert said.out == "servicedesk: 1 file taken up, 1 read, 1 new, 0 changed\n"
    assert said.err.splitlines()[-1].startswith("servicedesk: refused: b.csv was rejected")
    assert (folder / "done" / "a.csv").exists()
    reason = (folder / "rejected" / "b.csv.reason.txt").read_text(encoding="utf-8")
    assert "unknown column 'typ'; did you mean 'type'?" in reason


def test_sync_of_a_source_that_is_not_there_says_so_and_ends_with_1(
    driftkoll: CommandLine,
) -> None:
    driftkoll.configuration.write_text(
        "database: sqlite:///driftkoll.db\n"
        "sources:\n"
        "  desk: {preset: zammad, base_url: 'http://127.0.0.1:9', token: abcdefgh,\n"
        "    groups: {servicedesk: [x]}, retry: {attempts: 1}}\n"
        "  mdm: {preset: json_number, url: 'http://127.0.0.1:9/x', value: a,\n"
        "    indicator: sick_leave, unit: percent, retry: {attempts: 1}}\n"
    )
    said = driftkoll("cases", "sync")
    assert said.status == 1
    lines = [line for line in said.err.splitlines() if line.startswith(("desk:", "mdm:"))]
    assert lines == [
        "desk: unreachable: GET /api/v1/tickets/search: no connection",
        "mdm: unreachable: GET /x: no connection",
    ]
    assert driftkoll("cases", "sync", "dsk").err == ("unknown source 'dsk'; did you mean 'desk'?\n")


def test_where_nothing_can_be_read_sync_says_how_files_are_taken_in(
    driftkoll: CommandLine,
) -> None:
    said = driftkoll("cases", "sync")
    assert said.status == 2
    assert said.err.endswith("files are taken in by driftkoll cases import\n")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "{preset: csv, groups: {CHOOSE: [Nät]}}",
            "sources.x.groups.CHOOSE: write the team that these groups are, as second_line",
        ),
        (
            "{preset: json_number, url: 'https://mdm.example', value: a, indicator: sick_leave, "
            "unit: days}",
            "sources.x.unit: sick_leave is counted in ratio or percent, not in days",
        ),
    ],
)
def test_what_a_source_cannot_be_is_refused(
    driftkoll: CommandLine, source: str, message: str
) -> None:
    driftkoll.configuration.write_text(f"sources: {{x: {source}}}\n", encoding="utf-8")
    said = driftkoll("check-config")
    assert said.status == 2
    assert said.err.endswith(f"{message}\n")
