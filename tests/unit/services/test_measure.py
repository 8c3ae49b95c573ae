"""Measuring one indicator: what `indicator show --format json` prints."""

import json
from datetime import date

import pytest
from support.figures import (
    DOWN,
    MAINTENANCE,
    UNKNOWN,
    UP,
    ZONE,
    FakeFigureStore,
    at,
    availability_indicator,
    imported,
    polled,
    record,
)

from collector.domain.batches import CheckRecord, Resumption
from collector.domain.instants import SECOND
from collector.domain.measurements import Indicator, Op, Outlook, Unit, Verdict
from collector.domain.samples import Result, Sample
from collector.domain.targets import Attributes, Kind
from collector.kpi.periods import parse_period
from collector.services.measure import measure

SITES = {"laxa": "Laxå", "hallsberg": "Hallsberg"}
KINDS = (Kind.SERVER, Kind.ACCESS_POINT, Kind.INTEGRATION_PLATFORM)
HOUR_IN_SECONDS = 3600


def measured(histories, text="2026-10", now="2026-11-01", indicator=None, **more):
    store = histories if isinstance(histories, FakeFigureStore) else FakeFigureStore(histories)
    instant = at(now)
    asked = parse_period(text, zone=ZONE, now=instant)
    arguments = {"sites": SITES, "population": {}, "now": instant, "known_until": {}, **more}
    return measure(store, indicator or availability_indicator(), asked, zone=ZONE, **arguments)


def all_up(start="2026-10-01", end="2026-11-01"):
    return {
        record(id_, kind, first_seen=at(start)): [imported(UP, start, end)]
        for id_, kind in enumerate(KINDS)
    }


def test_the_detail_explains_the_first_worked_example():
    history = [
        imported(UP, "2026-10-01", "2026-10-07"),
        imported(DOWN, "2026-10-07", "2026-10-07T03:00"),
        imported(UP, "2026-10-07T03:00", "2026-10-20T10:00"),
        imported(UP, "2026-10-20T15:00", "2026-11-01"),
        imported(MAINTENANCE, "2026-10-07T02:00", "2026-10-07T04:00"),
    ]
    server = record(0, Kind.SERVER, first_seen=at("2026-10-01"))
    histories = {**{r: h for r, h in all_up().items() if r.id}, server: history}
    found = measured(histories, kind=Kind.SERVER)
    assert found.value == pytest.approx(736 / 738, abs=1e-12)
    assert found.coverage == pytest.approx(738 / 743, abs=1e-12)
    assert (found.final, found.verdict, found.unit) == (True, Verdict.MET, Unit.RATIO)
    seconds = {
        "up": 736 * HOUR_IN_SECONDS,
        "down": 2 * HOUR_IN_SECONDS,
        "unreachable": 0,
        "maintenance": 2 * HOUR_IN_SECONDS,
        "unknown": 5 * HOUR_IN_SECONDS,
    }
    part = {"value": found.value, "coverage": found.coverage, "seconds": seconds}
    allowed = 0.008 * 743 * HOUR_IN_SECONDS
    assert found.detail == {
        "seconds": seconds,
        "classes": {"server": part},
        "sites": {"laxa": {**part, "outages": 1}},
        "left_out": [],
        "outages": 1,
        "worst": [{"target": "t0", **part}],
        "budget": {
            "allowed_seconds": pytest.approx(allowed),
            "left_seconds": pytest.approx(allowed - 2 * HOUR_IN_SECONDS),
        },
        "budgets": {
            "classes": {"server": found.detail["budget"]},
            "sites": {"laxa": found.detail["budget"]},
        },
        "with_planned_work": pytest.approx(736 / 740, abs=1e-12),
        "before_corrections": pytest.approx(737 / 740, abs=1e-12),
    }
    assert json.loads(json.dumps(dict(found.detail)))["seconds"] == seconds


def test_seconds_are_whole_numbers_where_they_are_whole():
    history = [imported(UP, "2026-10-01", "2026-10-01T00:00:01.500000")]
    target = record(0, first_seen=at("2026-10-01"), retired_at=at("2026-10-01T00:00:02"))
    seconds = measured({target: history}, target="t0").detail["seconds"]
    assert json.dumps(seconds) == (
        '{"up": 1.5, "down": 0, "unreachable": 0, "maintenance": 0, "unknown": 0.5}'
    )


def test_the_indicator_is_judged_by_its_decided_target():
    found = measured(all_up())
    assert (found.value, found.coverage, found.verdict) == (1.0, 1.0, Verdict.MET)
    assert (found.target.op, found.target.value) == (Op.AT_LEAST, 0.992)
    assert set(found.detail["classes"]) == {"server", "access_point", "integration_platform"}
    assert found.detail["worst"] == []


def test_a_class_that_is_missing_is_named_and_nothing_is_met():
    two = {r: h for r, h in all_up().items() if r.id < 2}
    found = measured(two)
    assert (found.value, found.verdict) == (1.0, Verdict.NOT_MEASURABLE)
    assert found.detail["left_out"] == ["integration_platform"]


def test_a_year_without_a_decided_target_has_no_verdict():
    found = measured(all_up("2025-10-01", "2025-11-01"), "2025-10")
    assert (found.value, found.target, found.verdict, found.outlook) == (1.0, None, None, None)
    assert found.detail["budget"] is None


def test_a_class_outside_the_indicator_has_no_target():
    switch = record(9, Kind.SWITCH, first_seen=at("2026-10-01"))
    histories = {switch: [imported(UP, "2026-10-01", "2026-11-01")]}
    for scope in ({"kind": Kind.SWITCH}, {"target": "t9"}):
        found = measured(histories, **scope)
        assert (found.value, found.target, found.verdict) == (1.0, None, None)


