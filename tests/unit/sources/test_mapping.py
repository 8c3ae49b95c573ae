"""A record becomes a case in our words; what is not mapped stays unmapped, never a default."""

from typing import Any

import pytest
from support.desk import HISTORY, declared

from collector.domain.cases import (
    Assignment,
    CaseStatus,
    CaseType,
    Exclusion,
    ReadCase,
    StatusChange,
)
from collector.domain.instants import HOUR, SECOND, Instant
from collector.sources.mapping import Mapper, Unreadable

CREATED: Instant = 1_767_225_600 * SECOND
RECORD: dict[str, Any] = {
    "id": 7,
    "created": "2026-01-01T00:00:00Z",
    "updated": "2026-01-02T00:00:00Z",
    "type": "incident",
    "status": "open",
    "group": "Servicedesk",
}
FIELDS = {
    "id": "id",
    "created": "created",
    "type": "type",
    "status": "status",
    "group": "group",
}


def mapped(
    record: dict[str, Any],
    *,
    keys: tuple[str, ...] = (),
    lookups: dict[str, dict[str, str]] | None = None,
    events: list[Any] | None = None,
    **said: Any,
) -> ReadCase:
    fields = FIELDS | said.pop("fields", {})
    mapper = Mapper(declared(80, fields=fields, **said), "desk", keys)
    mapper.look_up(lookups or {})
    whole = RECORD | record
    return mapper.case(whole, mapper.id(whole), CREATED + HOUR, events)


def test_a_record_becomes_a_case() -> None:
    record = {
        "resolved": "2026-01-01T03:00:00Z",
        "answered_after": "0.5",
        "waiting": 90,
        "category": " Nät ",
        "rank": 1,
        "answer": "8",
        "reopen": "2",
        "change": {"number": "C-1"},
        "report": "R-1",
    }
    fields = {
        "resolved": "resolved",
        "first_response_after": "answered_after",
        "waiting": "waiting",
        "category": "category",
        "priority": "rank",
        "satisfaction": "answer",
        "reopened": "reopen",
        "caused_by_change": "change.number",
        "disruption_report": "report",
    }
    case = mapped(
        record,
        fields=fields,
        duration_unit="min",
        priorities={1: "Akut"},
        majors=["akut"],
        satisfaction_scale=[0, 10],
    )
    assert case == ReadCase(
        source="desk",
        id="7",
        created=CREATED,
        changed=CREATED + HOUR,
        type=CaseType.INCIDENT,
        status=CaseStatus.OPEN,
        first_response=CREATED + 30 * SECOND,
        resolved=CREATED + 3 * HOUR,
        group="Servicedesk",
        waiting=90 * 60 * SECOND,
        category="Nät",
        priority="Akut",
        satisfaction=4.2,
        reopened=2,
        change="C-1",
        report="R-1",
        major=True,
    )


@pytest.mark.parametrize(
    ("word", "said", "expected"),
    [
        ("Incident", {}, CaseType.INCIDENT),
        ("Felanmälan", {"types": {"felanmälan": "incident"}}, CaseType.INCIDENT),
        (2, {"types": {2: "request"}}, CaseType.REQUEST),
        (True, {"types": {True: "change"}}, CaseType.CHANGE),
        ("request", {"types": {"request": "incident"}}, CaseType.INCIDENT),
    ],
)
def test_a_type_is_what_its_word_is_mapped_to(
    word: object, said: dict[str, Any], expected: CaseType
) -> None:
    case = mapped({"type": word}, **said)
    assert case.type is expected
    assert case.unmapped == {}


def test_a_word_that_is_not_mapped_is_kept_as_unmapped() -> None:
    case = mapped({"type": "Projekt", "status": "På paus"})
    assert (case.type, case.status) == (None, None)
    assert case.unmapped == {"type": "Projekt", "status": "På paus"}


@pytest.mark.parametrize("nothing", [None, "", "  ", [], {}, False])
def test_no_word_at_all_is_unknown_and_not_unmapped(nothing: object) -> None:
    case = mapped({"type": nothing, "group": nothing})
    assert (case.type, case.group, case.unmapped) == (None, "", {})


def test_a_null_value_of_the_source_is_nothing() -> None:
    null = "1970-01-01T00:00:00Z"
    case = mapped(
        {"resolved": null, "status": "-"},
        fields={"resolved": "resolved"},
        null_values=["", "-", null],
    )
    assert (case.resolved, case.status, case.unmapped) == (None, None, {})


@pytest.mark.parametrize(
    ("value", "expected"),
    [("spam", Exclusion.SPAM), (["vip", "Spam"], Exclusion.SPAM), ("vip", None), ("genuine", None)],
)
def test_only_words_that_are_listed_leave_a_case_out(
    value: object, expected: Exclusion | None
) -> None:
    case = mapped(
        {"labels": value},
        fields={"excluded": "labels"},
        excluded={"spam": "spam", "genuine": "none"},
    )
    assert case.excluded is expected
    assert case.unmapped == {}


