"""KPI.md's worked examples 1-6, from a former system's CSV to `indicator show`.

They are of a year earlier, so that all of it is over by any clock: October 2025 has 745 hours and
2025 as many days as the examples' own year.
"""

from pathlib import Path

import pytest
from support.command_line import CommandLine

HOUR = 3600
REGISTER = """\
indicators:
  availability:
    name: {{sv: Tillgänglighet}}
    unit: ratio
    direction: ">="
    baseline: 0.999
    targets: {{2025: 0.992}}
    definition: {{classes: [{classes}]}}
"""


@pytest.fixture
def driftkoll(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    made = CommandLine(tmp_path, capsys)
    made.configure("indicators: indicators.yaml")
    judge(made, "server")
    return made


def judge(driftkoll: CommandLine, classes: str) -> None:
    driftkoll.write("indicators.yaml", [REGISTER.format(classes=classes)])


def close(value: float) -> object:
    return pytest.approx(value, abs=1e-12, rel=0)


def test_1_planned_work_over_an_outage_and_hours_without_samples(driftkoll: CommandLine) -> None:
    driftkoll.targets("srv,server,laxa,192.0.2.1,,,")
    driftkoll.import_outages(
        "srv,up,2025-10-01,2025-10-20T05:00,",
        "srv,up,2025-10-20T10:00,2025-11-01,five hours without samples before it",
        "srv,down,2025-10-10T10:00,2025-10-10T13:00,",
        "srv,maintenance,2025-10-10T12:00,2025-10-10T14:00,",
    )
    figure = driftkoll.figure("--period", "2025-10")
    assert figure["value"] == close(0.997289972899729)
    assert figure["coverage"] == close(0.9932705248990579)
    assert figure["detail"]["seconds"] == {
        "up": 736 * HOUR,
        "down": 2 * HOUR,
        "unreachable": 0,
        "maintenance": 2 * HOUR,
        "unknown": 5 * HOUR,
    }
    assert figure["detail"]["outages"] == 1
    assert {key: figure[key] for key in ("indicator", "period", "final", "site", "unit")} == {
        "indicator": "availability",
        "period": "2025-10",
        "final": True,
        "site": "all",
        "unit": "ratio",
    }
    assert figure["target"] == {"op": ">=", "value": 0.992}
    assert (figure["verdict"], figure["outlook"], figure["frozen"]) == ("met", None, None)


def test_2_the_mean_of_three_classes(driftkoll: CommandLine) -> None:
    judge(driftkoll, "server, access_point, integration_platform")
    driftkoll.targets(
        "srv,server,laxa,192.0.2.1,,,",
        "ap,access_point,laxa,192.0.2.2,,,",
        "esb,integration_platform,laxa,192.0.2.3,,,",
    )
    driftkoll.import_outages(
        *(f"{name},up,2025-10-01,2025-11-01," for name in ("srv", "ap", "esb")),
        "srv,down,2025-10-10T00:00,2025-10-10T00:44:42,",
        "ap,down,2025-10-10T00:00,2025-10-10T02:58:48,",
        "esb,down,2025-10-10T00:00,2025-10-10T14:54:00,",
    )
    figure = driftkoll.figure("--period", "2025-10")
    values = {kind: its["value"] for kind, its in figure["detail"]["classes"].items()}
    assert values == {
        "server": close(0.9990),
        "access_point": close(0.9960),
        "integration_platform": close(0.9800),
    }
    assert figure["value"] == close(2.975 / 3)
    assert figure["verdict"] == "missed"
    table = driftkoll("indicator", "show", "availability", "--period", "2025-10").out
    assert "99,17\N{NO-BREAK SPACE}%" in table
    assert "Ej uppnått" in table


def test_3_what_fails_behind_a_switch_is_a_consequence(driftkoll: CommandLine) -> None:
    points = [f"ap-{n:02}" for n in range(40)]
    driftkoll.targets(
        "sw,switch,laxa,192.0.2.1,,,",
        *(f"{name},access_point,laxa,192.0.2.2,,sw," for name in points),
    )
    driftkoll.import_outages(
        *(f"{name},up,2025-10-01,2025-11-01," for name in ("sw", *points)),
        "sw,down,2025-10-10T10:00,2025-10-10T11:00,",
        *(f"{name},down,2025-10-10T10:00:20,2025-10-10T11:00:40," for name in points),
    )
    seconds = driftkoll.figure("--period", "2025-10", "--target", "ap-07")["detail"]["seconds"]
    assert (seconds["unreachable"], seconds["down"]) == (3580, 40)
    listed = driftkoll("outages", "list", "--period", "2025-10", "--format", "json").json
    assert [outage["target"] for outage in listed] == ["sw"]
    assert [outage["target"] for outage in listed[0]["consequences"]] == points
    assert {outage["consequence_of"] for outage in listed[0]["consequences"]} == {"sw"}


def test_4_a_stopped_collector_leaves_time_unknown(driftkoll: CommandLine) -> None:
    driftkoll.targets("srv,server,laxa,192.0.2.1,,,")
    driftkoll.import_outages(
        "srv,up,2025-10-01,2025-10-10T02:02:30,", "srv,up,2025-10-10T05:00,2025-11-01,"
    )
    figure = driftkoll.figure("--period", "2025-10")
    unknown = 2 * HOUR + 57 * 60 + 30
    assert figure["detail"]["seconds"]["unknown"] == unknown
    assert figure["value"] == 1.0
    assert figure["coverage"] == close(1 - unknown / (745 * HOUR))


def test_5_an_object_is_judged_from_when_it_was_put_into_service(driftkoll: CommandLine) -> None:
    driftkoll.targets("srv,server,laxa,192.0.2.1,,,2025-10-20")
    driftkoll.import_outages("srv,up,2025-10-20,2025-11-01,")
    figure = driftkoll.figure("--period", "2025-10")
    assert figure["detail"]["seconds"]["up"] == (12 * 24 + 1) * HOUR
    assert figure["detail"]["seconds"]["unknown"] == 0
    assert (figure["value"], figure["coverage"]) == (1.0, 1.0)


def test_6_a_year_that_was_measured_for_two_months_is_not_measurable(
    driftkoll: CommandLine,
) -> None:
    driftkoll.targets("srv,server,laxa,192.0.2.1,,,")
    driftkoll.import_outages("srv,up,2025-11-01,2026-01-01,")
    figure = driftkoll.figure("--period", "2025")
    assert figure["value"] == 1.0
    assert figure["coverage"] == close(61 / 365)
    assert figure["verdict"] == "not_measurable"
    driftkoll.import_outages("srv,up,2025-01-01,2025-11-01,from the former system")
    figure = driftkoll.figure("--period", "2025")
    assert (figure["value"], figure["coverage"], figure["verdict"]) == (1.0, 1.0, "met")
