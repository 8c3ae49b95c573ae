"""Service hours, the roll-up and a further outage, through `indicator show`."""

from pathlib import Path

import pytest
from support.command_line import CommandLine

HOUR = 3600
REGISTER = """\
indicators:
  availability:
    name: {sv: Tillgänglighet}
    unit: ratio
    direction: ">="
    baseline: 0.999
    targets: {2025: 0.992}
    definition: {classes: [server, access_point]}
"""


@pytest.fixture
def driftkoll(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    made = CommandLine(tmp_path, capsys)
    made.write("indicators.yaml", [REGISTER])
    made.configure("indicators: indicators.yaml")
    made.targets(
        "srv,server,laxa,192.0.2.1,,,",
        "sw,switch,hallsberg,192.0.2.2,,,",
        "ap-1,access_point,hallsberg,192.0.2.3,,sw,",
        "ap-2,access_point,hallsberg,192.0.2.4,,sw,",
    )
    made.import_outages(
        *(f"{name},up,2025-10-01,2025-11-01," for name in ("srv", "sw", "ap-1", "ap-2")),
        "srv,down,2025-10-10T22:00,2025-10-11T02:00,",
        "srv,down,2025-10-14T16:00,2025-10-14T17:00,",
        "sw,down,2025-10-20T10:00,2025-10-20T12:00,",
        "ap-1,down,2025-10-20T10:00:20,2025-10-20T12:00:40,",
        "ap-2,down,2025-10-20T10:00:20,2025-10-20T12:00:40,",
    )
    return made


def show(driftkoll: CommandLine, *options: str) -> str:
    return driftkoll("indicator", "show", "availability", "--period", "2025-10", *options).out


def test_office_hours_leave_the_night_out(driftkoll: CommandLine) -> None:
    around = driftkoll.figure("--period", "2025-10", "--kind", "server")
    assert around["detail"]["seconds"]["down"] == 5 * HOUR
    driftkoll.configure("indicators: indicators.yaml", "service_hours: {kinds: {server: office}}")
    office = driftkoll.figure("--period", "2025-10", "--kind", "server")
    # 23 working days of nine hours; the outage of 14 October lasts half an hour into them.
    assert office["detail"]["seconds"] == {
        "up": 23 * 9 * HOUR - HOUR / 2,
        "down": HOUR / 2,
        "unreachable": 0,
        "maintenance": 0,
        "unknown": 0,
    }
    assert office["detail"]["outages"] == 1
    allowed = office["detail"]["budget"]["allowed_seconds"]
    assert allowed == pytest.approx(0.008 * 23 * 9 * HOUR)


def test_a_calendar_that_is_not_there_is_refused(driftkoll: CommandLine) -> None:
    driftkoll.configure("service_hours: {default: ofice}")
    said = driftkoll("indicator", "show", "availability")
    assert said.status == 2
    assert said.err.endswith(
        "service_hours.default: unknown calendar 'ofice'; did you mean 'office'?\n"
    )


def test_a_further_outage_tells_what_becomes_of_value_verdict_and_budget(
    driftkoll: CommandLine,
) -> None:
    options = ("--period", "2025-10", "--kind", "server", "--outage", "2h")
    would = driftkoll.figure(*options)["detail"]["further_outage"]
    assert (would["seconds"], would["objects"]) == (2 * HOUR, 1)
    before, after = would["scope"]["before"], would["scope"]["after"]
    assert (before["value"], before["verdict"]) == (pytest.approx(740 / 745), "met")
    assert (after["value"], after["verdict"]) == (pytest.approx(738 / 745), "missed")
    assert after["budget"]["left_seconds"] == pytest.approx((0.008 * 745 - 7) * HOUR)
    indicator = would["indicator"]
    assert indicator["before"]["value"] == driftkoll.figure("--period", "2025-10")["value"]
    lost = indicator["before"]["value"] - indicator["after"]["value"]
    assert lost == pytest.approx(1 / 745)
    assert "Med ytterligare 2\N{NO-BREAK SPACE}h avbrott" in show(driftkoll, *options[2:])


@pytest.mark.parametrize(
    ("length", "message"),
    [
        ("2", "--outage '2' is no duration; write a number and ms, s, m, h or d, as 60s"),
        ("0h", "--outage '0h' is no time at all; write a duration, as 2h"),
    ],
)
def test_a_length_that_is_none_is_refused(
    driftkoll: CommandLine, length: str, message: str
) -> None:
    said = driftkoll("indicator", "show", "availability", "--outage", length)
    assert (said.status, said.err) == (2, f"{message}\n")


def test_the_detail_says_what_the_outages_come_to(driftkoll: CommandLine) -> None:
    said = driftkoll(
        *("outages", "annotate", "sw", "2025-10-20T10:00", "--cause", "power"),
        *("--name", "Strömavbrott", "--author", "anna"),
    )
    assert (said.status, said.err) == (0, "")
    detail = driftkoll.figure("--period", "2025-10")["detail"]
    assert (detail["outages"], detail["consequences"]) == (4, 2)
    assert detail["longest_outage"] == {
        "target": "srv",
        "start": "2025-10-10T22:00:00+02:00",
        "seconds": 4 * HOUR,
    }
    restored = (4 * HOUR + HOUR + 2 * (2 * HOUR + 20)) / 4
    assert detail["time_to_restore_seconds"] == pytest.approx(restored)
    assert detail["time_between_failures_seconds"] == pytest.approx(detail["seconds"]["up"] / 4)
    first = detail["largest_outages"][0]
    assert (first["target"], first["objects"], first["object_seconds"]) == ("sw", 2, 4 * HOUR + 40)
    assert (first["cause"], first["name"]) == ("power", "Strömavbrott")
    table = show(driftkoll)
    assert "elförsörjning: Strömavbrott" in table
    assert max(map(len, table.splitlines())) <= 100


def test_seconds_over_sites_are_the_whole(driftkoll: CommandLine) -> None:
    detail = driftkoll.figure("--period", "2025-10")["detail"]
    assert detail["sites"].keys() == {"laxa", "hallsberg"}
    for part, seconds in detail["seconds"].items():
        assert sum(site["seconds"][part] for site in detail["sites"].values()) == seconds
    assert sum(site["outages"] for site in detail["sites"].values()) == detail["outages"]
    laxa = driftkoll.figure("--period", "2025-10", "--site", "laxa")
    assert detail["sites"]["laxa"]["value"] == laxa["value"]


def test_one_object_and_one_class_have_their_own_outages(driftkoll: CommandLine) -> None:
    point = driftkoll.figure("--period", "2025-10", "--target", "ap-1")["detail"]
    assert [each["objects"] for each in point["largest_outages"]] == [1]
    assert point["largest_outages"][0]["target"] == "sw"
    switches = driftkoll.figure("--period", "2025-10", "--kind", "switch")["detail"]
    assert (switches["consequences"], switches["longest_outage"]["target"]) == (0, "sw")


def test_each_class_and_site_has_its_own_budget(driftkoll: CommandLine) -> None:
    budgets = driftkoll.figure("--period", "2025-10")["detail"]["budgets"]
    for kind in ("server", "access_point"):
        own = driftkoll.figure("--period", "2025-10", "--kind", kind)["detail"]["budget"]
        assert budgets["classes"][kind] == own
    for site in ("laxa", "hallsberg"):
        own = driftkoll.figure("--period", "2025-10", "--site", site)["detail"]["budget"]
        assert budgets["sites"][site] == own
    of_year = driftkoll.figure("--period", "2025")["detail"]["budgets"]
    assert of_year["classes"].keys() == {"server", "access_point"}
