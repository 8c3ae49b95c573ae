"""Changes that caused a disruption (KPI.md "Changes that caused a disruption")."""

from collections.abc import Iterator
from typing import NamedTuple

from collector.domain.instants import Instant
from collector.domain.registers import Register
from collector.indicators._cases import (
    IDENTITY,
    Asked,
    CaseFigure,
    Definition,
    Facts,
    Need,
    Pick,
    names,
)
from collector.indicators._counts import Entry, counted

__all__ = ["ID", "NEEDS", "REGISTER", "Definition", "compute"]

ID = "changes_causing_disruption"
REGISTER = Register.DISRUPTION_REPORTS
NEEDS = (Need(Pick.REPORTED, (*IDENTITY, "report", "change")),)


class _Report(NamedTuple):
    """A disruption report, of the register or from a case."""

    number: str
    at: Instant
    change: str
    change_at: Instant | None
    site: str
    case: str = ""


def compute(facts: Facts, asked: Asked, definition: Definition) -> CaseFigure:
    """Distinct changes with a disruption report, by the change's own date.

    That is the date that a report states, else when the change was resolved or made where it is a
    case, else that of its first report.
    """
    changes: dict[str, list[_Report]] = {}
    for report in {report.number: report for report in _reports(facts)}.values():
        changes.setdefault(report.change, []).append(report)
    without = changes.pop("", [])
    entries = [_entry(facts, change, reports) for change, reports in changes.items()]
    detail = {
        "changes": sorted(it.name for it in entries if asked.holds(it.at, it.site)),
        "without_change": sum(asked.holds(report.at, report.site) for report in without),
    }
    return counted(facts, ID, asked, entries, definition, detail)


def _reports(facts: Facts) -> Iterator[_Report]:
    """Those of cases and then those of the register, which knows better."""
    mine = facts.reported.having(lambda it: it.excluded is None)
    columns = (mine[name] for name in ("report", "created", "change", "facets"))
    for case, number, at, change, facets in zip(names(mine), *columns, strict=True):
        yield _Report(number, at, change, None, facets.site, case)
    for it in facts.reports:
        yield _Report(it.number, it.at, it.change, it.change_at, it.site)


def _entry(facts: Facts, change: str, reports: list[_Report]) -> Entry:
    first = min(reports, key=lambda it: it.at)
    stated = [it.change_at for it in reports if it.change_at is not None]
    at, site = facts.changes.get(change, (first.at, ""))
    return Entry(
        change,
        min(stated, default=at),
        site or next((it.site for it in reports if it.site), ""),
        next((it.case for it in reports if it.case), ""),
    )
