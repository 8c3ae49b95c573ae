"""KPI.md's worked examples 7-11 and the other figures of cases, from a file to `indicator show`."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from support.command_line import CommandLine

HEADINGS = (
    "id,type,created,resolved,closed,status,group,groups,waiting_seconds,scheduled_seconds,site,"
    "satisfaction,satisfaction_at,caused_by_change,disruption_report,severity,excluded"
)
REGISTER = """\
indicators:
  incident_handling_time:
    {{name: {{sv: Incidenter}}, unit: days, direction: "<=", baseline: 10, targets: {{2026: 7}},
     definition: {{{incidents}}}}}
  request_handling_time:
    {{name: {{sv: Beställningar}}, unit: days, direction: "<=", targets: {{2026: 15}}}}
  servicedesk_resolution_share:
    {{name: {{sv: Löst}}, unit: ratio, direction: ">=", baseline: 0.51, targets: {{2026: 0.7}}}}
  user_satisfaction:
    {{name: {{sv: Nöjdhet}}, unit: score, direction: ">=", targets: {{2026: 3.5}}}}
  changes_causing_disruption:
    {{name: {{sv: Förändringar}}, unit: number, direction: "<=", targets: {{2026: 5}}}}
  security_incidents:
    {{name: {{sv: Säkerhet}}, unit: number, direction: "<=", targets: {{2026: 0}}}}
"""
DESK = "sources: {servicedesk: {preset: csv, groups: {servicedesk: [Servicedesk]}}}"
DAY = 86_400


class Desk:
    """A command line with a desk that is only imported, in the middle of November 2026."""

    def __init__(self, driftkoll: CommandLine) -> None:
        self.driftkoll = driftkoll

    def judge(self, incidents: str = "") -> None:
        """Write the register, with these choices for incidents."""
        self.driftkoll.write("indicators.yaml", [REGISTER.format(incidents=incidents)])

    def cases(
        self,
        *rows: dict[str, Any],
        since: str = "2026-01-01",
        without: Collection[str] = (),
        options: Any = (),
    ) -> None:
        """Take in a file that is complete from then on, without some of the columns."""
        names = [name for name in HEADINGS.split(",") if name not in without]
        lines = (",".join(str(row.get(name, "")) for name in names) for row in rows)
        file = self.driftkoll.write("cases.csv", [",".join(names), *lines])
        said = self.driftkoll("cases", "import", file, "--from", since, *options)
        assert said.status == 0, said.err

    def figure(self, id_: str, *options: str) -> Any:
        """An indicator's figure as JSON; of October, unless told otherwise."""
        period = () if "--period" in options else ("--period", "2026-10")
        return self.driftkoll("indicator", "show", id_, "--format", "json", *period, *options).json

    def overview(self, period: str) -> str:
        """All indicators as they are printed, but for the spaces."""
        said = self.driftkoll("status", "--period", period)
        assert said.status == 0, said.err
        return " ".join(said.out.split())

    def table(self, id_: str, *options: str) -> str:
        """The same as it is printed."""
        said = self.driftkoll("indicator", "show", id_, "--period", "2026-10", *options)
        assert said.status == 0, said.err
        return said.out.replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    made = CommandLine(tmp_path, capsys)
    made.configure("indicators: indicators.yaml", DESK)
    made.at("2026-11-15T12:00", monkeypatch)
    desk = Desk(made)
    desk.judge()
    return desk


def close(value: float) -> object:
    return pytest.approx(value, abs=1e-9, rel=0)


def incident(id_: int, created: str, resolved: str = "", **more: Any) -> dict[str, Any]:
    status = "resolved" if resolved else "open"
    return {
        "id": id_,
        "type": "incident",
        "created": created,
        "resolved": resolved,
        "status": status,
        "group": "Servicedesk",
        **more,
    }


def request(id_: int, created: str, resolved: str = "", **more: Any) -> dict[str, Any]:
    return incident(id_, created, resolved, **{"type": "request", **more})


def test_7_two_hours_of_service_over_a_holiday_and_a_weekend(desk: Desk) -> None:
    desk.cases(incident(1, "2026-04-30T15:30", "2026-05-04T08:30"))
    detail = desk.figure("incident_handling_time", "--period", "2026-05")["detail"]
    assert detail["mean_days"] == close(3 + 17 / 24)
    assert detail["mean_working_days"] == close(2 / 9)


