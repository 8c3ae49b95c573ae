"""Sync: what is stored while a pass is under way, when it is whole, and when it fails."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from collector.domain.cases import CaseStatus, CaseType, ReadCase
from collector.domain.instants import DAY, HOUR, MINUTE, SECOND, Instant
from collector.domain.sources import Covered, SourceFailure, SourceState
from collector.ports import CasePage, SourceFailed, StoreUnavailable
from collector.services.sync import Progress, Swept, Sync, Synced
from collector.store import SqlStore, open_store

NOON: Instant = 1_790_000_000 * SECOND
DOWN = SourceFailed(SourceFailure.TIMEOUT, "no whole answer within 30s")


def case(number: int, at: Instant = NOON - DAY) -> ReadCase:
    return ReadCase(
        source="desk",
        id=str(number),
        created=at,
        changed=at,
        type=CaseType.INCIDENT,
        status=CaseStatus.OPEN,
    )


def page(*cases: ReadCase, place: str | None = None, unreadable: Sequence[str] = ()) -> CasePage:
    seen = max((it.changed for it in cases), default=None)
    return CasePage(cases, place, seen, None, unreadable)


class Desk:
    """Gives the pages it was told, fails where one of them is an exception, and remembers from
    what state it was read."""

    name = "desk"
    overlap = 15 * MINUTE
    since: Instant | None = None

    def __init__(self) -> None:
        self.passes: list[list[CasePage | Exception]] = []
        self.listings: list[Collection[str] | Exception | None] = []
        self.states: list[SourceState] = []

    async def pages(self, state: SourceState, now: Instant) -> AsyncGenerator[CasePage, None]:
        self.states.append(state)
        for given in self.passes.pop(0):
            if isinstance(given, Exception):
                raise given
            yield given

    def ids(self, now: Instant) -> AsyncGenerator[Collection[str], None] | None:
        listed = self.listings.pop(0)
        return None if listed is None else self._ids(listed)

    async def _ids(
        self, listed: Collection[str] | Exception
    ) -> AsyncGenerator[Collection[str], None]:
        if isinstance(listed, Exception):
            raise listed
        yield listed

    async def close(self) -> None:
        pass


class Clock:
    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> Instant:
        return self.at

    def monotonic(self) -> Instant:
        return self.at


class Room:
    """A desk, a store and the one who syncs them."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.desk = Desk()
        self.clock = Clock()
        self.syncing = Sync(store, self.clock)

    def sync(
        self,
        *pages: CasePage | Exception,
        anew: bool = False,
        progress: Callable[[Progress], None] | None = None,
    ) -> Synced:
        self.desk.passes.append(list(pages))
        return asyncio.run(self.syncing.run(self.desk, anew=anew, progress=progress))

    def sweep(self, *listings: Collection[str] | Exception | None) -> Swept | None:
        self.desk.listings = list(listings)
        return asyncio.run(self.syncing.sweep(self.desk))

    @property
    def state(self) -> SourceState:
        return self.store.source_state("desk")

    @property
    def covered(self) -> Sequence[Covered]:
        return self.store.covered("desk")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with closing(open_store(f"sqlite:///{tmp_path}/driftkoll.db", create=True)) as store:
        yield Room(store)


def test_a_whole_pass_moves_the_watermark_and_covers_all_before_it_began(room: Room) -> None:
    done = room.sync(page(case(1), case(2)), page(case(3, NOON - HOUR)))
    assert done == Synced("desk", read=3, new=3)
    assert room.state.watermark == NOON - HOUR - 15 * MINUTE
    assert (room.state.place, room.state.pass_started) == (None, None)
    assert room.state.complete_at == NOON
    assert room.covered == [Covered("desk", None, NOON)]


def test_a_source_is_covered_from_when_it_is_read_from(room: Room) -> None:
    room.desk.since = NOON - 30 * DAY
    room.sync(page(case(1)))
    assert room.covered == [Covered("desk", NOON - 30 * DAY, NOON)]


