"""KPI.md "Groups", "Budget" and "Forecast": classes, sites and the combined figure."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.figures import DOWN, MAINTENANCE, UNKNOWN, UP, ZONE, at, imported, polled, record

from collector.domain.instants import DAY, HOUR
from collector.domain.measurements import Seconds
from collector.domain.periods import Period
from collector.domain.states import Interval
from collector.domain.targets import Attributes, Kind
from collector.indicators.availability import (
    Definition,
    Facts,
    Scope,
    budget,
    compute,
    figure,
    prospect,
    with_outage,
    worst,
)
from collector.kpi.groups import Combine
from collector.kpi.periods import parse_period, trailing
from collector.kpi.service_hours import Calendar, Opening, ServiceHours
from collector.kpi.timelines import Timelines

LATER = at("2028-01-01")
SERVER, POINT, PLATFORM = Kind.SERVER, Kind.ACCESS_POINT, Kind.INTEGRATION_PLATFORM
EXACT = 1e-12


def period(text, now=LATER):
    return parse_period(text, zone=ZONE, now=now)


def books(histories, text="2026-10", now=LATER, **facts):
    """The accounts of {record: intervals}; a target is first seen where its intervals begin."""
    records, intervals = [], {}
    for target, history in histories.items():
        first = min((it.start for it in history), default=None)
        seen = target.first_seen if target.first_seen is not None else first
        records.append(replace(target, first_seen=seen))
        intervals[target.id] = sorted(history)
    until = {target.id: now for target in records}
    asked = text if isinstance(text, Period) else period(text, now)
    return compute(Facts(Timelines(records, intervals, until), **facts), asked)


def with_availability(value, start="2026-10-01", end="2026-11-01"):
    """A history of the whole of a period, up for a share of it."""
    middle = round(at(start) + (at(end) - at(start)) * value)
    return [Interval(at(start), middle, UP), Interval(middle, at(end), DOWN)]


def up(start="2026-10-01", end="2026-11-01"):
    return [imported(UP, start, end)]


def the_figure(found, scope=None, **definition):
    return figure(found, Definition(**definition), scope or Scope())


THREE = {
    record(1, SERVER): with_availability(0.9990),
    record(2, POINT): with_availability(0.9960),
    record(3, PLATFORM): with_availability(0.9800),
}


def test_the_second_worked_example_is_the_plain_mean_of_three_classes():
    found = the_figure(books(THREE))
    assert found.value == pytest.approx(0.991666666666666, abs=1e-12)
    assert found.measurable
    assert found.left_out == ()


def test_a_class_is_the_sum_of_its_objects_time():
    histories = {
        record(1): up(),
        record(2): with_availability(0.5, "2026-10-01", "2026-10-11"),
    }
    seconds = the_figure(books(histories), Scope(kind=SERVER)).seconds
    assert (seconds.up, seconds.down) == ((745 + 120) * HOUR, 120 * HOUR)


@pytest.mark.parametrize(
    ("rule", "value"),
    [(Combine.MEAN, (1 + 1 + 0.9) / 3), (Combine.OBJECT_TIME, 3.9 / 4), (Combine.WORST_CLASS, 0.9)],
)
def test_the_rules_that_combine_classes(rule, value):
    histories = {
        record(1, SERVER): up(),
        record(2, SERVER): up(),
        record(3, POINT): up(),
        record(4, PLATFORM): with_availability(0.9),
    }
    assert the_figure(books(histories), combine=rule).value == pytest.approx(value, abs=EXACT)


def test_switches_are_measured_and_outside_the_indicator():
    histories = {**THREE, record(4, Kind.SWITCH): with_availability(0.1)}
    found = books(histories)
    assert the_figure(found).value == the_figure(books(THREE)).value
    assert the_figure(found).classes.keys() == {SERVER, POINT, PLATFORM}
    assert the_figure(found, Scope(kind=Kind.SWITCH)).value == pytest.approx(0.1, abs=EXACT)


def test_a_class_without_targets_makes_the_indicator_not_measurable():
    found = the_figure(books({record(1, SERVER): up(), record(2, POINT): up()}))
    assert (found.value, found.measurable, found.left_out) == (1.0, False, (PLATFORM,))


def test_a_class_without_a_value_makes_the_indicator_not_measurable():
    never_answered = [imported(UNKNOWN, "2026-10-01", "2026-11-01")]
    found = the_figure(books({**THREE, record(3, PLATFORM): never_answered}))
    assert found.value == pytest.approx((0.999 + 0.996) / 2, abs=EXACT)
    assert (found.measurable, found.left_out, found.coverage) == (False, (PLATFORM,), 0.0)


def test_a_site_lacks_no_class_that_it_does_not_have():
    histories = {
        record(1, SERVER, "laxa"): up(),
        record(2, POINT, "laxa"): up(),
        record(3, PLATFORM, "hallsberg"): up(),
    }
    found = the_figure(books(histories), Scope("laxa"))
    assert (found.value, found.measurable, found.left_out) == (1.0, True, (PLATFORM,))
    nobody = the_figure(books(histories), Scope("askersund"))
    assert (nobody.value, nobody.measurable) == (None, False)


def test_the_coverage_of_the_indicator_is_the_lowest_of_its_classes():
    half = [*up("2026-10-01", "2026-10-16"), imported(UNKNOWN, "2026-10-16", "2026-11-01")]
    found = the_figure(books({**THREE, record(2, POINT): half}))
    assert found.coverage == pytest.approx(360 / 745, abs=EXACT)
    assert not found.measurable


def test_the_fifth_worked_example_of_an_object_in_service_later():
    late = record(1, in_service_from=at("2026-10-20"))
    found = the_figure(books({late: up()}), Scope(kind=SERVER))
    assert found.seconds == Seconds(up=12 * 24 * HOUR + HOUR)
    assert found.coverage == 1.0


def test_the_sixth_worked_example_of_measuring_begun_in_november():
    found = the_figure(
        books({record(1): up("2026-11-01", "2027-01-01")}, "2026"), Scope(kind=SERVER)
    )
    assert found.value == 1.0
    assert found.coverage == pytest.approx(61 / 365, abs=EXACT)
    assert not found.measurable
    history = [*up("2026-01-01", "2026-11-01"), *up("2026-11-01", "2027-01-01")]
    whole = the_figure(books({record(1): history}, "2026"), Scope(kind=SERVER))
    assert (whole.value, whole.coverage, whole.measurable) == (1.0, 1.0, True)


def test_before_its_class_was_measured_an_object_is_unknown_but_not_before_it_was_in_service():
    histories = {
        record(1): up("2026-10-11", "2026-11-01"),
        record(2, in_service_from=at("2026-10-06")): up("2026-10-11", "2026-11-01"),
        record(3, in_service_from=at("2026-10-21")): up("2026-10-21", "2026-11-01"),
        record(4): up("2026-10-16", "2026-11-01"),
    }
    seconds = the_figure(books(histories), Scope(kind=SERVER)).seconds
    assert seconds.unknown == (10 + 5 + 0 + 10) * DAY
    assert seconds.measured == (21 + 21 + 11 + 16) * DAY + 4 * HOUR


def test_an_object_by_itself_is_judged_on_its_own_lifetime():
    found = books({record(1): up("2026-10-11", "2026-11-01")})
    assert the_figure(found, Scope(target=1)).coverage == 1.0
    assert the_figure(found, Scope(kind=SERVER)).coverage < 0.7


def test_what_was_measured_before_a_stated_day_counts_as_unknown():
    since = {SERVER: at("2026-10-11")}
    found = books({record(1): with_availability(0.1)}, since=since)
    seconds = the_figure(found, Scope(kind=SERVER)).seconds
    assert (seconds.up, seconds.unknown) == (0, 10 * DAY)
    assert the_figure(found, Scope(target=1)).seconds.unknown == 0


def test_objects_missing_from_the_list_are_unknown():
    histories = {record(1): up(), record(2): up()}
    found = the_figure(books(histories, population={SERVER: 4}), Scope(kind=SERVER))
    assert found.seconds.unknown == 2 * 745 * HOUR
    assert found.coverage == pytest.approx(0.5, abs=EXACT)
    full = the_figure(books(histories, population={SERVER: 2}), Scope(kind=SERVER))
    assert full.coverage == 1.0


def test_an_object_that_replaced_another_does_not_fill_a_second_place():
    gone = record(1, retired_at=at("2026-10-16"))
    histories = {gone: up("2026-10-01", "2026-10-16"), record(2): up("2026-10-16", "2026-11-01")}
    found = the_figure(books(histories, population={SERVER: 2}), Scope(kind=SERVER))
    assert found.seconds.unknown == 745 * HOUR


def test_missing_objects_are_at_no_site():
    found = books({record(1): up()}, population={SERVER: 2})
    assert the_figure(found, Scope("laxa", SERVER)).coverage == 1.0


def test_a_class_of_which_nothing_is_on_the_list_is_measured_not_at_all():
    found = the_figure(books(THREE, population={Kind.UPS: 3}), Scope(kind=Kind.UPS))
    assert (found.value, found.coverage) == (None, 0.0)


def test_the_stated_day_of_service_comes_before_the_first_poll():
    target = record(1, in_service_from=at("2026-10-11"), first_seen=at("2026-10-01"))
    assert the_figure(books({target: up()}), Scope(target=1)).seconds.service == 21 * DAY + HOUR
    early = record(1, in_service_from=at("2026-10-01"), first_seen=at("2026-10-11"))
    found = the_figure(books({early: up("2026-10-11", "2026-11-01")}), Scope(target=1))
    assert found.seconds.unknown == 10 * DAY


def test_a_retired_object_counts_no_longer_and_a_dropped_one_until_it_was_dropped():
    for end in ({"retired_at": at("2026-10-11")}, {"dropped_at": at("2026-10-11")}):
        found = the_figure(books({record(1, **end): up()}), Scope(target=1))
        assert found.seconds == Seconds(up=10 * DAY)
    both = record(1, retired_at=at("2026-10-21"), dropped_at=at("2026-10-11"))
    assert the_figure(books({both: up()}), Scope(target=1)).seconds.service == 20 * DAY


def test_a_second_belongs_to_the_class_and_site_that_held_then():
    moved = (Attributes(0, SERVER, "laxa"), Attributes(at("2026-10-11"), POINT, "hallsberg"))
    found = books({record(1, attributes=moved): up()})
    assert the_figure(found, Scope("laxa", SERVER)).seconds.up == 10 * DAY
    assert the_figure(found, Scope("hallsberg", POINT)).seconds.up == 21 * DAY + HOUR
    assert the_figure(found, Scope(target=1)).seconds.up == 745 * HOUR


def test_an_outage_that_began_before_the_period_is_not_counted_in_it():
    history = polled(
        ("2026-09-01", UP),
        ("2026-09-30T22:00", DOWN),
        ("2026-09-30T23:00", UNKNOWN),
        ("2026-10-01T01:00", DOWN),
        ("2026-10-01T02:00", UP),
        ("2026-10-15T02:00", DOWN),
        ("2026-10-15T03:00", UP),
        end="2026-11-01",
    )
    for extra in ([], [imported(MAINTENANCE, "2026-10-20", "2026-10-21")]):
        assert the_figure(books({record(1): [*history, *extra]}), Scope(target=1)).begun == 1


def test_maintenance_gives_three_figures():
    history = [
        *with_availability(0.5, "2026-10-01", "2026-10-11"),
        imported(MAINTENANCE, "2026-10-09", "2026-10-11"),
    ]
    target = record(1, in_service_from=at("2026-10-01"), retired_at=at("2026-10-11"))
    found = the_figure(books({target: history}), Scope(kind=SERVER))
    assert found.value == pytest.approx(5 / 8, abs=EXACT)
    assert found.with_planned_work == pytest.approx(5 / 10, abs=EXACT)
    assert found.before_corrections == pytest.approx(5 / 10, abs=EXACT)
    assert found.coverage == 1.0


def test_unreachable_can_be_left_out():
    switch = record(1, Kind.SWITCH)
    behind = record(2, parent=1)
    down = [
        *up("2026-10-01", "2026-10-11"),
        imported(DOWN, "2026-10-11", "2026-10-12"),
        *up("2026-10-12", "2026-11-01"),
    ]
    found = books({switch: down, behind: down})
    included = the_figure(found, Scope(kind=SERVER))
    excluded = the_figure(found, Scope(kind=SERVER), unreachable_included=False)
    assert included.value == pytest.approx(721 / 745, abs=EXACT)
    assert (excluded.value, excluded.seconds.unreachable) == (1.0, 24 * HOUR)


def left(found, scope=None, **definition):
    return budget(found, Definition(**definition), scope or Scope(), 0.992)


def test_the_budget_of_the_indicator_is_in_one_objects_time():
    thirty_days = trailing("30d", 30 * DAY, zone=ZONE, now=at("2026-10-31"))
    found = left(books({it: up("2026-09-01") for it in THREE}, thirty_days))
    assert found.allowed / HOUR == pytest.approx(5.76, abs=1e-9)
    assert found.left == pytest.approx(found.allowed, abs=1e-3)
    histories = {it: up("2026-01-01", "2027-01-01") for it in THREE}
    assert left(books(histories, "2026")).allowed / HOUR == pytest.approx(70.08, abs=1e-9)


def test_what_is_used_of_the_budget_is_combined_as_the_value_is():
    found = books(THREE)
    used = (0.001 + 0.004 + 0.020) / 3
    assert left(found).left == pytest.approx((0.008 - used) * 745 * HOUR, abs=1)
    worst_class = left(found, combine=Combine.WORST_CLASS)
    assert worst_class.left == pytest.approx((0.008 - 0.020) * 745 * HOUR, abs=1)


def test_the_budget_of_a_class_is_in_object_seconds_of_the_whole_period():
    now = at("2026-10-11")
    history = [
        *up("2026-10-01", "2026-10-02"),
        imported(DOWN, "2026-10-02", "2026-10-03"),
        *up("2026-10-03", "2026-10-11"),
        imported(MAINTENANCE, "2026-10-04", "2026-10-05"),
        imported(MAINTENANCE, "2026-10-30", "2026-10-31"),
    ]
    found = left(books({record(1): history, record(2): up()}, now=now), Scope(kind=SERVER))
    assert found.allowed == pytest.approx(0.008 * (2 * 745 - 48) * HOUR, abs=1)
    assert found.left == pytest.approx(found.allowed - 24 * HOUR, abs=1)


def test_the_rest_of_the_year_goes_on_as_the_last_ninety_days():
    now = at("2026-07-01")
    history = [
        Interval(at("2026-01-01"), at("2026-06-22"), UP),
        Interval(at("2026-06-22"), now, DOWN),
    ]
    histories = dict.fromkeys(THREE, history)
    recent = books(histories, trailing("90d", 90 * DAY, zone=ZONE, now=now), now)
    found = prospect(books(histories, "2026", now), recent, Definition(), Scope())
    year, rest = 8760 * HOUR, at("2027-01-01") - now
    up_so_far = at("2026-06-22") - at("2026-01-01")
    assert found.value == pytest.approx((up_so_far + rest * 81 / 90) / year, abs=EXACT)
    assert found.best == pytest.approx((up_so_far + rest) / year, abs=EXACT)
    assert found.measurable


def test_a_year_that_cannot_be_covered_any_more_has_no_forecast_to_judge():
    now = at("2026-12-01")
    histories = {it: up("2026-11-01", "2026-12-01") for it in THREE}
    recent = books(histories, trailing("90d", 90 * DAY, zone=ZONE, now=now), now)
    assert not prospect(books(histories, "2026", now), recent, Definition(), Scope()).measurable


def test_without_anything_measured_lately_there_is_no_forecast():
    now = at("2026-12-01")
    histories = {it: up("2026-01-01", "2026-03-01") for it in THREE}
    recent = books(histories, trailing("90d", 90 * DAY, zone=ZONE, now=now), now)
    assert prospect(books(histories, "2026", now), recent, Definition(), Scope()).value is None


def test_the_worst_objects_come_first_and_those_always_up_not_at_all():
    histories = {
        record(1): up(),
        record(2): with_availability(0.9),
        record(3): with_availability(0.5),
        record(4, Kind.SWITCH): with_availability(0.1),
    }
    found = worst(books(histories), Definition(), Scope())
    assert [id_ for id_, _ in found] == [3, 2]


def test_nothing_of_a_period_to_come_has_a_value():
    found = the_figure(books(THREE, "2027", now=at("2026-11-01")))
    assert (found.value, found.measurable, found.seconds) == (None, False, Seconds())


HOURS = 745
spells = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 100), st.sampled_from([UP, DOWN, UNKNOWN])),
    max_size=8,
)
objects = st.tuples(
    st.sampled_from([SERVER, POINT, PLATFORM]),
    st.sampled_from(["laxa", "hallsberg", "askersund"]),
    spells,
    st.booleans(),
    st.one_of(st.none(), st.integers(0, HOURS)),
)


def a_history(steps, maintained):
    found, now = [], at("2026-10-01")
    for gap, length, state in steps:
        now += gap * HOUR
        found.append(Interval(now, now + length * HOUR, state))
        now += length * HOUR
    if maintained:
        found.append(imported(MAINTENANCE, "2026-10-03", "2026-10-05"))
    return found


def landscape(drawn):
    histories = {}
    for id_, (kind, site, steps, maintained, retired) in enumerate(drawn):
        end = None if retired is None else at("2026-10-01") + retired * HOUR
        parent = id_ // 2 if id_ else None
        histories[record(id_, kind, site, parent=parent, retired_at=end)] = a_history(
            steps, maintained
        )
    return histories


@settings(max_examples=60)
@given(st.lists(objects, min_size=1, max_size=6))
def test_sums_over_sites_are_the_whole(drawn):
    found = books(landscape(drawn))
    for kind in (SERVER, POINT, PLATFORM):
        sites = [
            the_figure(found, Scope(site, kind)).seconds
            for site in ("laxa", "hallsberg", "askersund")
        ]
        whole = the_figure(found, Scope(kind=kind))
        assert sum(sites, Seconds()) == whole.seconds
        assert whole.value is None or 0 <= whole.value <= 1
        assert whole.coverage is None or 0 <= whole.coverage <= 1


@settings(max_examples=60)
@given(st.lists(objects, min_size=1, max_size=6), st.integers(1, HOURS - 1))
def test_splitting_a_period_changes_no_sum_of_a_class(drawn, hours):
    histories = landscape(drawn)
    start, end = at("2026-10-01"), at("2026-11-01")
    middle = start + hours * HOUR

    def account(first, last):
        found = books(histories, Period("part", first, last, last, 2026))
        return {kind: the_figure(found, Scope(kind=kind)) for kind in (SERVER, POINT, PLATFORM)}

    early, late, whole = account(start, middle), account(middle, end), account(start, end)
    for kind, figures in whole.items():
        assert early[kind].seconds + late[kind].seconds == figures.seconds
        assert early[kind].begun + late[kind].begun == figures.begun


def test_service_hours_clip_everything():
    every_day = Calendar((Opening(frozenset(range(7)), 0, 9 * 60),))
    hours = ServiceHours(ZONE, kinds={SERVER: every_day})
    found = books({record(1): up("2026-10-01", "2026-10-11")}, service=hours)
    assert the_figure(found, Scope(target=1)).seconds == Seconds(up=90 * HOUR, unknown=190 * HOUR)
    # On 25 October there are ten hours until nine o'clock.
    assert (found.hours[SERVER], found.hours[POINT]) == (280 * HOUR, 745 * HOUR)


def test_a_further_outage_comes_out_of_the_time_that_is_left_and_of_the_budget():
    history = up("2026-10-01", "2026-10-11")
    before = books({record(1): history, record(2): history}, "2026-10", at("2026-10-11"))
    after, objects = with_outage(before, Scope(target=1), 6 * HOUR)
    assert objects == 1
    of_class, of_object = Scope(kind=SERVER), Scope(target=1)
    assert the_figure(after, of_class).seconds == Seconds(up=480 * HOUR, down=6 * HOUR)
    assert the_figure(after, of_object).seconds == Seconds(up=240 * HOUR, down=6 * HOUR)
    spent = [budget(it, Definition(), of_class, 0.992) for it in (before, after)]
    assert [it.allowed for it in spent] == [pytest.approx(0.008 * 1490 * HOUR)] * 2
    assert spent[0].left - spent[1].left == pytest.approx(6 * HOUR)
    assert the_figure(after, of_class).begun == 1


def test_a_further_outage_in_a_period_that_is_over_takes_what_was_up():
    before = books(THREE)
    after, objects = with_outage(before, Scope(), 10**6 * HOUR)
    assert objects == 3
    assert the_figure(after).value == 0
    assert the_figure(after).seconds.service == the_figure(before).seconds.service


@given(st.integers(0, 140), st.integers(1, 140))
def test_a_further_outage_in_two_parts_is_as_one(first, second):
    before = books(THREE, "2026-10", at("2026-10-20"))
    one, _ = with_outage(before, Scope(kind=POINT), (first + second) * HOUR)
    part, _ = with_outage(before, Scope(kind=POINT), first * HOUR)
    two, _ = with_outage(part, Scope(kind=POINT), second * HOUR)
    assert the_figure(two).seconds == the_figure(one).seconds
    assert the_figure(one).seconds != the_figure(before).seconds