def test_8_nine_hours_of_service_over_midsummer(desk: Desk) -> None:
    desk.cases(incident(1, "2026-06-18T09:00", "2026-06-22T09:00"))
    detail = desk.figure("incident_handling_time", "--period", "2026-06")["detail"]
    assert (detail["mean_days"], detail["mean_working_days"]) == (close(4), close(1))


def test_9_to_the_last_resolution_without_the_wait_for_the_customer(desk: Desk) -> None:
    desk.cases(
        incident(1, "2026-10-01T08:00", "2026-10-09T08:00", waiting_seconds=3 * DAY, reopened=1)
    )
    figure = desk.figure("incident_handling_time")
    assert figure["value"] == close(5)
    assert figure["detail"]["mean_days_with_waiting"] == close(8)
    assert figure["detail"]["flags"] == {"closed_used": 0, "waiting_not_clipped": 1}
    assert (figure["verdict"], figure["coverage"], figure["unit"]) == ("met", 1.0, "days")


def test_10_a_case_counts_in_the_month_in_which_it_was_resolved(desk: Desk) -> None:
    desk.cases(
        incident(1, "2026-09-20T08:00", "2026-10-02T08:00"),
        incident(2, "2026-10-20T00:00"),
        incident(3, "2026-10-27T00:00", "2026-11-02"),
    )
    september = desk.figure("incident_handling_time", "--period", "2026-09")
    october = desk.figure("incident_handling_time", "--cases")
    assert (september["value"], september["detail"]["n"], september["coverage"]) == (None, 0, 1)
    assert october["detail"]["cases"] == ["servicedesk:1"]
    assert october["value"] == close(12)
    # The clocks went back on the 25th.
    assert october["detail"]["open"] == {
        "n": 2,
        "median_days": close((12 + 5 + 1 / 24) / 2),
        "oldest_days": close(12 + 1 / 24),
    }


@pytest.mark.parametrize(
    ("until", "coverage", "verdict"),
    [("2026-10-11", 11 * 24 / 745, "not_measurable"), ("2026-11-03", 1, "met")],
)
def test_11_a_month_that_is_not_known_to_its_end_is_not_measurable(
    desk: Desk, until: str, coverage: float, verdict: str
) -> None:
    desk.cases(incident(1, "2026-10-01T08:00", "2026-10-02T08:00"), options=("--until", until))
    figure = desk.figure("incident_handling_time")
    assert (figure["coverage"], figure["verdict"]) == (close(coverage), verdict)
    assert figure["value"] == close(1)


def test_nothing_that_was_never_imported_has_a_value(desk: Desk) -> None:
    desk.driftkoll("db", "upgrade")
    for id_ in ("incident_handling_time", "servicedesk_resolution_share", "user_satisfaction"):
        figure = desk.figure(id_)
        assert (figure["value"], figure["coverage"]) == (None, 0)
        assert (figure["verdict"], figure["outlook"]) == ("not_measurable", "unknown")


def test_requests_ordered_ahead_do_not_count_until_their_date(desk: Desk) -> None:
    desk.cases(request(1, "2026-10-01", "2026-10-11", scheduled_seconds=7 * DAY))
    assert desk.figure("request_handling_time")["value"] == close(3)


@pytest.mark.parametrize(
    ("choices", "value"),
    [
        ("statistic: median", 2),
        ("waiting: included", (1 + 4 + 9) / 3),
        ("waiting: included, statistic: median", 4),
        ("clock: working", (1 + 4 + 7) / 3),
    ],
)
def test_the_choices_of_a_definition_hold(desk: Desk, choices: str, value: float) -> None:
    desk.judge(choices)
    waits = {} if "working" in choices else {"waiting_seconds": 2 * DAY}
    desk.cases(
        incident(1, "2026-10-05T08:00", "2026-10-06T08:00"),
        incident(2, "2026-10-05T09:00", "2026-10-09T09:00", **waits),
        incident(3, "2026-10-05T09:00", "2026-10-14T09:00"),
    )
    assert desk.figure("incident_handling_time")["value"] == close(value)


