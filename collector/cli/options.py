"""Options that several commands share."""

import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from collector.cli.failures import RefusedError, unknown
from collector.domain.targets import Kind


class Format(StrEnum):
    """How data is printed."""

    TABLE = "table"
    JSON = "json"


def _config(ctx: typer.Context, given: Path | None) -> Path:
    """The configuration's file: the command's own option, the global one, the environment."""
    if ctx.resilient_parsing:
        return Path()
    file = given or ctx.find_root().obj or os.environ.get("DRIFTKOLL_CONFIG")
    if not file:
        raise RefusedError("no configuration: give -c FILE or set DRIFTKOLL_CONFIG")
    return Path(file)


_Word = TypeVar("_Word", bound=StrEnum)


def choice(words: type[_Word], what: str) -> Callable[[str], _Word]:
    """Takes a word of an enumeration; refuses another with the nearest."""

    def parse(text: str) -> _Word:
        if text not in list(words):
            raise unknown(what, text, list(words))
        return words(text)

    return parse


ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "-c",
        "--config",
        metavar="FILE",
        help="The configuration; DRIFTKOLL_CONFIG where it is not given.",
        callback=_config,
        show_default=False,
    ),
]
OutputFormat = Annotated[
    Format,
    typer.Option(
        "--format", metavar="table|json", help="A table, or JSON.", parser=choice(Format, "format")
    ),
]
PeriodText = Annotated[
    str | None,
    typer.Option(
        "--period",
        metavar="P",
        help="2026-10, 2026, 2026-T2, 2026-W43, 2026-01..2026-08, 2026-10-01..2026-10-15 or 30d; "
        "the running month where it is not given.",
        show_default=False,
    ),
]
SiteKey = Annotated[
    str | None,
    typer.Option("--site", metavar="S", help="Only this site, by its key.", show_default=False),
]
KindWord = Annotated[
    Kind | None,
    typer.Option(
        "--kind",
        metavar="K",
        help=f"Only this kind: {', '.join(Kind)}.",
        parser=choice(Kind, "kind"),
        show_default=False,
    ),
]
TargetName = Annotated[
    str | None,
    typer.Option("--target", metavar="T", help="Only this target.", show_default=False),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]


def new_app(**settings: Any) -> typer.Typer:
    """A typer application in this command line's manner: plain help, no boxes, no completion."""
    return typer.Typer(add_completion=False, rich_markup_mode=None, **settings)
