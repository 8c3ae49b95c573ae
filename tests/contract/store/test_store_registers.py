"""Registers beside the servicedesk, attestations, and figures that others supply."""

from dataclasses import replace

import pytest
from support.stored import NOON

from collector.domain.instants import DAY, HOUR
from collector.domain.registers import (
    Attestation,
    DisruptionReport,
    SecurityIncident,
    SuppliedFigure,
)
from collector.ports import Upserted
from collector.store import SqlStore

REPORT = DisruptionReport(
    "D-1", NOON, "C-7", NOON - DAY, "gw-1", "säkring", "laxa", "bo", NOON + HOUR
)
INCIDENT = SecurityIncident("S-1", NOON, "hög", "laxa", "eva", NOON + HOUR)
FIGURE = SuppliedFigure(
    "sick_leave", "2026-09", "all", 1 / 30, NOON, 412, "HR", "json_number", "bo", "preliminär"
)


def test_reports_are_kept_by_number(store: SqlStore) -> None:
    other = DisruptionReport("D-0", NOON + DAY)
    assert store.add_disruption_reports([REPORT, other]) == Upserted(2, 0)
    assert store.disruption_reports() == [other, REPORT]
    revision = store.revision()
    again = [replace(REPORT, author="eva", registered=NOON + DAY), other]
    assert store.add_disruption_reports(again) == Upserted(0, 0)
    assert store.disruption_reports() == [other, REPORT]
    assert store.revision() == revision
    moved = replace(REPORT, at=NOON + HOUR, author="eva")
    assert store.add_disruption_reports([moved]) == Upserted(0, 1)
    assert store.disruption_reports() == [other, moved]
    assert store.revision() > revision


def test_incidents_are_kept_by_number(store: SqlStore) -> None:
    other = SecurityIncident("S-0", NOON + DAY)
    assert store.add_security_incidents([INCIDENT, other]) == Upserted(2, 0)
    assert store.security_incidents() == [other, INCIDENT]
    again = replace(INCIDENT, author="bo", registered=NOON + DAY)
    assert store.add_security_incidents([again]) == Upserted(0, 0)
    graver = replace(INCIDENT, severity="kritisk")
    assert store.add_security_incidents([INCIDENT, graver]) == Upserted(0, 1)
    assert store.security_incidents() == [other, graver]


def test_a_register_is_taken_in_whole_or_not_at_all(store: SqlStore) -> None:
    wrong = replace(REPORT, number="D-2", at=None)  # type: ignore[arg-type]  # what is refused
    with pytest.raises(Exception, match=r"(?i)not.null"):
        store.add_disruption_reports([REPORT, wrong])
    assert store.disruption_reports() == []


def test_nothing_to_register_changes_nothing(store: SqlStore) -> None:
    revision = store.revision()
    assert store.add_disruption_reports([]) == store.add_security_incidents([]) == Upserted(0, 0)
    assert store.revision() == revision


def test_attestations_are_added_and_never_changed(store: SqlStore) -> None:
    later = Attestation("security_incidents", NOON, NOON + DAY, "eva", NOON + DAY, "inga larm")
    earlier = replace(later, start=NOON - DAY, end=NOON, at=NOON + 2 * DAY)
    other = replace(later, indicator="changes_causing_disruption")
    revision = store.revision()
    for attestation in (later, earlier, other):
        store.attest(attestation)
    assert store.attestations("security_incidents") == [earlier, later]
    assert store.attestations("changes_causing_disruption") == [other]
    assert store.attestations("availability") == []
    assert store.revision() > revision


def test_a_figure_that_says_the_same_is_not_kept_again(store: SqlStore) -> None:
    assert store.supply(FIGURE)
    revision = store.revision()
    assert not store.supply(replace(FIGURE, at=NOON + DAY, author="eva"))
    assert store.supplied("sick_leave") == [FIGURE]
    assert store.revision() == revision


@pytest.mark.parametrize(
    "said",
    [
        {"value": 0.05},
        {"n": None},
        {"source": "lön"},
        {"method": "för hand"},
        {"comment": "slutlig"},
        {"site": "laxa"},
        {"period": "2026-10"},
    ],
)
def test_a_figure_that_says_something_else_is_kept_too(
    store: SqlStore, said: dict[str, object]
) -> None:
    other = replace(FIGURE, at=NOON + DAY, **said)  # type: ignore[arg-type]  # as parametrized
    assert store.supply(FIGURE)
    assert store.supply(other)
    assert store.supplied("sick_leave") == [FIGURE, other]


def test_a_figure_may_go_back_to_what_it_was(store: SqlStore) -> None:
    figures = [
        replace(FIGURE, value=value, at=NOON + day * DAY)
        for day, value in enumerate([1.0, 2.0, 1.0])
    ]
    assert [store.supply(figure) for figure in figures] == [True, True, True]
    assert store.supplied("sick_leave") == figures


def test_supplied_figures_are_by_period_and_then_by_when_they_came(store: SqlStore) -> None:
    october = replace(FIGURE, period="2026-10")
    late = replace(FIGURE, at=NOON + DAY, value=0.5)
    for figure in (october, FIGURE, late, replace(FIGURE, indicator="employee_engagement")):
        store.supply(figure)
    assert store.supplied("sick_leave") == [FIGURE, late, october]