def test_the_share_counts_the_group_that_resolved(desk: Desk) -> None:
    desk.cases(
        incident(1, "2026-10-01", "2026-10-02", groups="Servicedesk"),
        incident(2, "2026-10-01", "2026-10-02", groups="Servicedesk|Nät"),
        request(3, "2026-10-01", "2026-10-02", group="Nät", groups="Servicedesk|Nät"),
        request(4, "2026-10-01", "2026-10-02"),
    )
    figure = desk.figure("servicedesk_resolution_share")
    detail = figure["detail"]
    assert (figure["value"], detail["lenient"], detail["n"]) == (0.75, 0.75, 4)
    assert (detail["strict"], detail["no_history"]) == (close(1 / 3), 1)
    assert figure["verdict"] == "met"


def test_a_case_without_a_group_is_in_no_share_and_lowers_coverage(desk: Desk) -> None:
    desk.cases(
        incident(1, "2026-10-01", "2026-10-02"), incident(2, "2026-10-01", "2026-10-02", group="")
    )
    figure = desk.figure("servicedesk_resolution_share")
    assert (figure["value"], figure["coverage"], figure["verdict"]) == (1, 0.5, "not_measurable")
    assert figure["detail"]["no_group"] == 1


def test_fewer_than_five_answers_are_shown_and_not_judged(desk: Desk) -> None:
    rated = [
        incident(n, "2026-10-01", "2026-10-02", satisfaction=4, satisfaction_at="2026-10-03")
        for n in range(4)
    ]
    desk.cases(*rated, incident(9, "2026-10-01", "2026-10-02"))
    figure = desk.figure("user_satisfaction")
    assert (figure["value"], figure["verdict"]) == (4, "not_measurable")
    assert (figure["detail"]["n"], figure["detail"]["response_rate"]) == (4, close(0.8))
    desk.cases(
        *rated,
        incident(9, "2026-10-01", "2026-10-02", satisfaction=1, satisfaction_at="2026-10-03"),
    )
    figure = desk.figure("user_satisfaction")
    assert (figure["value"], figure["verdict"]) == (close(3.4), "missed")


def test_excluded_cases_are_counted_by_why(desk: Desk) -> None:
    desk.cases(
        incident(1, "2026-10-01", "2026-10-02"),
        incident(2, "2026-10-01", "2026-10-02", excluded="spam"),
        incident(3, "2026-10-01", excluded="merged", closed="2026-10-02"),
        incident(4, "2026-10-05", "2026-10-02"),
        incident(5, "2026-11-01", "2026-11-02", excluded="spam"),
    )
    figure = desk.figure("incident_handling_time")
    assert (figure["value"], figure["coverage"]) == (close(1), 1)
    assert figure["detail"]["excluded"] == {"merged": 1, "spam": 1, "resolved_before_created": 1}


def test_what_is_not_mapped_is_left_out_and_lowers_coverage(desk: Desk) -> None:
    desk.cases(
        incident(1, "2026-10-01", "2026-10-02"),
        incident(2, "2026-10-01", "2026-10-09", type="Felanmälan"),
        incident(3, "2026-10-01", "2026-10-09", status="Parkerad"),
        incident(4, "2026-10-01", status="Kanske klar"),
    )
    figure = desk.figure("incident_handling_time")
    assert (figure["value"], figure["coverage"]) == (close(1), close(1 / 4))
    assert figure["verdict"] == "not_measurable"


def test_sites_have_their_own_cases_and_those_without_one_are_of_all(desk: Desk) -> None:
    desk.cases(
        incident(1, "2026-10-01", "2026-10-02", site="laxa"),
        incident(2, "2026-10-01", "2026-10-04", site="hallsberg"),
        incident(3, "2026-10-01", "2026-10-06"),
    )
    values = {
        site: desk.figure("incident_handling_time", "--site", site)["value"]
        for site in ("all", "laxa", "hallsberg")
    }
    assert values == {"all": close(3), "laxa": close(1), "hallsberg": close(3)}


