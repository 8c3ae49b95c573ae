"""`driftkoll outages`: a former system's file taken in whole or not at all, and the list of it."""

import sqlite3
from pathlib import Path

import pytest
from support.command_line import CommandLine


@pytest.fixture
def driftkoll(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    made = CommandLine(tmp_path, capsys)
    made.targets(
        "sw-1,switch,hallsberg,192.0.2.1,,,",
        "ap-1,access_point,laxa,192.0.2.2,,sw-1,",
        "srv-1,server,laxa,192.0.2.3,,,",
    )
    return made


WATCHED = tuple(f"{name},up,2025-10-01,2025-11-01," for name in ("sw-1", "ap-1", "srv-1"))


def stored(driftkoll: CommandLine) -> int:
    with sqlite3.connect(driftkoll.folder / "driftkoll.db") as connection:
        return connection.execute("select count(*) from intervals").fetchone()[0]


def test_an_import_says_in_one_line_what_it_took_in(driftkoll: CommandLine) -> None:
    file = driftkoll.outages(*WATCHED, "srv-1,down,2025-10-10T10:00,2025-10-10T13:00,disk")
    said = driftkoll("outages", "import", file)
    assert (said.status, said.err) == (0, "")
    assert said.out == f"{file}: took in 5 of 5 spans\n"
    assert stored(driftkoll) == 5


def test_the_same_file_again_changes_nothing_and_says_so(driftkoll: CommandLine) -> None:
    driftkoll.import_outages(*WATCHED)
    said = driftkoll("outages", "import", driftkoll.outages(*WATCHED))
    assert said.status == 0
    assert said.out.endswith(": was taken in before; nothing was changed\n")
    assert stored(driftkoll) == 3


def test_a_dry_run_stores_nothing(driftkoll: CommandLine) -> None:
    file = driftkoll.outages(*WATCHED)
    assert driftkoll("outages", "import", file, "--dry-run").out == (
        f"{file}: would take in 3 spans of 3 targets\n"
    )
    assert driftkoll("outages", "list", "--period", "2025").out == "Inga avbrott.\n"
    assert stored(driftkoll) == 0


def test_every_fault_is_told_with_its_line_and_nothing_is_stored(driftkoll: CommandLine) -> None:
    driftkoll.import_outages(WATCHED[0])
    file = driftkoll.outages(
        *WATCHED[1:],
        "srv-2,up,2025-10-01,2025-11-01,",
        "srv-1,broken,2025-10-01,2025-11-01,",
        "sw-1,up,2025-10-05,2025-10-06,",
    )
    said = driftkoll("outages", "import", file)
    assert (said.status, said.out) == (2, "")
    assert said.err.splitlines() == [
        f"{file}:4: unknown target 'srv-2'; did you mean 'srv-1'?",
        f"{file}:5: state 'broken' is none of up, down, unreachable, maintenance, unknown",
        f"{file}:6: overlaps what Driftkoll has imported before of 'sw-1'",
    ]
    assert stored(driftkoll) == 1


def test_an_hour_that_the_clock_repeats_is_taken_as_the_earlier_with_a_warning(
    driftkoll: CommandLine,
) -> None:
    file = driftkoll.outages("srv-1,up,2025-10-01,2025-10-26T02:30,")
    said = driftkoll("outages", "import", file)
    assert said.status == 0
    assert said.err == (
        f"warning: {file}:2: end '2025-10-26T02:30' occurs twice, the clock went back; the earlier "
        "is taken (give an offset, as +01:00, to choose)\n"
    )
    seconds = driftkoll.figure("--period", "2025-10", "--target", "srv-1")["detail"]["seconds"]
    assert seconds["up"] == (25 * 24 + 2) * 3600 + 1800


def test_a_file_as_a_swedish_excel_writes_it(driftkoll: CommandLine) -> None:
    file = driftkoll.folder / "excel.csv"
    text = "target;state;start;end;comment\r\nsrv-1;up;2025-10-01 00:00;2025-11-01 00:00;Å\r\n"
    file.write_bytes(text.encode("cp1252"))
    assert driftkoll("outages", "import", file).out == f"{file}: took in 1 of 1 spans\n"


def test_an_unknown_column_names_the_nearest(driftkoll: CommandLine) -> None:
    file = driftkoll.write("wrong.csv", ["target,stat,start,end", "srv-1,up,2025-10-01,2025-11-01"])
    said = driftkoll("outages", "import", file)
    assert said.status == 2
    assert said.err.splitlines() == [
        f"{file}:1: unknown column 'stat'; did you mean 'state'?",
        f"{file}:1: column 'state' is missing",
    ]


def test_taking_in_an_outage_of_one_target_drops_no_other(driftkoll: CommandLine) -> None:
    driftkoll.import_outages(*WATCHED)
    driftkoll.targets("sw-1,switch,hallsberg,192.0.2.1,,,")
    driftkoll.import_outages("sw-1,up,2025-09-01,2025-10-01,")
    with sqlite3.connect(driftkoll.folder / "driftkoll.db") as connection:
        assert not connection.execute(
            "select * from targets where dropped_at is not null"
        ).fetchall()


CUT = (
    *WATCHED,
    "sw-1,down,2025-10-10T10:00,2025-10-10T11:00,",
    "ap-1,down,2025-10-10T10:00:20,2025-10-10T11:00:40,",
    "srv-1,down,2025-09-30T23:00,2025-10-01T01:00,",
    "srv-1,up,2025-09-01,2025-10-01,",
)


def test_the_list_folds_consequences_under_their_cause(driftkoll: CommandLine) -> None:
    driftkoll.import_outages(*CUT)
    said = driftkoll("outages", "list", "--period", "2025-10")
    assert said.out.replace("\N{NO-BREAK SPACE}", " ").splitlines() == [
        "Början                              Slut  Längd  Objekt  Typ     Plats      Följdavbrott  "
        "Underlag",
        "-" * 98,
        "2025-09-30 23:00:00  2025-10-01 01:00:00    2 h  srv-1   Server  Laxå                     "
        "import",
        "2025-10-10 10:00:00             11:00:00    1 h  sw-1    Switch  Hallsberg  1: ap-1       "
        "import",
    ]


def test_a_consequence_stands_by_itself_where_its_cause_is_not_asked_for(
    driftkoll: CommandLine,
) -> None:
    driftkoll.import_outages(*CUT)
    (only,) = driftkoll(
        *("outages", "list", "--period", "2025-10", "--target", "ap-1", "--format", "json")
    ).json
    assert only == {
        "target": "ap-1",
        "kind": "access_point",
        "site": "laxa",
        "start": "2025-10-10T10:00:20+02:00",
        "end": "2025-10-10T11:00:40+02:00",
        "open": False,
        "seconds": 3620.0,
        "down_seconds": 40.0,
        "unreachable_seconds": 3580.0,
        "origin": "imported",
        "reason": "",
        "consequence_of": "sw-1",
        "consequences": [],
        "cause": None,
        "annotation": None,
        "corrections": [],
    }


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--period", "2025-09"), ["srv-1"]),
        (("--period", "2025-10-02..2025-10-31"), ["sw-1"]),
        (("--period", "2025-10", "--site", "laxa"), ["srv-1", "ap-1"]),
        (("--period", "2025-10", "--kind", "switch"), ["sw-1"]),
        (("--period", "2025-11"), []),
    ],
)
def test_the_list_is_of_what_was_asked_for(
    driftkoll: CommandLine, options: tuple[str, ...], names: list[str]
) -> None:
    driftkoll.import_outages(*CUT)
    listed = driftkoll("outages", "list", "--format", "json", *options).json
    assert [outage["target"] for outage in listed] == names


def test_an_unknown_target_or_site_names_the_nearest(driftkoll: CommandLine) -> None:
    driftkoll.import_outages(*WATCHED)
    assert driftkoll("outages", "list", "--target", "srv1").err == (
        "unknown target 'srv1'; did you mean 'srv-1'?\n"
    )
    assert driftkoll("outages", "list", "--site", "Laxå").err == (
        "unknown site 'Laxå'; did you mean 'laxa'?\n"
    )


def test_without_a_database_the_remedy_is_told(driftkoll: CommandLine) -> None:
    said = driftkoll("outages", "list")
    assert said.status == 2
    assert said.err == (
        f"{driftkoll.folder / 'driftkoll.db'}: there is no database; run: driftkoll db upgrade\n"
    )