def test_the_next_pass_begins_at_the_watermark_and_extends_what_is_covered(room: Room) -> None:
    room.sync(page(case(1)))
    room.clock.at += HOUR
    done = room.sync(page(case(1)))
    assert room.desk.states[-1].watermark == NOON - DAY - 15 * MINUTE
    assert (done.new, done.changed) == (0, 0)
    assert room.covered == [Covered("desk", None, NOON + HOUR)]


def test_a_pass_that_finds_nothing_leaves_the_watermark_where_it_is(room: Room) -> None:
    room.sync(page(case(1)))
    room.clock.at += HOUR
    room.sync()
    assert room.state.watermark == NOON - DAY - 15 * MINUTE
    assert room.state.complete_at == NOON + HOUR


def test_a_watermark_never_goes_back(room: Room) -> None:
    room.sync(page(case(1)))
    room.clock.at += HOUR
    room.sync(page(case(2, NOON - 2 * DAY)))
    assert room.state.watermark == NOON - DAY - 15 * MINUTE


def test_a_cursor_in_the_future_does_not_hide_what_comes_after_it(room: Room) -> None:
    room.sync(page(case(1, NOON + 365 * DAY)))
    assert room.state.watermark == NOON - 15 * MINUTE


def test_a_pass_that_fails_half_way_keeps_its_place_and_is_taken_up_again(room: Room) -> None:
    failed = room.sync(page(case(1), place="p1"), page(case(2), place="p2"), DOWN)
    assert (failed.failure, failed.new) == (SourceFailure.TIMEOUT, 2)
    assert (room.state.watermark, room.state.place) == (None, "p2")
    assert room.state.pass_started == NOON
    assert room.covered == []
    room.clock.at += HOUR
    room.sync(page(case(3), place="p3"))
    assert room.desk.states[-1].place == "p2"
    assert room.store.case_ids("desk") == {"1", "2", "3"}
    # Complete up to when it first began: what was changed since may lie before its place.
    assert room.covered == [Covered("desk", None, NOON)]
    assert (room.state.place, room.state.pass_started) == (None, None)


def test_a_pass_without_a_place_begins_again(room: Room) -> None:
    room.sync(page(case(1)), DOWN)
    room.clock.at += HOUR
    room.sync(page(case(1)))
    assert room.desk.states[-1].place is None
    assert room.covered == [Covered("desk", None, NOON + HOUR)]


def test_a_failed_pass_covers_nothing_more(room: Room) -> None:
    room.sync(page(case(1)))
    room.clock.at += 3 * HOUR
    room.sync(DOWN)
    assert room.covered == [Covered("desk", None, NOON)]
    assert room.state.watermark == NOON - DAY - 15 * MINUTE
    assert room.state.tried_at == NOON + 3 * HOUR
    assert room.state.complete_at == NOON


def test_anew_reads_from_the_beginning(room: Room) -> None:
    room.sync(page(case(1), place="p1"), DOWN)
    room.sync(page(case(1)), anew=True)
    assert (room.desk.states[-1].watermark, room.desk.states[-1].place) == (None, None)


def test_a_later_pass_does_not_cover_again_what_was_purged(room: Room) -> None:
    room.sync(page(case(1)))
    room.store.purge_cases(NOON - 10 * DAY, NOON)
    before = room.covered
    room.clock.at += HOUR
    room.sync(page(case(1)))
    assert [it.start for it in room.covered] == [it.start for it in before]