def test_a_change_counts_once_by_its_own_date(desk: Desk) -> None:
    change = {"type": "change"}
    desk.cases(
        incident("C1", "2026-09-01", "2026-10-03", **change),
        incident("C2", "2026-09-01", "2026-09-03", **change),
        *(
            incident(
                n,
                f"2026-10-0{n}",
                f"2026-10-0{n}",
                caused_by_change=f"C{n % 2 + 1}",
                disruption_report=f"R{n}",
            )
            for n in range(4, 9)
        ),
        incident(10, "2026-10-20", "2026-10-21", disruption_report="R10"),
        incident(11, "2026-10-20", "2026-10-21", caused_by_change="C9"),
    )
    figure = desk.figure("changes_causing_disruption")
    detail = figure["detail"]
    assert (figure["value"], detail["changes"], detail["without_change"]) == (1, ["C1"], 1)
    assert desk.figure("changes_causing_disruption", "--period", "2026-09")["value"] == 1
    assert figure["detail"]["year_to_date"]["value"] == 2


def test_a_count_that_is_judged_on_the_year_says_so_in_the_overview(desk: Desk) -> None:
    link = {"caused_by_change": "C1", "disruption_report": "R1"}
    desk.cases(incident(1, "2026-03-04", "2026-03-05", **link))
    said = desk.overview("2026-10")
    assert "Förändringar 0 st ≤ 5 st 100,00 % Uppnått" in said
    assert said.endswith("Förändringar: bedöms på året till periodens slut, 1 st.")
    assert "bedöms på" not in desk.overview("2026-03")
    assert "bedöms på" not in desk.overview("2026-01..2026-10")


@pytest.mark.parametrize("id_", ["changes_causing_disruption", "security_incidents"])
def test_a_zero_is_a_value_only_where_it_is_attested(desk: Desk, id_: str) -> None:
    register = {
        "changes_causing_disruption": "disruption_reports",
        "security_incidents": "security_incidents",
    }[id_]
    desk.cases(incident(1, "2026-10-01", "2026-10-02"), without=["disruption_report"])
    figure = desk.figure(id_)
    assert (figure["value"], figure["coverage"], figure["verdict"]) == (None, 0, "not_measurable")
    said = desk.driftkoll("register", "attest", register, "--period", "2026-10", "--reason", "r")
    assert said.status == 0, said.err
    figure = desk.figure(id_)
    assert (figure["value"], figure["coverage"], figure["detail"]["attested"]) == (0, 1, True)
    assert figure["verdict"] == "not_measurable"  # nobody attested the months before it
    assert "periodens slut, som inte är känt i sin helhet." in desk.overview("2026-10")
    said = desk.driftkoll(
        "register", "attest", register, "--period", "2026-01..2026-09", "--reason", "r"
    )
    assert said.status == 0, said.err
    assert desk.figure(id_)["verdict"] == "met"


def test_a_file_that_links_changes_to_reports_tells_of_the_months_without_any_too(
    desk: Desk,
) -> None:
    linked = {"caused_by_change": "C1", "disruption_report": "R1"}
    for _ in range(2):
        desk.cases(incident(1, "2026-03-01", "2026-03-02", **linked))
    october, year = (
        desk.figure("changes_causing_disruption", "--period", period)
        for period in ("2026-10", "2026-01..2026-10")
    )
    assert (october["value"], october["coverage"], october["verdict"]) == (0, 1, "met")
    assert (year["value"], year["coverage"], year["verdict"]) == (1, 1, "met")
    said = desk.driftkoll(
        "register", "list", "disruption_reports", "--period", "2026", "--format", "json"
    )
    (attested,) = said.json["attestations"]
    assert "cases.csv" in attested["reason"]


def test_a_source_that_tells_of_an_incident_is_known_where_it_is_complete(desk: Desk) -> None:
    desk.cases(incident(1, "2026-03-01", "2026-03-02", type="security_incident"))
    year = desk.figure("security_incidents", "--period", "2026-01..2026-10")
    assert (year["value"], year["coverage"], year["verdict"]) == (1, 1, "missed")
    october = desk.figure("security_incidents")
    assert (october["value"], october["verdict"]) == (None, "not_measurable")


