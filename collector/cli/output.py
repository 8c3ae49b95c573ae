"""What goes to standard output: tables for people, JSON for programs."""

import os
import shutil
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any, Literal

from rich.box import SIMPLE_HEAD, Box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from collector.language import Words
from exporters.json_text import dumps

_PLAIN = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
"""For files and mails: a line of hyphens under the headings, and nothing else."""

_PIPE_WIDTH = 160
"""Characters in a line where nobody looks at a terminal: many, so that a row stays a line."""

MAIL_WIDTH = 100
"""Characters in a line of what one pastes into a mail."""

_GAP = 2
"""Spaces between columns."""

STYLES = {
    "met": "green",
    "partly": "yellow",
    "missed": "bold red",
    "not_measurable": "dim",
    "on_track": "green",
    "at_risk": "yellow",
    "off_track": "bold red",
    "up": "green",
    "down": "bold red",
    "unreachable": "red",
    "unknown": "yellow",
    "maintenance": "blue",
    "OK": "green",
    "warn": "yellow",
    "FAIL": "bold red",
}
"""Colours by the words of the trade, on a terminal that has them."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading, and which way it leans.

    `wrap` is the width down to which it may be broken over lines, 0 for never. One that is
    `optional` is left out where the terminal is too narrow for all of them; JSON has it.
    """

    title: str
    justify: Literal["left", "right"] = "left"
    wrap: int = 0
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A text with the colour of a word of the trade."""

    text: str
    word: str = ""


Row = Sequence[str | Cell]


def titled(
    words: Words,
    titles: Iterable[str],
    *,
    right: Collection[str] = (),
    wraps: Mapping[str, int] | None = None,
    optional: Collection[str] = (),
) -> list[Column]:
    """A column of each title, which are words of the language; the others are some of them."""
    wraps = wraps or {}
    return [
        Column(
            words[title],
            "right" if title in right else "left",
            wraps.get(title, 0),
            optional=title in optional,
        )
        for title in titles
    ]


def table(
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    headings: bool = True,
    at_most: int = _PIPE_WIDTH,
) -> str:
    """A table as it fits standard output: coloured on a terminal, elsewhere plain characters and
    `at_most` so many in a line."""
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if terminal else at_most
    cells = [[_text(cell) for cell in row] for row in rows]
    widths = _widths(columns, cells, width)
    drawn = Table(
        box=SIMPLE_HEAD if terminal else _PLAIN,
        padding=(0, _GAP - 1, 0, 0),
        pad_edge=False,
        show_edge=False,
        show_header=headings,
    )
    for n, own in widths.items():
        column = columns[n]
        drawn.add_column(column.title, justify=column.justify, width=own, overflow="fold")
    for row in cells:
        drawn.add_row(*(row[n] for n in widths))
    # Wider than the terminal where it must be: what cannot be broken is not cut off either.
    lines = _rendered(drawn, max(width, _total(widths))).splitlines()
    return "\n".join(line.rstrip() for line in lines)


def styled(cell: Cell) -> str:
    """A text with its colour, where standard output has any."""
    return _rendered(_text(cell), max(cell_len(cell.text), 1)).removesuffix("\n")


def _rendered(what: Table | Text, width: int) -> str:
    terminal = sys.stdout.isatty()
    plain = not terminal or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    buffer = StringIO()
    console = Console(
        file=buffer,
        force_terminal=terminal,
        color_system=None if plain else "auto",
        width=width,
        highlight=False,
    )
    console.print(what)
    return buffer.getvalue()


def _widths(
    columns: Sequence[Column], rows: Sequence[Sequence[Text]], width: int
) -> dict[int, int]:
    """The columns to show, each with its width: rich's own way with a table that is too wide cuts
    off what stands in its last columns."""
    widths = {
        n: max([cell_len(column.title), *(row[n].cell_len for row in rows)])
        for n, column in enumerate(columns)
    }
    least = {n: min(own, columns[n].wrap or own) for n, own in widths.items()}
    for n in sorted(widths, reverse=True):
        if columns[n].optional and _total(least) > width:
            del widths[n], least[n]
    while _total(widths) > width:
        widest = max(widths, key=lambda n: widths[n] if widths[n] > least[n] else 0)
        if widths[widest] == least[widest]:
            break
        widths[widest] -= 1
    return widths


def _total(widths: Mapping[int, int]) -> int:
    return sum(widths.values()) + _GAP * (len(widths) - 1)


def _text(cell: str | Cell) -> Text:
    if isinstance(cell, Cell):
        return Text(cell.text, style=STYLES.get(cell.word, ""))
    return Text(cell)


def emit(*lines: str) -> None:
    """Print lines, now: a reader that is gone is noticed here and not on the way out."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def emit_json(value: Any) -> None:
    """Print JSON, indented, with its letters as they are."""
    emit(dumps(value))


def warn(*lines: str) -> None:
    """Say something on standard error that is no failure."""
    for line in lines:
        print(f"warning: {line}", file=sys.stderr)
