"""What goes to standard output: tables for people, JSON for programs."""

import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any, Literal

from rich.box import SIMPLE_HEAD, Box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_PLAIN = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
"""For files and mails: a line of hyphens under the headings, and nothing else."""

_PIPE_WIDTH = 160
"""Columns where nobody looks at a terminal: wide, so that a row stays a line."""

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
    """A column's heading, which way it leans, and whether it may be broken over lines."""

    title: str
    justify: Literal["left", "right"] = "left"
    wrap: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A text with the colour of a word of the trade."""

    text: str
    word: str = ""


Row = Sequence[str | Cell]


def table(columns: Sequence[Column], rows: Iterable[Row], *, headings: bool = True) -> str:
    """A table as it fits standard output: coloured on a terminal, plain characters elsewhere."""
    terminal = sys.stdout.isatty()
    box = SIMPLE_HEAD if terminal else _PLAIN
    drawn = Table(box=box, pad_edge=False, show_edge=False, show_header=headings)
    for column in columns:
        drawn.add_column(
            column.title,
            justify=column.justify,
            no_wrap=not column.wrap,
            overflow="fold",
            min_width=12 if column.wrap else None,
        )
    for row in rows:
        drawn.add_row(*(_text(cell) for cell in row))
    width = shutil.get_terminal_size().columns if terminal else _PIPE_WIDTH
    buffer = StringIO()
    Console(file=buffer, force_terminal=terminal, width=width, highlight=False).print(drawn)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines())


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
    emit(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


def warn(*lines: str) -> None:
    """Say something on standard error that is no failure."""
    for line in lines:
        print(f"warning: {line}", file=sys.stderr)


def styled(cell: Cell) -> str:
    """A text with its colour, where standard output has any."""
    console = Console(force_terminal=sys.stdout.isatty(), highlight=False)
    with console.capture() as captured:
        console.print(_text(cell), end="")
    return captured.get()
