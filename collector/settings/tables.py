"""CSV files as spreadsheets write them, Swedish Excel not least, and Excel's own."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from collector.settings.errors import ConfigurationError, Problem, hint
from collector.settings.sheets import Record, is_sheet, sheet_records
from collector.settings.yaml_lines import read_bytes

_EXCELS_HINT = re.compile(r"sep=([,;])\r?\n?", re.IGNORECASE)


class Row(NamedTuple):
    """A row: the line of the file it begins on, and a value, stripped, for each known column."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows, what is wrong with it, and which of the columns it has."""

    path: Path
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    columns: frozenset[str] = frozenset()


def read_table(path: Path, *, required: Sequence[str], optional: Sequence[str]) -> Table:
    """Read a CSV file; ConfigurationError with all of its problems where there are any.

    A row has a value for every required column, and "" for an optional one that is empty or absent.
    """
    table = scan_table(path, required=required, optional=optional)
    if table.problems:
        raise ConfigurationError(table.problems)
    return table


def scan_table(
    path: Path,
    *,
    required: Sequence[str],
    optional: Sequence[str],
    headings: Mapping[str, str] | None = None,
    sheet: str = "",
) -> Table:
    """As `read_table`, with the problems beside the rows, which may lack what is required.

    `headings` are the file's own for some of the columns: then no other column is read. A file
    that is Excel's by its name has `sheet` read, else its first. ConfigurationError only for a file
    that cannot be read at all.
    """
    broken: list[Problem] = []
    if is_sheet(path):
        records = sheet_records(path, sheet)
    else:
        known = set((headings or {}).values()) or {*required, *optional}
        records, broken = _records(path, _decoded(path), known)
    if not records:
        empty = Problem(path, 1, (), "is empty; its first row must name the columns")
        return Table(path, (), tuple(broken or [empty]))
    if headings:
        columns, problems = _mapped(path, records[0], headings)
    else:
        columns, problems = _columns(path, records[0], required, optional)
    if problems:
        return Table(path, (), tuple(problems + broken))
    rows = []
    for record in records[1:]:
        if any(record.cells[len(columns) :]):
            problems.append(Problem(path, record.line, (), _too_many(columns)))
            continue
        values = dict.fromkeys((*required, *optional), "")
        named = zip(columns, record.cells, strict=False)
        values.update((name, value) for name, value in named if name)
        rows.append(Row(record.line, values))
        lacking = [name for name in required if not values[name]]
        problems += [Problem(path, record.line, (name,), "is empty") for name in lacking]
    return Table(path, tuple(rows), tuple(problems + broken), frozenset(filter(None, columns)))


def _decoded(path: Path) -> str:
    """UTF-8 where it can be that, else Windows-1252: Swedish letters in the one are never valid in
    the other."""
    raw = read_bytes(path)
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            if not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
                return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    message = "neither UTF-8 nor Windows-1252; save the file as CSV UTF-8"
    raise ConfigurationError([Problem(path, None, (), message)])


def _records(path: Path, text: str, known: set[str]) -> tuple[list[Record], list[Problem]]:
    """The rows that are not empty, and the fault that ended the reading before the file's end."""
    before = 0
    if said := _EXCELS_HINT.match(text):
        before, text = 1, text[said.end() :]
    separator = said[1] if said else _separator(text, known)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    records: list[Record] = []
    while True:
        line = before + reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return records, []
        except csv.Error:
            message = "a quote begins or ends in the middle of a value, or never ends"
            return records, [Problem(path, line, (), message)]
        if any(cells):
            records.append(Record(line, cells))


def _separator(text: str, known: set[str]) -> str:
    """The one that makes more known columns of the first line."""
    first = next((line for line in text.splitlines() if line.strip(",; ")), "")

    folded = {name.casefold() for name in known}

    def columns(separator: str) -> int:
        return len(folded & {name.strip('" ').casefold() for name in first.split(separator)})

    return max(",;", key=lambda separator: (columns(separator), first.count(separator)))


def _columns(
    path: Path, header: Record, required: Sequence[str], optional: Sequence[str]
) -> tuple[list[str], list[Problem]]:
    """The columns' names, and what is wrong with them."""
    names = [cell.casefold() for cell in header.cells]
    while not names[-1]:
        names.pop()
    known = [*required, *optional]
    messages = []
    for index, name in enumerate(names):
        if not name:
            messages.append(f"column {index + 1} has no name")
        elif name not in known:
            near = hint(name, known) or f"; known are {', '.join(known)}"
            messages.append(f"unknown column {header.cells[index]!r}{near}")
        elif name in names[:index]:
            messages.append(f"column {name!r} is given twice; keep one")
    messages += [f"column {name!r} is missing" for name in required if name not in names]
    return names, [Problem(path, header.line, (), message) for message in messages]


def _mapped(
    path: Path, header: Record, headings: Mapping[str, str]
) -> tuple[list[str], list[Problem]]:
    """Our name of each column, "" of those that are not to be read, and what is wrong with them.

    Of two columns with one heading the first is read.
    """
    places: dict[str, int] = {}
    for index, cell in enumerate(header.cells):
        places.setdefault(cell.casefold(), index)
    columns, problems = [""] * len(header.cells), []
    for name, heading in headings.items():
        if (place := places.get(heading.strip().casefold())) is None:
            near = hint(heading, [cell for cell in header.cells if cell])
            message = f"column {heading!r}, which is to be {name}, is missing{near}"
            problems.append(Problem(path, header.line, (), message))
        elif columns[place]:
            message = f"column {heading!r} is to be both {columns[place]} and {name}"
            problems.append(Problem(path, header.line, (), message))
        else:
            columns[place] = name
    return columns, problems


def _too_many(columns: Sequence[str]) -> str:
    return (
        f"has more values than the {len(columns)} columns; "
        "put quotes around a value that holds the separator"
    )
