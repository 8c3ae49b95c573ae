"""All figures that are kept ready, from one reading."""

import pytest
from support.figures import (
    DOWN,
    UP,
    ZONE,
    FakeFigureStore,
    at,
    availability_indicator,
    imported,
    record,
)

from collector.domain.measurements import Indicator, Op, Outlook, Seconds, Unit, Verdict
from collector.domain.targets import Kind
from collector.kpi.periods import windows
from collector.services.measure import measure
from collector.services.overview import overview

NOW = at("2026-11-10")
SITES = {"laxa": "Laxå", "hallsberg": "Hallsberg", "askersund": "Askersund"}
SICK_LEAVE = Indicator("sick_leave", {}, Unit.RATIO, Op.AT_MOST, 0.0267, {2026: 0.04})
REGISTER = (availability_indicator(), SICK_LEAVE)


def history(down_from, down_until):
    return [
        imported(UP, "2026-01-01", down_from),
        imported(DOWN, down_from, down_until),
        imported(UP, down_until, "2026-11-10"),
    ]


@pytest.fixture
def store():
    first = at("2026-01-01")
    return FakeFigureStore(
        {
            record(1, Kind.SERVER, "laxa", first_seen=first): history("2026-03-01", "2026-03-02"),
            record(2, Kind.SERVER, "hallsberg", first_seen=first): history(
                "2026-11-02", "2026-11-03"
            ),
            record(3, Kind.ACCESS_POINT, "laxa", first_seen=first): history(
                "2026-10-20", "2026-10-21"
            ),
            record(4, Kind.INTEGRATION_PLATFORM, "laxa", first_seen=first): history(
                "2026-06-01", "2026-06-02"
            ),
            record(5, Kind.SWITCH, "laxa", first_seen=first): history("2026-02-01", "2026-02-02"),
        }
    )


def figures(store, register=REGISTER, **more):
    arguments = {"settled_since": NOW, "settled_until": NOW, **more}
    return overview(
        store,
        register,
        zone=ZONE,
        sites=SITES,
        population={},
        now=NOW,
        known_until={},
        **arguments,
    )


def test_every_class_has_a_figure_at_every_site_where_it_is(store):
    found = {(it.kind, it.site) for it in figures(store).availability if it.window == "month"}
    assert found == {
        *((kind, "all") for kind in ("indicator", "server", "access_point", "switch")),
        ("integration_platform", "all"),
        *((kind, "laxa") for kind in ("indicator", "server", "access_point", "switch")),
        ("integration_platform", "laxa"),
        *((kind, "hallsberg") for kind in ("indicator", "server")),
        ("indicator", "askersund"),
    }


def test_the_figures_are_those_that_measure_gives(store):
    periods = windows(NOW, ZONE)
    found = figures(store)
    assert {it.window for it in found.availability} == set(periods)
    for each in found.availability:
        kind = None if each.kind == "indicator" else Kind(each.kind)
        measured = measure(
            store,
            availability_indicator(),
            periods[each.window],
            zone=ZONE,
            site=each.site,
            kind=kind,
            sites=SITES,
            population={},
            now=NOW,
            known_until={},
        )
        assert (each.value, each.coverage) == (measured.value, measured.coverage)
        assert each.seconds.up / 1e6 == measured.detail["seconds"]["up"]
        budget = measured.detail["budget"]
        left = None if budget is None else budget["left_seconds"]
        assert each.budget_left_seconds == pytest.approx(left)
        if kind is None:
            (kept,) = (
                it
                for window, it in found.measurements
                if window == each.window and it.site == each.site and it.indicator == "availability"
            )
            assert (kept.verdict, kept.outlook) == (measured.verdict, measured.outlook)


def test_a_class_outside_the_indicator_has_no_budget(store):
    switches = [it for it in figures(store).availability if it.kind == "switch"]
    assert switches
    assert {it.budget_left_seconds for it in switches} == {None}


def test_indicators_that_nobody_measures_are_there_with_their_targets(store):
    found = [it for _, it in figures(store).measurements if it.indicator == "sick_leave"]
    assert [(it.value, it.verdict, it.site) for it in found] == [
        (None, Verdict.NOT_MEASURABLE, "all")
    ] * 3


def test_the_year_has_a_forecast_and_an_outlook(store):
    found = figures(store)
    year = next(it for window, it in found.measurements if window == "year" and it.site == "all")
    assert year.outlook is Outlook.ON_TRACK
    assert (
        year.value < found.forecasts["availability"] < 1 or found.forecasts["availability"] > 0.99
    )
    assert set(found.forecasts) == {"availability"}


def test_a_register_without_availability_still_has_its_classes(store):
    found = figures(store, register=(SICK_LEAVE,))
    assert found.forecasts == {}
    assert {it.indicator for _, it in found.measurements} == {"sick_leave"}
    assert any(it.kind == "server" and it.value for it in found.availability)


def test_settled_seconds_are_those_of_the_stretch(store):
    stretch = {"settled_since": at("2026-11-02T12:00"), "settled_until": at("2026-11-03T12:00")}
    settled = figures(store, **stretch).settled
    half_a_day = 12 * 3600 * 1_000_000
    assert settled["server", "hallsberg"] == Seconds(up=half_a_day, down=half_a_day)
    assert settled["server", "laxa"] == Seconds(up=2 * half_a_day)
    assert figures(store).settled == {}


def test_the_store_is_read_once(store):
    figures(store)
    assert len(store.asked) == 1
