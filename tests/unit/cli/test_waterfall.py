"""The five parts as a chart of characters."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from collector.cli.waterfall import waterfall
from collector.language import words

SV = SimpleNamespace(words=words("sv"))
PARTS = ("up", "down", "unreachable", "maintenance", "unknown")


def lines(**seconds):
    given_seconds = {part: seconds.get(part, 0) for part in PARTS}
    return waterfall(SV, given_seconds).replace("\N{NO-BREAK SPACE}", " ").splitlines()


def test_each_part_begins_where_the_one_before_it_ended():
    assert lines(
        up=540_000, down=36_000, unreachable=18_000, maintenance=60_000, unknown=66_000
    ) == [
        "All tid                8 dygn 8 h  100,00 %  ██████████████████████████████",
        "− Planerat underhåll  16 h 40 min    8,33 %                              ▒▒",
        "− Okänt               18 h 20 min    9,17 %                           ▒▒▒",
        "= Mätt tid            6 dygn 21 h   82,50 %  █████████████████████████",
        "− Onåbar                      5 h    2,50 %                          ▒",
        "− Nere                       10 h    5,00 %                        ▒▒",
        "= Uppe                 6 dygn 6 h   75,00 %  ██████████████████████",
    ]


def test_a_part_too_small_to_see_has_a_mark_and_one_that_is_nothing_has_none():
    found = lines(up=10**7, down=1)
    assert "▒" in found[5]
    assert not any("▒" in found[n] for n in (1, 2, 4))
    assert found[6].count("█") == 29


@given(st.lists(st.integers(0, 10**9), min_size=5, max_size=5).filter(any))
def test_every_line_fits_eighty_columns(parts):
    for line in lines(**dict(zip(PARTS, parts, strict=True))):
        assert len(line) <= 80
