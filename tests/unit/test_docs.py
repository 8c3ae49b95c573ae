"""The handbook names every command, option and setting, and the links lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from typer.main import get_command

from collector.cli.main import app
from collector.probes.registry import probe_kinds
from collector.settings.entries import TargetEntry
from collector.settings.model import Configuration
from collector.settings.register import CASE_ENTRIES, AvailabilityEntry
from collector.settings.source_sections import CaseSourceSection
from collector.sources.declared import DeclaredSource
from collector.sources.file_options import FileOptions
from collector.sources.json_number import JsonNumberOptions
from collector.sources.kinds import preset_names

ROOT = Path(__file__).parents[2]
HANDBOOK = (ROOT / "docs" / "handbok.md").read_text(encoding="utf-8")
PROBES = (ROOT / "docs" / "matningar.md").read_text(encoding="utf-8")
DESKS = (ROOT / "docs" / "arendesystem.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _commands(command: Any, name: str, parent: Any = None) -> Iterator[tuple[str, Any]]:
    """Each command that does something, with its full name."""
    context = command.make_context(name, [], parent=parent, resilient_parsing=True)
    names = command.list_commands(context) if hasattr(command, "list_commands") else []
    if not names:
        yield name, command
    for word in names:
        found = command.get_command(context, word)
        yield from _commands(found, f"{name} {word}", context)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _settings(model: type[BaseModel]) -> Iterator[str]:
    """Each key that the configuration file may hold, at any depth."""
    for name, field in model.model_fields.items():
        yield field.alias or name
        for inner in _models(field.annotation):
            yield from _settings(inner)


COMMANDS = dict(_commands(get_command(app), "driftkoll"))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_handbook_names_each_command(name: str) -> None:
    assert f"`{name}`" in HANDBOOK or f"`{name} " in HANDBOOK


def _options(command: Any) -> set[str]:
    return {
        option
        for parameter in command.params
        if not getattr(parameter, "hidden", False)
        for option in parameter.opts
        if option.startswith("--")
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_the_handbook_names_each_option(name: str) -> None:
    named = set(re.findall(r"--[a-z-]+", HANDBOOK))
    assert _options(COMMANDS[name]) - named == set()


def test_the_handbook_names_no_option_that_is_not_there() -> None:
    known = set().union(*map(_options, [get_command(app), *COMMANDS.values()]))
    rows = [line for line in HANDBOOK.splitlines() if line.startswith("| `driftkoll ")]
    named = {option for row in rows for option in re.findall(r"--[a-z-]+", row)}
    assert named - known == set()


@pytest.mark.parametrize(
    "key",
    sorted(
        {
            *_settings(Configuration),
            *_settings(TargetEntry),
            *_settings(AvailabilityEntry),
            *(key for entry in CASE_ENTRIES.values() for key in _settings(entry)),
            *_settings(CaseSourceSection),
            *_settings(FileOptions),
            *JsonNumberOptions.model_fields,
        }
    ),
)
def test_the_handbook_names_each_setting(key: str) -> None:
    assert f"`{key}`" in HANDBOOK


@pytest.mark.parametrize("key", sorted({*_settings(DeclaredSource)}))
def test_the_page_of_servicedesks_names_each_setting(key: str) -> None:
    assert f"`{key}`" in DESKS


@pytest.mark.parametrize("name", preset_names())
def test_the_handbook_names_each_preset(name: str) -> None:
    assert f"| `{name}`" in HANDBOOK or f", `{name}` |" in HANDBOOK


@pytest.mark.parametrize("kind", probe_kinds())
def test_the_page_of_probes_names_each_option(kind: str) -> None:
    options = {f"`{option}`" for option in _settings(probe_kinds()[kind].Options)}
    assert {option for option in options | {f"## `{kind}`"} if option not in PROBES} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_links_within_the_handbook_lead_to_headings() -> None:
    headings = {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", HANDBOOK, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", HANDBOOK)) - headings == set()
