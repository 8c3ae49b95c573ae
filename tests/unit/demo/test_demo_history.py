"""The made-up past is believable, the same for the same seed, and nowhere at odds with itself."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from collector.demo.history import BAD_MONTH, History, history, month_before
from collector.demo.organisation import NEVER_ANSWERS, SENTINELS, organisation
from collector.demo.seeding import seed
from collector.domain.instants import DAY, HOUR, MINUTE, Instant, instant
from collector.domain.measurements import Measurement
from collector.domain.states import Origin, State
from collector.kpi.periods import parse_period
from collector.kpi.spans import clip, subtract, total
from collector.ports import Store
from collector.services.measure import measure
from collector.settings.register import load_register
from collector.store import open_store

ZONE = ZoneInfo("Europe/Stockholm")
NOW = instant(datetime(2026, 11, 23, 16, 40, 12, 345678, tzinfo=UTC))
MONTHS = 14


@pytest.fixture(scope="module")
def past() -> History:
    """Fourteen months until NOW."""
    return history(organisation(), MONTHS, NOW, ZONE)


@pytest.fixture(scope="module")
def store(past: History, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that the past was written into."""
    file = tmp_path_factory.mktemp("demo") / "demo.db"
    made = open_store(f"sqlite:///{file}", create=True)
    seed(made, past, "demo", "patches")
    yield made
    made.close()


def _availability(store: Store, period: str) -> Measurement:
    (indicator,) = (each for each in load_register(None) if each.id == "availability")
    return measure(
        store,
        indicator,
        parse_period(period, zone=ZONE, now=NOW),
        zone=ZONE,
        site="all",
        sites={"hallsberg": "", "laxa": "", "lekeberg": "", "askersund": ""},
        population={},
        now=NOW,
        known_until=None,
    )


def test_the_same_seed_gives_the_same_past_and_another_another(past: History) -> None:
    assert history(organisation(), MONTHS, NOW, ZONE) == past
    assert history(organisation(), MONTHS, NOW, ZONE, seed=1).pasts != past.pasts


@pytest.mark.parametrize(
    ("now", "months", "start"),
    [
        (datetime(2026, 11, 23, 16, tzinfo=UTC), 14, datetime(2025, 9, 1, tzinfo=ZONE)),
        (datetime(2026, 1, 1, 12, tzinfo=UTC), 1, datetime(2025, 12, 1, tzinfo=ZONE)),
        (datetime(2026, 12, 31, 22, tzinfo=UTC), 12, datetime(2025, 12, 1, tzinfo=ZONE)),
        # in Stockholm it is the first of the month already
        (datetime(2026, 3, 31, 22, 30, tzinfo=UTC), 1, datetime(2026, 3, 1, tzinfo=ZONE)),
    ],
)
def test_it_begins_with_the_month_so_many_before_the_running_one(
    now: datetime, months: int, start: datetime
) -> None:
    made = history(organisation(), months, instant(now), ZONE)
    assert (made.start, made.end) == (instant(start), instant(now))


def test_outages_lie_apart_within_what_was_polled_and_are_over_at_the_end(past: History) -> None:
    for each in past.pasts:
        edges = [past.start, each.since, *(at for span in each.down for at in span), past.end]
        assert all(before < after for before, after in pairwise(edges[1:])), each.device.name
        assert each.since >= past.start


def test_what_is_reached_through_something_silent_is_silent_with_it(past: History) -> None:
    by_name = {each.device.name: each for each in past.pasts}
    struck = 0
    for each in past.pasts:
        above = by_name.get(each.device.parent or "")
        if above is None or not each.answered:
            continue
        for start, end in clip(above.down, each.since + HOUR, past.end - HOUR):
            silent = total(clip(each.down, start, end))
            assert silent >= (end - start) - MINUTE, (each.device.name, start)
            struck += 1
    assert struck > 50


def test_nothing_ever_happened_to_the_sentinels(past: History) -> None:
    for each in past.pasts:
        if each.device.name in SENTINELS:
            planned = each.windows
            assert subtract(each.down, planned) == []


def test_the_store_holds_every_instant_in_exactly_one_state(past: History, store: Store) -> None:
    found = store.intervals(past.start, past.end)
    for record in store.targets():
        if record.name == NEVER_ANSWERS:
            assert record.id not in found
            assert record.answered_at is None
            continue
        measured = [it for it in found[record.id] if it.origin is Origin.POLLED]
        assert measured[0].start == record.first_seen
        assert all(before.end == after.start for before, after in pairwise(measured)), record.name
        assert all(before.state is not after.state for before, after in pairwise(measured))
        assert (measured[-1].end, measured[-1].state) == (None, State.UP)
    assert store.check() == []


def test_the_collector_stood_still_now_and_then(past: History, store: Store) -> None:
    pauses = subtract([(past.start, past.end)], past.runs)
    assert len(pauses) >= 3
    middle: Instant = sum(pauses[0]) // 2
    states = {
        next(it.state for it in its if it.start <= middle < (it.end or NOW))
        for its in store.intervals(middle, middle + 1).values()
    }
    assert states == {State.UNKNOWN}


def test_planned_work_was_imported_for_what_is_patched(store: Store) -> None:
    found = store.intervals(NOW - 400 * DAY, NOW)
    planned = [it for its in found.values() for it in its if it.state is State.MAINTENANCE]
    assert len(planned) > 100
    assert {it.origin for it in planned} == {Origin.IMPORTED}


def test_the_figures_are_those_of_a_department_that_does_well_but_for_one_month(
    store: Store,
) -> None:
    bad = month_before(NOW, ZONE, BAD_MONTH)
    for back in range(MONTHS, 0, -1):
        month = month_before(NOW, ZONE, back)
        value = _availability(store, month).value
        assert value is not None
        assert (value < 0.992) is (month == bad), (month, value)
    year = _availability(store, "2026")
    assert year.value is not None
    assert year.coverage is not None
    assert 0.993 < year.value < 0.9995
    assert 0.99 < year.coverage < 1
    for kind, figure in year.detail["classes"].items():
        assert 0.993 < figure["value"] < 0.9998, kind