def test_a_future_year_shows_its_target_and_no_value():
    found = measured(all_up(), "2027")
    assert (found.value, found.coverage, found.final) == (None, None, False)
    assert found.target.value == 0.992
    assert (found.verdict, found.outlook) == (Verdict.NOT_MEASURABLE, Outlook.UNKNOWN)


def test_a_running_year_carries_an_outlook_and_one_that_is_over_none():
    history = all_up("2026-01-01", "2026-11-01")
    assert measured(history, "2026").outlook is Outlook.ON_TRACK
    assert measured(history, "2026-10").outlook is Outlook.ON_TRACK
    assert measured(history, "2026-10", now="2027-01-01").outlook is None


def test_a_month_that_does_well_does_not_save_a_year_that_does_badly():
    histories = {
        target: [
            imported(UP, "2026-01-01", "2026-08-20"),
            imported(DOWN, "2026-08-20", "2026-08-30"),
            imported(UP, "2026-08-30", "2026-11-01"),
        ]
        for target in all_up("2026-01-01")
    }
    found = measured(histories, "2026-10")
    assert (found.verdict, found.outlook) == (Verdict.MET, Outlook.OFF_TRACK)


def test_a_year_that_cannot_be_covered_has_an_unknown_outlook():
    assert measured(all_up("2026-10-01"), "2026-10").outlook is Outlook.UNKNOWN


def test_an_indicator_that_nobody_measures_yet_shows_its_target():
    sick_leave = Indicator("sick_leave", {}, Unit.RATIO, Op.AT_MOST, 0.0267, {2026: 0.04})
    found = measured({}, indicator=sick_leave)
    assert (found.value, found.coverage, found.verdict) == (None, None, Verdict.NOT_MEASURABLE)
    assert (found.target.value, found.outlook, found.detail) == (0.04, Outlook.UNKNOWN, {})
    undecided = measured({}, "2025", indicator=sick_leave)
    assert (undecided.target, undecided.verdict, undecided.outlook) == (None, None, None)


def test_an_unknown_site_or_target_is_no_scope():
    for scope in ({"site": "kumla"}, {"target": "t77"}):
        with pytest.raises(KeyError):
            measured(all_up(), **scope)


def test_of_one_object_only_its_own_history_and_its_ancestors_is_read():
    switch = record(1, Kind.SWITCH, first_seen=at("2026-10-01"))
    child = record(2, parent=1, first_seen=at("2026-10-01"))
    other = record(3, first_seen=at("2026-10-01"))
    down = [imported(DOWN, "2026-10-01", "2026-11-01")]
    store = FakeFigureStore({switch: down, child: down, other: down})
    found = measured(store, target="t2", indicator=availability_indicator())
    assert found.detail["seconds"]["unreachable"] == 745 * HOUR_IN_SECONDS
    assert {asked for _, _, asked in store.asked} == {frozenset({1, 2})}


def test_a_site_reads_those_that_ever_were_there():
    moved = (
        Attributes(0, Kind.SERVER, "laxa"),
        Attributes(at("2026-10-11"), Kind.SERVER, "hallsberg"),
    )
    target = record(1, attributes=moved, first_seen=at("2026-10-01"))
    store = FakeFigureStore({target: [imported(UP, "2026-10-01", "2026-11-01")]})
    seconds = measured(store, site="laxa").detail["seconds"]
    assert seconds["up"] == 10 * 24 * HOUR_IN_SECONDS


def test_an_open_interval_is_known_as_far_as_the_last_samples_say():
    target = record(1, first_seen=at("2026-10-01"))
    last = at("2026-10-14T02:00:00")
    resumption = Resumption(
        last,
        {1: (UP, at("2026-10-01"))},
        [Sample(1, "icmp", last, Result.UP, None, None, None)],
        [CheckRecord(1, "icmp", 60 * SECOND, 0)],
        {},
        frozenset({1}),
        frozenset({1}),
    )
    store = FakeFigureStore({target: polled(("2026-10-01", UP))}, resumption)
    stopped = measured(store, now="2026-10-14T05:00:00", target="t1", known_until=None)
    assert stopped.detail["seconds"]["unknown"] == 3 * HOUR_IN_SECONDS - 150
    known = {1: at("2026-10-14T05:00:00")}
    running = measured(store, now="2026-10-14T05:00:00", target="t1", known_until=known)
    assert running.detail["seconds"]["unknown"] == 0


def test_an_outage_whose_beginning_lies_far_before_what_is_read_is_not_a_new_one():
    history = [
        imported(UP, "2026-08-01", "2026-08-10"),
        imported(DOWN, "2026-08-10", "2026-08-11"),
        imported(UNKNOWN, "2026-08-11", "2026-10-02"),
        imported(DOWN, "2026-10-02", "2026-10-03"),
        imported(UP, "2026-10-03", "2026-10-10"),
        imported(DOWN, "2026-10-10", "2026-10-11"),
        imported(UP, "2026-10-11", "2026-11-01"),
    ]
    target = record(1, first_seen=at("2026-08-01"))
    # Long after the year, so that nothing but October is read.
    found = measured({target: history}, now="2027-06-01", target="t1")
    assert found.detail["outages"] == 1


def test_a_stated_day_of_measuring_begins_at_local_midnight():
    indicator = availability_indicator(measured_from={Kind.SERVER: date(2026, 10, 11)})
    found = measured(all_up(), kind=Kind.SERVER, indicator=indicator)
    assert found.detail["seconds"]["unknown"] == 10 * 24 * HOUR_IN_SECONDS
