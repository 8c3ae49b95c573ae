"""Freeze: keep a closed month's figures as they are now, whatever is learned later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from zoneinfo import ZoneInfo

from collector.domain.desks import NO_DESK, Desk
from collector.domain.instants import Instant
from collector.domain.measurements import FrozenVersion, Indicator
from collector.domain.periods import Period
from collector.domain.targets import Kind
from collector.kpi.fingerprint import canonical
from collector.kpi.periods import is_month, parse_period, to_date
from collector.kpi.service_hours import AROUND_THE_CLOCK, ServiceHours
from collector.ports import FrozenStore, ShownStore
from collector.services.freeze_availability import freeze_availability
from collector.services.freeze_cases import FrozenCases, freeze_cases
from collector.services.refused import Refused


@dataclass(frozen=True, slots=True)
class Freezing:
    """What came of it: the month's latest version, and whether it is a new one."""

    version: FrozenVersion
    new: bool


def freeze(
    store: ShownStore,
    register: Sequence[Indicator],
    period: Period,
    *,
    zone: ZoneInfo,
    population: Mapping[Kind, int],
    service: ServiceHours = AROUND_THE_CLOCK,
    desk: Desk = NO_DESK,
    author: str,
    reason: str,
    now: Instant,
) -> Freezing:
    """Keep the figures of a calendar month that is over, in all scopes, with those of the year to
    its end.

    A further version needs a reason, and something that changed: where nothing did, the latest
    version is given back. Refused for all else that cannot be frozen.
    """
    if not is_month(period):
        raise Refused(f"{period.text}: only a calendar month is frozen: write it as 2026-10")
    if not period.final:
        raise Refused(f"{period.text} is not over; a month is frozen after its end")
    year = parse_period(to_date(period.text), zone=zone, now=now)
    measured = freeze_availability(
        store, register, period, year, zone=zone, population=population, service=service, now=now
    )
    cases = freeze_cases(store, register, (period, year), zone=zone, service=service, desk=desk)
    figures = [*measured.figures, *cases.figures]
    if not any(figure.period == period.text for figure in figures):
        raise Refused(f"nothing was measured in {period.text}: there is nothing to freeze")
    made = FrozenVersion(
        period.text,
        period.start,
        period.end,
        version=1,
        at=now,
        author=author,
        reason=reason,
        definitions={**measured.definitions, **cases.definitions},
        fingerprint=_both(measured.fingerprint, cases),
    )
    versions = _of_month(store, period)
    if versions:
        latest = versions[-1]
        if latest.fingerprint == made.fingerprint:
            return Freezing(latest, new=False)
        if not reason.strip():
            raise Refused(
                f"{period.text} is frozen already, as version {latest.version}, and what it rests "
                f"on has changed: give --reason to make version {latest.version + 1}"
            )
        made = replace(made, version=latest.version + 1)
    try:
        store.freeze(made, figures)
    except ValueError as error:
        raise Refused(str(error)) from None
    return Freezing(made, new=True)


def frozen_period(store: FrozenStore, at: Instant) -> FrozenVersion | None:
    """The latest version of the month that an instant lies in; None where it is not frozen."""
    versions = store.frozen_versions(at, at + 1)
    return versions[-1] if versions else None


def frozen_periods(store: FrozenStore, start: Instant, end: Instant) -> list[FrozenVersion]:
    """The latest version of each frozen month that [start, end) touches, in order."""
    latest = {version.period: version for version in store.frozen_versions(start, end)}
    return list(latest.values())


def stays_frozen(version: FrozenVersion) -> str:
    """What to tell who changes something in a frozen month."""
    return (
        f"{version.period} is frozen: its figure stays that of version {version.version}; "
        f"`driftkoll report freeze --period {version.period} --reason …` makes the next version"
    )


def _both(measured: str, cases: FrozenCases) -> str:
    """The fingerprint of all figures; that of availability alone where there are no others."""
    if not cases.definitions:
        return measured
    return sha256(canonical([measured, cases.inputs]).encode()).hexdigest()


def _of_month(store: FrozenStore, month: Period) -> list[FrozenVersion]:
    return [
        version
        for version in store.frozen_versions(month.start, month.end)
        if version.period == month.text
    ]
