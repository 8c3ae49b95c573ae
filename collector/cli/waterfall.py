"""The five parts of a figure's time as a chart of characters: what is left after each."""

from collections.abc import Mapping

from collector.cli.opening import Opened
from collector.cli.output import Cell, Column, Row, table
from collector.domain.instants import SECOND
from collector.domain.states import State
from collector.kpi.printing import MINUS

_WIDTH = 30
"""Characters of the longest bar, so that a line fits 80 columns."""

_WHOLE, _PART = "█", "▒"

_TAKEN = (
    (State.MAINTENANCE, State.UNKNOWN, "measured_time"),
    (State.UNREACHABLE, State.DOWN, "state.up"),
)
"""What is taken away, and what is left then."""


def waterfall(work: Opened, seconds: Mapping[str, float]) -> str:
    """From all of the service time down to what was up; a part that is not nothing has a mark."""
    words, whole = work.words, sum(seconds.values())

    def row(name: str, length: float, bar: str, word: str = "") -> Row:
        share = words.percent(length / whole, 2)
        return name, words.duration(round(length * SECOND)), share, Cell(bar, word)

    left, end = whole, _WIDTH
    rows = [row(words["all_time"], whole, _WHOLE * end)]
    for *parts, remains in _TAKEN:
        for state in parts:
            length = seconds[state.value]
            left -= length
            start = max(min(round(_WIDTH * left / whole), end - bool(length)), 0)
            bar = " " * start + _PART * (end - start)
            rows.append(row(f"{MINUS} {words.state(state)}", length, bar, state.value))
            end = start
        word = "up" if remains == "state.up" else ""
        rows.append(row(f"= {words[remains]}", left, _WHOLE * end, word))
    columns = [Column(""), Column("", "right"), Column("", "right"), Column("")]
    return table(columns, rows, headings=False)
