"""The indicators of cases as they are kept ready, judged and exported."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.case_facts import DESK, NOW, case
from support.figures import ZONE, at

from collector.domain.cases import CaseType
from collector.domain.desks import NO_DESK, Desk, Feed
from collector.domain.instants import DAY, SECOND
from collector.domain.measurements import Measurement, Outlook, Verdict
from collector.domain.registers import Attestation, DisruptionReport
from collector.domain.sources import Covered
from collector.kpi.periods import parse_period, windows
from collector.services.measure import measure
from collector.services.overview import overview
from collector.settings.register import load_register
from collector.store import SqlStore, open_store
from exporters.exposition.figures import FigureText

SITES = {"laxa": "Laxå", "hallsberg": "Hallsberg"}
REGISTER = load_register()
BY_ID = {each.id: each for each in REGISTER}
OF_CASES = (
    "incident_handling_time",
    "request_handling_time",
    "servicedesk_resolution_share",
    "user_satisfaction",
    "changes_causing_disruption",
    "security_incidents",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    made = open_store(f"sqlite:///{tmp_path / 'cases.db'}", create=True)
    made.upsert_cases(
        [
            case(1, "2026-02-01", "2026-02-05", site="laxa"),
            case(2, "2026-10-20", "2026-10-26", site="hallsberg", satisfaction=5),
            case(3, "2026-11-02", "2026-11-04", site="laxa", type=CaseType.REQUEST),
            case(4, "2026-11-02"),
        ]
    )
    made.cover(Covered("desk", None, NOW))
    yield made
    made.close()


def figures(store: SqlStore, desk: Desk = DESK) -> Any:
    return overview(
        store,
        REGISTER,
        zone=ZONE,
        sites=SITES,
        population={},
        desk=desk,
        now=NOW,
        known_until={},
        settled_since=NOW,
        settled_until=NOW,
    )


def measured(store: SqlStore, id_: str, text: str, site: str = "all", **more: Any) -> Measurement:
    return measure(
        store,
        BY_ID[id_],
        parse_period(text, zone=ZONE, now=NOW),
        zone=ZONE,
        site=site,
        sites=SITES,
        population={},
        now=NOW,
        known_until={},
        **{"desk": DESK, **more},
    )


def test_each_window_and_site_is_as_it_is_measured_alone(store: SqlStore) -> None:
    kept = {(w, m.indicator, m.site): m for w, m in figures(store).measurements}
    for id_ in OF_CASES:
        for window, period in windows(NOW, ZONE).items():
            for site in ("all", *SITES):
                alone = measured(store, id_, period.text, site)
                assert kept[window, id_, site] == replace(alone, detail={})


def test_handling_times_are_exported_in_seconds_with_target_and_forecast(store: SqlStore) -> None:
    text = FigureText().text(figures(store)).decode()
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    labels = 'indicator="incident_handling_time"'
    day = DAY / SECOND
    five = 5 * day + 3600 / 2  # the clocks went back while one was open
    assert float(lines[f'driftkoll_indicator_seconds{{{labels},site="all",window="year"}}']) == five
    laxa = f'driftkoll_indicator_seconds{{{labels},site="laxa",window="year"}}'
    assert float(lines[laxa]) == 4 * day
    assert f'driftkoll_indicator_seconds{{{labels},site="laxa",window="month"}}' not in lines
    assert float(lines[f"driftkoll_indicator_target_seconds{{{labels}}}"]) == 7 * day
    assert float(lines[f"driftkoll_indicator_forecast_seconds{{{labels}}}"]) == five
    assert lines[f'driftkoll_indicator_outlook{{{labels},outlook="on_track"}}'] == "1"


def test_without_a_source_there_is_nothing_not_even_coverage(store: SqlStore) -> None:
    for id_ in OF_CASES:
        found = measured(store, id_, "2026-11", desk=NO_DESK)
        assert (found.value, found.coverage) == (None, None)
        assert (found.verdict, found.outlook) == (Verdict.NOT_MEASURABLE, Outlook.UNKNOWN)


def test_the_outlook_is_that_of_the_year_so_far(store: SqlStore) -> None:
    assert measured(store, "incident_handling_time", "2026-11").outlook is Outlook.ON_TRACK
    store.upsert_cases([case(9, "2026-01-01", "2026-03-01")])
    assert measured(store, "incident_handling_time", "2026-11").outlook is Outlook.OFF_TRACK


def attest(store: SqlStore, id_: str) -> None:
    store.attest(Attestation(id_, at("2025-01-01"), NOW, "Anna", NOW))


def reported(store: SqlStore, *days: str) -> None:
    store.add_disruption_reports([DisruptionReport(f"R{day}", at(day), f"C{day}") for day in days])


def test_a_month_of_a_count_is_judged_on_the_year_to_its_end(store: SqlStore) -> None:
    attest(store, "changes_causing_disruption")
    reported(store, *(f"2026-0{month}-10" for month in range(1, 7)))
    may, june = (measured(store, "changes_causing_disruption", f"2026-0{m}") for m in (5, 6))
    assert (may.value, may.detail["year_to_date"]["value"], may.verdict) == (1, 5, Verdict.MET)
    assert (june.value, june.detail["year_to_date"]["value"]) == (1, 6)
    assert june.verdict is Verdict.MISSED


def test_a_count_goes_on_at_the_rate_of_the_last_90_days(store: SqlStore) -> None:
    attest(store, "changes_causing_disruption")
    reported(store, "2026-09-10", "2026-09-20", "2026-10-01", "2026-10-10")
    # 46 days are left: 4 + 4 * 46 / 90 is more than 5.
    found = measured(store, "changes_causing_disruption", "2026-11")
    assert (found.value, found.verdict) == (0, Verdict.MET)
    assert found.outlook is not Outlook.ON_TRACK
    kept = figures(store).measurements
    whole = {m.indicator: m for w, m in kept if w == "year" and m.site == "all"}
    assert whole["changes_causing_disruption"].outlook is found.outlook
    rest = (at("2027-01-01") - NOW) / (90 * DAY)
    forecast = figures(store).forecasts["changes_causing_disruption"]
    assert forecast == pytest.approx(4 + 4 * rest)


def test_a_register_alone_is_enough_for_a_count(store: SqlStore) -> None:
    attest(store, "changes_causing_disruption")
    found = measured(store, "changes_causing_disruption", "2026-11", desk=NO_DESK)
    assert (found.value, found.coverage, found.verdict) == (0, 1, Verdict.MET)
    assert measured(store, "security_incidents", "2026-11", desk=NO_DESK).coverage is None


def test_the_date_of_a_change_is_that_of_its_case(store: SqlStore) -> None:
    store.upsert_cases(
        [case("C1", "2026-08-01", "2026-09-30T12:00", type=CaseType.CHANGE, site="laxa")]
    )
    store.add_disruption_reports([DisruptionReport("R1", at("2026-10-02"), "C1")])
    desk = Desk((Feed("desk", frozenset({"changes_causing_disruption"})),))
    for month, value in (("2026-09", 1), ("2026-10", 0)):
        found = measured(store, "changes_causing_disruption", month, desk=desk)
        assert found.value == value
    assert measured(store, "changes_causing_disruption", "2026-09", "laxa", desk=desk).value == 1
