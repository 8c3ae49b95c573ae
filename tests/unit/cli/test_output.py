"""Tables fit where they are read, and nothing of them is cut off."""

import json
import sys

import pytest

from collector.cli.output import Cell, Column, emit_json, table

COLUMNS = (
    Column("Objekt", wrap=8),
    Column("Typ", optional=True),
    Column("Längd", "right"),
    Column("Orsak", wrap=8),
)
ROWS = [
    ("ap-01", "Accesspunkt", "3\N{NO-BREAK SPACE}h", Cell("svarar inte alls", "down")),
    ("ap-askersund-02", "Accesspunkt", "40\N{NO-BREAK SPACE}s", "nekas"),
]


class Terminal:
    """Standard output that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, width: int, **environment: str) -> str:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm", "COLUMNS": str(width), **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Terminal())
    return table(COLUMNS, ROWS)


def test_a_table_for_a_file_is_plain_characters() -> None:
    assert table(COLUMNS, ROWS).replace("\N{NO-BREAK SPACE}", " ").splitlines() == [
        "Objekt           Typ          Längd  Orsak",
        "-----------------------------------------------------",
        "ap-01            Accesspunkt    3 h  svarar inte alls",
        "ap-askersund-02  Accesspunkt   40 s  nekas",
    ]


def test_a_narrow_terminal_breaks_lines_and_leaves_out_what_is_optional(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = on_a_terminal(monkeypatch, 25, NO_COLOR="1")
    assert drawn.replace("\N{NO-BREAK SPACE}", " ").splitlines() == [
        "Objekt    Längd  Orsak",
        "─────────────────────────",
        "ap-01       3 h  svarar",
        "                 inte",
        "                 alls",
        "ap-asker   40 s  nekas",
        "sund-02",
    ]


def test_what_cannot_be_broken_is_not_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = on_a_terminal(monkeypatch, 5, NO_COLOR="1")
    assert "".join(drawn.split()).count("svararintealls") == 1


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" in on_a_terminal(monkeypatch, 80)
    assert "\x1b[" not in on_a_terminal(monkeypatch, 80, NO_COLOR="1")


def test_json_keeps_its_letters_and_its_digits(capsys: pytest.CaptureFixture[str]) -> None:
    emit_json({"site": "Laxå", "value": 0.1 + 0.2})
    out = capsys.readouterr().out
    assert "Laxå" in out
    assert json.loads(out)["value"] == 0.1 + 0.2


def test_json_never_says_nan() -> None:
    with pytest.raises(ValueError, match="JSON"):
        emit_json({"value": float("nan")})
