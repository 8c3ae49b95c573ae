"""`driftkoll db`: made, checked, backed up, restored."""

import json
import sqlite3
from pathlib import Path

import pytest
from support.command_line import CommandLine
from support.stored import NOON, case

from collector.domain.instants import DAY, HOUR
from collector.store import open_store


@pytest.fixture
def driftkoll(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    made = CommandLine(tmp_path, capsys)
    made.targets("srv-1,server,laxa,192.0.2.3,,,")
    return made


def test_a_database_is_made_checked_copied_and_put_back(driftkoll: CommandLine) -> None:
    copy = driftkoll.folder / "copy.db"
    assert driftkoll("db", "upgrade").out == "OK: the database has this version's schema\n"
    driftkoll.import_outages("srv-1,up,2025-10-01,2025-11-01,")
    assert driftkoll("db", "backup", copy).out == f"OK: {copy}\n"
    assert driftkoll("db", "backup", copy).err == f"{copy} exists already; name another file\n"
    driftkoll.import_outages("srv-1,up,2025-11-01,2025-12-01,")
    refused = driftkoll("db", "restore", copy)
    assert (refused.status, refused.err) == (
        2,
        "nobody can be asked here: give --yes to do it without asking\n",
    )
    assert driftkoll("db", "restore", copy, "--yes").out == f"OK: restored {copy}\n"
    november = driftkoll.figure("--period", "2025-11", "--target", "srv-1")
    assert november["value"] is None
    assert driftkoll("db", "check").out == "OK: nothing found\n"


def test_findings_are_told_and_the_answer_is_no(driftkoll: CommandLine) -> None:
    driftkoll.import_outages("srv-1,up,2025-10-01,2025-11-01,")
    with sqlite3.connect(driftkoll.folder / "driftkoll.db") as connection:
        connection.execute("update intervals set end = start")
    said = driftkoll("db", "check")
    assert (said.status, said.err) == (1, "")
    assert said.out.startswith("srv-1: 1 intervals end before they start (")
    as_json = driftkoll("db", "check", "--format", "json")
    assert as_json.status == 1
    assert '"what": "srv-1: 1 intervals end before they start"' in as_json.out


def test_what_was_purged_is_listed(driftkoll: CommandLine) -> None:
    driftkoll("db", "upgrade")
    assert driftkoll("db", "purges").out == "Inget har gallrats.\n"
    store = open_store(f"sqlite:///{driftkoll.folder}/driftkoll.db")
    store.upsert_cases([case(str(number)) for number in range(1200)])
    store.purge_cases(NOON + 12 * HOUR, NOON + 40 * DAY)
    store.close()
    heading, *_, row = driftkoll("db", "purges").out.splitlines()
    assert heading.split() == ["Gallrat", "Uppgifter", "Från", "tiden", "före", "Antal"]
    assert "ärenden" in row
    assert row.endswith(" 1\N{NO-BREAK SPACE}200")
    (entry,) = json.loads(driftkoll("db", "purges", "--format", "json").out)
    assert (entry["what"], entry["rows"]) == ("cases", 1200)
    assert entry["before"] < entry["at"]


def test_a_backup_that_is_none_is_refused(driftkoll: CommandLine) -> None:
    driftkoll("db", "upgrade")
    file = driftkoll.write("no.db", ["hello"])
    said = driftkoll("db", "restore", file, "--yes")
    assert said.status == 2
    assert said.err == f"{file}: is no backup of Driftkoll: file is not a database\n"
