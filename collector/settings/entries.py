"""Where targets are written: in the YAML file itself and in the CSV files that it names."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from collector.domain.targets import Kind, Merge
from collector.settings.errors import (
    ConfigurationError,
    KeyPath,
    Lines,
    Problem,
    Problems,
    hint,
    line_of,
)
from collector.settings.model import Section, as_address, as_label, as_pace, as_timeout, as_word
from collector.settings.tables import scan_table
from collector.settings.yaml_lines import Document

REQUIRED = ("name", "kind", "address")
OPTIONAL = (
    "site",
    "probes",
    "parent",
    "snmp_profile",
    "snmp_port",
    "in_service_from",
    "retired_at",
    "tags",
)
COLUMNS = (
    *("name", "kind", "site", "address", "probes", "parent", "snmp_profile", "snmp_port"),
    *("in_service_from", "retired_at", "tags"),
)
"""All columns in the order in which Driftkoll writes them."""


def _words(value: object) -> object:
    """A list, or text with spaces between its words as CSV files have it."""
    return value.split() if isinstance(value, str) else value


def _some(value: tuple[Any, ...]) -> tuple[Any, ...]:
    if not value:
        raise ValueError("must name at least one probe")
    return value


class TargetEntry(Section):
    """What can be said of a target: in YAML all of it, in CSV what COLUMNS names."""

    name: Annotated[str, AfterValidator(as_label)]
    kind: Kind
    site: str = ""
    address: Annotated[str, AfterValidator(as_address)] = ""
    probes: Annotated[tuple[Any, ...], BeforeValidator(_words), AfterValidator(_some)] = ("icmp",)
    parent: str | None = None
    snmp_profile: str = "default"
    snmp_port: Annotated[int, Field(ge=1, le=65535)] = 161
    in_service_from: str | None = None
    retired_at: str | None = None
    tags: Annotated[
        tuple[Annotated[str, AfterValidator(as_word)], ...], BeforeValidator(_words)
    ] = ()
    interval: Annotated[int | None, BeforeValidator(as_pace)] = None
    timeout: Annotated[int | None, BeforeValidator(as_timeout)] = None
    merge: Merge | None = None
    members: tuple[str, ...] = ()
    needs: int | None = None
    service_hours: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A target as written, and where: a key path in a YAML file or a row of a CSV file."""

    values: Mapping[str, Any]
    file: Path
    path: KeyPath
    lines: Lines

    def problem(self, key: KeyPath, message: str) -> Problem:
        """Something wrong with a value of this target."""
        path = self.path + key
        return Problem(self.file, line_of(path, self.lines), path, message)

    @property
    def place(self) -> str:
        """`FILE:LINE`."""
        return f"{self.file}:{line_of(self.path, self.lines)}"

    @property
    def name(self) -> str:
        """The name as far as it can be told before the entry is known to be sound."""
        name = self.values.get("name")
        return name.strip() if isinstance(name, str) else ""


def read_entries(
    document: Document, instead: Mapping[Path, Path], problems: Problems
) -> tuple[list[Entry], list[Path]]:
    """All targets of a configuration and the CSV files it names; what is wrong goes to `problems`.

    `instead` gives for a CSV file another that is read in its place.
    """
    listed = document.value.get("targets") if isinstance(document.value, dict) else None
    entries: list[Entry] = []
    files: list[Path] = []
    for index, values in enumerate(listed if isinstance(listed, list) else []):
        entry = Entry({}, document.file, ("targets", index), document.lines)
        if not isinstance(values, dict):
            problems.add(entry.problem((), "must be a mapping, {file: …} or {name: …, kind: …}"))
        elif "file" not in values:
            given = {key: value for key, value in values.items() if value is not None}
            entries.append(Entry(given, document.file, entry.path, document.lines))
        elif file := _named_file(values, entry, problems):
            files.append(file)
            entries += _rows(instead.get(file, file), problems)
    return entries, files


def _named_file(values: Mapping[str, Any], entry: Entry, problems: Problems) -> Path | None:
    for key in values.keys() - {"file"}:
        message = f"unknown key beside file{hint(key, ['file'])}"
        problems.add(entry.problem((key,), message))
    name = values["file"]
    if not isinstance(name, str) or not name:
        problems.add(entry.problem(("file",), "must be the name of a CSV file"))
        return None
    file = entry.file.parent / name
    if not file.is_file():
        problems.add(entry.problem(("file",), no_file(name)))
        return None
    return file


def no_file(name: str) -> str:
    """Says that a file is not there."""
    return f"{name!r} is no file; relative paths begin at this file's folder"


def _rows(file: Path, problems: Problems) -> list[Entry]:
    try:
        table = scan_table(file, required=REQUIRED, optional=OPTIONAL)
    except ConfigurationError as error:
        problems.absorb(error)
        return []
    problems.add(*table.problems)
    return [
        Entry({key: value for key, value in row.values.items() if value}, file, (), {(): row.line})
        for row in table.rows
    ]
