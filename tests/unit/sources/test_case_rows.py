"""Rows of a file as cases: our own words and the configuration's, and all that is wrong at once."""

from typing import Any

import pytest
from support.figures import ZONE, at

from collector.domain.cases import Assignment, CaseStatus, CaseType, Exclusion, ReadCase
from collector.domain.instants import HOUR
from collector.sources.file_options import OPTIONAL, REQUIRED, FileOptions
from collector.sources.rows import ReadRows, read_rows

NOW = at("2026-11-20 12:00")


def read(*rows: dict[str, str], keys: tuple[str, ...] = ("laxa",), **options: Any) -> ReadRows:
    blank = dict.fromkeys((*REQUIRED, *OPTIONAL), "")
    usual = {"id": "1", "type": "incident", "created": "2026-10-01T08:00"}
    lines = [(n, {**blank, **usual, **row}) for n, row in enumerate(rows, start=2)]
    said = FileOptions.model_validate(options)
    return read_rows(lines, said, source="desk", sites=keys, zone=ZONE, now=NOW)


def case(row: dict[str, str], **options: Any) -> ReadCase:
    found = read(row, **options)
    assert found.problems == ()
    return found.cases[0]


def problems(*rows: dict[str, str], **options: Any) -> list[tuple[int, str, str]]:
    found = read(*rows, **options)
    return [(it.line, it.column, it.text) for it in found.problems]


def test_a_time_without_an_offset_is_local() -> None:
    assert case({"created": "2026-10-01 08:00"}).created == at("2026-10-01 08:00")
    assert case({"created": "2026-10-01T08:00:00Z"}).created == at("2026-10-01 10:00")


def test_all_columns_are_read() -> None:
    found = case(
        {
            "first_response": "2026-10-01T09:00",
            "resolved": "2026-10-02T08:00",
            "closed": "2026-10-09T08:00",
            "status": "closed",
            "group": "Servicedesk",
            "groups": "Nät | Servicedesk|Nät",
            "waiting_seconds": "3600",
            "scheduled_seconds": "1800,5",
            "category": "Skrivare",
            "priority": "2",
            "channel": "telefon",
            "site": "Laxa",
            "satisfaction": "4",
            "satisfaction_at": "2026-10-10T08:00",
            "reopened": "1",
            "reassignments": "3",
            "caused_by_change": "C-7",
            "disruption_report": "D-1",
            "severity": "hög",
        }
    )
    assert found.status is CaseStatus.CLOSED
    assert found.resolving_group == "Servicedesk"
    assert found.assignments == (Assignment("Nät"), Assignment("Servicedesk"))
    assert (found.waiting, found.scheduled) == (HOUR, HOUR // 2 + 500_000)
    assert (found.category, found.priority, found.channel) == ("Skrivare", "2", "telefon")
    assert (found.site, found.satisfaction, found.severity) == ("laxa", 4, "hög")
    assert (found.reopened, found.reassignments) == (1, 3)
    assert (found.change, found.report) == ("C-7", "D-1")
    assert found.satisfaction_at == at("2026-10-10 08:00")
    assert found.changed == NOW
    assert not found.unmapped


def test_words_of_ours_are_known_in_any_case_and_others_by_the_configuration() -> None:
    assert case({"type": "Incident"}).type is CaseType.INCIDENT
    mapped = {
        "types": {"Tjänsteförfrågan": "request"},
        "statuses": {"Väntar på kund": "waiting_customer"},
        "excluded": {"Skräppost": "spam", "Nej": "none"},
        "sites": {"Laxå kommun": "laxa"},
    }
    row = {"type": "tjänsteförfrågan", "status": "Väntar på kund", "site": "Laxå kommun"}
    found = case({**row, "excluded": "skräppost"}, **mapped)
    assert (found.type, found.status) == (CaseType.REQUEST, CaseStatus.WAITING_CUSTOMER)
    assert (found.site, found.excluded) == ("laxa", Exclusion.SPAM)
    assert case({"excluded": "Nej"}, **mapped).excluded is None


def test_a_word_that_is_not_mapped_is_kept_as_that_and_becomes_no_default() -> None:
    found = case({"type": "Ärende", "status": "Parkerad", "excluded": "x", "site": "Kumla"})
    assert (found.type, found.status, found.excluded, found.site) == (None, None, None, "")
    assert found.unmapped == {
        "type": "Ärende",
        "status": "Parkerad",
        "excluded": "x",
        "site": "Kumla",
    }


def test_where_there_are_no_sites_a_case_has_none() -> None:
    found = case({"site": "Kumla"}, keys=())
    assert (found.site, found.unmapped) == ("", {})


@pytest.mark.parametrize(
    ("scale", "given", "kept"), [((1, 5), "3", 3), ((1, 10), "10", 5), ((0, 100), "50", 3)]
)
def test_satisfaction_is_rescaled_to_1_to_5(
    scale: tuple[int, int], given: str, kept: float
) -> None:
    assert case({"satisfaction": given}, satisfaction_scale=scale).satisfaction == kept


def test_all_that_cannot_be_read_is_told_with_line_and_column() -> None:
    found = problems(
        {"id": "1", "created": "igår", "resolved": "2026-13-01"},
        {"id": "2", "satisfaction": "7"},
        {"id": "3", "waiting_seconds": "-1", "reopened": "ja"},
        {"id": "4", "closed": "2027-01-01"},
        {"id": "5"},
        {"id": "5"},
        {"id": "6", "category": "x" * 201},
    )
    assert [(line, column) for line, column, _ in found] == [
        (2, "created"),
        (2, "resolved"),
        (3, "satisfaction"),
        (4, "waiting_seconds"),
        (4, "reopened"),
        (5, "closed"),
        (7, "id"),
        (8, "category"),
    ]
    texts = [text for _, _, text in found]
    assert texts[0] == "'igår' is no ISO 8601 time, as 2026-10-01T08:00"
    assert texts[5] == "'2027-01-01' lies in the future"
    assert texts[6] == "'5' is given twice, first on line 6; keep one"
    assert "xxx" not in texts[7]


def test_an_hour_that_occurs_twice_is_the_earlier_with_a_warning() -> None:
    found = read({"created": "2026-10-25T02:30"})
    assert found.cases[0].created == at("2026-10-25 02:30")
    assert [(it.line, it.column) for it in found.warnings] == [(2, "created")]


def test_a_priority_may_make_a_case_a_major_one() -> None:
    assert case({"priority": "Kritisk"}, majors=["kritisk"]).major
    assert case({"priority": "1"}, majors=[1]).major
    assert not case({"priority": "2"}, majors=[1]).major


def test_columns_that_are_not_ours_are_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="unknown column 'creatd'; did you mean 'created'"):
        FileOptions.model_validate({"columns": {"id": "Nr", "type": "Typ", "creatd": "Skapad"}})
