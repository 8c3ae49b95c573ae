"""The made-up servicedesk: its cases are believable, and what happens there happens once."""

from datetime import UTC
from itertools import pairwise

import pytest

from collector.demo import desk_words as words
from collector.demo.desk import CASE_COLUMNS, TRANSACTION_COLUMNS, Desk, transaction
from collector.demo.desk_query import QueryError, as_condition
from collector.demo.desk_stories import stories
from collector.demo.desk_story import Sessions, Story, What
from collector.demo.lines import as_line, begin, begun, told
from collector.demo.organisation import ZONE
from collector.domain.instants import DAY, HOUR, MINUTE, SECOND

NOW = 1_795_000_000 * SECOND
SINCE = NOW - 120 * DAY
SESSIONS = Sessions(SINCE, (NOW,))
URL = "http://desk.example/REST/2.0"


@pytest.fixture(scope="module")
def made() -> list[Story]:
    return stories(SESSIONS, ZONE)


def test_the_same_seed_makes_the_same_cases(made: list[Story]) -> None:
    assert stories(SESSIONS, ZONE) == made
    assert stories(SESSIONS, ZONE, seed=1) != made


def test_each_case_has_a_number_of_its_own_and_its_moves_in_order(made: list[Story]) -> None:
    assert len({story.id for story in made}) == len(made)
    for story in made:
        times = [story.created, *(move.at for move in story.moves)]
        assert all(one <= next_ for one, next_ in pairwise(times)), story


def test_a_later_demo_finds_the_cases_of_the_former_as_they_were(made: list[Story]) -> None:
    later = stories(Sessions(SINCE, (NOW, NOW + 3 * HOUR)), ZONE)
    by_number = {story.id: story for story in later}
    before = [story for story in made if story.created < NOW + 3 * HOUR]
    assert [by_number[story.id] for story in before] == before
    assert len(later) > len(made)


def test_there_is_something_of_everything(made: list[Story]) -> None:
    fields = [story.fields for story in made]
    for name in words.FIELDS:
        if name not in (words.RATING, words.RATED):
            assert any(name in each for each in fields), name
    moves = [move for story in made for move in story.moves]
    assert {move.what for move in moves} == set(What)
    assert {move.to for move in moves if move.what is What.STATUS} == {
        *(words.OPEN, words.STALLED, words.SCHEDULED, words.SUPPLIER),
        *(words.RESOLVED, words.REJECTED),
    }
    assert {move.to for move in moves if move.what is What.QUEUE} == set(words.QUEUES)
    assert any(_reopened(story) for story in made)


def _reopened(story: Story) -> bool:
    statuses = [move.to for move in story.moves if move.what is What.STATUS]
    return (words.RESOLVED, words.OPEN) in pairwise(statuses)


def test_no_case_tells_who_somebody_is(made: list[Story]) -> None:
    assert {name for story in made for name in story.fields} <= set(words.FIELDS)


def test_cases_come_in_and_are_resolved_while_one_looks_on(made: list[Story]) -> None:
    desk = Desk(made)
    desk.advance(NOW)
    happened = desk.advance(NOW + 5 * MINUTE)
    assert sum(each.move is None for each in happened) >= 5
    assert any(each.move and each.move.to == words.RESOLVED for each in happened)
    assert desk.advance(NOW + 5 * MINUTE) == []
    for each in happened:
        assert told(as_line(each)) == each


def test_a_case_shows_what_has_happened_to_it_and_nothing_of_what_will(made: list[Story]) -> None:
    story = next(it for it in made if words.CHANNEL in it.fields and len(it.moves) >= 3)
    desk = Desk(made)
    desk.advance(story.created + 1)
    assert desk.case(story.id, URL)["Status"] == words.NEW
    desk.advance(NOW)
    log = [transaction(row, URL) for row in desk.transactions([story.id])]
    assert [each["Type"] for each in log[:2]] == ["Create", "Status"]
    assert (log[1]["OldValue"], log[1]["NewValue"]) == (words.NEW, words.OPEN)


def test_a_case_that_became_part_of_another_is_gone(made: list[Story]) -> None:
    merged = next(it for it in made if it.moves[0].what is What.GONE and it.moves[0].at < NOW)
    desk = Desk(made)
    desk.advance(merged.moves[0].at)
    assert merged.id in {row["id"] for row in desk.cases()}
    desk.advance(merged.moves[0].at + 1)
    assert merged.id not in {row["id"] for row in desk.cases()}


ROW = {
    "id": 7,
    "Status": "open",
    "Queue": "Nät och telefoni",
    "Type": "ticket",
    "Created": 0,
    "Resolved": 0,
    "LastUpdated": 60 * SECOND,
}


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("id = 7", True),
        ("id = 6 OR id = 7", True),
        ("id = 6 OR Status = 'open'", True),
        ("id > 7", False),
        ("LastUpdated >= '1970-01-01 00:01:00'", True),
        ("LastUpdated > '1970-01-01 00:01:00'", False),
        ("LastUpdated >= '1970-01-01 00:01:00' AND Status != 'open'", False),
        ("(Status = 'new' OR Status = 'open') AND Queue = 'Nät och telefoni'", True),
        ("Status = 'new' or Status = 'open' and id = 8", False),
    ],
)
def test_a_query_is_read_as_request_tracker_reads_it(query: str, holds: bool) -> None:
    assert as_condition(query, CASE_COLUMNS, UTC)(ROW) is holds


@pytest.mark.parametrize(
    "query",
    ["", "id", "id =", "id = x", "Owner = 1", "id IN (1, 2)", "(id = 1", "id = 1 id = 2", "§"],
)
def test_a_query_that_is_not_understood_is_refused(query: str) -> None:
    with pytest.raises(QueryError):
        as_condition(query, TRANSACTION_COLUMNS, UTC)


def test_times_in_a_query_are_in_the_zone_of_who_asks() -> None:
    query = "LastUpdated >= '1970-01-01 01:01:00'"
    assert as_condition(query, CASE_COLUMNS, ZONE)(ROW)
    assert not as_condition(query, CASE_COLUMNS, UTC)(ROW)


def test_the_simulator_is_told_when_demos_began_and_sees_when_the_demo_is_gone() -> None:
    assert begun(begin(SESSIONS)) == SESSIONS
    assert begun("") is None
