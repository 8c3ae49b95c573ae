"""`driftkoll maintenance`: what was said in time is planned, and all else is urgent work."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from support.command_line import CommandLine

HOUR = 3600


@pytest.fixture
def driftkoll(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    made = CommandLine(tmp_path, capsys)
    made.targets(
        "sw-1,switch,hallsberg,192.0.2.1,,,",
        "ap-1,access_point,laxa,192.0.2.2,,sw-1,",
        "srv-1,server,laxa,192.0.2.3,,,",
    )
    return made


@pytest.fixture
def clock(driftkoll: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the time at which the next commands run."""
    return lambda text: driftkoll.at(text, monkeypatch)


FIRST_EXAMPLE = (
    "srv-1,up,2026-10-01,2026-10-20T10:00,",
    "srv-1,down,2026-10-07,2026-10-07T03:00,",
    "srv-1,up,2026-10-20T15:00,2026-11-01,",
)
WORK = ("--start", "2026-10-07T02:00", "--end", "2026-10-07T04:00", "--target", "srv-1")


def added(driftkoll: CommandLine, *options: str) -> list[str]:
    """Register a window; what was warned of."""
    said = driftkoll("maintenance", "add", *options, "--reason", "byte", "--author", "anna")
    assert said.status == 0, said.err
    return said.err.splitlines()


def october(driftkoll: CommandLine) -> dict:
    return driftkoll.figure("--period", "2026-10", "--target", "srv-1")


def test_the_first_worked_example_with_a_window_of_a_day_before(
    driftkoll: CommandLine, clock: Callable[[str], None]
) -> None:
    clock("2026-10-06T02:00")
    assert added(driftkoll, *WORK) == []
    clock("2026-11-23")
    driftkoll.import_outages(*FIRST_EXAMPLE)
    for _ in range(2):
        found = october(driftkoll)
        assert found["detail"]["seconds"] == {
            "up": 736 * HOUR,
            "down": 2 * HOUR,
            "unreachable": 0,
            "maintenance": 2 * HOUR,
            "unknown": 5 * HOUR,
        }
        assert found["value"] == pytest.approx(0.997289972899729, abs=1e-12)
        assert found["coverage"] == pytest.approx(0.9932705248990579, abs=1e-12)
        assert found["detail"]["with_planned_work"] == pytest.approx(736 / 740, abs=1e-12)
        assert found["detail"]["before_corrections"] == found["value"]
        clock("2026-10-05")
        added(driftkoll, *WORK)  # the same once more changes nothing
        clock("2026-11-23")


def test_a_window_of_less_than_a_day_before_is_urgent_work_whose_downtime_counts(
    driftkoll: CommandLine, clock: Callable[[str], None]
) -> None:
    clock("2026-10-06T02:01")
    assert added(driftkoll, *WORK) == [
        "warning: registered less than 24h before it begins, it counts as urgent work: alerts are "
        "silent, its downtime counts"
    ]
    clock("2026-11-23")
    driftkoll.import_outages(*FIRST_EXAMPLE)
    found = october(driftkoll)
    assert found["detail"]["seconds"]["maintenance"] == 0
    assert found["value"] == pytest.approx(737 / 740, abs=1e-12)


def test_the_notice_is_a_choice_of_the_register(
    driftkoll: CommandLine, clock: Callable[[str], None]
) -> None:
    driftkoll.configure("indicators: indicators.yaml")
    driftkoll.write(
        "indicators.yaml",
        [
            "indicators:",
            "  availability:",
            "    {name: {sv: T}, unit: ratio, direction: '>=', definition: {min_notice: 2h}}",
        ],
    )
    clock("2026-10-07T00:00")
    assert added(driftkoll, *WORK) == []
    clock("2026-11-23")
    driftkoll.import_outages(*FIRST_EXAMPLE)
    assert october(driftkoll)["detail"]["seconds"]["maintenance"] == 2 * HOUR
    (entry,) = driftkoll("indicator", "list", "--format", "json").json
    assert entry["definition"]["min_notice"] == "2h"


def test_a_window_registered_while_its_target_was_down_is_urgent_for_it(
    driftkoll: CommandLine, clock: Callable[[str], None]
) -> None:
    clock("2026-10-07T01:00")
    driftkoll.import_outages(
        "srv-1,up,2026-10-01,2026-10-07T01:00,",
        "srv-1,down,2026-10-07,2026-10-07T01:00,",
        "sw-1,up,2026-10-01,2026-10-07T01:00,",
    )
    work = ("--start", "2026-10-09T02:00", "--end", "2026-10-09T04:00")
    assert added(driftkoll, *work, "--target", "srv-1", "--target", "sw-1") == [
        "warning: registered while down, for srv-1 it counts as urgent work: alerts are silent, "
        "its downtime counts"
    ]
    clock("2026-11-23")
    names = ("srv-1", "sw-1")
    driftkoll.import_outages(*(f"{name},up,2026-10-07T01:00,2026-11-01," for name in names))
    planned = {
        name: driftkoll.figure("--period", "2026-10", "--target", name)["detail"]["seconds"][
            "maintenance"
        ]
        for name in names
    }
    assert planned == {"srv-1": 0, "sw-1": 2 * HOUR}
    (listed,) = driftkoll("maintenance", "list", "--period", "2026-10", "--format", "json").json
    assert (listed["planned"], listed["urgent_for"], listed["objects"]) == (True, ["srv-1"], 2)


