"""Rows of a file as cases (DESIGN.md "CSV files: Cases")."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from collector.domain.cases import Assignment, CaseStatus, CaseType, Exclusion, ReadCase
from collector.domain.instants import SECOND, Duration, Instant
from collector.services.local_time import TWICE, read_time
from collector.sources.file_options import NOT_EXCLUDED, FileOptions

_Word = TypeVar("_Word", bound=str)

LONGEST = 200
"""Characters of a text that is kept: a class or a name of a group, never a description."""


@dataclass(frozen=True, slots=True)
class RowRemark:
    """Something to say about a line of a file, of a column of it."""

    line: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class ReadRows:
    """A file's cases; with `problems` none of them may be taken in.

    `links_reports` is that the file tells of each case which change caused it and which disruption
    report was written: with none in a stretch that it covers, there was none.
    """

    cases: tuple[ReadCase, ...]
    problems: tuple[RowRemark, ...]
    warnings: tuple[RowRemark, ...]
    links_reports: bool = False


def read_rows(
    rows: Iterable[tuple[int, Mapping[str, str]]],
    options: FileOptions,
    *,
    source: str,
    sites: Collection[str],
    zone: ZoneInfo,
    now: Instant,
) -> ReadRows:
    """The cases that rows tell of, each with its line in the file; all problems at once.

    A word that is not mapped is kept as that (ReadCase.unmapped); a time or a number that cannot
    be read is a problem. `sites` are the keys of the configuration's; a case at none of them has
    no site. Where there are none at all, cases have none.
    """
    reader = _Reader(options, source, sites, zone, now)
    cases: dict[str, ReadCase] = {}
    lines: dict[str, int] = {}
    for line, values in rows:
        case = reader.case(line, values)
        if case is None:
            continue
        if case.id in cases:
            text = f"{case.id!r} is given twice, first on line {lines[case.id]}; keep one"
            reader.problems.append(RowRemark(line, "id", text))
        cases[case.id], lines[case.id] = case, line
    return ReadRows(tuple(cases.values()), tuple(reader.problems), tuple(reader.warnings))


class _Reader:
    """Reads rows one after the other, and collects what there is to say of them."""

    def __init__(
        self,
        options: FileOptions,
        source: str,
        sites: Collection[str],
        zone: ZoneInfo,
        now: Instant,
    ) -> None:
        self.problems: list[RowRemark] = []
        self.warnings: list[RowRemark] = []
        self._source = source
        self._zone = zone
        self._now = now
        self._scale = options.satisfaction_scale
        self._majors = {word.casefold() for word in options.majors}
        self._types = _known(CaseType, options.types)
        self._statuses = _known(CaseStatus, options.statuses)
        self._excluded: dict[str, Exclusion | None] = {
            word: None if meant == NOT_EXCLUDED else Exclusion(meant)
            for word, meant in _known(Exclusion, options.excluded).items()
        }
        self._has_sites = bool(sites)
        self._sites = {site.casefold(): site for site in sites}
        self._sites |= {word.casefold(): site for word, site in options.sites.items()}

    def case(self, line: int, values: Mapping[str, str]) -> ReadCase | None:
        """The case of a row; None where that has a problem."""
        row = _Row(self, line, values)
        created, group = row.time("created"), row.text("group")
        case = ReadCase(
            source=self._source,
            id=row.text("id"),
            created=created or 0,
            changed=self._now,
            type=row.word("type", self._types),
            status=row.word("status", self._statuses),
            first_response=row.time("first_response"),
            resolved=row.time("resolved"),
            closed=row.time("closed"),
            # Of a case that is not resolved it is the group that has it.
            group=group,
            resolving_group=group,
            assignments=_assignments(row.text("groups", longest=5 * LONGEST)),
            waiting=row.seconds("waiting_seconds"),
            scheduled=row.seconds("scheduled_seconds"),
            category=row.text("category"),
            priority=row.text("priority"),
            channel=row.text("channel"),
            site=(row.word("site", self._sites) or "") if self._has_sites else "",
            satisfaction=row.satisfaction(self._scale),
            satisfaction_at=row.time("satisfaction_at"),
            reopened=row.count("reopened"),
            reassignments=row.count("reassignments"),
            change=row.text("caused_by_change"),
            report=row.text("disruption_report"),
            severity=row.text("severity"),
            major=values["priority"].casefold() in self._majors,
            excluded=row.word("excluded", self._excluded),
            unmapped=row.unmapped,
        )
        self.problems += row.problems
        self.warnings += row.warnings
        return None if row.problems or created is None else case

    def instant(self, text: str) -> tuple[Instant, bool]:
        """A time, which has been, and whether it occurs twice."""
        at, ambiguous = read_time(text, self._zone)
        if at > self._now:
            raise ValueError(f"{text!r} lies in the future")
        return at, ambiguous


class _Row:
    """One row: its values as what they stand for, and what is wrong with them."""

    def __init__(self, reader: _Reader, line: int, values: Mapping[str, str]) -> None:
        self.problems: list[RowRemark] = []
        self.warnings: list[RowRemark] = []
        self.unmapped: dict[str, str] = {}
        self._reader = reader
        self._line = line
        self._values = values

    def text(self, column: str, *, longest: int = LONGEST) -> str:
        """A text of one line."""
        value = self._values[column]
        if len(value) > longest or not value.isprintable():
            self._wrong(column, f"is no name or class: at most {longest} characters on one line")
            return ""
        return value

    def word(self, column: str, known: Mapping[str, Any]) -> Any:
        """What a word is mapped to; None for none, and for one that is not mapped."""
        value = self.text(column)
        if value and value.casefold() not in known:
            self.unmapped[column] = value
        return known.get(value.casefold())

    def time(self, column: str) -> Instant | None:
        """An instant; None where there is none."""
        value = self._values[column]
        if not value:
            return None
        try:
            at, ambiguous = self._reader.instant(value)
        except ValueError as error:
            self._wrong(column, str(error))
            return None
        if ambiguous:
            self.warnings.append(RowRemark(self._line, column, f"{value!r} {TWICE}"))
        return at

    def seconds(self, column: str) -> Duration | None:
        """A number of seconds as a duration."""
        number = self._number(column, float, "no number of seconds")
        if number is not None and not 0 <= number < 1e10:
            self._wrong(column, f"{self._values[column]!r} is no number of seconds")
            return None
        return None if number is None else round(number * SECOND)

    def count(self, column: str) -> int | None:
        """A whole number from 0."""
        number: int | None = self._number(column, int, "no whole number")
        if number is not None and not 0 <= number < 10**6:
            self._wrong(column, f"{self._values[column]!r} is no number of times")
            return None
        return number

    def satisfaction(self, scale: tuple[float, float]) -> float | None:
        """An answer on the scale, rescaled to 1-5."""
        number = self._number("satisfaction", float, "no number")
        worst, best = scale
        if number is not None and not worst <= number <= best:
            value = self._values["satisfaction"]
            self._wrong(
                "satisfaction",
                f"{value!r} lies outside {worst:g}-{best:g}; state satisfaction_scale: [1, 10] "
                "in the configuration where the scale is another",
            )
            return None
        return None if number is None else 1 + 4 * (number - worst) / (best - worst)

    def _number(self, column: str, read: Callable[[str], Any], what: str) -> Any:
        value = self._values[column]
        if not value:
            return None
        try:
            return read(value.replace(",", "."))
        except ValueError:
            self._wrong(column, f"{value!r} is {what}")
            return None

    def _wrong(self, column: str, text: str) -> None:
        self.problems.append(RowRemark(self._line, column, text))


def _known(words: type[_Word], mapped: Mapping[str, Any]) -> dict[str, Any]:
    """Our own words and those of the configuration, which come first; case says nothing."""
    own: Iterable[_Word] = words  # type: ignore[assignment]  # an enumeration of words
    return {word.casefold(): word for word in own} | {
        word.casefold(): meant for word, meant in mapped.items()
    }


def _assignments(groups: str) -> tuple[Assignment, ...] | None:
    """The groups of a cell, each once; None where it names none."""
    names = dict.fromkeys(name for part in groups.split("|") if (name := part.strip()))
    return tuple(Assignment(name) for name in names) or None
