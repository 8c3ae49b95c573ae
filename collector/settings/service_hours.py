"""Which calendar holds for which target, as the configuration says."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from collector.kpi.service_hours import OFFICE, Calendar, ServiceHours
from collector.settings.calendars import CalendarSection, ServiceHoursSection
from collector.settings.entries import Entry
from collector.settings.errors import KeyPath, unknown

BUILT_IN: Mapping[str, Calendar | None] = {"always": None, "office": OFFICE}
"""The calendars that need not be written; one named office takes the place of this one."""


def _no_calendar(name: str, calendars: Collection[str]) -> str:
    return unknown("calendar", name, [*BUILT_IN, *calendars], "calendars")


def calendar_problems(
    section: ServiceHoursSection, entries: Sequence[Entry], calendars: Collection[str]
) -> Iterator[tuple[Entry | None, KeyPath, str]]:
    """Calendars that are named and not there: where, and what to say; the entry for a target's."""
    known = {*BUILT_IN, *calendars}
    named: dict[KeyPath, str] = {("service_hours", "default"): section.default}
    named |= {("service_hours", "kinds", kind): name for kind, name in section.kinds.items()}
    for path, name in named.items():
        if name not in known:
            yield None, path, _no_calendar(name, calendars)
    for entry in entries:
        own = entry.values.get("service_hours")
        if isinstance(own, str) and own not in known:
            yield entry, ("service_hours",), _no_calendar(own, calendars)


def service_hours(
    zone: ZoneInfo,
    section: ServiceHoursSection,
    calendars: Mapping[str, CalendarSection],
    entries: Sequence[Entry],
) -> ServiceHours:
    """The service hours of all targets, where every calendar that is named is there."""
    known = {**BUILT_IN, **{name: each.calendar() for name, each in calendars.items()}}
    return ServiceHours(
        zone,
        known[section.default],
        {kind: known[name] for kind, name in section.kinds.items()},
        {
            entry.name: known[entry.values["service_hours"]]
            for entry in entries
            if "service_hours" in entry.values
        },
        known["office"] or OFFICE,
    )