def test_the_list_says_what_is_planned_and_what_is_urgent(
    driftkoll: CommandLine, clock: Callable[[str], None]
) -> None:
    clock("2026-10-14T12:00")
    added(
        driftkoll, "--rrule", "FREQ=MONTHLY;BYDAY=3TU", "--at", "18:00", "--duration", "2h",
        "--kind", "access_point", "--site", "laxa",
    )  # fmt: skip
    added(driftkoll, "--start", "2026-10-14T13:00", "--end", "2026-10-14T14:00", "--behind", "sw-1")
    said = driftkoll("maintenance", "list", "--period", "2026-10..2026-11")
    assert said.out.splitlines() == [
        "Nr  Början             Slut  Arbete              Gäller               Anledning  Av",
        "-" * 85,
        " 2  2026-10-14 13:00  14:00  akut åtgärd         allt bakom sw-1      byte       anna",
        " 1  2026-10-20 18:00  20:00  planerat underhåll  Accesspunkter, Laxå  byte       anna",
        " 1  2026-11-17 18:00  20:00  planerat underhåll  Accesspunkter, Laxå  byte       anna",
    ]


def test_what_is_extended_after_it_began_counts_as_downtime(
    driftkoll: CommandLine, clock: Callable[[str], None]
) -> None:
    clock("2026-10-01")
    added(driftkoll, *WORK)
    clock("2026-10-07T03:30")
    said = driftkoll("maintenance", "extend", "1", "--end", "2026-10-07T05:00")
    assert said.out == "window 1: extended, 2026-10-07 02:00:00 to 05:00:00\n"
    assert said.err.startswith("warning: registered less than 24h before it begins")
    clock("2026-11-23")
    driftkoll.import_outages(
        "srv-1,up,2026-10-01,2026-11-01,", "srv-1,down,2026-10-07T02:00,2026-10-07T05:00,"
    )
    seconds = october(driftkoll)["detail"]["seconds"]
    assert (seconds["maintenance"], seconds["down"]) == (2 * HOUR, HOUR)


def test_what_is_cancelled_keeps_its_past(
    driftkoll: CommandLine, clock: Callable[[str], None]
) -> None:
    clock("2026-10-01")
    added(driftkoll, "--rrule", "FREQ=WEEKLY", "--at", "02:00", "--duration", "2h",
          "--from", "2026-10-07", "--target", "srv-1")  # fmt: skip
    clock("2026-10-14T03:00")
    assert driftkoll("maintenance", "cancel", "1", "--reason", "klart").status == 0
    again = driftkoll("maintenance", "cancel", "1")
    assert again.status == 2
    assert again.err.startswith("window 1 was cancelled at 2026-10-14 03:00:00 by ")
    clock("2026-11-23")
    driftkoll.import_outages("srv-1,up,2026-10-01,2026-11-01,")
    assert october(driftkoll)["detail"]["seconds"]["maintenance"] == 3 * HOUR
    listed = driftkoll("maintenance", "list", "--period", "2026-10", "--format", "json").json
    assert [it["end"] for it in listed] == [
        "2026-10-07T04:00:00+02:00",
        "2026-10-14T03:00:00+02:00",
    ]
    assert listed[0]["cancelled"]["reason"] == "klart"


def test_what_is_planned_of_the_months_rest_takes_from_the_allowed_downtime(
    driftkoll: CommandLine, clock: Callable[[str], None]
) -> None:
    clock("2026-10-05")
    driftkoll.import_outages("srv-1,up,2026-10-01,2026-10-05,")
    before = october(driftkoll)["detail"]["budget"]["allowed_seconds"]
    added(driftkoll, *WORK)
    after = october(driftkoll)["detail"]["budget"]["allowed_seconds"]
    assert before - after == pytest.approx(0.008 * 2 * HOUR)


def test_a_renamed_target_keeps_its_windows(
    driftkoll: CommandLine, clock: Callable[[str], None]
) -> None:
    clock("2026-10-01")
    added(driftkoll, *WORK)
    assert driftkoll("targets", "rename", "srv-1", "srv-9").status == 0
    (listed,) = driftkoll("maintenance", "list", "--format", "json").json
    assert listed["scope"]["targets"] == ["srv-9"]


