"""Registers beside the servicedesk: disruption reports, confirmed security incidents, and what
somebody attests of them (KPI.md "Cases from the servicedesk")."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from collector.domain.instants import Instant
from collector.domain.naming import unknown
from collector.domain.periods import Period
from collector.domain.registers import Attestation, DisruptionReport, Register, SecurityIncident
from collector.ports import RegisterStore, Upserted
from collector.services.local_time import TWICE, read_time
from collector.services.outages import Remark
from collector.services.refused import Refused

LONGEST = 200
"""Characters of a text in a register."""

COLUMNS: Mapping[Register, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Register.DISRUPTION_REPORTS: (
        ("number", "date"),
        ("change", "change_date", "outage", "cause", "site"),
    ),
    Register.SECURITY_INCIDENTS: (("number", "detected"), ("severity", "site")),
}
"""Of each register's CSV file: the columns that are needed, and the others."""


@dataclass(frozen=True, slots=True)
class ReadEntries:
    """A register's file; with `problems` none of it may be taken in."""

    reports: tuple[DisruptionReport, ...]
    incidents: tuple[SecurityIncident, ...]
    problems: tuple[Remark, ...]
    warnings: tuple[Remark, ...]


def read_entries(
    register: Register,
    rows: Iterable[tuple[int, Mapping[str, str]]],
    *,
    author: str,
    sites: Collection[str],
    severities: Collection[str] = (),
    zone: ZoneInfo,
    now: Instant,
) -> ReadEntries:
    """The entries that rows tell of, each with its line in the file; all problems at once.

    `severities` are those that the indicator's definition knows; one that is not among them is not
    counted, and warned of.
    """
    reading = _Reading(sites, zone, now)
    reports: list[DisruptionReport] = []
    incidents: list[SecurityIncident] = []
    for line, values in rows:
        reading.begin(line, values)
        number, site = reading.number(), reading.site()
        if register is Register.DISRUPTION_REPORTS:
            at, change_at = reading.time("date"), reading.time("change_date")
            change, outage, cause = map(reading.text, ("change", "outage", "cause"))
            reports.append(
                DisruptionReport(
                    number, at or 0, change, change_at, outage, cause, site, author, now
                )
            )
        else:
            detected, severity = reading.time("detected"), reading.text("severity")
            if severities and severity.casefold() not in map(str.casefold, severities):
                known = ", ".join(severities)
                reading.doubt(f"severity {severity!r} is none of {known}: it is not counted")
            incidents.append(SecurityIncident(number, detected or 0, severity, site, author, now))
    return ReadEntries(
        tuple(reports), tuple(incidents), tuple(reading.problems), tuple(reading.warnings)
    )


class _Reading:
    """Reads rows one after the other, and collects what there is to say of them."""

    def __init__(self, sites: Collection[str], zone: ZoneInfo, now: Instant) -> None:
        self.problems: list[Remark] = []
        self.warnings: list[Remark] = []
        self._sites = sites
        self._zone = zone
        self._now = now
        self._lines: dict[str, int] = {}
        self._line = 0
        self._values: Mapping[str, str] = {}

    def begin(self, line: int, values: Mapping[str, str]) -> None:
        self._line, self._values = line, values

    def number(self) -> str:
        """What an entry is known by, which no other of the file is."""
        number = self.text("number")
        if number in self._lines:
            self._wrong(f"number {number!r} is given twice, first on line {self._lines[number]}")
        self._lines.setdefault(number, self._line)
        return number

    def text(self, column: str) -> str:
        value = self._values[column]
        if len(value) > LONGEST or not value.isprintable():
            self._wrong(f"{column} must be one line of at most {LONGEST} characters")
        return value

    def site(self) -> str:
        site = self._values["site"]
        if site and site not in self._sites:
            self._wrong(unknown("site", site, self._sites))
        return site

    def time(self, column: str) -> Instant | None:
        """When something was; a bare date is its midnight."""
        text = self._values[column]
        if not text:
            return None
        try:
            at, ambiguous = read_time(text, self._zone)
        except ValueError as error:
            self._wrong(f"{column} {error}")
            return None
        if at > self._now:
            self._wrong(f"{column} {text!r} lies in the future")
        if ambiguous:
            self.doubt(f"{column} {text!r} {TWICE}")
        return at

    def doubt(self, text: str) -> None:
        self.warnings.append(Remark(self._line, text))

    def _wrong(self, text: str) -> None:
        self.problems.append(Remark(self._line, text))


def take_in(store: RegisterStore, read: ReadEntries) -> Upserted:
    """Store a checked file, all of it or nothing; the same again changes nothing."""
    assert not read.problems, "a file with problems is not taken in"
    if read.reports:
        return store.add_disruption_reports(read.reports)
    return store.add_security_incidents(read.incidents)


def attest(
    store: RegisterStore,
    register: Register,
    period: Period,
    *,
    author: str,
    reason: str,
    now: Instant,
) -> Attestation:
    """Say that a register is whole for what is over of a period; refused before it has begun."""
    if period.measured_end <= period.start:
        raise Refused(f"{period.text} has not begun: nobody can attest it yet")
    if not reason.strip():
        raise Refused("say what it rests on: --reason may not be empty")
    attestation = Attestation(
        register.indicator, period.start, period.measured_end, author, now, reason.strip()
    )
    store.attest(attestation)
    return attestation


@dataclass(frozen=True, slots=True)
class RegisterContent:
    """A register's entries, oldest first, and what was attested of it."""

    reports: tuple[DisruptionReport, ...] = ()
    incidents: tuple[SecurityIncident, ...] = ()
    attestations: tuple[Attestation, ...] = ()


def content_of(
    store: RegisterStore, register: Register, start: Instant, end: Instant
) -> RegisterContent:
    """What a register has of [start, end), and the attestations that touch it."""
    attested = tuple(
        each
        for each in store.attestations(register.indicator)
        if each.start < end and each.end > start
    )
    if register is Register.DISRUPTION_REPORTS:
        reports = (it for it in store.disruption_reports() if start <= it.at < end)
        return RegisterContent(
            reports=tuple(sorted(reports, key=lambda it: (it.at, it.number))), attestations=attested
        )
    incidents = (it for it in store.security_incidents() if start <= it.detected < end)
    return RegisterContent(
        incidents=tuple(sorted(incidents, key=lambda it: (it.detected, it.number))),
        attestations=attested,
    )
