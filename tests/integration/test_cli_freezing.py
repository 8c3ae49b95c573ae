"""A closed month: frozen, it stays; what is learned later stands beside it.

The months are of a year earlier, so that they are over by any clock.
"""

import re
from datetime import datetime
from typing import Any

import pytest
from support.command_line import CommandLine, Said
from support.figures import ZONE

REGISTER = """\
indicators:
  availability:
    name: {{sv: Tillgänglighet}}
    unit: ratio
    direction: ">="
    targets: {{2025: {target}}}
    definition: {{classes: [{classes}], partial: null{more}}}
"""
OCTOBER = ("--period", "2025-10")


def register(
    driftkoll: CommandLine, target: float = 0.992, classes: str = "server", more: str = ""
) -> None:
    driftkoll.write("indicators.yaml", [REGISTER.format(target=target, classes=classes, more=more)])


@pytest.fixture
def driftkoll(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """Two servers, measured in September and October; of a third nothing is known of October's
    last days."""
    made = CommandLine(tmp_path, capsys)
    made.configure("indicators: indicators.yaml")
    register(made)
    made.targets(
        "a,server,laxa,192.0.2.1,,,",
        "b,server,hallsberg,192.0.2.2,,,",
        "sw,switch,laxa,192.0.2.3,,,",
    )
    made.import_outages(
        *(f"{name},up,2025-09-01,2025-11-01," for name in ("a", "sw")),
        "b,up,2025-09-01,2025-10-30,",
        "a,down,2025-10-10T10:00,2025-10-10T13:00,",
    )
    return made


def freeze(driftkoll: CommandLine, *options: str) -> Said:
    return driftkoll("report", "freeze", *OCTOBER, *options)


def frozen(driftkoll: CommandLine, *options: str) -> Any:
    """The version that came of freezing, as JSON."""
    return freeze(driftkoll, "--format", "json", *options).json


def learn(driftkoll: CommandLine) -> None:
    """The last two days of the third server, which was down for half of them."""
    driftkoll.import_outages("b,up,2025-10-30,2025-11-01,", "b,down,2025-10-30,2025-10-31,")


def without_frozen(figure: Any) -> Any:
    """A figure without what tells that it was frozen."""
    added = ("definition", "live", "versions", "frozen_differences")
    detail = {key: value for key, value in figure["detail"].items() if key not in added}
    return {**figure, "frozen": None, "detail": detail}


SCOPES = [
    (),
    ("--kind", "server"),
    ("--kind", "switch"),
    ("--site", "hallsberg"),
    ("--site", "laxa", "--kind", "server"),
    ("--target", "b"),
    ("--target", "b", "--site", "hallsberg", "--kind", "server"),
]


@pytest.mark.parametrize("scope", SCOPES, ids=" ".join)
@pytest.mark.parametrize("period", ["2025-10", "2025-01..2025-10"])
def test_a_frozen_figure_is_what_it_was_in_every_scope(
    driftkoll: CommandLine, scope: tuple[str, ...], period: str
) -> None:
    before = driftkoll.figure("--period", period, *scope)
    assert frozen(driftkoll)["version"] == 1
    same = driftkoll.figure("--period", period, *scope)
    assert same["detail"]["live"]["differs"] is False
    learn(driftkoll)
    driftkoll.import_outages("sw,maintenance,2025-10-03,2025-10-04,")
    after = driftkoll.figure("--period", period, *scope)
    assert without_frozen(after) == without_frozen(before)
    assert after["frozen"]["version"] == 1
    if "switch" not in scope and "laxa" not in scope:
        live = after["detail"]["live"]
        assert live["differs"] is True
        assert live["value"] < after["value"]
        assert live["coverage"] > after["coverage"]


def test_a_month_is_frozen_again_with_a_reason_alone(driftkoll: CommandLine) -> None:
    first = frozen(driftkoll, "--author", "Anna")
    assert (first["version"], first["author"], first["reason"], first["new"]) == (
        1,
        "Anna",
        "",
        True,
    )
    learn(driftkoll)
    refused = freeze(driftkoll)
    assert (refused.status, refused.out) == (2, "")
    assert refused.err.count("\n") == 1
    assert "2025-10 is frozen already, as version 1" in refused.err
    assert "--reason" in refused.err
    second = frozen(driftkoll, "--reason", "loggen från Hallsberg")
    assert (second["version"], second["reason"], second["new"]) == (
        2,
        "loggen från Hallsberg",
        True,
    )
    assert first["fingerprint"] != second["fingerprint"]


def test_all_versions_stay_readable(driftkoll: CommandLine) -> None:
    freeze(driftkoll)
    first = driftkoll.figure(*OCTOBER)
    learn(driftkoll)
    made = frozen(driftkoll, "--reason", "loggen från Hallsberg")
    second = driftkoll.figure(*OCTOBER)
    assert second["frozen"] == {key: made[key] for key in ("version", "at", "reason")}
    assert datetime.fromisoformat(second["frozen"]["at"]).utcoffset() is not None
    assert second["value"] == second["detail"]["live"]["value"] < first["value"]
    old = driftkoll.figure(*OCTOBER, "--version", "1")
    assert without_frozen(old) == without_frozen(first)
    assert old["frozen"] == first["frozen"]
    assert old["detail"]["live"]["differs"] is True
    assert [each["version"] for each in old["detail"]["versions"]] == [1, 2]


def test_a_version_that_is_not_there_is_refused(driftkoll: CommandLine) -> None:
    ask = ("indicator", "show", "availability", *OCTOBER, "--version", "2")
    said = driftkoll(*ask)
    assert (said.status, said.out) == (2, "")
    assert "2025-10 is not frozen" in said.err
    freeze(driftkoll)
    said = driftkoll(*ask)
    assert said.status == 2
    assert "2025-10 has no version 2; the latest is 1" in said.err


def test_without_anything_new_there_is_no_new_version(driftkoll: CommandLine) -> None:
    first = frozen(driftkoll)
    # Of other months than those that the figures are of.
    driftkoll.import_outages("a,up,2025-11-01,2025-11-10,", "sw,up,2025-11-01,2025-11-02,")
    driftkoll.targets(
        "a,server,laxa,192.0.2.1,,,",
        "b,server,hallsberg,192.0.2.2,,,",
        "sw,switch,laxa,192.0.2.3,,,",
        "new,server,laxa,192.0.2.4,,,2025-11-20",
    )
    driftkoll.import_outages("new,up,2025-11-20,2025-11-21,")
    again = frozen(driftkoll, "--reason", "för säkerhets skull")
    assert again == {**first, "new": False}
    table = freeze(driftkoll)
    assert table.status == 0
    assert "Inget har ändrats sedan version 1 av 2025-10." in table.out


def test_a_change_of_target_or_definition_leaves_the_frozen_figure(driftkoll: CommandLine) -> None:
    freeze(driftkoll)
    before = driftkoll.figure(*OCTOBER)
    assert (before["verdict"], before["target"]) == ("met", {"op": ">=", "value": 0.992})
    register(driftkoll, 0.9999, "server, switch", ", min_coverage: 0.5")
    after = driftkoll.figure(*OCTOBER)
    assert without_frozen(after) == without_frozen(before)
    assert after["detail"]["definition"]["classes"] == ["server"]
    assert after["detail"]["definition"]["target"] == {"op": ">=", "value": 0.992}
    live = after["detail"]["live"]
    assert (live["verdict"], live["target"]["value"], live["differs"]) == ("missed", 0.9999, True)
    assert freeze(driftkoll).status == 2
    assert frozen(driftkoll, "--reason", "nytt beslut")["version"] == 2
    assert driftkoll.figure(*OCTOBER)["verdict"] == "missed"


def test_the_year_is_live_and_lists_the_months_that_differ(driftkoll: CommandLine) -> None:
    assert driftkoll("report", "freeze", "--period", "2025-09").status == 0
    freeze(driftkoll)
    assert driftkoll.figure("--period", "2025")["detail"]["frozen_differences"] == []
    before = driftkoll.figure(*OCTOBER)
    learn(driftkoll)
    year, october = driftkoll.figure("--period", "2025"), driftkoll.figure(*OCTOBER)
    assert year["frozen"] is None
    (found,) = year["detail"]["frozen_differences"]
    figures = ("value", "coverage", "verdict")
    assert (found["period"], found["version"]) == ("2025-10", 1)
    assert found["frozen"] == {key: before[key] for key in figures}
    assert found["live"] == {key: october["detail"]["live"][key] for key in figures}
    laxa = driftkoll.figure("--period", "2025", "--site", "laxa")
    assert laxa["detail"]["frozen_differences"] == []
    table = driftkoll("indicator", "show", "availability", "--period", "2025").out
    assert "Frysta månader som nu skulle bli annorlunda" in table
    assert re.search(r"2025-10 +99,79.% \(Uppnått\) +98,19.% \(Ej uppnått\)", table)


def test_the_table_tells_what_was_frozen_and_what_it_would_be_now(driftkoll: CommandLine) -> None:
    said = freeze(driftkoll)
    assert "2025-10 är fryst, version 1." in said.out
    show = ("indicator", "show", "availability", *OCTOBER)
    assert "Skulle nu bli" not in driftkoll(*show).out
    learn(driftkoll)
    shown = driftkoll(*show).out
    assert re.search(r"Fryst +version 1, ", shown)
    assert "Skulle nu bli" in shown
    status = driftkoll("status", *OCTOBER, "--format", "json").json
    assert status[0]["value"] == driftkoll.figure(*OCTOBER)["value"]
    assert status[0]["frozen"]["version"] == 1


def test_a_first_value_after_freezing_is_no_difference(driftkoll: CommandLine) -> None:
    driftkoll.targets(
        "a,server,laxa,192.0.2.1,,,",
        "b,server,hallsberg,192.0.2.2,,,",
        "sw,switch,laxa,192.0.2.3,,,",
        "ups,ups,laxa,192.0.2.5,,,",
    )
    freeze(driftkoll)
    driftkoll.import_outages("ups,up,2025-10-01,2025-11-01,")
    late = driftkoll.figure(*OCTOBER, "--target", "ups")
    assert (late["value"], late["frozen"]) == (1.0, None)
    year = driftkoll.figure("--period", "2025", "--kind", "ups")
    assert year["detail"]["frozen_differences"] == []


@pytest.mark.parametrize(
    ("period", "why"),
    [
        ("2025", "2025: only a calendar month is frozen"),
        ("2025-10-01..2025-10-31", "only a calendar month is frozen"),
        ("2025-13", "'2025-13' is no period"),
        ("2999-01", "2999-01 is not over"),
        (f"{datetime.now(ZONE):%Y-%m}", "is not over"),
        ("2025-03", "nothing was measured in 2025-03"),
    ],
)
def test_what_is_no_closed_month_is_not_frozen(
    driftkoll: CommandLine, period: str, why: str
) -> None:
    said = driftkoll("report", "freeze", "--period", period)
    assert (said.status, said.out) == (2, "")
    assert said.err.count("\n") == 1
    assert why in said.err


def test_a_correction_leaves_the_frozen_figure_and_says_so(driftkoll: CommandLine) -> None:
    freeze(driftkoll)
    before = driftkoll.figure(*OCTOBER)
    said = driftkoll(
        "outages",
        "correct",
        "a",
        *("--from", "2025-10-10T10:00", "--until", "2025-10-10T13:00"),
        *("--state", "up", "--reason", "mätfel"),
    )
    assert said.status == 0
    assert "2025-10 is frozen: its figure stays that of version 1" in said.err
    assert "driftkoll report freeze --period 2025-10 --reason" in said.err
    after = driftkoll.figure(*OCTOBER)
    assert without_frozen(after) == without_frozen(before)
    assert after["detail"]["live"]["value"] == 1.0