@pytest.mark.parametrize(
    ("keys", "said", "site", "unmapped"),
    [
        ((), {}, "", {}),
        (("laxa",), {}, "laxa", {}),
        (("askersund",), {}, "", {"site": "Laxa"}),
        (("laxa",), {"sites": {"Laxa": "annan"}}, "annan", {}),
    ],
)
def test_a_site_is_one_of_the_configurations_or_unmapped(
    keys: tuple[str, ...], said: dict[str, Any], site: str, unmapped: dict[str, str]
) -> None:
    case = mapped({"site": "Laxa"}, keys=keys, fields={"site": "site"}, **said)
    assert (case.site, case.unmapped) == (site, unmapped)


@pytest.mark.parametrize(
    ("answer", "said", "expected"),
    [
        (4, {}, 4.0),
        ("3,5", {}, 3.5),
        (1, {"satisfaction_scale": [1, 4]}, 1.0),
        (4, {"satisfaction_scale": [1, 4]}, 5.0),
        (1, {"no_answer": ["1"]}, None),
    ],
)
def test_an_answer_is_rescaled_to_1_to_5(
    answer: object, said: dict[str, Any], expected: float | None
) -> None:
    case = mapped({"answer": answer}, fields={"satisfaction": "answer"}, **said)
    assert case.satisfaction == expected


@pytest.mark.parametrize("answer", ["6", "0", "bra"])
def test_an_answer_outside_its_scale_is_unmapped(answer: str) -> None:
    case = mapped({"answer": answer}, fields={"satisfaction": "answer"})
    assert (case.satisfaction, case.unmapped) == (None, {"satisfaction": answer})


def test_ids_are_looked_up_before_they_are_mapped() -> None:
    case = mapped(
        {"group": 12, "type": 3},
        lookups={"group": {"12": "sd"}, "type": {"3": "Fel"}},
        group_names={"sd": "Servicedesk"},
        types={"fel": "incident"},
    )
    assert (case.group, case.type) == ("Servicedesk", CaseType.INCIDENT)


@pytest.mark.parametrize("groups", [["A", "B", "A", None], "A|B||A", " A | B "])
def test_groups_without_times_are_each_kept_once(groups: object) -> None:
    case = mapped({"had": groups}, fields={"groups": "had"})
    assert case.assignments == (Assignment("A"), Assignment("B"))


def event(hours: int, what: str, before: str, after: str) -> dict[str, object]:
    at = f"2026-01-01T{hours:02}:00:00Z"
    return {"case": 7, "at": at, "what": what, "from": before, "to": after}


def test_the_first_event_of_a_history_tells_what_held_before_it() -> None:
    events = [
        event(5, "status", "pending", "closed"),
        event(2, "status", "open", "pending"),
        event(3, "group", "Servicedesk", "Drift"),
        event(4, "owner", "anna", "bo"),
    ]
    case = mapped({}, history=HISTORY, events=events)
    assert case.statuses == (
        StatusChange(CREATED, CaseStatus.OPEN),
        StatusChange(CREATED + 2 * HOUR, CaseStatus.WAITING_CUSTOMER),
        StatusChange(CREATED + 5 * HOUR, CaseStatus.CLOSED),
    )
    assert case.assignments == (
        Assignment("Servicedesk", CREATED),
        Assignment("Drift", CREATED + 3 * HOUR),
    )


def test_without_an_event_what_holds_now_has_held_all_the_time() -> None:
    case = mapped({}, history=HISTORY, events=[])
    assert case.statuses == (StatusChange(CREATED, CaseStatus.OPEN),)
    assert case.assignments == (Assignment("Servicedesk", CREATED),)


def test_no_history_is_not_an_empty_one() -> None:
    case = mapped({}, history=HISTORY, events=None)
    assert (case.statuses, case.assignments) == (None, None)


def test_a_status_of_the_history_that_is_not_mapped_is_told() -> None:
    case = mapped({}, history=HISTORY, events=[event(2, "status", "open", "Inväntar bud")])
    assert case.statuses is not None
    assert case.statuses[-1].status is None
    assert case.unmapped == {"statuses": "Inväntar bud"}


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"id": None}, "a record has no id"),
        ({"created": None}, "case 7: created is empty"),
        ({"created": "i går"}, "case 7: created is no time as `times` says they are written"),
        ({"group": {"name": "x"}}, "group is an object, not text; mend its expression in fields"),
        ({"status": ["x"]}, "status is a list, not text; mend its expression in fields"),
        ({"wait": -5}, "case 7: waiting is no number from 0"),
        ({"wait": "länge"}, "case 7: waiting is no number from 0"),
        (
            {"group": "Min skrivare svarar inte.\nHälsningar"},
            "group is no name or class: it has more than 200 characters or lines",
        ),
        (
            {"group": "x" * 201},
            "group is no name or class: it has more than 200 characters or lines",
        ),
    ],
)
def test_a_record_that_is_no_case_says_why(record: dict[str, Any], message: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        mapped(record, fields={"waiting": "wait"})
    assert str(unreadable.value) == message
