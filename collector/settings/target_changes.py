"""What a new list of targets would change, and the writing of it."""

import csv
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from collector.domain.instants import moment
from collector.domain.quantities import format_duration
from collector.domain.targets import ProbeSpec, Target
from collector.settings.entries import COLUMNS, OPTIONAL, REQUIRED
from collector.settings.errors import ConfigurationError
from collector.settings.settings import Settings
from collector.settings.tables import Row, read_table


class FieldChange(NamedTuple):
    """One thing about a target that changes, as text for people; "" where there is nothing."""

    field: str
    before: str
    after: str


class TargetChange(NamedTuple):
    """A target that stays under its name and becomes another."""

    name: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of the targets, each part sorted by name."""

    added: tuple[Target, ...]
    changed: tuple[TargetChange, ...]
    removed: tuple[Target, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def plan(current: Sequence[Target], new: Sequence[Target], zone: tzinfo = UTC) -> Plan:
    """What turns `current` into `new`; times are told in `zone`."""
    before = {target.name: target for target in current}
    after = {target.name: target for target in new}
    return Plan(
        added=tuple(after[name] for name in sorted(after.keys() - before.keys())),
        changed=tuple(
            TargetChange(name, _changes(before[name], after[name], zone))
            for name in sorted(after.keys() & before.keys())
            if before[name] != after[name]
        ),
        removed=tuple(before[name] for name in sorted(before.keys() - after.keys())),
    )


def _changes(before: Target, after: Target, zone: tzinfo) -> tuple[FieldChange, ...]:
    old, new = _told(before, zone), _told(after, zone)
    return tuple(FieldChange(key, old[key], new[key]) for key in old if old[key] != new[key])


def _told(target: Target, zone: tzinfo) -> dict[str, str]:
    """A target's properties as text."""
    since, until = target.in_service_from, target.retired_at
    return {
        "kind": target.kind.value,
        "site": target.site,
        "address": target.address,
        "probes": " ".join(_probe(spec) for spec in target.probes),
        "merge": target.merge.value,
        "members": " ".join(target.members),
        "needs": str(target.needs) if target.members else "",
        "parent": target.parent or "",
        "tags": " ".join(target.tags),
        "in_service_from": "" if since is None else moment(since).astimezone(zone).isoformat(" "),
        "retired_at": "" if until is None else moment(until).astimezone(zone).isoformat(" "),
    }


def _probe(spec: ProbeSpec) -> str:
    pace = f"every {format_duration(spec.interval)}, timeout {format_duration(spec.timeout)}"
    return f"{spec.name}({', '.join([pace, *_options(spec.options)])})"


def _options(options: object) -> Iterable[str]:
    """Options as text; a secret's own text is asterisks."""
    return [f"{key}={value}" for key, value in options] if isinstance(options, BaseModel) else []


def read_targets(path: Path) -> tuple[Row, ...]:
    """The rows of a CSV file of targets; ConfigurationError where it is no such file."""
    return read_table(path, required=REQUIRED, optional=OPTIONAL).rows


def renamed(rows: Iterable[Row], old: str, new: str) -> list[Mapping[str, str]]:
    """The rows with a target, and where it is the parent of others, under its new name."""
    return [
        {
            key: new if key in ("name", "parent") and value == old else value
            for key, value in row.values.items()
        }
        for row in rows
    ]


def table_to_replace(settings: Settings, into: Path | None) -> Path:
    """The CSV file that an import replaces: `into`, or the only one that the configuration names.

    ConfigurationError where `into` is none of them, or where they are none or several.
    """
    files = settings.target_files
    named = ", ".join(str(file) for file in files)
    if into is None:
        if len(files) == 1:
            return files[0]
        remedy = f"give --into with one of {named}" if files else "add {file: targets.csv} to it"
        amount = "several CSV files" if files else "no CSV file"
        raise ConfigurationError([f"{settings.path}: targets: names {amount}; {remedy}"])
    for file in files:
        if file.absolute() == into.absolute():
            return file
    raise ConfigurationError([f"{settings.path}: targets: does not name {into}; it has {named}"])


def write_targets(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Replace a CSV file of targets, whole or not at all; columns that no row fills are left out.

    UTF-8 with a byte order mark and semicolons, which Swedish Excel opens as they are.
    """
    kept = list(rows)
    columns = [key for key in COLUMNS if key in REQUIRED or any(row.get(key) for row in kept)]
    target = path.resolve()
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8-sig", newline="", dir=target.parent, suffix=".csv", delete=False
    ) as file:
        try:
            writer = csv.DictWriter(file, columns, extrasaction="ignore", delimiter=";")
            writer.writeheader()
            writer.writerows(kept)
            file.flush()
            os.fsync(file.fileno())
            if target.exists():
                Path(file.name).chmod(target.stat().st_mode & 0o777)
            Path(file.name).replace(target)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
