"""A file of cases as the configuration says that it is to be read."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from collector.domain.instants import Instant
from collector.settings.errors import ConfigurationError, Problem
from collector.settings.tables import scan_table
from collector.sources.file_options import OPTIONAL, REQUIRED, FileOptions
from collector.sources.rows import ReadRows, RowRemark, read_rows

_LINKS = {"caused_by_change", "disruption_report"}


def read_case_file(
    file: Path,
    options: FileOptions,
    *,
    source: str,
    sites: Collection[str],
    zone: ZoneInfo,
    now: Instant,
) -> ReadRows:
    """The cases of a CSV or Excel file; ConfigurationError with all that is wrong with it."""
    table = scan_table(
        file, required=REQUIRED, optional=OPTIONAL, headings=options.columns, sheet=options.sheet
    )
    lacking = {problem.line for problem in table.problems}
    found = read_rows(
        ((row.line, row.values) for row in table.rows if row.line not in lacking),
        options,
        source=source,
        sites=sites,
        zone=zone,
        now=now,
    )
    problems: list[Problem] = [
        *table.problems,
        *(_problem(file, remark) for remark in found.problems),
    ]
    if problems:
        problems.sort(key=_line)
        raise ConfigurationError(problems)
    return replace(found, links_reports=table.columns >= _LINKS)


def warnings_of(file: Path, found: ReadRows) -> list[str]:
    """What there is to say of a file that was read, a line each."""
    return [str(_problem(file, remark)) for remark in found.warnings]


def _problem(file: Path, remark: RowRemark) -> Problem:
    return Problem(file, remark.line, (remark.column,), remark.text)


def _line(problem: Problem) -> int:
    return problem.line or 0
