"""Frozen months: versions that are added and never changed, and their figures in all scopes."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from support.figures import ZONE, at, availability_indicator
from support.stored import NOON, case, frozen_figure, registered, target, version

from collector.domain.cases import SERVICEDESK, Assignment, CaseStatus, Membership, Pause
from collector.domain.desks import Desk, Feed
from collector.domain.instants import DAY
from collector.domain.measurements import FrozenFigure, FrozenVersion, Measurement
from collector.domain.periods import Period
from collector.domain.sources import Covered
from collector.domain.states import Interval, Origin, State
from collector.domain.targets import Kind
from collector.kpi.fingerprint import canonical, fingerprint
from collector.kpi.periods import parse_period
from collector.kpi.service_hours import AROUND_THE_CLOCK
from collector.ports import ImportedRow
from collector.services.freeze import freeze, frozen_period, frozen_periods
from collector.services.freeze_cases import freeze_cases
from collector.services.history import read_timelines
from collector.services.measure import measure
from collector.services.refused import Refused
from collector.services.show import show
from collector.settings.register import load_register
from collector.store import SqlStore, open_store

ASKED = ("availability", "2026-09", "all", None, None)


def figure_of(store: SqlStore, frozen: FrozenVersion, figure: FrozenFigure) -> FrozenFigure | None:
    """What a version holds where this figure is."""
    return store.frozen_figure(
        frozen, figure.indicator, figure.period, figure.site, figure.kind, figure.target
    )


def test_a_version_is_read_as_it_was_frozen(store: SqlStore) -> None:
    before = store.revision()
    store.freeze(version(), [])
    assert store.frozen_versions(0, 2**62) == [version()]
    assert store.revision() > before


def test_each_scope_has_its_own_figure(store: SqlStore) -> None:
    (srv,) = registered(store, "srv-1")
    figures = [
        frozen_figure(),
        frozen_figure(period="2026-01..2026-09", value=0.1),
        frozen_figure(site="laxa", value=0.2),
        frozen_figure(kind=Kind.SERVER, value=0.3),
        frozen_figure(site="laxa", kind=Kind.SERVER, value=0.4),
        frozen_figure(target=srv, value=0.5, coverage=None, decided=None, verdict=None),
    ]
    store.freeze(version(), figures)
    assert [figure_of(store, version(), each) for each in figures] == figures


def test_the_parts_of_a_figure_keep_their_order(store: SqlStore) -> None:
    detail = {"classes": {"server": 1, "access_point": 2}, "båda": [0.1, None, "ö"]}
    store.freeze(version(), [frozen_figure(detail=detail)])
    found = figure_of(store, version(), frozen_figure())
    assert found is not None
    assert list(found.detail.items()) == list(detail.items())
    assert list(found.detail["classes"]) == ["server", "access_point"]


def test_a_scope_without_a_value_has_no_figure(store: SqlStore) -> None:
    store.freeze(version(), [frozen_figure()])
    assert store.frozen_figure(version(), "availability", "2026-09", "laxa", None, None) is None
    assert store.frozen_figure(version(), "sick_leave", "2026-09", "all", None, None) is None
    assert store.frozen_figure(version(2), *ASKED) is None


def test_a_further_version_leaves_the_first_as_it_was(store: SqlStore) -> None:
    again = version(2, reason="rättat", fingerprint="beef")
    store.freeze(version(), [frozen_figure()])
    store.freeze(again, [frozen_figure(value=0.9)])
    assert store.frozen_versions(0, 2**62) == [version(), again]
    first, second = (store.frozen_figure(each, *ASKED) for each in (version(), again))
    assert first == frozen_figure()
    assert second == frozen_figure(value=0.9)


@pytest.mark.parametrize("number", [1, 3])
def test_only_the_next_version_is_taken(store: SqlStore, number: int) -> None:
    store.freeze(version(), [frozen_figure()])
    with pytest.raises(ValueError, match="2026-09 was frozen by somebody else just now"):
        store.freeze(version(number), [frozen_figure(value=0.9)])
    assert store.frozen_versions(0, 2**62) == [version()]
    assert store.frozen_figure(version(), *ASKED) == frozen_figure()


def test_nothing_is_kept_of_a_version_that_fails_half_way(store: SqlStore) -> None:
    twice = [frozen_figure(), frozen_figure()]
    with pytest.raises(Exception, match=r"(?i)unique"):
        store.freeze(version(), twice)
    assert store.frozen_versions(0, 2**62) == []


def test_versions_are_found_by_what_touches_their_month(store: SqlStore) -> None:
    september = version()
    october = replace(
        september, period="2026-10", start=september.end, end=september.end + 31 * DAY
    )
    store.freeze(october, [])
    store.freeze(september, [])
    assert store.frozen_versions(0, 2**62) == [september, october]
    assert store.frozen_versions(NOON, NOON + 1) == [september]
    assert store.frozen_versions(september.end, september.end + 1) == [october]
    assert store.frozen_versions(0, september.start) == []


START, END, NOW = at("2026-09-01"), at("2026-10-01"), at("2026-10-05")
INDICATOR = availability_indicator(classes=(Kind.SERVER,))


def measured_september(store: SqlStore, *more: ImportedRow) -> int:
    """A server that was watched all month, with an outage; its id."""
    ids = store.register([target("sw", kind=Kind.SWITCH), target("srv", parent="sw")], START)
    srv = ids["srv"]
    rows = [
        ImportedRow(srv, Interval(START, START + 9 * DAY, State.UP, None, Origin.IMPORTED)),
        ImportedRow(
            srv, Interval(START + 9 * DAY, START + 10 * DAY, State.DOWN, None, Origin.IMPORTED)
        ),
        ImportedRow(srv, Interval(START + 10 * DAY, END, State.UP, None, Origin.IMPORTED)),
        ImportedRow(srv, Interval(START, START + DAY, State.MAINTENANCE, None, Origin.IMPORTED)),
    ]
    store.import_intervals([*rows, *more], "anna", "former.csv", NOW)
    return srv


def frozen_now(store: SqlStore, reason: str = "", period: str = "2026-09") -> FrozenVersion:
    return freeze(
        store,
        [INDICATOR],
        parse_period(period, zone=ZONE, now=NOW),
        zone=ZONE,
        population={},
        author="anna",
        reason=reason,
        now=NOW,
    ).version


def shown(store: SqlStore, text: str) -> Measurement:
    def live(period: Period, *, looking_ahead: bool = True) -> Measurement:
        return measure(
            store,
            INDICATOR,
            period,
            zone=ZONE,
            sites={},
            population={},
            now=NOW,
            known_until=None,
            looking_ahead=looking_ahead,
        )

    return show(store, live, parse_period(text, zone=ZONE, now=NOW), zone=ZONE, now=NOW)


def test_what_was_measured_has_one_fingerprint_in_every_database(store: SqlStore) -> None:
    srv = measured_september(store)
    timelines = read_timelines(store, START, END, now=NOW)
    assert fingerprint(timelines, START, END, {srv}) == (
        "bed29d96b06baf33dd52d1c6934e49a4ab5bcbecf5d52bd9b982eaf4e9f6d1de"
    )


def test_a_frozen_month_is_to_the_last_digit_what_it_was(store: SqlStore) -> None:
    measured_september(store)
    before = shown(store, "2026-09")
    frozen_now(store)
    after = shown(store, "2026-09")
    assert (after.value, after.coverage, after.verdict) == (
        before.value,
        before.coverage,
        before.verdict,
    )
    assert {**after.detail, **before.detail} == after.detail
    assert after.detail["live"]["differs"] is False
    assert shown(store, "2026").detail["frozen_differences"] == []


def test_it_is_known_which_times_are_frozen(store: SqlStore) -> None:
    measured_september(store)
    first = frozen_now(store)
    assert frozen_period(store, START) == frozen_period(store, END - 1) == first
    assert frozen_period(store, END) is frozen_period(store, START - 1) is None
    srv = store.targets()[-1].id
    late = Interval(START + 2 * DAY, START + 3 * DAY, State.MAINTENANCE, None, Origin.IMPORTED)
    store.import_intervals([ImportedRow(srv, late)], "anna", "late.csv", NOW)
    with pytest.raises(Refused, match="give --reason to make version 2"):
        frozen_now(store, " ")
    second = frozen_now(store, "glömt arbete")
    assert frozen_periods(store, START, END) == [second]
    assert (second.version, second.reason) == (2, "glömt arbete")


def test_figures_of_cases_rest_on_the_same_in_each_database(
    store: SqlStore, tmp_path: Path
) -> None:
    pauses = (Pause(START + DAY, START + 2 * DAY, CaseStatus.WAITING_CUSTOMER),)
    ended = {"created": START, "resolved": START + 5 * DAY, "site": "laxa"}
    answers = [1 + step * 4 / 6 for step in range(7)]
    kept = [
        *(case(f"{n}", **ended, satisfaction=it) for n, it in enumerate(answers)),
        case('"ö"', **ended, waiting=DAY, pauses=pauses, groups=(Assignment("Nät", START),)),
        case("report", **ended, report="D-1", change="C-7"),
    ]
    with closing(open_store(f"sqlite:///{tmp_path}/other.db", create=True)) as other:
        marks = set()
        for each, rows in ((store, kept), (other, kept[::-1])):
            each.upsert_cases(rows)
            each.cover(Covered("desk", None, NOW))
            found = freeze_cases(
                each,
                load_register(),
                [parse_period("2026-09", zone=ZONE, now=NOW)],
                zone=ZONE,
                service=AROUND_THE_CLOCK,
                desk=Desk((Feed("desk"),), (Membership(SERVICEDESK, "Servicedesk"),)),
            )
            assert {"user_satisfaction", "incident_handling_time"} <= {
                figure.indicator for figure in found.figures
            }
            marks.add(canonical(found.inputs))
    assert len(marks) == 1