def test_security_incidents_of_the_register_and_of_cases_count_by_the_day_of_detection(
    desk: Desk,
) -> None:
    desk.cases(
        incident(1, "2026-10-31T23:00", "2026-11-02", type="security_incident"),
        incident(2, "2026-11-01T01:00", type="security_incident"),
    )
    file = desk.driftkoll.write("incidents.csv", ["number,detected,severity", "S1,2026-10-05,"])
    assert desk.driftkoll("register", "import", "security_incidents", file).status == 0
    figure = desk.figure("security_incidents", "--cases")
    assert (figure["value"], figure["detail"]["cases"]) == (2, ["servicedesk:1"])
    assert figure["coverage"] == 1


def test_the_table_tells_the_choices_what_was_left_out_and_how_old_the_open_cases_are(
    desk: Desk,
) -> None:
    desk.cases(
        incident(1, "2026-10-01", "2026-10-03", waiting_seconds=DAY),
        incident(2, "2026-10-01", "2026-10-02", excluded="spam"),
        incident(3, "2026-10-01"),
    )
    table = desk.table("incident_handling_time", "--cases")
    for told in (
        "medelvärde, kalenderdagar, utan väntan på kund",
        "1,0 dagar",
        "≤ 7 dagar",
        "Uppnått",
        "31,0 dagar",
        "skräppost",
        "servicedesk:1",
        "väntetid utan klockslag",
    ):
        assert told in table
    assert max(map(len, table.splitlines())) <= 100


def test_every_indicator_is_shown_in_both_languages(desk: Desk) -> None:
    desk.cases(
        incident(1, "2026-10-01", "2026-10-03", satisfaction=4, satisfaction_at="2026-10-04"),
        incident(2, "2026-10-01", "2026-10-03", caused_by_change="C", disruption_report="R"),
    )
    for language, words in (
        ("sv", ("Antal ärenden", "Antal svar", "Antal förändringar", "Antal incidenter")),
        ("en", ("Cases", "Answers", "Changes", "Incidents")),
    ):
        desk.driftkoll.configure("indicators: indicators.yaml", DESK, f"language: {language}")
        tables = [
            desk.table(id_)
            for id_ in (
                "servicedesk_resolution_share",
                "user_satisfaction",
                "changes_causing_disruption",
                "security_incidents",
            )
        ]
        for word, table in zip(words, tables, strict=True):
            assert word in table


@pytest.mark.parametrize("option", ["--kind", "--target"])
def test_a_class_or_an_object_is_refused(desk: Desk, option: str) -> None:
    said = desk.driftkoll("indicator", "show", "user_satisfaction", option, "server")
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert f"{option} is for availability" in said.err


def freeze(desk: Desk, *options: str) -> Any:
    return desk.driftkoll(
        "report", "freeze", "--period", "2026-10", "--format", "json", *options
    ).json


def test_a_frozen_month_stays_and_says_what_it_would_be_now(desk: Desk) -> None:
    first = incident(1, "2026-10-01", "2026-10-03", site="laxa")
    desk.cases(first)
    made = freeze(desk)
    assert set(made["definitions"]) >= {"incident_handling_time", "security_incidents"}
    assert freeze(desk)["new"] is False
    desk.cases(first, incident(2, "2026-10-01", "2026-10-07", site="laxa"))
    for scope in ((), ("--site", "laxa")):
        for period in ("2026-10", "2026-01..2026-10"):
            figure = desk.figure("incident_handling_time", "--period", period, *scope)
            assert (figure["value"], figure["frozen"]["version"]) == (close(2), 1)
            assert figure["detail"]["n"] == 1
            live = figure["detail"]["live"]
            assert (live["value"], live["differs"]) == (close(4), True)
    assert freeze(desk, "--reason", "a late case")["version"] == 2
    assert desk.figure("incident_handling_time")["value"] == close(4)


def test_what_happens_to_other_months_leaves_a_frozen_one_as_it_is(desk: Desk) -> None:
    first = incident(1, "2026-10-01", "2026-10-03")
    desk.cases(first, incident(2, "2026-10-10"))
    freeze(desk)
    desk.cases(
        {**first, "closed": "2026-11-10", "status": "closed"},
        incident(2, "2026-10-10", "2026-11-03"),
        incident(3, "2026-11-01", "2026-11-02"),
    )
    assert freeze(desk)["new"] is False
    assert desk.figure("incident_handling_time")["detail"]["live"]["differs"] is False
