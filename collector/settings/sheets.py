"""Excel files as rows of text, as a CSV file would have them."""

import warnings
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

from collector.settings.errors import ConfigurationError, Problem, unknown
from collector.settings.yaml_lines import read_bytes

SUFFIXES = (".xlsx", ".xlsm")


class Record(NamedTuple):
    """The cells of a row that is not empty, stripped, and the line that it begins on."""

    line: int
    cells: list[str]


def is_sheet(path: Path) -> bool:
    """Whether a file is Excel's by its name."""
    return path.suffix.casefold() in SUFFIXES


def sheet_records(path: Path, sheet: str = "") -> list[Record]:
    """The rows of a sheet, the first where none is named; times as ISO 8601, without an offset.

    ConfigurationError where the file or the sheet cannot be read.
    """
    read_bytes(path)  # a file that is missing or may not be read is told of as any other is
    try:
        from openpyxl import load_workbook  # noqa: PLC0415 - an extra, and seldom needed
    except ImportError:
        raise _refused(
            path,
            "is an Excel file, for which openpyxl is missing: install driftkoll[excel], or "
            "save the file as CSV UTF-8",
        ) from None
    try:
        with warnings.catch_warnings():
            # What a desk leaves out of a workbook's styles concerns nobody here.
            warnings.simplefilter("ignore")
            book = load_workbook(path, read_only=True, data_only=True)
            try:
                return list(_records(_named(path, book, sheet)))
            finally:
                book.close()
    except (BadZipFile, KeyError, OSError, ValueError, TypeError, AttributeError, SyntaxError):
        # What openpyxl raises of a workbook that is damaged, and nothing narrower.
        raise _refused(path, "is no Excel workbook that can be read; save it anew") from None


def _named(path: Path, book: Any, sheet: str) -> Any:
    if not sheet:
        return book.worksheets[0]
    if sheet not in book.sheetnames:
        raise _refused(path, unknown("sheet", sheet, book.sheetnames, "the file"))
    return book[sheet]


def _records(sheet: Any) -> Iterator[Record]:
    for line, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [_text(value) for value in row]
        if any(cells):
            yield Record(line, cells)


def _text(value: Any) -> str:
    """A cell as people would have written it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        # A day's fraction, which is what Excel keeps, is not exact.
        return (value + timedelta(microseconds=500_000)).replace(microsecond=0).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _refused(path: Path, message: str) -> ConfigurationError:
    return ConfigurationError([Problem(path, None, (), message)])
