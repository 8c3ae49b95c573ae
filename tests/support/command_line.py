"""A configuration of one's own, and `driftkoll` on it, in this process."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest
from support.figures import ZONE

from collector.cli import main

OUTAGES = "target,state,start,end,comment"
TARGETS = "name,kind,site,address,probes,parent,in_service_from"


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output, which was JSON and came without complaint."""
        assert (self.status, self.err) == (0, "")
        return json.loads(self.out)


class CommandLine:
    """A folder with a configuration of one site and its targets, and the commands on it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.configuration = folder / "driftkoll.yaml"
        self._capsys = capsys
        self.configure()
        self.targets()

    def configure(self, *lines: str) -> None:
        """Write the configuration: the usual one, with these lines after it."""
        usual = (
            "database: sqlite:///driftkoll.db",
            "sites: {laxa: Laxå, hallsberg: Hallsberg}",
            "targets: [{file: targets.csv}]",
        )
        self.configuration.write_text("\n".join([*usual, *lines, ""]), encoding="utf-8")

    def targets(self, *rows: str) -> Path:
        """Write the targets, a row each."""
        return self.write("targets.csv", [TARGETS, *rows])

    def outages(self, *rows: str) -> Path:
        """Write a file of former outages."""
        return self.write("outages.csv", [OUTAGES, *rows])

    def write(self, name: str, lines: Iterable[str]) -> Path:
        """Write a file beside the configuration."""
        file = self.folder / name
        file.write_text("\n".join([*lines, ""]), encoding="utf-8")
        return file

    def __call__(self, *arguments: str | Path) -> Said:
        """Run a command."""
        self._capsys.readouterr()
        status = main([*map(str, arguments), "-c", str(self.configuration)])
        captured = self._capsys.readouterr()
        return Said(status, captured.out, captured.err)

    def at(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Set the machine's clock, as the commands read it, to a local time."""
        now = datetime.fromisoformat(text).replace(tzinfo=ZONE)

        class Clock(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # as base
                return now.astimezone(tz)

        monkeypatch.setattr("collector.cli.opening.datetime", Clock)

    def import_outages(self, *rows: str) -> None:
        """Take in former outages; they are sound."""
        said = self("outages", "import", self.outages(*rows))
        assert (said.status, said.err) == (0, "")

    def figure(self, *options: str) -> Any:
        """Availability as JSON."""
        return self("indicator", "show", "availability", "--format", "json", *options).json