TIMES = ("--start", "2026-12-01T18:00", "--end", "2026-12-01T20:00")
SERIES = ("--rrule", "FREQ=DAILY", "--at", "18:00", "--duration", "2h")
WHEN = (
    "when is it? give --start and --end, or --rrule with --at and --duration (and --from, --until)"
)


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        ((*TIMES, "--target", "srv1"), ["unknown target 'srv1'; did you mean 'srv-1'?"]),
        ((*TIMES, "--behind", "sw1"), ["unknown target 'sw1'; did you mean 'sw-1'?"]),
        ((*TIMES, "--kind", "serv"), ["unknown kind 'serv'; did you mean 'server'?"]),
        ((*TIMES, "--site", "lxa"), ["unknown site 'lxa'; did you mean 'laxa'?"]),
        ((*TIMES, "--tag", "core"), ["unknown tag 'core'; there are none"]),
        (TIMES, ["a window is for something: name a target, a kind, a site or a tag"]),
        (("--target", "srv-1"), [WHEN]),
        ((*TIMES, *SERIES, "--target", "srv-1"), [WHEN]),
        (
            ("--start", TIMES[3], "--end", TIMES[1], "--target", "srv-1"),
            ["end '2026-12-01T18:00' is not after start '2026-12-01T20:00'"],
        ),
        (
            ("--start", "2026-03-29T02:30", "--end", "imorgon", "--target", "srv-1"),
            [
                "start '2026-03-29T02:30' does not exist, the clock went forward over it",
                "end 'imorgon' is no ISO 8601 time, as 2026-10-01T08:00",
            ],
        ),
        (
            ("--rrule", "FREQ=HOURLY;UNTIL=20270101;BYHOUR=3;INTERVAL=0;BYDY=MO", *SERIES[2:],
             "--target", "srv-1"),
            [
                "rrule holds UNTIL; give the last day beside it",
                "rrule holds BYHOUR; give the time of day beside it",
                "rrule: unknown part 'BYDY'; did you mean 'BYDAY'?",
                "rrule 'FREQ=HOURLY;UNTIL=20270101;BYHOUR=3;INTERVAL=0;BYDY=MO' needs FREQ, which "
                "is one of DAILY, WEEKLY, MONTHLY, YEARLY",
                "rrule: INTERVAL is to be a number, 1 at least",
            ],
        ),
        (
            ("--rrule", "FREQ=MONTHLY;BYDAY=3TX", *SERIES[2:], "--target", "srv-1"),
            ["rrule 'FREQ=MONTHLY;BYDAY=3TX': invalid 'BYDAY': 3TX"],
        ),
        (
            ("--rrule", "FREQ=DAILY", "--at", "25:00", "--duration", "2", "--from", "igår",
             "--until", "x", "--target", "srv-1"),
            [
                "at '25:00' is no local time, as 18:00",
                "duration '2' is no duration, as 2h",
                "from 'igår' is no day, as 2026-10-01",
                "until 'x' is no day, as 2026-10-01",
            ],
        ),
        (
            (*SERIES, "--from", "2026-12-02", "--until", "2026-12-01", "--target", "srv-1"),
            ["rrule 'FREQ=DAILY' gives no day from 2026-12-02 to 2026-12-01"],
        ),
        (
            ("--rrule", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", *SERIES[2:], "--from", "2026-12-02",
             "--target", "srv-1"),
            ["rrule 'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30' gives no day from 2026-12-02 to ever"],
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_line_each_and_nothing_is_stored(
    driftkoll: CommandLine, options: tuple[str, ...], lines: list[str]
) -> None:
    said = driftkoll("maintenance", "add", *options, "--reason", "byte")
    assert (said.status, said.out, said.err.splitlines()) == (2, "", lines)
    database = driftkoll.folder / "driftkoll.db"
    if database.exists():
        with sqlite3.connect(database) as connection:
            assert connection.execute("select count(*) from maintenance_windows").fetchone() == (0,)


def test_a_reason_is_needed(driftkoll: CommandLine) -> None:
    said = driftkoll("maintenance", "add", *TIMES, "--target", "srv-1", "--reason", " ")
    assert (said.status, said.err) == (2, "a reason is needed\n")


def test_a_start_that_occurs_twice_is_the_earlier_with_a_warning(driftkoll: CommandLine) -> None:
    said = driftkoll(
        *("maintenance", "add", "--start", "2027-10-31T02:30", "--end", "2027-10-31T04:00"),
        *("--target", "srv-1", "--reason", "byte", "--format", "json"),
    )
    assert said.status == 0
    assert '"start": "2027-10-31T02:30:00+02:00"' in said.out
    assert "start '2027-10-31T02:30' occurs twice" in said.err


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("cancel", "7"), "there is no window 7; maintenance list shows those that there are"),
        (("cancel", "1"), "window 1 is over; there is nothing left to cancel"),
        (("extend", "1", "--end", "2026-12-24"), "window 1 is over; register another one"),
        (
            ("extend", "2", "--end", "2026-12-01T20:00"),
            "end '2026-12-01T20:00' is no later than the window's, 2026-12-01 20:00:00; "
            "maintenance cancel ends it earlier",
        ),
    ],
)
def test_what_is_over_is_left_as_it_was(
    driftkoll: CommandLine,
    clock: Callable[[str], None],
    arguments: tuple[str, ...],
    line: str,
) -> None:
    clock("2026-11-23")
    added(driftkoll, *WORK)
    added(driftkoll, *TIMES, "--target", "srv-1")
    said = driftkoll("maintenance", *arguments)
    assert (said.status, said.out, said.err) == (2, "", f"{line}\n")