def test_a_failure_is_told_once_and_its_end_once(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    for _ in range(3):
        room.sync(DOWN)
        room.clock.at += 5 * MINUTE
    assert room.state.failing_since == NOON
    room.sync(page(case(1)))
    room.sync(page(case(1)))
    assert [record.getMessage() for record in caplog.records] == [
        "desk cannot be read: timeout: no whole answer within 30s",
        "desk can be read again after 15m",
    ]
    assert (room.state.failure, room.state.failing_since, room.state.message) == (None, None, "")


def test_a_bug_in_reading_is_a_failure_with_its_traceback_in_the_log_once(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        done = room.sync(page(case(1)), KeyError("x"))
    assert (done.failure, done.message) == (SourceFailure.BUG, "KeyError")
    assert len(caplog.records) == 1
    assert caplog.records[0].exc_info is not None


def test_a_database_that_cannot_be_written_is_no_fault_of_the_source(room: Room) -> None:
    class Full(SqlStore):
        def upsert_cases(self, *_: object) -> None:  # type: ignore[override]  # never returns
            raise StoreUnavailable("disk full")

    room.store.__class__ = Full
    with pytest.raises(StoreUnavailable):
        room.sync(page(case(1)))
    room.store.__class__ = SqlStore
    assert room.state.failure is None


def test_a_record_that_cannot_be_read_holds_back_the_watermark_and_not_the_others(
    room: Room,
) -> None:
    told = "case 9: created is empty"
    done = room.sync(page(case(1), unreadable=[told]), page(case(2), unreadable=[told]))
    assert room.store.case_ids("desk") == {"1", "2"}
    assert (done.failure, done.unreadable) == (SourceFailure.WRONG_SHAPE, (told,))
    assert done.message == f"1 records could not be read; the first: {told}"
    assert (room.state.watermark, room.covered) == (None, [])


def test_progress_is_told_page_by_page(room: Room) -> None:
    told: list[Progress] = []
    room.sync(page(case(1), case(2)), page(case(2), case(3)), progress=told.append)
    assert told == [Progress("desk", 2, 2, 0, None), Progress("desk", 4, 3, 0, None)]


def swept(room: Room, *listings: Collection[str] | Exception | None) -> Swept | None:
    room.sync(page(*(case(number) for number in range(1, 101))))
    room.clock.at += HOUR
    return room.sweep(*listings)


ALL = frozenset(str(number) for number in range(1, 101))


def test_what_two_readings_lack_is_gone(room: Room) -> None:
    found = swept(room, ALL - {"7", "8"}, ALL - {"8", "9"})
    assert found == Swept("desk", listed=98, gone=1)
    assert room.store.case_ids("desk") == ALL - {"8"}
    assert room.state.swept_at == NOON + HOUR


def test_a_case_that_is_back_is_kept_again(room: Room) -> None:
    swept(room, ALL - {"8"}, ALL - {"8"})
    room.sync(page(case(8, NOON)))
    assert "8" in room.store.case_ids("desk")


def test_what_the_source_has_and_is_not_kept_is_counted(room: Room) -> None:
    assert swept(room, ALL | {"200"}) == Swept("desk", listed=101, missing=1)


def test_a_list_that_lacks_most_of_the_cases_is_not_believed(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    found = swept(room, {"1", "2"}, {"1", "2"})
    assert found is not None
    assert (found.gone, found.failure) == (0, SourceFailure.FORBIDDEN)
    assert room.store.case_ids("desk") == ALL
    assert "the source tells of no more than 2 of 100 cases" in caplog.text


def test_a_sweep_that_fails_marks_nothing(room: Room) -> None:
    found = swept(room, ALL - {"8"}, DOWN)
    assert found is not None
    assert found.failure is SourceFailure.TIMEOUT
    assert room.store.case_ids("desk") == ALL


def test_a_source_that_was_never_read_whole_is_not_swept(room: Room) -> None:
    room.sync(page(case(1)), DOWN)
    assert room.sweep(ALL) is None


def test_a_source_that_cannot_list_its_ids_is_not_swept(room: Room) -> None:
    assert swept(room, None) is None


def test_cases_from_before_a_source_is_read_from_are_not_taken_for_gone(room: Room) -> None:
    room.sync(page(case(1)))
    room.desk.since = NOON - HOUR
    assert room.sweep(frozenset()) is None
    assert room.store.case_ids("desk") == {"1"}
